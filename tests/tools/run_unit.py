#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""run_unit.py ROOT UNIT: runs the ExecStart= of a service as its unit says, where no systemd is running: as its user, in
the root folder ROOT, with its mounts, capabilities and system call filters. Exits with the command's exit code. As root;
needs python3-seccomp.

Knows the settings in KNOWN and refuses any other, so that a unit cannot say what is not tried."""
import ctypes
import errno
import glob
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys

import seccomp

LISTS = {"ExecStart", "Environment", "LoadCredential", "ReadWritePaths", "SystemCallFilter", "CapabilityBoundingSet"}
IGNORED = {"Type", "SuccessExitStatus", "KillMode", "TimeoutStopSec", "StateDirectoryMode", "AmbientCapabilities", "LockPersonality",
           "ProtectClock", "ProtectControlGroups", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "RemoveIPC",
           "RestrictRealtime", "SystemCallArchitectures"}
KNOWN = LISTS | IGNORED | {"User", "Group", "StateDirectory", "UMask", "NoNewPrivileges", "MemoryDenyWriteExecute", "PrivateDevices",
                           "PrivateTmp", "ProtectHome", "ProtectKernelTunables", "ProtectProc", "ProtectSystem", "RestrictAddressFamilies",
                           "RestrictNamespaces", "RestrictSUIDSGID", "SystemCallErrorNumber"}
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
NAMESPACES = 0x7E020080  # CLONE_NEW*: NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWTIME
SYS_PIVOT_ROOT, SYS_UMOUNT2, MNT_DETACH = 155, 166, 2  # x86_64
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38


def read_unit(root, unit):
    """{setting: value, or list of values} of [Service], drop-ins on top; specifiers are replaced."""
    template, instance = re.fullmatch(r"([^@]+)@?(.*)\.service", unit).groups()
    name = template + ("@.service" if instance else ".service")
    files = [f"{root}/usr/lib/systemd/system/{name}", *sorted(glob.glob(f"{root}/etc/systemd/system/{glob.escape(unit)}.d/*.conf"))]
    settings, section = {}, ""
    for file in files:
        with open(file, encoding="utf-8") as lines:
            for line in filter(None, map(str.strip, lines)):
                if line.startswith("["):
                    section = line
                elif not line.startswith("#") and section == "[Service]":
                    key, value = line.split("=", 1)
                    assert key in KNOWN, f"{file}: {key}= is not known here"
                    value = re.sub("%(.)", lambda m: {"i": instance, "S": "/var/lib", "%": "%"}[m.group(1)], value)
                    if key in LISTS:
                        settings[key] = settings.get(key, []) + [value] if value else []
                    else:
                        settings[key] = value
    return settings


def is_on(settings, key):
    return settings.get(key, "no") in ("yes", "strict", "invisible")


def call(*command):
    subprocess.run(command, check=True)


# ------------------------------------------------------------------ the file system


def mount_all(root, unit, settings):
    """In a mount namespace of its own. Returns the variables that follow from it."""
    user, variables = settings["User"], {}
    state = f"{root}/var/lib/{settings['StateDirectory']}"
    writable = [state] + [root + path for value in settings.get("ReadWritePaths", []) for path in shlex.split(value)]
    os.makedirs(state, exist_ok=True)
    for path in [root] + (writable if is_on(settings, "ProtectSystem") else []):
        call("mount", "--bind", path, path)
    if is_on(settings, "ProtectSystem"):
        call("mount", "-o", "remount,bind,ro", root)
    call("mount", "-t", "proc", *(("-o", "hidepid=invisible") if is_on(settings, "ProtectProc") else ()), "proc", root + "/proc")
    if is_on(settings, "ProtectKernelTunables"):
        call("mount", "--bind", "-o", "ro", root + "/proc/sys", root + "/proc/sys")
    if is_on(settings, "PrivateTmp"):
        for folder in ("/tmp", "/var/tmp"):
            call("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", root + folder)
    if is_on(settings, "ProtectHome"):
        for folder in ("/home", "/root"):
            call("mount", "-t", "tmpfs", "-o", "mode=000", "tmpfs", root + folder)
    call("mount", "-t", "tmpfs", "tmpfs", root + "/run")
    if credentials := settings.get("LoadCredential"):
        folder = f"/run/credentials/{unit}"
        os.makedirs(root + folder)
        for name, path in (value.split(":", 1) for value in credentials):
            shutil.copyfile(root + path, f"{root}{folder}/{name}")
            os.chmod(f"{root}{folder}/{name}", 0o400)
        call("chroot", root, "chown", "-R", user, folder)
        variables["CREDENTIALS_DIRECTORY"] = folder
    return variables


# ------------------------------------------------------------------ capabilities and system calls


def sets():
    """{"@name": members} of systemd's sets of system calls."""
    found, name = {}, None
    for line in subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        if line.startswith("@"):
            name = line.strip()
            found[name] = []
        elif name and line.strip() and not line.strip().startswith("#"):
            found[name].append(line.strip())
    return found


