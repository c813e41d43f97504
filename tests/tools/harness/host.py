# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real host on a state folder of its own."""

import json
import os
import sqlite3
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .cases import Failure, check
from .golden import normalise
from .leftovers import processes_of, wait_gone


def build(*parts):
    """A path in the build tree."""
    return Path(os.environ["SLIPWAY_BUILD"], *parts)


def binary():
    """The host under a path beside which no plugins lie: it would find our own where it is built."""
    path = build("fault", "bin", "slipway")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"slipway.{os.getpid()}.{threading.get_native_id()}")
    os.link(os.environ["SLIPWAY"], fresh)
    fresh.replace(path)
    fresh.unlink(missing_ok=True)  # rename() does nothing where both are one file
    return str(path)


def slowness():
    """How much more time the sanitizers take, for limits."""
    return 5 if os.environ.get("SLIPWAY_SANITIZE") else 1


# With the sanitizers a crash must still look as it does without.
SANITIZER_OPTIONS = "handle_segv=0:handle_abort=0:handle_sigbus=0:allocator_may_return_null=1"


@dataclass
class Outcome:
    code: int
    out: str
    err: str
    seconds: float

    def text(self, folder):
        """Exit code and both streams, for a golden."""
        parts = [f"exit {self.code}\n"]
        if self.out:
            parts += ["--- stdout\n", self.out]
        if self.err:
            parts += ["--- stderr\n", self.err]
        return normalise("".join(parts), folder)


class Host:
    """The host with FOLDER/state as its state folder."""

    def __init__(self, folder, plugins=None):
        self.folder = Path(folder)
        self.state = self.folder / "state"
        self.binary = binary()
        self.plugins = plugins or build("fault", "stages")
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                            "SOURCE_DATE_EPOCH": "1793836800", "NO_COLOR": "1", "ASAN_OPTIONS": SANITIZER_OPTIONS,
                            "TSAN_OPTIONS": SANITIZER_OPTIONS,
                            "SLIPWAY_STATE": str(self.state), "SLIPWAY_PLUGIN_PATH": str(self.plugins)}

    def start(self, *arguments, stdout_to=subprocess.PIPE):
        return subprocess.Popen([self.binary, *map(str, arguments)], cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=stdout_to, stderr=subprocess.PIPE, text=True,
                                errors="backslashreplace")

    def __call__(self, *arguments, timeout=60):
        begun = time.monotonic()
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as late:
            process.kill()
            process.communicate()
            raise Failure(f"slipway {' '.join(map(str, arguments))}: not finished within {timeout} s") from late
        return Outcome(process.returncode, out, err, time.monotonic() - begun)

    # ------------------------------------------------------------------ what it left

    def check_clean(self):
        """No process, no draft, no work folder may be left."""
        left = wait_gone(self.folder, 2)
        check(not left, f"processes left: {left}")
        for name in ("store/tmp", "work"):
            there = [str(path) for path in (self.state / name).rglob("*")]
            check(not there, f"files left: {there[:5]}")

    def processes(self):
        return processes_of(self.folder)

    def journal(self, sql, *values):
        database = sqlite3.connect(self.state / "journal.db")
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def show(self):
        shown = self("show", "--json")
        check(shown.code == 0, f"slipway show: {shown.err}")
        return json.loads(shown.out)


def stages_of(run):
    """{key: record} of what `show --json` says."""
    return {stage["key"]: stage for stage in run["stages"]}
