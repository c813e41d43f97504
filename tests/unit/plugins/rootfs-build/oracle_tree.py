# SPDX-License-Identifier: GPL-3.0-or-later
"""oracle_tree.py FOLDER PACKAGE: makes the tree of one of the oracle test's packages in FOLDER."""
import os
import struct
import sys

OLD = 1_600_000_000
FUTURE = 1_900_000_000  # after the test's epoch: must be clamped


def put(path, text="", mode=0o644, owner=(0, 0), when=OLD, xattrs=None):
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chown(path, *owner)
    os.chmod(path, mode)
    for key, value in (xattrs or {}).items():
        os.setxattr(path, key, value)
    os.utime(path, ns=(int(when * 10**9),) * 2)


def folder(path, mode=0o755, owner=(0, 0)):
    os.makedirs(path, exist_ok=True)
    os.chown(path, *owner)
    os.chmod(path, mode)


def symlink(target, path, owner=(0, 0)):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    os.symlink(target, path)
    os.lchown(path, *owner)
    os.utime(path, (OLD, OLD), follow_symlinks=False)


def capability(bit):
    return struct.pack("<IIIII", 0x02000001, 1 << bit, 0, 0, 0)


def filesystem():
    for name in "etc usr usr/bin usr/lib var var/spool".split():
        folder(name)
    folder("tmp", 0o1777)
    folder("root", 0o700)
    folder("srv/ftp", 0o555, (0, 11))
    folder("var/spool/mail", 0o2775, (0, 8))
    symlink("usr/bin", "bin")
    symlink("usr/lib", "lib")
    put("etc/passwd", "root:x:0:0::/root:/bin/bash\n")
    put("etc/shadow", "root::1::::::\n", 0o600)


def tools():
    put("usr/bin/tool", "#!/bin/sh\n", 0o4755)
    os.link("usr/bin/tool", "usr/bin/tool-alias")
    put("usr/bin/wall", "x" * 600, 0o2755, (0, 5))
    put("usr/bin/ping", "y" * 512, 0o755, xattrs={"security.capability": capability(13), "user.note": b"a\nb=c\0d"})
    os.link("usr/bin/ping", "usr/bin/ping6")
    put("etc/tool.conf", "a = 1\n")
    os.link("etc/tool.conf", "etc/tool.alias")
    put("etc/secret.conf", "s\n", 0o640, (0, 9))
    folder("usr/share/shared", 0o700, (5, 6))
    folder("usr/share/empty", 0o750)
    put("usr/share/shared/from-tools", "t")
    symlink("/nowhere/at all", "usr/lib/dangling")
    symlink("../lib", "usr/lib/up", (7, 8))
    symlink("t" * 300, "usr/lib/long-link")
    os.mkfifo("usr/lib/pipe", 0o622)
    os.chmod("usr/lib/pipe", 0o622)
    put(".INSTALL", "post_install() {\n  true\n}\n", when=1_650_000_000)
    put(".CHANGELOG", "1: first\n", 0o600)


def names():
    base = "usr/share/names/"
    put(base + "ünïcode/ß ☃.txt", "u")
    put(base + "n" * 99, "99")
    put(base + "d" * 90 + "/" + "f" * 200, "long")
    put(base + "/".join(["deep" * 20] * 6) + "/leaf", "deep")
    put(base + "[brackets]*?\\back'quote\"", "q")
    symlink("ziel/ü" + "x" * 120, base + "linkname")
    put(base + "-leading", "-")
    put(base + "trailing ", " ")
    os.link(base + "d" * 90 + "/" + "f" * 200, base + "hard-to-long")


def attributes():
    base = "usr/share/attributes/"
    put(base + "huge-owner", "o", owner=(3_000_000, 2_097_152))
    put(base + "future", "f", when=FUTURE)
    put(base + "fraction", "n", when=OLD + 0.25)
    put(base + "before-1970", "b", when=-86_400)
    put(base + "no-rights", "", 0o000)
    put(base + "all-rights", "", 0o7777)
    folder(base + "locked", 0o000)
    with open(base + "sparse", "wb") as file:
        file.seek(5_000_000)
        file.write(b"end of first")
        file.truncate(9_000_000)
    os.utime(base + "sparse", (OLD, OLD))
    put(base + "acl", "acl")
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in (
        (1, 6, 0xffffffff), (2, 7, 1000), (4, 4, 0xffffffff), (0x10, 7, 0xffffffff), (0x20, 4, 0xffffffff)))
    try:
        os.setxattr(base + "acl", "system.posix_acl_access", acl)
    except OSError:
        pass  # this file system has none
    os.utime(base + "acl", (OLD, OLD))


def docs():
    folder("usr/share/shared", 0o755)
    put("usr/share/shared/from-docs", "d")
    put("usr/share/doc/a/README", "a")
    put("usr/share/doc/a/copyright", "keep me")
    put("usr/share/doc/b/README", "b")
    put("usr/share/man/man1/tool.1", "man")
    put("usr/share/locale/de/x.mo", "de")
    put("usr/share/locale/en/x.mo", "en")
    put("etc/docs.conf", "docs\n")
    put("usr/share/odd/!important", "!")
    put("usr/share/odd/decomposed-u\u0308", "no normal form is forced on it")
    put("usr/share/odd/first", "a file and two links to it")
    os.link("usr/share/odd/first", "usr/share/odd/second")
    os.link("usr/share/odd/first", "usr/share/odd/third")


def odd():
    put("opt/odd/early", "child before its folder")
    folder("opt/odd", 0o700)
    put("opt/unlisted", "not in .MTREE")
    put("opt/listed", "in it")
    put(".hidden", "pacman leaves out what starts with a dot")


def bare():
    put("opt/bare/file", "this package has no .MTREE")
    folder("opt/bare/folder", 0o711)


def clash_file():
    put("etc/passwd", "mine\n")


def clash_folder():
    put("bin/x", "through a symlink of another package")


os.umask(0o022)
os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])
globals()[sys.argv[2].replace("-", "_")]()
