# SPDX-License-Identifier: GPL-3.0-or-later
"""No two packages may own one file, and a directory they share must look the same in all."""
import os
import stat
from typing import NamedTuple

from . import tree
from .failure import Failure


class Counts(NamedTuple):
    files: int
    directories: int
    changed: int  # directories that were given the attributes they have elsewhere


class Attributes(NamedTuple):
    mode: int
    uid: int
    gid: int


def check(packages):
    """Makes shared directories alike and returns Counts; fails if two packages own one file."""
    files, directories = _owners(packages)
    problems = [f"  '{path}': a file of {_names(owners)}"
                for path, owners in files.items() if len(owners) > 1]
    problems += [f"  '{path}': a file of {_names(files[path])}, "
                 f"a directory of {_names(directories[path])}"
                 for path in files.keys() & directories.keys()]
    if problems:
        raise Failure("packages overlap:\n" + "\n".join(sorted(problems)),
                      "take one of them out of the lock, or out of the generator's catalogue")
    changed = sum(_make_alike(path, owners) for path, owners in directories.items())
    return Counts(len(files), len(directories), changed)


def _owners(packages):
    """path -> {package: Attributes} of everything but directories, and of directories."""
    files, directories = {}, {}
    for package in packages:
        for path in tree.paths(package.stage):
            state = os.lstat(package.path(path))
            kind = directories if stat.S_ISDIR(state.st_mode) else files
            kind.setdefault(path, {})[package] = Attributes(
                stat.S_IMODE(state.st_mode), state.st_uid, state.st_gid)
    return files, directories


def _names(owners):
    return " and ".join(package.name for package in owners)


def _make_alike(path, owners):
    """Number of directories changed to what `filesystem` has, or else most of the owners."""
    attributes = list(owners.values())
    leading = [have for package, have in owners.items() if package.name == "filesystem"]
    wanted = leading[0] if leading else max(sorted(set(attributes)), key=attributes.count)
    differing = [package for package, have in owners.items() if have != wanted]
    for package in differing:
        os.chown(package.path(path), wanted.uid, wanted.gid)
        os.chmod(package.path(path), wanted.mode)
    return len(differing)
