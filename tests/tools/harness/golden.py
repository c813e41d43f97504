# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens: what a user sees, word for word. SLIPWAY_ACCEPT=1 rewrites them."""

import difflib
import os
import re

from .cases import Failure

_RULES = [
    (re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b"), "RUN"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "TIME"),
    (re.compile(r"^( *)\d\d:\d\d:\d\d  ", re.M), r"\1TIME  "),
    (re.compile(r"(?<=parked; started ).*(?= ago)"), "TIME"),
    (re.compile(r"\d+ (?:d \d+ h|h \d+ min)(?= ago)"), "N d"),
    (re.compile(r"(?<=[ (])\d+\.\d s\b"), "N s"),
    (re.compile(r" +N s\b"), " N s"),
    (re.compile(r"(?<= )\(\d+\)(?=[,\s])"), "(PID)"),
    (re.compile(r"\(process \d+\)"), "(process PID)"),
    (re.compile(r"Read-only file system"), "Permission denied"),  # where a stage has mounts of its own
    (re.compile(r"(?<= to process )\d+"), "PID"),
    (re.compile(r"^\S+: sandbox: partial: .*\n", re.M), ""),  # a container may allow no namespaces
    (re.compile(r'("(?:created_ms|finished_ms|started_ms|time|duration_ms)": ?)\d+'), r"\1N"),
]


def normalise(text, folder=None):
    """The text without what differs between two runs: paths, ids, times, digests, process numbers."""
    for path, name in ((folder, "FOLDER"), (os.environ["SLIPWAY_BUILD"], "BUILD"), (os.environ["SLIPWAY_SOURCE"], "SOURCE")):
        if path:
            text = text.replace(str(path), name)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def golden(path, text):
    """Compare with the golden file `path`, below tests/."""
    path = os.path.join(os.environ["SLIPWAY_SOURCE"], "tests", path)
    if os.environ.get("SLIPWAY_ACCEPT") == "1":
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return
    try:
        with open(path, encoding="utf-8") as file:
            expected = file.read()
    except FileNotFoundError:
        expected = ""
    if text != expected:
        lines = difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "expected", "found")
        raise Failure(f"not as in {path} (SLIPWAY_ACCEPT=1 rewrites it):\n{''.join(lines)}")
