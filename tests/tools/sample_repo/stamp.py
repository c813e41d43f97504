# SPDX-License-Identifier: GPL-3.0-or-later
"""The stamp: what a repository was made from and what it is made of.

A comment with the digest of the inputs, then a line for each file as sha256sum writes it, so
that `sha256sum -c stamp` works too.
"""
import glob
import hashlib
import os

from . import tree

NAME = "stamp"
HEADER = "# made from "


def inputs(*values):
    """Digest of the values and of the generator's own sources."""
    digest = hashlib.sha256()
    for path in sorted(glob.glob(os.path.join(glob.escape(os.path.dirname(__file__)), "*.py"))):
        digest.update(tree.sha256(path).encode())
    for value in values:
        digest.update(b"\0" + str(value).encode())
    return digest.hexdigest()


def _text(directory, made_from):
    names = sorted(name for name in os.listdir(directory) if name != NAME)
    return f"{HEADER}{made_from}\n" + "".join(
        f"{tree.sha256(os.path.join(directory, name))}  {name}\n" for name in names)


def write(directory, made_from):
    with open(os.path.join(directory, NAME), "w", encoding="utf-8") as file:
        file.write(_text(directory, made_from))


def is_current(directory, made_from):
    """Whether the directory was made from this and still is as it was made."""
    try:
        with open(os.path.join(directory, NAME), encoding="utf-8") as file:
            return file.read() == _text(directory, made_from)
    except OSError:
        return False
