# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of make-sample-repo."""
import argparse
import contextlib
import fcntl
import os
import re
import sys
import time

from . import apt, download, generate, lock, publish, stamp, tools, tree
from .failure import Failure, from_os_error

DESCRIPTION = """\
Make a realistic pacman repository for tests and benchmarks.

It takes a set of Debian 12 packages, groups them by their source (as Arch Linux does) and
writes each group as a NAME-VERSION-REL-ARCH.pkg.tar.zst with .PKGINFO, .BUILDINFO, .MTREE and,
for some, .INSTALL. The layout is that of Arch Linux: /usr is merged, `filesystem` owns the top
level and /etc/passwd and friends, `base` depends on everything. repo-add makes the databases.

  make-sample-repo --out DIR           about 140 packages, 475 MB unpacked, 115 MB packed
  make-sample-repo --out DIR --small   18 packages, 28 MB unpacked, 7 MB packed

The first run resolves and downloads the packages through apt and keeps them, and their lock, in
the work directory; later runs need neither network nor apt's package lists. The same lock and
the same bsdtar, zstd and pacman give the same bytes, for root and (through fakeroot) any user.
"""
EPILOG = """\
The repository can be used as it lies, with this in pacman.conf:
  [sample]
  SigLevel = Never
  Server = file://DIR
"""
TOOLS = ["bsdtar", "dpkg-deb", "repo-add", "tar", "vercmp", "zstd"]


def note(message):
    print(f"==> {message}", file=sys.stderr, flush=True)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="make-sample-repo", description=DESCRIPTION, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, metavar="DIR", help="the repository")
    parser.add_argument("--work", metavar="DIR",
                        help="scratch space; keeps the .deb files and the lock (default: OUT.work)")
    parser.add_argument("--small", dest="mode", action="store_const", const="small", default="big",
                        help="only a few packages, for tests")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--lock", metavar="FILE",
                        help="take the packages of this lock, OUT/lock of an earlier run (with "
                             "--small if that run had it)")
    source.add_argument("--refresh", action="store_true",
                        help="resolve again instead of reusing the lock of the work directory")
    parser.add_argument("--level", type=_number(1, 22), default=20, metavar="N",
                        help="zstd level (default: 20, as Arch Linux has it)")
    parser.add_argument("--jobs", type=_number(1, 1024), metavar="N",
                        default=len(os.sched_getaffinity(0)),
                        help="packages to work on at a time (default: one for each processor)")
    parser.add_argument("--name", type=_repository_name, default="sample", metavar="REPO",
                        help="name of the repository (default: sample)")
    parser.add_argument("--force", action="store_true",
                        help="make it anew even if it is up to date")
    options = parser.parse_args(arguments)
    options.out = os.path.realpath(options.out)
    options.work = os.path.realpath(options.work or options.out + ".work")
    if os.path.commonpath([options.out, options.work]) == options.out:
        parser.error("--work must not lie in --out, which is made anew")
    return options


def _number(lowest, highest):
    def parse_number(text):
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {lowest} to {highest}")
        return int(text)
    return parse_number


def _repository_name(text):
    # pacman keeps "local" for what is installed
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9@._+-]*", text) or text == "local":
        raise argparse.ArgumentTypeError(f"'{text}' cannot be the name of a repository")
    return text


@contextlib.contextmanager
def alone_in(directory):
    """Makes the directory and keeps other runs out of it: they share stages and downloads."""
    os.makedirs(directory, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f"waiting for another run in {directory}")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def find_pins(options):
    """The lock that was asked for, that of an earlier run, or a new one."""
    if options.lock:
        return lock.read(options.lock)
    path = os.path.join(options.work, "lock-" + options.mode)
    if options.refresh or not os.path.exists(path):
        note("asking apt for the packages")
        lock.write(path, apt.resolve(options.mode))
    return lock.read(path)


def run(options):
    began = time.monotonic()
    with alone_in(options.work):
        pins = find_pins(options)
        made_from = stamp.inputs(lock.to_text(pins), options.mode, options.name, options.level)
        if not options.force and stamp.is_current(options.out, made_from):
            note(f"{options.out}: up to date")
            return
        with publish.replacing(options.out) as new:
            debs = download.fetch(pins, os.path.join(options.work, "debs"), note)
            stages = os.path.join(options.work, "stage")
            packages = generate.generate(debs, new, stages, options, note)
            tree.remove(stages)
            lock.write(os.path.join(new, "lock"), pins)
            stamp.write(new, made_from)
            packed = sum(os.path.getsize(os.path.join(new, one.file_name)) for one in packages)
    note(f"{options.out}: {len(packages)} packages, {sum(one.size for one in packages) / 1e6:.0f} "
         f"MB unpacked, {packed / 1e6:.0f} MB packed, {time.monotonic() - began:.0f} s")


def main():
    options = parse(sys.argv[1:])
    os.umask(0o022)
    try:
        if os.geteuid():
            tools.require(["fakeroot", *TOOLS])
            os.execvp("fakeroot", ["fakeroot", "--", sys.executable, *sys.argv])
        tools.require(TOOLS)
        run(options)
    except OSError as error:
        print(f"make-sample-repo: {from_os_error(error)}", file=sys.stderr)
        return 1
    except Failure as error:
        print(f"make-sample-repo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("make-sample-repo: interrupted; what was there before is untouched", file=sys.stderr)
        return 130
    return 0
