# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-made pacman packages: every byte of their archive is the caller's choice."""
import bz2
import gzip
import hashlib
import io
import lzma
import subprocess
import tarfile

OLD = 1_600_000_000
FUTURE = 1_900_000_000  # after the epoch of the comparison
SUFFIXES = {"zst": ".pkg.tar.zst", "xz": ".pkg.tar.xz", "gz": ".pkg.tar.gz", "bz2": ".pkg.tar.bz2", "": ".pkg.tar"}


class Entry:
    """One member. `type` is tarfile's; `pax` are extra records of its extended header."""

    def __init__(self, path, content=b"", mode=None, owner=(0, 0), when=OLD, type=tarfile.REGTYPE, link="", pax=None):
        self.path, self.content, self.owner, self.when, self.type = path, content, owner, when, type
        self.link, self.pax = link, pax or {}
        self.mode = mode if mode is not None else {tarfile.DIRTYPE: 0o755, tarfile.SYMTYPE: 0o777}.get(type, 0o644)

    def info(self):
        info = tarfile.TarInfo(self.path)
        info.type, info.mode, info.linkname = self.type, self.mode, self.link
        info.uid, info.gid = self.owner
        info.mtime, info.size = self.when, len(self.content) if self.type == tarfile.REGTYPE else 0
        info.pax_headers = dict(self.pax)
        return info


def file(path, content="x", mode=0o644, **more):
    return Entry(path, content if isinstance(content, bytes) else content.encode(), mode, **more)


def folder(path, mode=0o755, **more):
    return Entry(path, mode=mode, type=tarfile.DIRTYPE, **more)


def symlink(path, target, **more):
    return Entry(path, type=tarfile.SYMTYPE, link=target, **more)


def hardlink(path, target, **more):
    return Entry(path, type=tarfile.LNKTYPE, link=target, **more)


def fifo(path, mode=0o600, **more):
    return Entry(path, mode=mode, type=tarfile.FIFOTYPE, **more)


def escaped(path):
    """A name in mtree(5): octal for all but plain characters."""
    return "".join(chr(b) if 0x21 <= b < 0x7f and chr(b) not in "\\#=*?[" else f"\\{b:03o}" for b in path.encode())


def mtree_line(entry, contents):
    kinds = {tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "link", tarfile.FIFOTYPE: "fifo"}
    line = (f"./{escaped(entry.path)} time={int(entry.when)}.0 mode={entry.mode:o} uid={entry.owner[0]} "
            f"gid={entry.owner[1]} type={kinds.get(entry.type, 'file')}")
    if entry.type == tarfile.SYMTYPE:
        line += f" link={escaped(entry.link)}"
    if entry.path in contents:
        content = contents[entry.path]
        line += (f" size={len(content)} md5digest={hashlib.md5(content).hexdigest()}"
                 f" sha256digest={hashlib.sha256(content).hexdigest()}")
    return line


def mtree(entries):
    contents = {}
    for entry in entries:
        if entry.type == tarfile.REGTYPE:
            contents[entry.path] = entry.content
        elif entry.type == tarfile.LNKTYPE and entry.link in contents:
            contents[entry.path] = contents[entry.link]
    text = "#mtree\n" + "".join(mtree_line(entry, contents) + "\n" for entry in entries)
    return gzip.compress(text.encode(), mtime=0)


def compress(data, how, level):
    if how == "zst":
        return subprocess.run(["zstd", "-q", "-c"] + level, input=data, stdout=subprocess.PIPE, check=True).stdout
    return {"xz": lzma.compress, "gz": gzip.compress, "bz2": bz2.compress, "": bytes}[how](data)


class Package:
    """`info`: more lines of .PKGINFO. `listed`: what .MTREE lists, None for no .MTREE. `head`: the metadata comes
    first, as makepkg puts it. `tail`: bytes after the archive."""

    def __init__(self, name, entries=(), info=(), version="1-1", arch="any", compression="zst", level=(),
                 tar_format=tarfile.PAX_FORMAT, listed=(), head=True, pax=None, tail=b"", pkginfo=None):
        self.name, self.version, self.arch, self.entries = name, version, arch, list(entries)
        self.info, self.compression, self.level, self.tar_format = list(info), compression, list(level), tar_format
        self.listed = self.entries if listed == () else listed
        self.head, self.pax, self.tail, self.pkginfo = head, pax or {}, tail, pkginfo

    @property
    def filename(self):
        return f"{self.name}-{self.version}-{self.arch}{SUFFIXES[self.compression]}"

    def metadata(self):
        size = sum(len(e.content) for e in self.entries)
        lines = [f"pkgname = {self.name}", f"pkgbase = {self.name}", f"pkgver = {self.version}",
                 "pkgdesc = nasty", f"builddate = {OLD}", "packager = Test <test@localhost>", f"size = {size}",
                 f"arch = {self.arch}"] + self.info
        text = self.pkginfo if self.pkginfo is not None else "# made\n" + "\n".join(lines) + "\n"
        made = [file(".PKGINFO", text)]
        if self.listed is not None:
            made.append(file(".MTREE", mtree([e for e in self.listed if not e.path.startswith(".")])))
        return made

    def write(self, directory):
        buffer = io.BytesIO()
        entries = self.metadata() + self.entries if self.head else self.entries + self.metadata()
        with tarfile.open(fileobj=buffer, mode="w", format=self.tar_format, pax_headers=self.pax) as tar:
            for entry in entries:
                tar.addfile(entry.info(), io.BytesIO(entry.content))
        data = compress(buffer.getvalue(), self.compression, self.level) + self.tail
        with open(f"{directory}/{self.filename}", "wb") as out:
            out.write(data)
