# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs other programs: which ones are needed, in which environment, and how they fail."""
import os
import shutil
import subprocess
import tempfile

from .failure import Failure

DEBIAN_PACKAGES = {
    "apt-get": "apt",
    "bsdtar": "libarchive-tools",
    "dpkg-deb": "dpkg",
    "fakeroot": "fakeroot",
    "repo-add": "pacman-package-manager",
    "tar": "tar",
    "vercmp": "makepkg",
    "zstd": "zstd",
}
# variables that would let a user's settings change the result
UNWANTED = {"TAR_OPTIONS", "TAR_READER_OPTIONS", "TAR_WRITER_OPTIONS", "ZSTD_CLEVEL",
            "ZSTD_NBTHREADS", "GZIP", "LANGUAGE"}


def environment(locale="C"):
    kept = {key: value for key, value in os.environ.items() if key not in UNWANTED}
    return dict(kept, LC_ALL=locale, TZ="UTC")


def require(names):
    """Fails if one of the programs is missing, naming them all at once."""
    missing = [name for name in names if not shutil.which(name)]
    if missing:
        packages = sorted({DEBIAN_PACKAGES[name] for name in missing})
        raise Failure(f"not found in PATH: {', '.join(missing)}",
                      f"on Debian: apt-get install {' '.join(packages)}")


def _failed(task, process, stderr):
    program = os.path.basename(process.args[0])
    reason = stderr.decode(errors="replace").strip() or f"exit status {process.returncode}"
    return Failure(f"cannot {task}: {program}: {reason}")


def output(task, command, locale="C", **options):
    """What the command prints, as bytes. `task` completes the sentence "cannot ..."."""
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=environment(locale), check=False, **options)
    if process.returncode:
        raise _failed(task, process, process.stderr)
    return process.stdout


def pipe(task, source, sink, stdout=subprocess.PIPE, **source_options):
    """Runs `source | sink` and returns what the sink prints to a stdout that is a pipe."""
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(source, stdout=subprocess.PIPE, stderr=errors, env=environment(),
                              **source_options) as first, \
             subprocess.Popen(sink, stdin=first.stdout, stdout=stdout, stderr=errors,
                              env=environment()) as last:
            first.stdout.close()  # a source whose sink has died must notice
            printed, _ = last.communicate()
        errors.seek(0)
        for process in (last, first):
            if process.returncode:
                raise _failed(task, process, errors.read())
    return printed


def path_list(paths):
    """An open file with the paths in the form that `bsdtar --null --files-from -` reads."""
    file = tempfile.TemporaryFile()
    file.write(b"".join(os.fsencode(path) + b"\0" for path in paths))
    file.seek(0)
    return file
