# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs to report on: a chain of two releases with as many packages as wanted, and texts that try to be markup."""

import json
import os
import random
import subprocess
from pathlib import Path

EVIL = "<script>window.hacked = 1</script>"
QUOTES = "\"' onmouseover=window.hacked=1 x='"
IMAGE = "</pre></details><img src=x onerror=window.hacked=1>"
LOCK = "application/vnd.slipway.lock.v1+json"
RELEASE = "application/vnd.slipway.release.v1+json"
SUBMISSION = "application/vnd.slipway.submission.v1+json"


def lock(count, release):
    """A lock with `count` packages; from one release to the next some come, go, change and are built anew."""
    rng = random.Random(7)
    packages = []
    for i in range(count):
        name, size = f"package-{i:04}", int(rng.paretovariate(1.2) * 40_000)
        version = f"1.{i % 17}-{release if i % 9 == 0 else 1}"
        if (release == 1 and i % 50 == 3) or (release == 2 and i % 50 == 4):
            continue
        packages.append({"repository": "core", "name": name, "version": version, "architecture": "x86_64",
                         "filename": f"{name}-{version}-x86_64.pkg.tar.zst", "size": size, "installed_size": size * 3,
                         "sha256": f"{rng.getrandbits(240):060x}{release if i % 70 == 5 else 0:04x}",
                         "reason": "explicit" if i < 3 else "dependency"})
    for i, name in enumerate((EVIL, QUOTES, IMAGE)):
        packages.append({**packages[0], "name": name, "version": f"{i}-{release}", "filename": name, "installed_size": 9 << 20})
    packages[1].update(signature="iQ==", key="4AA4767BBC9C4B1D18AE28B77F2D434B9741E8AC")
    return {"slipway_lock": 1, "architecture": "x86_64", "targets": ["base"], "databases": [], "packages": packages}


def writes(stage, media_type, document, folder, **more):
    """A stage that publishes a document."""
    path = folder / f"{stage}.json"
    path.write_text(json.dumps(document))
    return {"id": stage, "use": "exec", **more,
            "with": {"command": ["cat", str(path)], "read": [str(path)], "stdout": "document",
                     "ports": {"outputs": [{"name": "document", "type": media_type}]}}}


def chain(folder, count, release, end=None):
    """The chain file of a release; `end`: its last stage's command, if any."""
    release_document = {"version": str(release), "remote": f"https://git.example/{QUOTES}.git", "tag": f"v{release}",
                        "ref": f"refs/tags/v{release}", "commit": "c" * 40, "tree": "d" * 40, "files": []}
    submission = {"kind": "github-pr", "title": f"Update {EVIL}", "url": "javascript:window.hacked=1", "state": "merged"}
    stages = [writes("packages", LOCK, lock(count, release), folder, each=["group"]),
              {"id": "archive", "use": "compress", "each": ["group"], "inputs": {"file": "packages.document"}, "with": {"format": "xz"}},
              writes("publish", RELEASE, release_document, folder),
              writes("submit", SUBMISSION, submission, folder, needs=["publish"]),
              {"id": "say", "use": "exec", "needs": ["publish"], "with": {"command": ["printf", "%s\\n", IMAGE, EVIL, "\033[31mred\r"]}}]
    if end:
        stages.append({"id": "end", "use": "exec", "needs": ["submit", "say"], "with": {"command": end}})
    path = folder / "chain.json"
    path.write_text(json.dumps({"slipway": 1, "name": "pages", "version": str(release),
                                "variants": {"group": ["base", "base-devel"]}, "stages": stages}))
    return path


class Reports:
    """A state folder with runs in it."""

    def __init__(self, folder, slipway, stages):
        self.folder = Path(folder)
        self.slipway = slipway
        self.environment = {**os.environ, "SLIPWAY_STATE": str(self.folder / "state"), "SLIPWAY_PLUGIN_PATH": str(stages),
                            "SOURCE_DATE_EPOCH": "1793836800"}

    def __call__(self, *arguments, codes=(0,)):
        done = subprocess.run([self.slipway, *map(str, arguments)], env=self.environment, cwd=self.folder, check=False,
                              capture_output=True, text=True, timeout=300)
        if done.returncode not in codes:
            raise RuntimeError(f"slipway {arguments}: exit {done.returncode}: {done.stderr}")
        return done

    def make(self, count):
        """Two releases, one run that fails, one that waits; in that order."""
        for release in (1, 2):
            self("run", "-q", chain(self.folder, count, release))
        self("run", "-q", chain(self.folder, count, 3, ["sh", "-c", f"echo '{EVIL}' >&2; exit 1"]), codes=(1,))
        self("run", "-q", chain(self.folder, count, 4, ["sh", "-c", "exit 75"]), codes=(75,))
        return [run["run"] for run in reversed(json.loads(self("runs", "--json").stdout))]
