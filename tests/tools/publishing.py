# SPDX-License-Identifier: GPL-3.0-or-later
"""A chain that publishes to a real server, run by the real host."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from git_servers import ENVIRONMENT  # noqa: E402
from harness import Host, check  # noqa: E402


TOKEN = {"token": {"secret": "TOKEN"}}
TAG = "refs/tags/05112026"


class Chain:
    """FOLDER/chain.json: one artifact (`archive`, a file) and a Dockerfile, published with `options`."""

    def __init__(self, folder, archive=None, version="05112026", **options):
        self.folder, self.version, self.options = str(folder), version, options
        self.host = Host(folder, os.environ["SLIPWAY_STAGES"])
        self.host.environment.update({"TOKEN": "good-token", "PASSWORD": "pass:wörd"})
        self.archive = archive or self.file("base.tar.zst", os.urandom(5000))
        self.dockerfile = self.file("Dockerfile", b"FROM scratch\nADD base.tar.zst /\n")
        self.write()

    def file(self, name, content):
        path = f"{self.folder}/{name}"
        with open(path, "wb") as out:
            out.write(content)
        return path

    def write(self):
        options = {"extra": [{"path": "Dockerfile", "file": self.dockerfile}], **self.options}
        with open(self.folder + "/chain.json", "w", encoding="utf-8") as out:
            json.dump({"slipway": 1, "name": "test", "version": self.version, "stages": [
                {"id": "archive", "use": "mock", "with": {
                    "ports": {"outputs": [{"name": "archive", "type": "application/zstd"}]},
                    "outputs": {"archive": [{"name": "base.tar.zst", "file": self.archive}]}}},
                {"id": "publish", "use": "git-publish", "with": options}]}, out)

    def set(self, **options):
        """Change options; None takes one out."""
        self.options = {name: value for name, value in {**self.options, **options}.items() if value is not None}
        self.write()
        return self

    def run(self, *arguments, command="run", timeout=120):
        return self.host(command, *(["chain.json"] if command != "resume" else []), *arguments, timeout=timeout)

    def status(self):
        """The status of the last failure that was told."""
        rows = self.host.journal("SELECT data FROM events WHERE kind = 'diagnostic' ORDER BY sequence")
        codes = [json.loads(data).get("code") for (data,) in rows]
        return codes[-1] if codes else None


def git(repository, *arguments, check=True, **environment):
    done = subprocess.run(["git", "-C", repository, *arguments], env={**ENVIRONMENT, **environment}, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode != 0:
        raise AssertionError(f"git {' '.join(arguments)}: {done.stdout}")
    return done.stdout.strip()


def refs(repository):
    return git(repository, "for-each-ref", "--format=%(refname)").split()


def expect(chain, status, *words):
    """The run fails with that status, and tells all of that. Returns what it told."""
    outcome = chain.run()
    text = outcome.out + outcome.err
    check(outcome.code == (3 if status == "conflict" else 1), f"exit {outcome.code}: {text}")
    check(chain.status() == status, f"{chain.status()}, not {status}: {text}")
    for word in words:
        check(word in text, f"no '{word}' in: {text}")
    check("good-token" not in text, f"the token is shown: {text}")
    return text


def succeeds(outcome):
    check(outcome.code == 0, f"exit {outcome.code}: {outcome.out}{outcome.err}")
