# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a set of Debian packages into a pacman repository.

    cli         options, messages, exit codes
    generate    the steps below, in order
    catalogue   which Debian packages, and what their sources are called afterwards
    apt, lock, download   exact versions and hashes, and the files they stand for
    deb         one Debian package
    package     one pacman package, made of the Debian packages of one source
    unpack      its files, on a merged /usr
    version, relations   pacman versions, depends, provides, conflicts
    scripts, filesystem, customise   what maintainer scripts would have done
    overlap     no file has two owners
    metadata, pack, database   the package files and the repository's databases
    stamp, publish   is the result still current; put it in place in one step
    tools, tree, failure   other programs, file trees, errors
"""
