# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock: the exact Debian packages of a repository.

One package a line, `name version sha256`, sorted by name; lines that start with # are comments.
"""
import os
import re
from typing import NamedTuple

from .failure import Failure

HEADER = "# package version sha256\n"
SOURCE = "take the file 'lock' of an earlier repository"
LINE = re.compile(r"(?P<name>[a-z0-9][a-z0-9+.-]*) (?P<version>[A-Za-z0-9.+:~-]+) "
                  r"(?P<sha256>[0-9a-f]{64})")


class Pin(NamedTuple):
    version: str
    sha256: str


def to_text(pins):
    return HEADER + "".join(f"{name} {pin.version} {pin.sha256}\n"
                            for name, pin in sorted(pins.items()))


def from_text(text, source):
    """name -> Pin; `source` is the file that messages name."""
    pins = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if not match:
            raise Failure(f"'{source}' line {number}: not 'package version sha256': {line}", SOURCE)
        pins[match["name"]] = Pin(match["version"], match["sha256"])
    if not pins:
        raise Failure(f"'{source}' names no package", SOURCE)
    return pins


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return from_text(file.read(), path)
    except OSError as error:
        raise Failure(f"cannot read the lock '{path}': {error.strerror}", SOURCE) from None


def write(path, pins):
    """Writes the file in one step: a later run must never read half a lock."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(to_text(pins))
    os.rename(path + ".new", path)
