// SPDX-License-Identifier: GPL-3.0-or-later
//
// gzip on several threads, the same bytes with any number of them.
#pragma once

#include <common/gzip_part.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace slipway::common {

/// Compresses a stream into one gzip member (RFC 1952) without name and time. libdeflate compresses pieces of
/// 1 MiB by themselves; their ends are joined on byte boundaries by empty stored blocks (RFC 1951, 3.2.4).
/// The bytes depend on the input, the level and libdeflate's version alone. Memory: about 7 MB a thread (16
/// from level 10 on). Not thread-safe.
class Gzip {
public:
    /// `level` as GzipPartMaker's, `threads` 1 at least. Kind::resource: out of memory or threads.
    static support::Result<Gzip> create(int level, unsigned threads);

    Gzip(Gzip&&) noexcept;
    ~Gzip();

    /// Take bytes, and append to `out` what is ready, which may be nothing. Waits for a thread when many
    /// pieces are under way.
    support::Result<void> write(std::string_view bytes, std::string& out);

    /// Append all that is left, and the end. Call once.
    support::Result<void> finish(std::string& out);

private:
    struct Threads;
    explicit Gzip(std::unique_ptr<Threads> threads);

    support::Result<void> take(std::size_t most, std::string& out);

    std::unique_ptr<Threads> threads_;
    std::string piece_;
    GzipFrame frame_;
    bool begun_ = false;
};

} // namespace slipway::common
