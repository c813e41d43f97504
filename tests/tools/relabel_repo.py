#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of a pacman repository that says it is for another machine.

`relabel_repo.py FROM TO MACHINE [--touch]` copies every package; those for a machine become ones for MACHINE: in their
name, their .PKGINFO and .MTREE. The programs in them stay what they are. --touch: every file has a byte more (and
.MTREE says so), as a build for that machine would have other bytes everywhere. The database is FROM's by name."""
import concurrent.futures
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile

PACKAGE = re.compile(r"(?P<name>.+)-(?P<machine>[^-]+)\.pkg\.tar\.zst$")


def summed(lines, contents):
    """.MTREE's lines with the sizes and sums of the contents by path."""
    for line in lines:
        path = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), line.split(" ", 1)[0]).removeprefix("./")
        if path in contents:
            content = contents[path]
            line = re.sub(r"\bsize=\d+", f"size={len(content)}", line)
            for kind in ("md5", "sha256"):
                line = re.sub(rf"\b{kind}digest=\w+", f"{kind}digest={hashlib.new(kind, content).hexdigest()}", line)
        yield line


def changed(packed, machine, touch):
    """The tar of the package for `machine`."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as old:
        entries = [(entry, old.extractfile(entry).read() if entry.isreg() else None) for entry in old]
    contents = {}
    for entry, content in entries:
        if entry.name in (".PKGINFO", ".BUILDINFO"):
            contents[entry.name] = re.sub(rb"(?m)^(arch|pkgarch) = .*$", rb"\1 = " + machine.encode(), content)
        elif touch and content and not entry.name.startswith("."):
            contents[entry.name] = content + b"\n"
    sums = contents | {entry.name: contents[entry.linkname] for entry, _ in entries if entry.islnk() and entry.linkname in contents}
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as new:
        for entry, content in entries:
            content = contents.get(entry.name, content)
            if entry.name == ".MTREE":
                lines = gzip.decompress(content).decode("utf-8", "surrogateescape").split("\n")
                text = "\n".join(summed(lines, sums)).encode("utf-8", "surrogateescape")
                content = gzip.compress(text, mtime=0)
            if content is not None:
                entry.size = len(content)
                entry.pax_headers.pop("size", None)
            new.addfile(entry, io.BytesIO(content) if content is not None else None)
    return made.getvalue()


def relabel(source, target, name, machine, touch):
    found = PACKAGE.match(name)
    if found["machine"] == "any":
        shutil.copy(f"{source}/{name}", target)
        return
    packed = subprocess.run(["zstd", "-dcq", f"{source}/{name}"], check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["zstd", "-q", "-3", "-", "-o", f"{target}/{found['name']}-{machine}.pkg.tar.zst"], check=True,
                   input=changed(packed, machine, touch))


def main(source, target, machine, *flags):
    os.makedirs(target)
    packages = sorted(name for name in os.listdir(source) if PACKAGE.match(name))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: relabel(source, target, name, machine, "--touch" in flags), packages))
    database = next(name for name in os.listdir(source) if name.endswith(".db.tar.gz"))
    subprocess.run(["repo-add", "-q", f"{target}/{database}", *(f"{target}/{name}" for name in sorted(os.listdir(target)))],
                   check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(*sys.argv[1:])
