// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/path_digest.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

namespace slipway::chain {

namespace fs = std::filesystem;
using support::Digest;
using support::Result;

namespace {

Result<std::string> describe_entry(const fs::path& path, const std::string& relative) {
    struct stat st {};

    if (::lstat(path.c_str(), &st) != 0) return support::errno_error("'" + path.string() + "'", errno);
    std::string line = relative + '\0' + std::to_string(st.st_mode) + '\0';
    if (S_ISLNK(st.st_mode)) {
        std::error_code failed;
        line += fs::read_symlink(path, failed).string();
    } else if (S_ISREG(st.st_mode)) {
        SLIPWAY_TRY_ASSIGN(const Digest content, support::sha256_of_file(path.string()));
        line += content.hex();
    }
    return line + '\n';
}

} // namespace

Result<Digest> digest_of_path(const std::string& path) {
    std::error_code failed;
    if (!fs::is_directory(path, failed)) return support::sha256_of_file(path);
    std::vector<fs::path> entries;
    for (fs::recursive_directory_iterator it(path, failed), end; !failed && it != end; it.increment(failed))
        entries.push_back(it->path());
    if (failed) return support::errno_error("reading folder '" + path + "'", failed.value());
    std::ranges::sort(entries);
    support::Sha256 hash;
    hash.update("tree\n"); // or an empty folder would be an empty file
    for (const fs::path& entry : entries) {
        SLIPWAY_TRY_ASSIGN(const std::string line,
                           describe_entry(entry, entry.lexically_relative(path).string()));
        hash.update(line);
    }
    return hash.finish();
}

} // namespace slipway::chain
