# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages of the repository: what each is made of and what is known about it."""
import dataclasses
import os

from . import catalogue, version
from .deb import Deb

ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64", "i386": "i686", "all": "any"}


@dataclasses.dataclass(eq=False)  # two packages are never the same one
class Package:
    name: str
    stage: str  # the directory that holds its files
    version: str = ""
    description: str = ""
    url: str = ""
    epoch: int = 0  # date of its newest file, and of everything in the package
    size: int = 0  # bytes of its files, known once it is packed
    debs: list[Deb] = dataclasses.field(default_factory=list)
    depends: list[str] = dataclasses.field(default_factory=list)
    provides: list[str] = dataclasses.field(default_factory=list)
    conflicts: list[str] = dataclasses.field(default_factory=list)
    backup: list[str] = dataclasses.field(default_factory=list)

    @property
    def arch(self):
        native = {deb.arch for deb in self.debs} - {"all"}
        return architecture(native.pop() if native else "all")

    @property
    def file_name(self):
        return f"{self.name}-{self.version}-{self.arch}.pkg.tar.zst"

    @property
    def weight(self):
        """How long it takes to pack, roughly."""
        return sum(deb.installed_size for deb in self.debs)

    def path(self, *parts):
        """Where a file of the package lies now."""
        return os.path.join(self.stage, *parts)


def architecture(debian):
    return ARCHITECTURES.get(debian, debian)


def group(debs, stages):
    """Packages of the Debian packages that share a source, sorted by name."""
    packages = {}
    for deb in debs:
        name = catalogue.RENAMED.get(deb.source, deb.source)
        package = packages.setdefault(name, Package(name, os.path.join(stages, name)))
        package.debs.append(deb)
    for package in packages.values():
        _describe(package)
    return [packages[name] for name in sorted(packages)]


def _describe(package):
    lead = next((deb for deb in package.debs if deb.name == deb.source), package.debs[0])
    package.description = lead.fields.get("Description", package.name).split("\n")[0]
    package.url = lead.fields.get("Homepage", "")
    package.version = version.convert(lead.source_version)


def meta(name, description, depends, stages, epoch):
    """A package that no Debian package stands behind."""
    package = Package(name, os.path.join(stages, name), "1-1", description, epoch=epoch,
                      depends=depends)
    os.mkdir(package.stage)
    return package
