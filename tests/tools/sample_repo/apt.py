# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks apt which packages an installation consists of, with their versions and hashes."""
import os
import re
import tempfile

from . import catalogue, tools
from .failure import Failure
from .lock import Pin


def resolve(mode):
    """name -> Pin: what apt would install for the mode's seeds on an empty system."""
    tools.require(["apt-get"])
    try:
        with tempfile.TemporaryDirectory() as scratch:
            closure = _closure(catalogue.seeds(mode), scratch)
            versions = {name: version for name, version in closure.items()
                        if catalogue.takes(mode, name)}
            hashes = _hashes(versions, scratch)
    except Failure as error:
        raise Failure(_unknown(error.message), "run 'apt-get update' as root; the catalogue is "
                      "made for Debian 12, elsewhere use --lock") from None
    return {name: Pin(version, hashes[name]) for name, version in versions.items()}


def exact(versions):
    """The arguments that make apt take these versions and no others."""
    return [f"{name}={version}" for name, version in sorted(versions.items())]


def _closure(seeds, scratch):
    empty = os.path.join(scratch, "status")
    with open(empty, "w", encoding="ascii"):
        pass
    plan = tools.output("resolve the list of packages",
                        ["apt-get", "install", "--simulate", "-o", "Dir::State::status=" + empty,
                         "-o", "APT::Install-Recommends=0", *seeds]).decode()
    versions = re.findall(r"^Inst (\S+) \((\S+)", plan, re.M)
    return {name.split(":")[0]: version for name, version in versions}


def _hashes(versions, scratch):
    listing = tools.output("look up the packages' hashes",
                           ["apt-get", "download", "--print-uris", *exact(versions)],
                           cwd=scratch).decode()
    hashes = {file.split("_")[0]: digest for file, digest
              in re.findall(r"^'\S+' (\S+) \d+ SHA256:([0-9a-f]{64})$", listing, re.M)}
    missing = sorted(set(versions) - set(hashes))
    if missing:
        raise Failure(f"apt's package lists have no SHA-256 of {', '.join(missing)}")
    return hashes


def _unknown(message):
    """apt's own words, but shorter where it has never heard of most packages."""
    names = re.findall(r"E: Unable to locate package (\S+)", message)
    if not names:
        return message
    more = f" and {len(names) - 1} other packages" if len(names) > 1 else ""
    return f"apt's package lists do not have {names[0]}{more}"
