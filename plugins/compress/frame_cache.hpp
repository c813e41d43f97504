// SPDX-License-Identifier: GPL-3.0-or-later
//
// A folder of zstd frames, by what they were made of. Losing it costs time, nothing else.
#pragma once

#include <piece_buffer.hpp>

#include <array>
#include <string>
#include <string_view>

namespace slipway::compress {

/// Safe to use from several threads and processes. Names and checks are message authentication codes (GMAC,
/// NIST SP 800-38D) under a random key kept in the folder: far cheaper than a digest, and nobody who
/// cannot read the folder can make two contents of one name.
class FrameCache {
public:
    /// `folder` is made when needed; empty: nothing is kept.
    explicit FrameCache(std::string folder);

    /// The name of a frame: 32 hex digits. `recipe`: all that it depends on beside the content.
    std::string name_of(std::string_view recipe, std::string_view content) const;

    /// Put the frame kept under a name into `frame`, if there is one, it is whole and there is room. Whatever
    /// was in it is gone in any case.
    bool find(const std::string& name, PieceBuffer& frame) const;

    void keep(const std::string& name, std::string_view frame) const;

    /// See common::remove_unused().
    void remove_old() const;

private:
    std::string path_of(const std::string& name) const { return folder_ + "/" + name; }

    std::string code_of(std::string_view head, std::string_view bytes) const;

    std::string folder_;
    std::array<unsigned char, 16> key_{};
};

} // namespace slipway::compress
