# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a directory in place in one step: whoever looks sees the old one or the new one."""
import contextlib
import ctypes
import os

from . import stamp, tree
from .failure import Failure

# linux/fs.h, fcntl.h
RENAME_EXCHANGE = 2
AT_FDCWD = -100


@contextlib.contextmanager
def replacing(out):
    """Gives an empty directory beside `out`, which becomes `out` if the block ends well."""
    _refuse_strangers(out)
    new = out + ".new"
    try:
        tree.remove(new)
        os.makedirs(new)
    except OSError as error:
        raise Failure(f"cannot make '{out}': {error.strerror}",
                      "choose an --out where this user may write") from None
    try:
        yield new
        _put_in_place(new, out)
    finally:
        tree.remove(new)  # the old one by now, or what an interrupted run has of the new one


def _refuse_strangers(out):
    """A mistyped --out must not cost somebody's files."""
    if not os.path.lexists(out):
        return
    if not os.path.isdir(out):
        raise Failure(f"'{out}' is not a directory", "choose another --out, or remove it")
    if os.listdir(out) and not os.path.exists(os.path.join(out, stamp.NAME)):
        raise Failure(f"'{out}' holds files, but no repository of this program",
                      "choose another --out, or empty it")


def _put_in_place(new, out):
    if not os.path.lexists(out):
        os.rename(new, out)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(out), RENAME_EXCHANGE):
        # a file system that cannot exchange two names: for an instant there is no `out`
        old = out + ".old"
        tree.remove(old)
        os.rename(out, old)
        os.rename(new, out)
        tree.remove(old)
