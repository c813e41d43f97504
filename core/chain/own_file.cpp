// SPDX-License-Identifier: GPL-3.0-or-later
#include "own_file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <support/fs.hpp>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace slipway::chain {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

Result<store::Draft> take_own_file(const store::Store& store, const std::vector<std::string>& folders,
                                   const std::string& path, const std::optional<support::Digest>& expected) {
    for (const std::string& folder : folders) {
        if (!path.starts_with(folder + "/")) continue;
        const auto slash = path.rfind('/');
        const UniqueFd top(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        open_how how{};
        how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
        const std::string below =
            slash == folder.size() ? "." : path.substr(folder.size() + 1, slash - folder.size() - 1);
        const UniqueFd parent(
            static_cast<int>(::syscall(SYS_openat2, top.get(), below.c_str(), &how, sizeof how)));
        if (!parent && (errno == EXDEV || errno == ELOOP)) break; // out of the folder, or over a link
        if (!parent) return support::errno_error("opening the folder of '" + path + "'", errno);
        return store.take(parent.get(), path.substr(slash + 1), expected);
    }
    return Error{Kind::config, "'" + path + "' is not below the stage's work or cache folder"};
}

} // namespace slipway::chain
