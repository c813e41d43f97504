# SPDX-License-Identifier: GPL-3.0-or-later
"""One Debian package: its control fields, relations and configuration files (deb(5))."""
import io
import os
import re
import tarfile
from typing import NamedTuple

from . import tools

RELATION = re.compile(r"([a-z0-9][a-z0-9+.-]*)(?::\w+)?"
                      r"\s*(?:\(\s*(<<|<=|=|>=|>>)\s*(\S+?)\s*\))?")


class Relation(NamedTuple):
    """`name (operator version)`; the last two are None where any version will do."""
    name: str
    operator: str | None
    version: str | None


class Deb:
    def __init__(self, path):
        control, conffiles = _control_files(path)
        self.path = path
        self.fields = _parse_fields(control)
        self.name = self.fields["Package"]
        self.version = self.fields["Version"]
        self.arch = self.fields["Architecture"]
        self.installed_size = int(self.fields.get("Installed-Size", 0))  # KiB
        self.conffiles = [line.strip().lstrip("/") for line in conffiles.splitlines()
                          if line.startswith("/")]
        # "Source: name (version)", where the version is given only if it differs
        match = re.match(r"(\S+)(?: \((.*)\))?$", self.fields.get("Source", self.name))
        self.source, self.source_version = match[1], match[2] or self.version
        self.sonames = []  # shared libraries, known once it is unpacked: ["libz.so.1"]

    @property
    def file_name(self):
        return os.path.basename(self.path)

    def relations(self, *fields):
        """Clauses of the fields, each a list of alternative Relations."""
        clauses = (clause for field in fields for clause in self.fields.get(field, "").split(","))
        parsed = ([RELATION.match(alternative.strip()) for alternative in clause.split("|")]
                  for clause in clauses)
        alternatives = ([Relation(*match.groups()) for match in clause if match]
                        for clause in parsed)
        return [clause for clause in alternatives if clause]


def _control_files(path):
    archive = tools.output(f"read '{path}'", ["dpkg-deb", "--ctrl-tarfile", path])
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        def content(name):
            if name not in members.getnames():
                return ""
            return members.extractfile(name).read().decode()
        return content("./control"), content("./conffiles")


def _parse_fields(control):
    """Field -> value; folded values keep their line breaks."""
    fields, key = {}, None
    for line in control.splitlines():
        if line[:1] in (" ", "\t"):
            fields[key] += "\n" + line.strip()
        elif line.strip():
            key, _, value = line.partition(":")
            fields[key] = value.strip()
    return fields
