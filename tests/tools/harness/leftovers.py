# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds processes that have to do with a folder: that run in it, map or hold a file of it, or name it."""

import os
import time


def _mentions(pid, folder):
    base = f"/proc/{pid}"
    try:
        with open(f"{base}/cmdline", "rb") as file:
            words = file.read()
        if os.fsencode(folder + "/") in words:
            return True
        if (os.readlink(f"{base}/cwd") + "/").startswith(folder + "/"):
            return True
        with open(f"{base}/maps", encoding="utf-8", errors="replace") as file:
            if folder + "/" in file.read():
                return True
        return any(os.readlink(f"{base}/fd/{fd}").startswith(folder + "/") for fd in os.listdir(f"{base}/fd"))
    except OSError:
        return False  # gone meanwhile, or a kernel thread


def processes_of(folder):
    """{pid: command line} of all processes but this one that have to do with the folder."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid() or not _mentions(name, str(folder)):
            continue
        try:
            with open(f"/proc/{name}/cmdline", encoding="utf-8", errors="replace") as file:
                found[int(name)] = file.read().replace("\0", " ")
        except OSError:
            pass
    return found


def wait_gone(folder, seconds):
    """Those that are still there after so long."""
    end = time.monotonic() + seconds
    while left := processes_of(folder):
        if time.monotonic() > end:
            return left
        time.sleep(0.05)
    return {}
