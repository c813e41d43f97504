# SPDX-License-Identifier: GPL-3.0-or-later
"""axe-core, the accessibility checks that browsers' own tools use; from the npm registry, by its client."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

VERSION = "4.14.1"
INTEGRITY = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="  # SHA-512
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def source(folder):
    """The script's text, kept in `folder`; None where npm or its registry is not to be had."""
    package = Path(folder) / f"axe-core-{VERSION}.tgz"
    if not package.exists():
        if shutil.which("npm") is None:
            return None
        package.parent.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", "--silent", f"axe-core@{VERSION}"], cwd=package.parent, check=False,
                                capture_output=True, timeout=300)
        if packed.returncode != 0 or not package.exists():
            return None
    if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != INTEGRITY:
        package.unlink()
        raise RuntimeError(f"{package.name} is not the package it should be")
    with tarfile.open(package) as archive:
        return archive.extractfile("package/axe.min.js").read().decode()


def violations(browser, script):
    """What is wrong with the page that is open: [{"id", "impact", "nodes"}]."""
    browser.script(script)
    found = browser.wait_for("const done = arguments[arguments.length - 1];"
                             "axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']}).then("
                             "  found => done(found.violations.map(v => ({id: v.id, impact: v.impact,"
                             "    nodes: v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.failureSummary)}))),"
                             "  error => done([{id: 'axe', impact: 'failed', nodes: [String(error)]}]));", RULES)
    return found
