# SPDX-License-Identifier: GPL-3.0-or-later
"""The nasty cases: sets of packages that a root filesystem is made of, all valid for pacman or refused by it."""
import struct
import tarfile

from .package import FUTURE, OLD, Entry, Package, fifo, file, folder, hardlink, symlink


class Case:
    """`files`: an overlay that is there before the packages. `options`: NoExtract, NoUpgrade of pacman.conf."""

    def __init__(self, name, packages, options=None, files=None, links=None, stricter=""):
        self.name, self.packages, self.options = name, packages, options or {}
        self.files, self.links, self.stricter = files or {}, links or {}, stricter


def one(name, entries, case_options=None, **more):
    return Case(name, [Package("p", entries, **more)], case_options)


def capability(bit):
    return struct.pack("<IIIII", 0x02000001, 1 << bit, 0, 0, 0)


def record(key, value):
    """A pax record with bytes for a value: tarfile takes text and writes what surrogateescape made of it."""
    return {key: value.decode("utf-8", "surrogateescape")}


def base64_record(key, value):
    import base64
    return {key: base64.b64encode(value).decode().rstrip("=")}


def plain_cases():
    deep = "/".join(["d" * 60] * 6)
    yield one("modes", [folder("b"), file("b/suid", mode=0o4755), file("b/sgid", mode=0o2755), file("b/all", mode=0o7777),
                        file("b/none", mode=0), folder("b/sticky", 0o1777), folder("b/sgid-dir", 0o2770),
                        folder("b/locked", 0), file("b/locked/inside")])
    yield one("owners", [file("a", owner=(0, 42)), file("b", owner=(65534, 65534)), folder("c", owner=(3_000_000, 7)),
                         symlink("d", "a", owner=(5, 6)), file("e", owner=(2**21, 2**32 - 2))])
    yield one("suid-owner", [file("su", mode=0o4711, owner=(33, 33)), file("sg", mode=0o2711, owner=(0, 5))])
    yield one("capability-schily", [file("ping", pax=record("SCHILY.xattr.security.capability", capability(13)))])
    yield one("capability-libarchive",
              [file("ping", pax=base64_record("LIBARCHIVE.xattr.security.capability", capability(10)))])
    yield one("capability-both", [file("ping", pax=record("SCHILY.xattr.security.capability", capability(13))
                                       | base64_record("LIBARCHIVE.xattr.security.capability", capability(13)))])
    yield one("xattrs", [file("f", pax=record("SCHILY.xattr.user.note", b"a=b\nc") | {"SCHILY.xattr.user.empty": ""}),
                         folder("d", pax={"SCHILY.xattr.user.on-folder": "y"})])
    yield one("acl", [file("f", pax={"SCHILY.acl.access": "user::rw-,user:1000:rwx,group::r--,mask::rwx,other::r--"}),
                      folder("d", pax={"SCHILY.acl.default": "user::rwx,group::r-x,group:20:rwx,mask::rwx,other::---"})])
    yield one("hardlinks", [folder("x"), folder("y"), file("x/a", "same"), hardlink("y/b", "x/a"), hardlink("x/c", "y/b")])
    yield one("hardlink-suid", [file("a", "s", 0o4755), hardlink("b", "a", mode=0o4755)])
    yield one("hardlink-other-attributes", [file("a", "s", 0o640, owner=(1, 2)),
                                            hardlink("b", "a", mode=0o600, owner=(3, 4), when=OLD + 5)])
    yield one("hardlink-capability", [file("a", pax=record("SCHILY.xattr.security.capability", capability(13))),
                                      hardlink("b", "a")])
    yield one("hardlink-fifo", [fifo("a"), hardlink("b", "a")])
    yield one("hardlink-symlink", [symlink("a", "nowhere"), hardlink("b", "a")])
    yield one("names-99-100-101", [file("n" * 99), file("m" * 100), file("o" * 101)])
    yield one("names-255", [file("f" * 255), folder("d" * 255), file("d" * 255 + "/" + "f" * 255)])
    yield one("path-long", [file(deep + "/leaf"), hardlink(deep + "/link", deep + "/leaf"), symlink("s", deep + "/leaf")])
    yield one("path-long-gnu", [file(deep + "/leaf"), hardlink(deep + "/link", deep + "/leaf"), symlink("s", deep)],
              tar_format=tarfile.GNU_FORMAT)
    yield one("path-ustar-prefix", [file("p" * 90 + "/" + "q" * 90)], tar_format=tarfile.USTAR_FORMAT)
    yield one("names-utf8", [file("ünï/ß ☃"), file("e\u0301"), symlink("l", "zïel"), folder("目录"), file("目录/😀")])
    yield one("names-shell", [file("-rf"), file("a b"), file("'\"`$(x)"), file("*?[x]"), file("back\\slash"), file("#!;&|")])
    yield one("names-spaces", [file(" lead"), file("trail "), folder(" "), file(" / ")])
    yield one("names-dots", [folder("a"), file("a/.hidden"), file("a/..."), file("a/..x"), folder("a/.d"), file("a/.d/x")])
    yield one("names-case", [file("Makefile"), file("makefile"), file("MAKEFILE")])
    yield one("symlink-loop", [symlink("a", "b"), symlink("b", "a"), symlink("self", "self")])
    yield one("symlink-targets", [symlink("abs", "/etc/passwd"), symlink("up", "../../../.."), symlink("dot", "."),
                                  symlink("long", "t" * 4000), symlink("slash", "x/")])
    yield one("fifo", [fifo("f", 0o622), fifo("g", 0o7000)])
    yield one("empty-files", [file("e1", ""), file("e2", "", 0o4000), file("e3", "", when=0)])
    yield one("sizes", [file(f"s{n}", b"z" * n) for n in (1, 511, 512, 513, 1023, 1024, 10239, 10240, 10241, 1 << 20)])
    yield one("tar-in-tar", [file("x.tar", (b"ustar\x0000" + b"\0" * 505) * 20)])
    yield one("mtimes", [file("zero", when=0), file("minus", when=-86_400), file("future", when=FUTURE),
                         file("nano", when=OLD, pax={"mtime": f"{OLD}.123456789"}),
                         file("minus-nano", when=-5, pax={"mtime": "-4.25"}), symlink("link", "zero", when=7),
                         file("far", when=2**33 + 1), fifo("pipe", when=9)])
    yield one("empty-package", [])
    yield one("only-folders", [folder("a"), folder("a/b"), folder("a/b/c", 0o700)])
    yield one("parents-missing", [file("not/listed/here/x"), folder("later", 0o700)])
    yield one("child-before-folder", [file("d/x"), folder("d", 0o700), file("d/y")])
    yield one("folder-twice", [folder("d", 0o711), file("d/x"), folder("d", 0o755)])
    yield one("no-mtree", [folder("d"), file("d/x"), symlink("l", "d/x")], listed=None)
    yield one("mtree-short", [file("a"), file("b")], listed=[file("a")])
    yield one("mtree-long", [file("a")], listed=[file("a"), file("ghost"), folder("gone")])
    yield one("metadata-last", [folder("d"), file("d/x")], head=False)
    yield one("install-changelog", [file(".INSTALL", "post_install() { false; }\n", 0o755), file(".CHANGELOG", "1\n", 0o600),
                                    file(".BUILDINFO", "format = 2\n"), file(".other", "dropped"), file("x")])
    yield one("many-files", [folder("m")] + [file(f"m/{i:04d}", str(i)) for i in range(1500)])


