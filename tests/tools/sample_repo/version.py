# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian versions as pacman versions.

Debian: [epoch:]upstream[-revision], where ~ sorts before the end (deb-version(7)).
pacman: [epoch:]pkgver[-pkgrel], where pkgver has no : / - or blanks and pkgrel is a number
(PKGBUILD(5)), ordered by vercmp(8).
"""
import functools
import re

from . import tools

OPERATORS = {
    "<<": ("<", lambda order: order < 0),
    "<=": ("<=", lambda order: order <= 0),
    "=": ("=", lambda order: order == 0),
    ">=": (">=", lambda order: order >= 0),
    ">>": (">", lambda order: order > 0),
}


def convert(debian, with_release=True):
    epoch, _, rest = debian.rpartition(":")
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, ""
    upstream = upstream.rstrip("~").replace("~", ".")
    result = re.sub(r"[^A-Za-z0-9.+_]", "_", upstream)
    if epoch not in ("", "0"):
        result = f"{epoch}:{result}"
    if with_release:
        numbers = re.findall(r"\d+", revision)
        result += "-" + (".".join(numbers[:3]) or "1")
    return result


@functools.cache
def compare(left, right):
    """Below, equal to or above 0, by pacman's order."""
    return int(tools.output("compare versions", ["vercmp", left, right]))


def constraint(operator, wanted, have):
    """A Debian relation as pacman writes it (">=1.2"), or "" where pacman's order disagrees.

    The two orders differ (~ above all), and a set that Debian calls consistent must stay
    installable.
    """
    if not operator:
        return ""
    symbol, holds = OPERATORS[operator]
    converted = convert(wanted, with_release="-" in wanted and "~" not in wanted)
    return symbol + converted if holds(compare(have, converted)) else ""
