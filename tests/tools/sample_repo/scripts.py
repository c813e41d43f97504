# SPDX-License-Identifier: GPL-3.0-or-later
"""Install scriptlets (.INSTALL) and alpm hooks, as the packages of Arch Linux have them."""
from typing import NamedTuple

SCRIPTLETS = {
    "filesystem": "post_upgrade() {\n  [ -e etc/shells ] || true\n}\n",
    "glibc": "post_upgrade() {\n  ldconfig\n}\n",
    "systemd": "post_upgrade() {\n  systemd-machine-id-setup\n}\n",
    "ca-certificates": "post_upgrade() {\n  update-ca-certificates --fresh\n}\n",
    "shadow": "post_upgrade() {\n  grpck -r >/dev/null 2>&1 || true\n}\n",
    "bash": "post_install() {\n"
            "  grep -qxs /bin/bash etc/shells || echo /bin/bash >>etc/shells\n}\n",
}


class Hook(NamedTuple):
    target: str
    description: str
    command: str
    needs: str = ""  # the package that the command comes from, where that is another one

    def text(self):
        """The hook's file, see alpm-hooks(5)."""
        return ("[Trigger]\n"
                "Type = Path\n"
                "Operation = Install\n"
                "Operation = Upgrade\n"
                "Operation = Remove\n"
                f"Target = {self.target}\n"
                "\n"
                "[Action]\n"
                f"Description = {self.description}\n"
                "When = PostTransaction\n"
                f"Exec = {self.command}\n")


HOOKS = {
    "ca-certificates": {
        "40-update-ca-trust.hook": Hook(
            "usr/share/ca-certificates/*", "Rebuilding certificate stores...",
            "/usr/sbin/update-ca-certificates", needs="coreutils"),
    },
    "glib2": {
        "40-gio-querymodules.hook": Hook(
            "usr/lib/*/gio/modules/*.so", "Updating GIO module cache...", "/usr/bin/true"),
    },
    "shared-mime-info": {
        "30-update-mime-database.hook": Hook(
            "usr/share/mime/packages/*.xml", "Updating the MIME type database...",
            "/usr/bin/update-mime-database /usr/share/mime"),
    },
    "systemd": {
        "20-systemd-catalog.hook": Hook(
            "usr/lib/systemd/catalog/*.catalog", "Updating journal message catalog...",
            "/usr/bin/journalctl --update-catalog"),
        "20-systemd-sysusers.hook": Hook(
            "usr/lib/sysusers.d/*.conf", "Creating system user accounts...",
            "/usr/bin/systemd-sysusers"),
    },
}
