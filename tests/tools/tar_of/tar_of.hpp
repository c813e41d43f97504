// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small tar archives for tests, written by libarchive.
#pragma once

#include <support/fs.hpp>
#include <support/tar.hpp>

#include <string>
#include <vector>

namespace slipway::test {

/// An entry and, for a file, its content (`entry.size` is set from it).
struct TarFile {
    support::TarEntry entry;
    std::string content = {};
};

// Entries as packages have them: mode 0644, 0755 and 0777, root's, mtime 1700000000.
TarFile file(const std::string& path, const std::string& content = {}, unsigned mode = 0644);
TarFile folder(const std::string& path, unsigned mode = 0755);
TarFile soft_link(const std::string& path, const std::string& target);
TarFile hard_link(const std::string& path, const std::string& target);

/// The bytes of a pax tar.
std::string tar_of(const std::vector<TarFile>& files);

/// An open temporary file that holds `bytes`, at its beginning.
support::UniqueFd file_of(const std::string& bytes);

} // namespace slipway::test
