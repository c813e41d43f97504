# SPDX-License-Identifier: GPL-3.0-or-later
"""A chain that submits a change to the GitHub facade by the real slipway: for tests and proofs of github-pr."""
import json
import os
import subprocess

UPSTREAM = "docker-library/official-images"
LIBRARY = "library/archlinux"
TOKEN = "good-token"
EPOCH = 1793836800  # 2026-11-05


def library_text(version):
    return f"Maintainers: A (@a)\n\nTags: latest, {version}\nGitCommit: {'a' * 40}\n"


def lock(packages):
    """A lock of {name: version}."""
    return {"slipway_lock": 1, "packages": [{"name": name, "version": version, "size": 1000, "installed_size": 2000,
                                             "sha256": "0" * 63 + str(len(version) % 10)}
                                            for name, version in packages.items()]}


class Submitting:
    """A state folder and the chain in it. `options` are github-pr's own, over those that every test has."""

    def __init__(self, folder, url, **options):
        self.folder, self.url, self.options = folder, url, options
        self.slipway = os.path.join(os.environ["SLIPWAY_BUILD"], "bin", "slipway")
        os.makedirs(folder, exist_ok=True)
        self.token = options.pop("token_value", TOKEN)

    def _file(self, name, content):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    @staticmethod
    def _source(name, port, kind, content):
        """A mock stage that makes this document."""
        media_type = f"application/vnd.slipway.{kind}.v1+json"
        return {"id": name, "use": "mock", "needs": [],
                "with": {"ports": {"outputs": [{"name": port, "type": media_type}]},
                         "outputs": {port: [{"name": f"{port}.json", "json": content}]}}}

    def write(self, version, before, after, packages=None, chain="archlinux", path=LIBRARY):
        """The chain of a release; its file."""
        change = {"title": f"{chain}: Update to {version}", "body": f"- latest: moved to {version}\n",
                  "files": [{"path": path, "mode": "100644", "before": before, "after": after}]}
        release = {"version": version, "remote": "https://github.example/a/b.git", "tag": version,
                   "ref": f"refs/tags/{version}", "commit": "b" * 40, "tree": "c" * 40,
                   "files": [{"path": "base/base.tar.zst", "mode": "100644", "size": 97_200_000, "sha256": "d" * 64}]}
        stages = [self._source("library", "change", "change", change),
                  self._source("publish", "release", "release", release)]
        if packages:
            stages.append(self._source("fetch", "lock", "lock", lock(packages)))
        stages.append({"id": "submit", "use": "github-pr", "needs": [stage["id"] for stage in stages],
                       "with": {"api": self.url, "token": {"secret": "GITHUB_TOKEN"}, **self.options}})
        return self._file("chain.json", {"slipway": 1, "name": chain, "version": version, "stages": stages})

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "SLIPWAY_STATE": self.folder + "/state",
                "GITHUB_TOKEN": self.token}

    def command(self, *words):
        return [self.slipway, *words]

    def call(self, *words):
        """(exit code, everything it said)."""
        done = subprocess.run(self.command(*words), env=self.environment(), stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def release(self, version, before, after, epoch=EPOCH, **more):
        return self.call("run", self.write(version, before, after, **more), "--epoch", str(epoch))

    def submission(self):
        """The document that the newest run's submit stage has made."""
        _, text = self.call("show", "--json")
        stage = next(s for s in json.loads(text)["stages"] if s["key"] == "submit")
        digest = stage["outputs"][0]["sha256"]
        with open(f"{self.folder}/state/store/sha256/{digest[:2]}/{digest}", encoding="utf-8") as file:
            return json.load(file)
