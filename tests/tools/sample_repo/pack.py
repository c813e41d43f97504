# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs a stage as NAME-VERSION-REL-ARCH.pkg.tar.zst, with the commands of makepkg."""
import gzip
import os
import stat

from . import metadata, scripts, tools, tree

MTREE_OPTIONS = "!all,use-set,type,uid,gid,mode,time,size,md5,sha256,link"


def pack(package, directory, level, installed):
    """Writes the package file into the directory; `level` is zstd's, `installed` see buildinfo."""
    package.size = _size(package.stage)
    tree.write_file(package.path(".PKGINFO"), metadata.pkginfo(package))
    tree.write_file(package.path(".BUILDINFO"), metadata.buildinfo(package, installed))
    if package.name in scripts.SCRIPTLETS:
        tree.write_file(package.path(".INSTALL"), scripts.SCRIPTLETS[package.name])
    paths = tree.paths(package.stage)
    tree.set_times(package.stage, paths, package.epoch)
    _write_mtree(package, paths)
    _write_archive(package, os.path.join(directory, package.file_name), level)


def _size(stage):
    """Bytes of all regular files, those with several names once."""
    states = (os.lstat(os.path.join(stage, path)) for path in tree.paths(stage))
    sizes = {(state.st_dev, state.st_ino): state.st_size
             for state in states if stat.S_ISREG(state.st_mode)}
    return sum(sizes.values())


def _write_mtree(package, paths):
    with tools.path_list(paths) as names:
        listing = tools.output(
            f"list the files of {package.name}",
            ["bsdtar", "-cnf", "-", "--format=mtree", "--options=" + MTREE_OPTIONS,
             "--null", "--files-from", "-"], cwd=package.stage, stdin=names)
    path = package.path(".MTREE")
    with open(path, "wb") as file:
        file.write(gzip.compress(listing, 9, mtime=0))
    os.chmod(path, 0o644)
    tree.set_times(package.stage, [".MTREE"], package.epoch)


def _write_archive(package, target, level):
    with tools.path_list(tree.paths(package.stage)) as names, open(target, "wb") as file:
        tools.pipe(f"pack {package.name}",
                   ["bsdtar", "--no-fflags", "--no-read-sparse", "-cnf", "-",
                    "--null", "--files-from", "-"],
                   ["zstd", "-q", "-c", "-T1", "--ultra", f"-{level}", "-"],
                   stdout=file, cwd=package.stage, stdin=names)
