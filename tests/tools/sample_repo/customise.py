# SPDX-License-Identifier: GPL-3.0-or-later
"""What Debian's maintainer scripts would have done, as files of the package."""
import os
import stat
import struct

from . import filesystem, scripts, tree
from .failure import Failure

# links that Debian makes through its alternatives system
ALTERNATIVES = {
    "debianutils": {"usr/bin/which": "which.debianutils"},
    "gawk": {"usr/bin/awk": "gawk"},
    "less": {"usr/bin/pager": "less"},
    "vim": {"usr/bin/vim": "vim.basic", "usr/bin/vi": "vim.basic"},
}
# capabilities(7): CAP_SETGID, CAP_SETUID, CAP_NET_RAW
CAPABILITIES = {"usr/bin/newgidmap": 6, "usr/bin/newuidmap": 7, "usr/bin/ping": 13}
# struct vfs_cap_data of linux/capability.h: magic, then permitted and inheritable twice
VFS_CAP_REVISION_2_EFFECTIVE = 0x02000001
MIRRORLIST = "# Repository mirrors, none enabled.\n#Server = file:///srv/$repo/os/$arch\n"


def customise(package, packages):
    """`packages` maps the names of all packages to them."""
    _link_alternatives(package)
    _write_hooks(package, packages)
    _set_capabilities(package)
    if package.name == "ca-certificates":
        _trust_all_certificates(package)
    if package.name == "filesystem":
        filesystem.fill(package, packages["base-passwd"])
    if package.name == "pacman-mirrorlist":
        tree.write_file(package.path("etc/pacman.d/mirrorlist"), MIRRORLIST)
        package.backup.append("etc/pacman.d/mirrorlist")
    package.backup = sorted({path for path in package.backup
                             if tree.is_real_file(package.path(path))})


def _link_alternatives(package):
    for link, target in ALTERNATIVES.get(package.name, {}).items():
        path = package.path(link)
        there = os.path.lexists(os.path.join(os.path.dirname(path), target))
        if there and not os.path.lexists(path):
            os.symlink(target, path)


def _write_hooks(package, packages):
    for name, hook in scripts.HOOKS.get(package.name, {}).items():
        if not hook.needs or hook.needs in packages:
            tree.write_file(package.path("usr/share/libalpm/hooks", name), hook.text())


def _set_capabilities(package):
    """In place of the setuid bit, as both distributions do it."""
    for name, bit in CAPABILITIES.items():
        path = package.path(name)
        if not os.path.isfile(path):
            continue
        os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) & 0o777)
        value = struct.pack("<5I", VFS_CAP_REVISION_2_EFFECTIVE, 1 << bit, 0, 0, 0)
        try:
            os.setxattr(path, "security.capability", value)
        except OSError as error:
            # going on would give other bytes than elsewhere
            raise Failure(f"cannot set the file capability of '{path}': {error.strerror}",
                          "choose a --work on a file system with extended attributes, or run as "
                          "a plain user or under fakeroot") from None


def _trust_all_certificates(package):
    # as bytes: the names are UTF-8, whatever the locale of this run says
    directory = os.fsencode(package.path("usr/share/ca-certificates/mozilla"))
    names = sorted(name.decode() for name in os.listdir(directory))
    tree.write_file(package.path("etc/ca-certificates.conf"),
                    "".join(f"mozilla/{name}\n" for name in names))
    package.backup.append("etc/ca-certificates.conf")
