# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Debian 12 packages a repository is made of, and what their sources are called in it."""

BIG = """
base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname
init-system-helpers usr-is-merged libc-bin login ncurses-base ncurses-bin perl-base sed
sysvinit-utils tar util-linux util-linux-locales systemd systemd-sysv systemd-timesyncd
systemd-resolved libnss-systemd libpam-systemd libnss-myhostname dbus perl python3 locales libc6-dev
libc-dev-bin linux-libc-dev iproute2 iptables iputils-ping gnupg gpgv openssl curl ca-certificates
vim bzip2 xz-utils zstd lz4 brotli gawk file procps psmisc less passwd uidmap gettext libgettextpo0
pciutils hwdata e2fsprogs e2fsprogs-l10n kmod libarchive-tools tzdata netbase ncurses-term
pacman-package-manager archlinux-keyring kbd libgfortran5 libasan8 libtsan2 liblsan0 libubsan1
libgomp1 libobjc4 libquadmath0 libitm1 libatomic1 libglib2.0-0 libglib2.0-data libglib2.0-bin
shared-mime-info libx11-data krb5-locales krb5-user cryptsetup-bin libtss2-esys-3.0.2-0
libtss2-tcti-device0 libtss2-fapi1 libfido2-1 libpwquality1 libpwquality-common libpsl5 publicsuffix
libseccomp2 sqlite3 wget attr acl libcap2-bin p11-kit nettle-bin libgpg-error-l10n libldap-common
libsasl2-modules libpopt0 ed patch bc lsof rsync
""".split()

# the small repository takes exactly these, whatever else they depend on
SMALL = """
base-files base-passwd bash dash libc6 libtinfo6 ncurses-base sed libacl1 libselinux1 libpcre2-8-0
libc-bin gzip iputils-ping libcap2 libidn2-0 libunistring2 ca-certificates
""".split()

# machinery of maintainer scripts, which has no counterpart in a pacman distribution
UNWANTED = {"adduser", "cdebconf", "debconf", "dpkg", "init-system-helpers", "libdebconfclient0",
            "usr-is-merged"}

# a package is named after its Debian source, except where Arch Linux has another name for it
RENAMED = {
    "base-files": "filesystem",
    "gcc-12": "gcc-libs",
    "glib2.0": "glib2",
    "gnupg2": "gnupg",
    "libzstd": "zstd-libs",
    "linux": "linux-api-headers",
    "python3.11": "python",
    "xz-utils": "xz",
}


def seeds(mode):
    """What `base` is made of; mode is "small" or "big"."""
    return SMALL if mode == "small" else BIG


def takes(mode, name):
    """Whether the repository takes this package of all that the seeds depend on."""
    return name not in UNWANTED and (mode == "big" or name in SMALL)