def format_cases():
    some = [folder("d"), file("d/x", "content"), symlink("l", "d/x"), hardlink("h", "d/x")]
    for compression in ("xz", "gz", "bz2", ""):
        yield one(f"compression-{compression or 'none'}", some, compression=compression)
    yield one("zstd-long-window", some + [file("big", bytes(range(256)) * 8192)], level=["--long=27", "-3"])
    yield one("zstd-no-checksum", some, level=["--no-check"])
    yield one("tar-gnu", some, tar_format=tarfile.GNU_FORMAT)
    yield one("tar-ustar", some, tar_format=tarfile.USTAR_FORMAT)
    yield one("pax-global", some, pax={"comment": "global"})
    yield one("pax-charset", [file("bïn", pax={"hdrcharset": "BINARY", "path": "bïn"})])
    yield one("sparse-pax", [Entry("holes", b"".join([b"2\n5\n3\n1000000\n4\n".ljust(512, b"\0"), b"abcdefg"]),
                                   pax={"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "holes",
                                        "GNU.sparse.realsize": "2000000"})], listed=[file("holes")])
    yield one("contiguous", [Entry("c", b"old unix", type=tarfile.CONTTYPE)], listed=[file("c", "old unix")])


def info_cases():
    yield Case("package-names", [Package(name, [file("f-" + name)]) for name in ("g++", "lib@x", "a.b", "a_b", "1st")])
    yield Case("versions", [Package("epoch", [file("e")], version="1:2.0-3"), Package("tilde", [file("t")], version="1~rc1-1"),
                            Package("plus", [file("q")], version="5.10.r3+gabc-0.1")])
    yield one("info-full", [file("x")], info=[
        "url = https://example.org/?a=b", "license = GPL-2.0-or-later", "license = custom: my own", "license = MIT",
        "group = g1", "group = g2", "optdepend = other: because of a = b", "provides = v=1:2-3", "provides = virtual",
        "conflict = other<2", "replaces = older", "makedepend = gcc", "checkdepend = python", "xdata = pkgtype=pkg",
        "unknown = key", "# a comment", "force = true"])
    yield Case("info-licenses", [Package(f"p{n}", [file(f"p{n}")], [f"license = {text}" for text in texts])
                                 for n, texts in enumerate((
                                     ["MIT OR Apache-2.0", "BSD-3-Clause"], ["GPL-2.0+"], ["(MIT)"], ["GPL", "LGPL2.1"],
                                     ["custom:a/b", "custom:a b", "custom: größer"], ["LicenseRef-own AND Zlib"], ["MIT AND"],
                                     ["GPL-3.0-or-later WITH GCC-exception-3.1"], ["( MIT AND ( ISC OR Unlicense ) )"], ["mit"]))])
    yield one("info-empty-fields", [file("x")], info=["url = ", "pkgdesc = ", "license = ", "group = "])
    yield one("info-repeated", [file("x")], info=["pkgdesc = first", "pkgdesc = second", "url = a", "url = b"])
    yield one("info-spaces", [file("x")], info=["pkgdesc =  two  spaces ", "url= no-space", "\tpackager = tab", "license =MIT"])
    yield one("info-utf8", [file("x")], info=["pkgdesc = größer – ☃", "packager = Jörg <j@example.org>"])
    yield Case("dependencies", [Package("p", [file("p")], ["depend = q>=1", "depend = virtual"]),
                                Package("q", [file("q")], ["provides = virtual=2", "depend = p"])])
    yield Case("reasons", [Package("p", [file("p")], ["depend = q"]), Package("q", [file("q")])])


