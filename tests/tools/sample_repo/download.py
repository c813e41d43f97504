# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads the .deb files of a lock through apt, and keeps them for later runs."""
import glob
import os
import re
import urllib.parse

from . import apt, tools, tree
from .failure import Failure


def fetch(pins, directory, note):
    """Paths of the .deb files, sorted by package; what the directory has already is reused."""
    os.makedirs(directory, exist_ok=True)
    present = _present(directory)
    missing = {name: pin.version for name, pin in pins.items()
               if (name, pin.version) not in present}
    if missing:
        note(f"downloading {len(missing)} of {len(pins)} packages")
        _download(missing, directory)
        present = _present(directory)
    return [_verified(name, pin, present[name, pin.version])
            for name, pin in sorted(pins.items())]


def _present(directory):
    """(package, version) -> path; apt escapes the colon of an epoch."""
    found = {}
    for path in glob.glob(os.path.join(glob.escape(directory), "*.deb")):
        match = re.fullmatch(r"([^_]+)_([^_]+)_[^_]+\.deb", os.path.basename(path))
        if match:
            found[match[1], urllib.parse.unquote(match[2])] = path
    return found


def _download(versions, directory):
    # apt writes under the final name from the first byte on, and checks and resumes what is there
    partial = os.path.join(directory, "partial")
    os.makedirs(partial, exist_ok=True)
    tools.require(["apt-get"])
    try:
        # under fakeroot apt believes it may change to a user of its own
        tools.output("download", ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root",
                                  *apt.exact(versions)], cwd=partial)
    except Failure as error:
        raise Failure(_summary(error.message), "check the network; or run 'apt-get update' as root "
                      "and then this with --refresh, for the versions of today; or use the --work "
                      "of an earlier run, which has its .deb files in 'debs'") from None
    for path in _present(partial).values():
        os.rename(path, os.path.join(directory, os.path.basename(path)))
    tree.remove(partial)


def _summary(message):
    """apt's own words, but one line for each .deb that is missing."""
    failed = re.findall(r"\bE: Failed to fetch (\S+)\s+(.*)$", message, re.M)
    if not failed:
        return message
    lines = [f"  {urllib.parse.unquote(os.path.basename(url))}: {reason}" for url, reason in failed]
    return f"cannot download {len(lines)} packages:\n" + "\n".join(lines)


def _verified(name, pin, path):
    digest = tree.sha256(path)
    if digest != pin.sha256:
        raise Failure(f"'{path}' is not the {name} {pin.version} of the lock: its SHA-256 is "
                      f"{digest}, not {pin.sha256}", "remove the file and run again")
    return path
