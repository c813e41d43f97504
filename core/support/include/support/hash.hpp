// SPDX-License-Identifier: GPL-3.0-or-later
//
// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.
#pragma once

#include <support/result.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace slipway::support {

/// A SHA-256 digest: 64 lower-case hex digits, always.
class Digest {
public:
    /// Kind::config if `hex` is not 64 lower-case hex digits.
    static Result<Digest> parse(std::string_view hex);
    static Digest of(std::string_view bytes);

    const std::string& hex() const { return hex_; }

    auto operator<=>(const Digest&) const = default;

private:
    friend class Sha256;

    explicit Digest(std::string hex) : hex_(std::move(hex)) {}

    std::string hex_;
};

/// Hashes a stream. Not thread-safe.
class Sha256 {
public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    void update(const void* data, std::size_t size);

    void update(std::string_view bytes) { update(bytes.data(), bytes.size()); }

    /// The digest of all bytes so far; call once.
    Digest finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// The digest of the descriptor's bytes from offset 0 to its end (pread, the file offset stays).
Result<Digest> sha256_of_fd(int fd);

/// The digest of a file's bytes.
Result<Digest> sha256_of_file(const std::string& path);

} // namespace slipway::support
