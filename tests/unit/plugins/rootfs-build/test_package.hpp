// SPDX-License-Identifier: GPL-3.0-or-later
//
// Packages for tests, written with libarchive: also those that makepkg would never make.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::test {

struct TestEntry {
    std::string path;
    std::string content = {};
    unsigned type = 0100000; ///< S_IFREG ...
    unsigned mode = 0644;
    std::string hardlink = {}; ///< not empty: a hard link to it
    std::string symlink = {};  ///< the target of type 0120000
    std::int64_t size = -1;    ///< of the header, if not that of `content`
};

/// A directory.
TestEntry dir(const std::string& path, unsigned mode = 0755);

/// "pkgname = NAME" and so on; `more` are further lines.
TestEntry pkginfo(const std::string& name, const std::string& version, const std::string& more = "");

enum class Filter { none, gzip, xz, zstd };

/// A pax archive of the entries.
std::string make_package(const std::vector<TestEntry>& entries, Filter filter = Filter::zstd);

/// The bytes as one compressed stream.
std::string compressed(const std::string& bytes, Filter filter);

} // namespace slipway::test
