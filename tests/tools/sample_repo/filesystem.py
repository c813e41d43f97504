# SPDX-License-Identifier: GPL-3.0-or-later
"""The `filesystem` package: the top level of the tree and the files of /etc that all share."""
import os

from . import tree

LINKS = ("bin", "sbin", "lib", "lib64")
DIRECTORIES = {"etc": 0o755, "root": 0o700, "tmp": 0o1777, "var/tmp": 0o1777, "run": 0o755,
               "dev": 0o755, "proc": 0o555, "sys": 0o555, "mnt": 0o755, "srv": 0o755}
EXAMPLES = ("nsswitch.conf", "profile", "motd")  # Debian copies them at the first installation
STATIC = {
    "fstab": "# Static information about the filesystems.\n",
    "hosts": "# Static table lookup for hostnames.\n",
    "resolv.conf": "# Resolver configuration file.\n",
    "shells": "/bin/sh\n/bin/bash\n/usr/bin/sh\n/usr/bin/bash\n",
    "securetty": "console\ntty1\n",
    "subuid": "",
    "subgid": "",
}
ACCOUNTS = ("passwd", "group", "shadow", "gshadow")
CONFIGURATION = (*ACCOUNTS, *STATIC, "nsswitch.conf", "profile")
LAST_CHANGE = 14871  # days since 1970, any fixed date


def fill(package, base_passwd):
    """Adds to the package of base-files; base_passwd has the lists of users and groups."""
    _make_top_level(package)
    # as on Arch, whoever builds the image makes this link
    if os.path.lexists(package.path("etc/os-release")):
        os.unlink(package.path("etc/os-release"))
    for name in EXAMPLES:
        source = package.path("usr/share/base-files", name)
        if os.path.isfile(source) and not os.path.lexists(package.path("etc", name)):
            tree.write_file(package.path("etc", name), tree.read_file(source))
    for name, content in STATIC.items():
        tree.write_file(package.path("etc", name), content)
    _write_accounts(package, base_passwd.path("usr/share/base-passwd"))
    package.backup += ["etc/" + name for name in CONFIGURATION]


def _make_top_level(package):
    for name in LINKS:
        os.makedirs(package.path("usr", name), exist_ok=True)
        if not os.path.lexists(package.path(name)):
            os.symlink("usr/" + name, package.path(name))
    for name, mode in DIRECTORIES.items():
        os.makedirs(package.path(name), exist_ok=True)
        os.chmod(package.path(name), mode)


def _write_accounts(package, masters):
    """Debian's master files have "*" for a password; Arch Linux keeps shadow files."""
    users = _records(os.path.join(masters, "passwd.master"))
    groups = _records(os.path.join(masters, "group.master"))

    def write(name, lines, mode=0o644):
        tree.write_file(package.path("etc", name), "".join(line + "\n" for line in lines), mode)
    write("passwd", (":".join([user[0], "x", *user[2:]]) for user in users))
    write("group", (":".join([group[0], "x", *group[2:]]) for group in groups))
    write("shadow", (f"{user[0]}:{'' if user[0] == 'root' else '!*'}:{LAST_CHANGE}::::::"
                     for user in users), 0o600)
    write("gshadow", (f"{group[0]}:!*::" for group in groups), 0o600)


def _records(path):
    return [line.split(":") for line in tree.read_file(path).splitlines()]