def allowed(words):
    """The names that SystemCallFilter= allows, and what it always does."""
    known, names, rest = sets(), set(), ["@default", *words]
    while rest:
        word = rest.pop()
        if word.startswith("@"):
            rest += known[word]
        else:
            names.add(word)
    return names


def filters(settings):
    """What is loaded one after the other; the strictest answer counts."""
    no = seccomp.ERRNO(errno.EPERM)
    listed = seccomp.SyscallFilter(no)
    for name in allowed([word for value in settings["SystemCallFilter"] for word in value.split()]):
        try:
            listed.add_rule(seccomp.ALLOW, name)
        except (RuntimeError, ValueError, OSError):
            pass  # not on this machine
    more = seccomp.SyscallFilter(seccomp.ALLOW)
    if is_on(settings, "RestrictNamespaces"):
        for name in ("unshare", "setns"):
            more.add_rule(no, name)
        for bit in (1 << n for n in range(32) if NAMESPACES >> n & 1):
            more.add_rule(no, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, bit, bit))
        more.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    if is_on(settings, "MemoryDenyWriteExecute"):
        more.add_rule(no, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, 6, 6))
        more.add_rule(no, "mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, 4, 4))
    if is_on(settings, "RestrictSUIDSGID"):
        for bit in (0o4000, 0o2000):
            for name, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2)):
                more.add_rule(no, name, seccomp.Arg(place, seccomp.MASKED_EQ, bit, bit))
    families = [FAMILIES[name] for name in settings["RestrictAddressFamilies"].split()]
    for family in set(range(46)) - set(families):
        more.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", seccomp.Arg(0, seccomp.EQ, family))
    return [more, listed]


def drop_capabilities(settings):
    libc = ctypes.CDLL(None, use_errno=True)
    kept = {word.lower() for value in settings.get("CapabilityBoundingSet", []) for word in value.split()}
    names = re.findall(r"#define (CAP_\w+)\s+(\d+)$", open("/usr/include/linux/capability.h", encoding="utf-8").read(), re.M)
    for name, number in names:
        if name.lower() not in kept:
            libc.prctl(PR_CAPBSET_DROP, int(number), 0, 0, 0)
    return libc


def enter(root, libc):
    """pivot_root(2), which leaves nothing of the old root: in a chroot nobody may make a user namespace."""
    os.chdir(root)
    for number, arguments in ((SYS_PIVOT_ROOT, (b".", b".")), (SYS_UMOUNT2, (b".", MNT_DETACH))):
        if libc.syscall(number, *arguments) != 0:
            raise OSError(ctypes.get_errno(), "pivot_root")
    os.chdir("/")


def become(settings, libc):
    account = pwd.getpwnam(settings["User"])
    if os.stat("/var/lib/" + settings["StateDirectory"]).st_uid != account.pw_uid:
        os.chown("/var/lib/" + settings["StateDirectory"], account.pw_uid, account.pw_gid)
    os.umask(int(settings["UMask"], 8))
    os.initgroups(settings["User"], account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    if is_on(settings, "NoNewPrivileges"):
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def main():
    root, unit = os.path.abspath(sys.argv[1]), sys.argv[2]
    if os.environ.get("RUN_UNIT_NAMESPACE") != "1":
        os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", "/usr/bin/python3", *sys.argv], {**os.environ, "RUN_UNIT_NAMESPACE": "1"})
    settings = read_unit(root, unit)
    variables = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "USER": settings["User"]}
    variables |= dict(word.split("=", 1) for value in settings["Environment"] for word in shlex.split(value))
    variables |= mount_all(root, unit, settings)
    command = [word.replace("$$", "$") for word in shlex.split(settings["ExecStart"][-1])]
    prepared, libc = filters(settings), drop_capabilities(settings)
    enter(root, libc)
    if is_on(settings, "NoNewPrivileges"):
        become(settings, libc)
    for prepared_filter in prepared:
        prepared_filter.set_attr(seccomp.Attr.CTL_NNP, 0)
        prepared_filter.load()
    if not is_on(settings, "NoNewPrivileges"):  # only root may load one then
        become(settings, libc)
    os.execve(command[0], command, variables)


main()