def backup_cases():
    yield one("backup", [folder("etc"), file("etc/a", "A"), file("etc/b", ""), file("etc/s", "s", 0o600)],
              info=["backup = etc/a", "backup = etc/b", "backup = etc/s", "backup = etc/missing", "backup = etc/"])
    yield one("backup-hardlinks", [file("a", "A"), hardlink("b", "a"), hardlink("c", "b")], info=["backup = b", "backup = c"])
    yield one("backup-no-extract", [file("a"), file("b")], {"NoExtract": ["a"]}, info=["backup = a", "backup = b"])
    yield one("backup-twice", [file("a")], info=["backup = a", "backup = a"])
    yield one("backup-odd-name", [file("a b")], info=["backup = a b"])
    config = [Package("p", [folder("etc", 0o750), file("etc/x", "theirs", 0o600), file("etc/y")], ["backup = etc/x"])]
    yield Case("overlay-differs", config, files={"etc/x": "mine"})
    yield Case("overlay-same-size", config, files={"etc/x": "MINE!!"})
    yield Case("overlay-same", config, files={"etc/x": "theirs"})
    yield Case("overlay-no-upgrade", config, {"NoUpgrade": ["etc/x"]}, files={"etc/x": "theirs"})
    yield Case("overlay-no-upgrade-inverted", config, {"NoUpgrade": ["etc/*", "!etc/x"]}, files={"etc/x": "theirs"})
    yield Case("overlay-conflict", config, files={"etc/y": "no backup"})
    yield Case("overlay-conflict-same", config, files={"etc/y": "x"})
    yield Case("overlay-no-extract", config, {"NoExtract": ["etc/x"]}, files={"etc/x": "mine"})
    yield Case("overlay-no-extract-no-backup", config, {"NoExtract": ["etc/y"]}, files={"etc/y": "mine"})
    yield Case("overlay-beside", config, files={"etc/z": "z", "opt/deep/q": "q"}, links={"etc/l": "z"})
    yield Case("overlay-link-conflict", config, links={"etc/y": "elsewhere"})
    yield Case("overlay-folder-conflict", [Package("p", [symlink("bin", "usr/bin"), folder("usr"), folder("usr/bin")])],
               files={"bin/x": "x"})


