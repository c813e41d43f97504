// SPDX-License-Identifier: GPL-3.0-or-later
//
// A repository as the options name it, and the URLs of its files.
#pragma once

#include <support/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::pacman_fetch {

struct Repository {
    std::string name;
    std::vector<std::string> servers; ///< URLs, in order of preference; $repo and $arch are variables
    std::vector<std::string> cache_servers = {}; ///< the same, for packages only, and before `servers`
    int siglevel = 0;                            ///< ALPM_SIG_... (siglevel.hpp); 0: no signatures
    int usage = 0;                               ///< ALPM_DB_USAGE_...; 0: all
};

/// Kind::config unless `name` can name a database: no '/', no leading '.' or '-', not "local" (which is
/// libalpm's own database of installed packages).
support::Result<void> check_repository_name(const std::string& name);

/// Kind::verify unless `name`, a %FILENAME% out of a database, is a plain file name of 255 bytes at most
/// without control characters.
support::Result<void> check_file_name(const std::string& name);

/// Where each server of the repository keeps `file`: $repo and $arch replaced as pacman.conf(5) has it,
/// the file's name percent-encoded (RFC 3986).
std::vector<std::string> urls_of(const Repository& repository, std::string_view architecture,
                                 std::string_view file);

/// Where a package may be: its cache servers, then its servers.
std::vector<std::string> package_urls(const Repository& repository, std::string_view architecture,
                                      std::string_view file);

/// Where an archive keeps the repository of a day, "2026/11/05": `$repo` is still a variable
/// (https://wiki.archlinux.org/title/Arch_Linux_Archive, Repos).
std::string snapshot_server(std::string_view archive, std::string_view day);

/// The file's name as the last part of a URL.
std::string url_tail(std::string_view file);

} // namespace slipway::pacman_fetch
