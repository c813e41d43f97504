// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <rootfs/mount_points.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

Result<void> MountPoints::make() {
    for (const char* name : {"dev", "proc", "run", "tmp"}) {
        struct stat status {};

        if (::mkdirat(root_, name, 0755) == 0) {
            made_.emplace_back(name);
        } else if (::fstatat(root_, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(status.st_mode)) {
            return Error{Kind::config, std::string("'") + name + "' is no folder: no command can run here",
                         "leave out the options that run programs, or what brings it"};
        }
    }
    return {};
}

void MountPoints::remove() {
    for (const std::string& name : made_)
        ::unlinkat(root_, name.c_str(), AT_REMOVEDIR);
}

} // namespace slipway::rootfs
