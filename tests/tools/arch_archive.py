#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A day of a package archive, laid out and signed as archive.archlinux.org's, from which config/chains/archlinux.json
builds as it is.

The packages are the sample repository's, which are Debian's. Two are made anew: `filesystem`, which says that it is
Arch, and `base`, which needs `arch-programs` as well: whatever of the programs and files that Arch's base has, and the
chain uses, the sample lacks. The programs are this machine's, with their libraries; update-ca-trust, the system users
and the image's keyring stand in for Arch's. `base-devel` is one small file.

`arch_archive.py FOLDER SAMPLE [DAY]` makes FOLDER/repos/DAY/{core,extra}/os/x86_64 (DAY: 2026/11/05) and
FOLDER/keyring, whose keys have signed every package."""
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

TOOLS = os.path.dirname(os.path.abspath(__file__))
DAY = "2026/11/05"
PROGRAMS = ("pacman pacman-conf pacman-key vercmp gpg gpg-agent gpgconf gpgv systemd-sysusers "
            "awk cat chmod grep kill mkdir rm sort touch wc").split()
TRUST = """#!/bin/bash
# Stands in for p11-kit's: one bundle of Mozilla's certificates.
set -e
mkdir -p /etc/ca-certificates/extracted /etc/ssl/certs
cat /usr/share/ca-certificates/mozilla/*.crt >/etc/ca-certificates/extracted/tls-ca-bundle.pem
[ -L /etc/ssl/certs/ca-certificates.crt ] || {
    rm -f /etc/ssl/certs/ca-certificates.crt
    ln -s ../../ca-certificates/extracted/tls-ca-bundle.pem /etc/ssl/certs/ca-certificates.crt
}
"""


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **{"text": True, **more}).stdout


def files_of(sample):
    """The paths of all files in the sample's packages."""
    listing = run("zcat", sample + "/sample.files.tar.gz", text=False)
    with tarfile.open(fileobj=io.BytesIO(listing)) as tar:
        texts = [tar.extractfile(m).read().decode() for m in tar if m.name.endswith("/files")]
    return {line for text in texts for line in text.splitlines()}


def package_file(sample, name):
    """The file of the sample's package `name`."""
    found = [f for f in os.listdir(sample) if re.fullmatch(re.escape(name) + r"-[^-]+-[^-]+-[^-]+\.pkg\.tar\.zst", f)]
    assert len(found) == 1, (name, found)
    return f"{sample}/{found[0]}"


def info_of(package):
    """The lines of its .PKGINFO."""
    return run("bsdtar", "-xOf", package, ".PKGINFO").splitlines()


def pack(tree, name, version, folder, lines=()):
    run(TOOLS + "/pack-test-package", tree, name, version, folder, input="".join(line + "\n" for line in lines))


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def pack_filesystem(sample, folder, scratch):
    package, tree = package_file(sample, "filesystem"), scratch + "/filesystem"
    os.makedirs(tree)
    run("bsdtar", "-xpf", package, "-C", tree)
    for path in (".MTREE", ".PKGINFO", ".BUILDINFO"):
        os.unlink(f"{tree}/{path}")
    release = tree + "/usr/lib/os-release"
    with open(release, encoding="utf-8") as file:
        text = file.read()
    write(release, re.sub(r"^ID=.*$", "ID=arch", text, flags=re.M))
    lines = info_of(package)
    version = next(line[9:] for line in lines if line.startswith("pkgver = "))
    pack(tree, "filesystem", version, folder, [line for line in lines if re.match("(backup|provides|depend) = ", line)])


def libraries_of(program):
    """What the dynamic linker loads for it, below /usr."""
    done = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return {path if path.startswith("/usr/") else "/usr" + path for path in re.findall(r"(/\S+) \(0x", done.stdout)}


def pack_programs(there, keyring, folder, scratch):
    tree = scratch + "/arch-programs"

    def put(source, path):
        if path not in there and not os.path.lexists(f"{tree}/{path}"):
            os.makedirs(os.path.dirname(f"{tree}/{path}"), exist_ok=True)
            shutil.copyfile(source, f"{tree}/{path}")
            os.chmod(f"{tree}/{path}", os.stat(source).st_mode & 0o777)

    for name in (*PROGRAMS, "ln"):
        program = shutil.which(name)
        put(program, "usr/bin/" + name)
        for library in libraries_of(program):
            put(library, library[1:])
    for name in ("message.sh", "parseopts.sh"):
        put("/usr/share/makepkg/util/" + name, "usr/share/makepkg/util/" + name)
    # Debian's pacman-key looks for keyrings in a folder of its own.
    for place in ("usr/share/pacman/keyrings", "usr/share/keyrings"):
        for name in ("archlinux.gpg", "archlinux-trusted", "archlinux-revoked"):
            put(f"{keyring}/{name}", f"{place}/{name}")
    if "usr/bin/update-ca-trust" not in there:
        write(tree + "/usr/bin/update-ca-trust", TRUST, 0o755)
    write(tree + "/usr/lib/sysusers.d/arch-programs.conf", 'u alpm 970 "Arch Linux Package Management"\n')
    pack(tree, "arch-programs", "1-1", folder)


def pack_meta(sample, core, extra, scratch):
    depends = [line for line in info_of(package_file(sample, "base")) if line.startswith("depend = ")]
    os.makedirs(scratch + "/base")
    pack(scratch + "/base", "base", "2-1", core, [*depends, "depend = arch-programs"])
    write(scratch + "/base-devel/usr/share/base-devel/version", "1\n")
    pack(scratch + "/base-devel", "base-devel", "1-1", extra)


def make_keys(scratch):
    """The keyring's folder, its files named as Arch's."""
    run(TOOLS + "/make-test-keyring", scratch)
    keyring = scratch + "/keyring"
    for name in ("test.gpg", "test-trusted", "test-revoked"):
        os.rename(f"{keyring}/{name}", f"{keyring}/{name.replace('test', 'archlinux')}")
    return keyring


def sign(scratch, paths):
    """By `good` of make-test-keyring, when it was good."""
    for path in paths:
        run("gpg", "--homedir", scratch + "/gnupg", "--batch", "--quiet", "--no-tty", "--yes", "--passphrase", "", "--trust-model",
            "always", "--faked-system-time", "20190601T000000!", "--local-user", "good@test", "--detach-sign", "--output",
            path + ".sig", path, stderr=subprocess.DEVNULL)
    run("gpgconf", "--homedir", scratch + "/gnupg", "--kill", "gpg-agent")


def add_repository(folder, name):
    """The database of the packages in the folder; as on a mirror, NAME.db is a file."""
    packages = sorted(f"{folder}/{f}" for f in os.listdir(folder) if f.endswith(".zst"))
    run("repo-add", "-q", f"{folder}/{name}.db.tar.gz", *packages, env={**os.environ, "LC_ALL": "C.UTF-8"}, stderr=subprocess.STDOUT)


def put(source, target):
    """The same file; a symlink would lead out of the archive, where the stage may not read."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def make(folder, sample, day=DAY):
    core, extra = (f"{folder}/repos/{day}/{name}/os/x86_64" for name in ("core", "extra"))
    os.makedirs(core)
    os.makedirs(extra)
    with tempfile.TemporaryDirectory(prefix="arch-", dir="/tmp") as scratch:  # short: gpg-agent's socket is in it
        keyring = make_keys(scratch)
        shutil.copytree(keyring, folder + "/keyring")
        replaced = {os.path.basename(package_file(sample, name)) for name in ("base", "filesystem")}
        for name in os.listdir(sample):
            if name.endswith(".pkg.tar.zst") and name not in replaced:
                put(f"{sample}/{name}", f"{core}/{name}")
        pack_filesystem(sample, core, scratch)
        pack_programs(files_of(sample), keyring, core, scratch)
        pack_meta(sample, core, extra, scratch)
        sign(scratch, [f"{place}/{name}" for place in (core, extra) for name in os.listdir(place)])
    add_repository(core, "core")
    add_repository(extra, "extra")


if __name__ == "__main__":
    make(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), *sys.argv[3:4])
