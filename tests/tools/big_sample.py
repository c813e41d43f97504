# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benches share: the big sample repository, Arch's options for it, and a folder to work in."""
import json
import os
import shutil
import subprocess
import tempfile

SOURCE, BUILD = os.environ["SLIPWAY_SOURCE"], os.environ["SLIPWAY_BUILD"]
SAMPLE = SOURCE + "/build/sample/big"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
EPOCH = 2000000000  # later than every package
NO_EXTRACT = ["usr/share/help/*", "!usr/share/help/en*", "!usr/share/help/C/*", "usr/share/gtk-doc/html/*",
              "usr/share/doc/*", "usr/share/locale/*", "usr/share/X11/locale/*", "usr/share/i18n/*",
              "!*locale*/en*/*", "!usr/share/i18n/charmaps/UTF-8.gz", "!usr/share/*locale*/locale.*",
              "!usr/share/*locales/en_??", "!usr/share/*locales/i18n*", "!usr/share/*locales/iso*",
              "!usr/share/*locales/trans*", "usr/share/man/*", "usr/share/info/*", "usr/share/vim/vim*/lang/*"]


def call(command, **more):
    done = subprocess.run(command, stdout=more.pop("stdout", subprocess.DEVNULL), stderr=subprocess.PIPE, text=True,
                          check=False, **more)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")


def make():
    """The repository, if it is not there yet."""
    if not os.path.exists(SAMPLE + "/sample.db"):
        call([SOURCE + "/tests/tools/make-sample-repo", "--out", SAMPLE, "--work", SOURCE + "/build/sample/work"])


def work_folder(name, space):
    """A new folder in $SLIPWAY_BENCH, else in /dev/shm if that has `space` bytes, else where temporary files go."""
    chosen = os.environ.get("SLIPWAY_BENCH")
    if not chosen and os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > space:
        chosen = "/dev/shm"
    return tempfile.mkdtemp(prefix=f"bench-{name}-", dir=chosen)


def touch_memory(folder, size):
    """Write `size` bytes to a file in the folder and remove it. On a virtual machine the first touch of a page of
    memory is the host's work and takes up to seven times as long: it would be charged to whoever comes first."""
    path, block = folder + "/touched", bytes(1 << 20)
    with open(path, "wb", buffering=0) as file:
        for _ in range(int(size) >> 20):
            file.write(block)
    os.unlink(path)


def artifact(state, stage, port):
    """The stored file of a port in the last run."""
    shown = subprocess.run([BUILD + "/bin/slipway", "show", "--json", "--state", state], check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    digest = next(o["sha256"] for s in json.loads(shown)["stages"] if s["key"] == stage for o in s["outputs"]
                  if o["port"] == port)
    return f"{state}/store/sha256/{digest[:2]}/{digest}"
