# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks Debian packages into a package's stage, and merges /usr as Arch Linux has it."""
import os
import re
import stat

from . import tools, tree

MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # each is a link into /usr
SONAME = re.compile(r"^\./(?:usr/)?lib/[^/]+-linux-gnu[^/]*/(lib[A-Za-z0-9_+-]+\.so\.\d+)$", re.M)


def unpack(package):
    os.mkdir(package.stage)
    for deb in package.debs:
        names = tools.pipe(
            f"unpack '{deb.path}'", ["dpkg-deb", "--fsys-tarfile", deb.path],
            ["tar", "-xvpf", "-", "--numeric-owner", "-C", package.stage]).decode()
        deb.sonames = sorted(set(SONAME.findall(names)))
        package.backup += deb.conffiles
    for directory in MERGED:
        if tree.is_real_directory(package.path(directory)):
            tree.merge_into(package.path(directory), package.path("usr", directory))
    _drop_links_to_themselves(package.stage)
    package.epoch = _newest_file(package.stage)


def _newest_file(stage):
    states = (os.lstat(os.path.join(stage, relative)) for relative in tree.paths(stage))
    return max((int(state.st_mtime) for state in states if stat.S_ISREG(state.st_mode)), default=0)


def _drop_links_to_themselves(stage):
    """Merging turns /usr/bin/x -> /bin/x into a link to itself."""
    for relative in tree.paths(stage):
        path = os.path.join(stage, relative)
        if not os.path.islink(path):
            continue
        target = os.readlink(path)
        base = "/" if target.startswith("/") else os.path.dirname(relative)
        if _merged(os.path.normpath(os.path.join(base, target))) == relative:
            os.unlink(path)


def _merged(path):
    """The path without its leading slash, as it reads after the merge."""
    path = path.lstrip("/")
    return "usr/" + path if path.partition("/")[0] in MERGED else path
