# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian relations as pacman's depends, provides and conflicts."""
import re

from . import scripts, version

# what the bottom of the stack depends on, to keep it free of cycles
BOTTOM = {
    "filesystem": [],
    "gcc-libs": ["glibc"],
    "glibc": ["filesystem", "linux-api-headers", "tzdata"],
    "linux-api-headers": [],
    "ncurses": ["gcc-libs", "glibc"],
    "tzdata": [],
}
# scriptlets run in the new root's shell, which is bash or dash as pacman was built
SHELLS = {"bash", "dash"}
# everything needs them, so Arch Linux names the package, not the library
NAMED_AS_PACKAGE = {"glibc", "gcc-libs"}


class Index:
    """Who owns a Debian package, and who provides a virtual one."""

    def __init__(self, packages):
        self.names = {package.name for package in packages}
        self.owner = {deb.name: (package, deb) for package in packages for deb in package.debs}
        self.providers = {}
        for package in packages:
            for deb in package.debs:
                for clause in deb.relations("Provides"):
                    self.providers.setdefault(clause[0].name, []).append(package)


def relate(packages):
    """Fills in the relations of all packages, from those of their Debian packages."""
    index = Index(packages)
    for package in packages:
        package.provides = _provides(package, index)
        package.depends = _depends(package, index)
        package.conflicts = _conflicts(package, index)
    _keep_one_provider(packages)


def _library(soname):
    """libz.so.1 -> ("libz.so", "=1-64"), as makepkg writes it for 64-bit libraries."""
    name, _, major = soname.rpartition(".")
    return name, f"={major}-64"


def _provides(package, index):
    found = {}
    for deb in package.debs:
        found[deb.name] = "=" + version.convert(deb.version)
        found.update(_library(soname) for soname in deb.sonames)
        for name, _, provided in (clause[0] for clause in deb.relations("Provides")):
            if name not in index.owner:
                found.setdefault(name, "=" + version.convert(provided) if provided else "")
    found.pop(package.name, None)
    return sorted(name + value for name, value in found.items())


def _depends(package, index):
    if package.name in BOTTOM:
        return [name for name in BOTTOM[package.name] if name in index.names]
    found = {}
    for deb in package.debs:
        for clause in deb.relations("Pre-Depends", "Depends"):
            for name, value in _dependency(package, clause, index):
                found[name] = found.get(name) or value
    if package.name in scripts.SCRIPTLETS:
        found.update((shell, found.get(shell, "")) for shell in SHELLS & index.names)
    found.pop(package.name, None)
    return sorted(name + value for name, value in found.items())


def _dependency(package, clause, index):
    """The first alternative that somebody fulfils; nothing where it is the package itself."""
    for name, operator, wanted in clause:
        if name in index.owner:
            other, deb = index.owner[name]
            return [] if other is package else [_dependency_on(other, deb, operator, wanted)]
        if name in index.providers:
            return [] if package in index.providers[name] else [(name, "")]
    return []


def _dependency_on(other, deb, operator, wanted):
    if len(deb.sonames) == 1 and other.name not in NAMED_AS_PACKAGE:
        return "".join(_library(deb.sonames[0])), ""
    if other.name in (deb.name, "filesystem"):
        return other.name, version.constraint(operator, wanted, other.version)
    return deb.name, version.constraint(operator, wanted, version.convert(deb.version))


def _conflicts(package, index):
    """Only those without a version and with nobody in the repository."""
    known = index.owner.keys() | index.providers.keys() | {package.name}
    first = (clause[0] for deb in package.debs for clause in deb.relations("Conflicts"))
    return sorted({name for name, operator, _ in first if not operator and name not in known})


def _keep_one_provider(packages):
    """With two providers of a name pacman would have to ask."""
    seen = set()
    for package in packages:
        kept = []
        for provided in package.provides:
            key = provided if ".so=" in provided else provided.split("=")[0]
            if key not in seen:
                seen.add(key)
                kept.append(provided)
        package.provides = kept


def add_unreached(base, packages):
    """Lets `base` depend on whatever its dependencies do not bring in anyway."""
    by_name = {provided.split("=")[0]: package
               for package in packages for provided in package.provides}
    by_name.update((package.name, package) for package in packages)
    for package in packages:
        if package.name not in _reached(base, by_name):
            base.depends = sorted([*base.depends, package.name])


def _reached(start, by_name):
    seen, todo = set(), [start]
    while todo:
        package = todo.pop()
        if package.name not in seen:
            seen.add(package.name)
            todo += [by_name[re.split("[<>=]", depend)[0]] for depend in package.depends]
    return seen