def pattern_cases():
    docs = [folder("doc"), folder("doc/a"), file("doc/a/README"), file("doc/a/copyright"), folder("doc/b"), file("doc/b/x")]
    for name, patterns in (("all", ["doc/*"]), ("inverted", ["doc/*", "!doc/*/copyright"]),
                           ("order", ["!doc/a/copyright", "doc/*"]), ("folder", ["doc/b/"]), ("no-slash", ["doc/b"]),
                           ("brackets", ["doc/[!b]*"]), ("question", ["doc/?/READM?"]), ("everything", ["*"]),
                           ("escaped", ["doc/\\a/*"])):
        yield one(f"no-extract-{name}", docs, {"NoExtract": patterns})
    yield one("no-extract-literal", [file("!x"), file("y")], {"NoExtract": ["\\!x"]})
    yield one("no-extract-hardlink", [file("a", "A"), hardlink("b", "a"), hardlink("c", "a")], {"NoExtract": ["a"]})
    yield one("no-extract-link", [file("a", "A"), hardlink("b", "a")], {"NoExtract": ["b"]})
    yield one("no-extract-symlink", [symlink("a", "b"), file("b")], {"NoExtract": ["a"]})


def together_cases():
    yield Case("shared-folders", [Package("p", [folder("s", 0o700, owner=(1, 1), when=5), file("s/p")]),
                                  Package("q", [folder("s", 0o755), file("s/q")], ["depend = p"])])
    yield Case("shared-missing-folder", [Package("p", [file("s/p")]),
                                         Package("q", [folder("s", 0o700), file("s/q")], ["depend = p"])])
    yield Case("shared-links", [Package("p", [folder("u"), symlink("l", "u")]), Package("q", [folder("u"), file("u/x")])])
    yield Case("conflict-file", [Package("p", [file("x", "1")]), Package("q", [file("x", "1")])])
    yield Case("conflict-type", [Package("p", [folder("x")]), Package("q", [file("x")])])
    yield Case("conflict-symlink", [Package("p", [symlink("x", "y")]), Package("q", [symlink("x", "y")])])
    yield Case("conflict-folder-link", [Package("p", [folder("lib"), file("lib/x")]), Package("q", [symlink("lib", "usr")])])
    yield Case("conflict-link-folder", [Package("p", [symlink("lib", "usr"), folder("usr")]),
                                        Package("q", [folder("lib"), file("lib/x")])])
    yield Case("conflict-no-extract", [Package("p", [file("x")]), Package("q", [file("x")])], {"NoExtract": ["x"]})
    yield Case("conflict-hardlink", [Package("p", [file("a"), hardlink("x", "a")]), Package("q", [file("x")])])


def stricter_cases():
    """Refused on purpose, taken by pacman (docs/decisions/0010-rootfs-merge.md); not counted among the others."""
    yield Case("device", [Package("p", [Entry("null", type=tarfile.CHRTYPE)])], stricter="device nodes")
    yield Case("file-twice", [Package("p", [file("x", "1"), file("x", "2")])], stricter="entries that come twice")
    yield Case("newline", [Package("p", [file("a\nb")], listed=None)], stricter="control characters")
    yield Case("below-file", [Package("p", [file("x")]), Package("q", [file("x/y")], ["depend = p"])],
               stricter="writes below a file: pacman only warns, and loses the entry")
    yield Case("below-others-link", [Package("p", [folder("d"), symlink("l", "d")]), Package("q", [file("l/x")], ["depend = p"])],
               stricter="writes below another package's symlink: pacman replaces the symlink by a folder")
    yield Case("through-link", [Package("p", [symlink("l", "d"), folder("d"), file("l/x")])],
               stricter="writes through a symlink")
    yield Case("link-outside", [Package("q", [file("theirs")]), Package("p", [hardlink("mine", "theirs")], ["depend = q"])],
               stricter="hard links to another package's file")


def all_cases():
    for cases in (plain_cases, format_cases, info_cases, backup_cases, pattern_cases, together_cases, stricter_cases):
        yield from cases()
