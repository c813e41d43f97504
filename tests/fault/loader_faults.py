# SPDX-License-Identifier: GPL-3.0-or-later
"""Every refusal of the loader: `slipway inspect FILE` says what is wrong with it, and exits with 2."""

import os
import shutil
import struct

from harness import Host, build, check, golden, main

LOADER = build("fault", "loader")


def copied(folder, name, target="plugin.so"):
    """A copy that may be changed."""
    path = folder / target
    shutil.copy(LOADER / name, path)
    return path


def patched(offset, data):
    """The good plugin with some bytes of its ELF header changed."""
    def make(folder):
        path = copied(folder, "good.so")
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(data)
        return path
    return make


def truncated(size):
    def make(folder):
        path = copied(folder, "good.so")
        os.truncate(path, size)
        return path
    return make


def file_of(data):
    def make(folder):
        path = folder / "plugin.so"
        path.write_bytes(data)
        return path
    return make


def with_mode(mode, folder_mode=0o755):
    def make(folder):
        (folder / "in").mkdir()
        path = copied(folder, "good.so", "in/plugin.so")
        path.chmod(mode)
        (folder / "in").chmod(folder_mode)
        return path
    return make


def owned(file_owner, folder_owner):
    def make(folder):
        path = with_mode(0o755)(folder)
        os.chown(path, file_owner, -1)
        os.chown(folder / "in", folder_owner, -1)
        return path
    return make


def built(name):
    return lambda folder: copied(folder, name + ".so")


def folder_itself(folder):
    (folder / "plugin.so").mkdir()
    return folder / "plugin.so"


E_CLASS, E_DATA, E_MACHINE = 4, 5, 18
EM_386, EM_AARCH64, EM_SPARC = 3, 183, 2

REFUSED = {
    "empty": file_of(b""),
    "text": file_of(b"#!/bin/sh\necho plugin\n"),
    "missing-file": lambda folder: folder / "plugin.so",
    "folder": folder_itself,
    "other-architecture": patched(E_MACHINE, struct.pack("<H", EM_AARCH64)),
    "unnamed-architecture": patched(E_MACHINE, struct.pack("<H", EM_SPARC)),
    "i386": patched(E_MACHINE, struct.pack("<H", EM_386)),
    "32-bit": patched(E_CLASS, b"\1"),
    "big-endian": patched(E_DATA, b"\2"),
    "truncated-header": truncated(40),
    "truncated-file": truncated(1000),
    "program": lambda folder: copied(folder, "program"),
    "program-pie": lambda folder: copied(folder, "program-pie"),
    "group-writable": with_mode(0o775),
    "world-writable": with_mode(0o757),
    "group-writable-folder": with_mode(0o755, 0o775),
    "world-writable-folder": with_mode(0o755, 0o757),
}
REFUSED |= {name: built(name) for name in (
    "missing-symbol", "undefined-symbol", "missing-library", "wrong-major", "newer-minor", "unknown-flag",
    "truncated-plugin", "truncated-desc", "no-stages", "null-summary", "null-id", "bad-id", "bad-utf8",
    "unknown-capability", "bad-capability", "bad-ports-syntax", "bad-ports-key", "bad-ports-type", "bad-schema",
    "stage-null", "stage-crashes", "entry-null", "entry-crashes", "entry-exits", "entry-exits-3", "entry-throws",
    "entry-throws-int", "constructor-crashes", "constructor-floods", "constructor-forks")}
if os.geteuid() == 0:
    REFUSED |= {"owned-by-another": owned(1, 0), "folder-owned-by-another": owned(0, 1)}
else:
    print("skipped: owned-by-another, folder-owned-by-another (only root can give files away)")


def refused(name):
    def case(folder):
        path = REFUSED[name](folder)
        host = Host(folder, plugins=folder / "none")
        outcome = host("inspect", path)
        check(outcome.out == "", f"standard output: {outcome.out}")
        # Where a truncated file ends decides which of the two it is.
        text = outcome.text(folder).replace("SIGBUS (Bus error)", "SIGSEGV (Segmentation fault)")
        golden(f"fault/golden/loader/{name}.txt", text)
        host.check_clean()
    return case


def accepted(make):
    def case(folder):
        host = Host(folder, plugins=folder / "none")
        outcome = host("inspect", make(folder))
        check(outcome.code == 0 and "\nfine 1.0.0" in outcome.out, outcome.text(folder))
        check(outcome.err == "", outcome.err)
        host.check_clean()
    return case


def hangs(folder):
    host = Host(folder, plugins=folder / "none")
    outcome = host("inspect", built("entry-hangs")(folder))
    golden("fault/golden/loader/entry-hangs.txt", outcome.text(folder))
    check(outcome.seconds < 30, f"took {outcome.seconds} s")
    host.check_clean()


def does_not_stop_others(folder):
    """A bad plugin beside a good one: `stages` lists the good one and names the bad one."""
    copied(folder, "good.so", "good.so")
    copied(folder, "entry-crashes.so", "bad.so")
    (folder / "text.so").write_text("no plugin")
    outcome = Host(folder, plugins=folder)("stages")
    golden("fault/golden/loader/stages.txt", outcome.text(folder))


CASES = {"entry-hangs": hangs}  # 20 s, so it goes first
CASES |= {name: refused(name) for name in REFUSED}
CASES["good"] = accepted(built("good"))
CASES["constructor-prints"] = accepted(built("constructor-prints"))
CASES["sticky-folder"] = accepted(with_mode(0o755, 0o1777))
CASES["beside-a-good-one"] = does_not_stop_others

main(CASES)
