# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository's two databases: made by repo-add, then freed of the time and user of the run."""
import gzip
import os
import tempfile

from . import tools, tree


def make(directory, name, files, epoch, scratch):
    """Adds the package files of the directory to NAME.db and NAME.files, dated `epoch`."""
    database = os.path.join(directory, name + ".db.tar.gz")
    # it lists the files with bsdtar, which in the locale C would escape what is not ASCII
    tools.output("add the packages to the database",
                 ["repo-add", "-q", database, *(os.path.join(directory, file) for file in files)],
                 locale="C.UTF-8")
    for kind in ("db", "files"):
        path = os.path.join(directory, f"{name}.{kind}.tar.gz")
        _normalise(path, epoch, scratch)
        if os.path.exists(path + ".old"):
            os.unlink(path + ".old")


def _normalise(path, epoch, scratch):
    with tempfile.TemporaryDirectory(dir=scratch) as unpacked:
        tools.output(f"unpack '{path}'", ["bsdtar", "-xf", path, "-C", unpacked])
        paths = tree.paths(unpacked)
        tree.set_times(unpacked, paths, epoch)
        with tools.path_list(paths) as names:
            archive = tools.output(
                f"pack '{path}'",
                ["bsdtar", "-cnf", "-", "--uid", "0", "--gid", "0", "--uname", "root",
                 "--gname", "root", "--null", "--files-from", "-"], cwd=unpacked, stdin=names)
    with open(path, "wb") as file:
        file.write(gzip.compress(archive, 9, mtime=0))
