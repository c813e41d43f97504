# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole release, small enough to be killed some hundred times: six tiny packages from nginx, a root filesystem, an
archive, a tag pushed over https to git http-backend, the library file, a pull request on the GitHub facade.

    with Servers(folder) as servers:
        point = Point(servers, "p1")
        report = point.strike("run", at=17, do="all")     # what crash-at tells
        wrong = point.finish() or point.judge(expected)   # "" or what is wrong
"""
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile

from faulty_relay import Relay
from git_servers import HttpsServer, make_bare, set_hook
from github_facade import Facade
from harness import wait_gone
from loopback import Nginx
from publishing import git, refs

BUILD = os.environ["SLIPWAY_BUILD"]
VERSION, EPOCH = "05112026", "1793836800"
WAITING, LIBRARY = 75, "library/archlinux"
STAGE_STATES = {"done", "unchanged"}
# What differs between two runs in the names of files.
VARIABLE = [(re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}"), "RUN"), (re.compile(r"journal\.db-(wal|shm)$"), ""),
            (re.compile(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b"), "DIGEST")]


def make_repository(folder, packages=6):
    """A pacman repository of tiny packages, all of the group "all"."""
    os.makedirs(folder)
    tool = os.path.join(os.path.dirname(os.path.abspath(__file__)), "make-test-package")
    with tarfile.open(folder + "/core.db", "w:gz") as tar:
        for name in (f"tiny{i}" for i in range(packages)):
            path = subprocess.run([tool, folder, name, "1-1"], check=True, capture_output=True, text=True).stdout.strip()
            with open(path, "rb") as file:
                data = file.read()
            fields = {"FILENAME": os.path.basename(path), "NAME": name, "VERSION": "1-1", "CSIZE": len(data), "ISIZE": 4, "BASE": name, "BUILDDATE": 1700000000,
                      "SHA256SUM": hashlib.sha256(data).hexdigest(), "ARCH": "any", "GROUPS": "all"}
            desc = "".join(f"%{key}%\n{value}\n\n" for key, value in fields.items()).encode()
            info = tarfile.TarInfo(f"{name}-1-1/desc")
            info.size = len(desc)
            tar.addfile(info, io.BytesIO(desc))


class Servers:
    """They outlive the points; each point has a repository of its own on them."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder + "/points")
        make_repository(folder + "/packages")
        self.packages = Nginx(folder + "/packages")
        self.git = HttpsServer(folder + "/git")
        self.github = Facade(folder + "/github")

    def __enter__(self):
        for server in (self.packages, self.git, self.github):
            server.__enter__()
        return self

    def __exit__(self, *_):
        for server in (self.github, self.git, self.packages):
            server.__exit__(None, None, None)


class Point:
    """One release in a folder of its own. `relayed`: all its connections go through relays that can fail."""

    def __init__(self, servers, name, relayed=False):
        self.servers, self.name = servers, name
        self.folder = f"{servers.folder}/points/{name}"
        self.state = self.folder + "/state"
        os.makedirs(self.folder + "/tmp")
        self.bare = make_bare(f"{servers.git.root}/{name}.git")
        set_hook(self.bare, "post-receive", f"#!/bin/sh\ncat >>'{self.bare}/accepted'\n")
        self.upstream = "docker-library/" + name
        self.old = (f"Maintainers: A <a@example.org> (@a)\nGitRepo: {servers.git.url}/{name}.git\n\nTags: latest, 29102026\n"
                    f"GitCommit: {'a' * 40}\nGitFetch: refs/tags/29102026\n")
        servers.github.create(self.upstream, {LIBRARY: self.old.encode()})
        self.relays = {}
        if relayed:
            self.relays = {kind: Relay(int(server.url.rsplit(":", 1)[1])) for kind, server in
                           (("packages", servers.packages), ("git", servers.git), ("github", servers.github))}
        self._write()

    def _url(self, kind):
        url = getattr(self.servers, kind).url
        return f"{url.rsplit(':', 1)[0]}:{self.relays[kind].port}" if self.relays else url

    def _file(self, name, text):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)

    def _write(self):
        self._file("library", self.old)
        self._file("Dockerfile", "FROM scratch\nADD rootfs.tar.zst /\n")
        remote = f"{self._url('git')}/{self.name}.git"
        ca_file = self.servers.git.ca_file
        self._file("chain.json", json.dumps({"slipway": 1, "name": "archlinux", "version": VERSION, "stages": [
            {"id": "packages", "use": "pacman-fetch",
             "with": {"repositories": [{"name": "core", "servers": [self._url("packages")]}], "install": ["all"]}},
            {"id": "rootfs", "use": "rootfs-build"},
            {"id": "archive", "use": "compress", "inputs": {"file": "rootfs.rootfs"}, "with": {"format": "zstd"}},
            {"id": "publish", "use": "git-publish",
             "with": {"remote": remote, "token": {"secret": "GIT_TOKEN"}, "ca_file": ca_file,
                      "extra": [{"path": "Dockerfile", "file": "Dockerfile"}]}},
            {"id": "library", "use": "library-update",
             "with": {"file": "library", "path": LIBRARY, "ca_file": ca_file, "preflight": "off"}},
            {"id": "submit", "use": "github-pr",
             "with": {"api": self._url("github"), "repository": self.upstream, "token": {"secret": "GITHUB_TOKEN"}}}]}))

    # ------------------------------------------------------------------ running

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "SLIPWAY_STATE": self.state, "LC_ALL": "C.UTF-8",
                "SLIPWAY_PLUGIN_PATH": BUILD + "/lib/slipway/stages", "SOURCE_DATE_EPOCH": EPOCH,
                "GIT_TOKEN": "good-token", "GITHUB_TOKEN": "good-token"}

    def words(self, command):
        return [BUILD + "/bin/slipway", command, "-q", *(["chain.json"] if command == "run" else [])]

    def popen(self, *words):
        return subprocess.Popen(words, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")

    def call(self, *words):
        """(exit code, everything it said)."""
        process = self.popen(*words)
        try:
            return (lambda out: (process.returncode, out))(process.communicate(timeout=120)[0])
        except subprocess.TimeoutExpired:
            process.kill()
            return -1, "not finished within 120 s: " + process.communicate()[0]

    def strike(self, command, sandbox="off", **options):
        """Run under crash-at. Its report, with "said". A call that the sandbox shows to its supervisor does not stop for the
        tracer as well (seccomp(2)): without one, there is more to hit."""
        words = [BUILD + "/bin/crash-at", "--report", self.folder + "/report.json", "--tmp", self.folder + "/tmp"]
        if os.geteuid() != 0:
            del words[3:5]
        for name, value in options.items():
            words += ["--" + name] + ([] if value is True else [str(value)])
        code, said = self.call(*words, "--", *self.words(command), "--sandbox", sandbox)
        if code != 0:
            return {"calls": 0, "hung": True, "hit": None, "said": f"crash-at ends with {code}: {said}"}
        with open(self.folder + "/report.json", encoding="utf-8") as file:
            return {**json.load(file), "said": said}

    def is_recorded(self):
        """Whether there is a run to resume."""
        return bool(self.rows("SELECT 1 FROM runs"))

    def advance(self, wanted):
        """Resume, as a timer would, until the exit code is as wanted: "" or what it said instead."""
        said = ""
        for _ in range(3):
            code, said = self.call(*self.words("resume" if self.is_recorded() else "run"))
            if code == wanted:
                return ""
        return f"exit {code}, not {wanted}: {said.strip()}"

    def finish(self):
        """To the waiting pull request, and, when that is merged, to the end."""
        wrong = "" if self.merged() else self.advance(WAITING)
        if wrong:
            return wrong
        if not self.merged():
            pulls = self.pulls()
            if len(pulls) != 1:
                return f"{len(pulls)} pull requests"
            self.servers.github.merge(pulls[0]["number"])
        return self.advance(0)

    def rows(self, sql):
        try:
            database = sqlite3.connect(f"file:{self.state}/journal.db?mode=ro", uri=True)
        except sqlite3.Error:
            return []
        try:
            return database.execute(sql).fetchall()
        except sqlite3.OperationalError:  # killed before the tables were there
            return []
        finally:
            database.close()

    # ------------------------------------------------------------------ judging

    def pulls(self):
        return [pull for pull in list(self.servers.github.pulls.values()) if pull["upstream"] == self.upstream]

    def merged(self):
        return any(pull["merged_at"] for pull in self.pulls())

    def accepted(self):
        if not os.path.exists(self.bare + "/accepted"):
            return 0
        with open(self.bare + "/accepted", encoding="ascii") as file:
            return len(file.readlines())

    def doubled(self):
        """What is there more than once, or ""."""
        github, forks = self.servers.github, [f for f, parent in list(self.servers.github.parents.items()) if parent == self.upstream]
        branches = [ref for fork in forks for ref, _ in github.repositories.refs(fork, "refs/heads/") if ref != "refs/heads/master"]
        counts = {"pull requests": len(self.pulls()), "pushes": self.accepted(), "forks": len(forks), "branches": len(branches),
                  "tags": len(refs(self.bare))}
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count > 1)

    def digests(self):
        """{stage/port: digest} of what does not depend on the point's own names."""
        return dict(self.rows("SELECT stage || '/' || port, sha256 FROM outputs WHERE run = (SELECT max(id) FROM runs) "
                              "AND stage IN ('packages', 'rootfs', 'archive') AND port != 'lock'"))

    def files(self):
        """What lies in the state folder, without what is named by content, time or chance."""
        found = set()
        for folder, _, names in os.walk(self.state):
            for name in [*names, "."]:
                path = os.path.relpath(os.path.join(folder, name), self.state)
                if path.startswith("store/sha256"):
                    continue
                for pattern, text in VARIABLE:
                    path = pattern.sub(text, path)
                found.add(path)
        return found - {""}

    def unreferenced(self):
        """Artifacts that no run and no cache row knows, counted without slipway."""
        known = {digest for (digest,) in self.rows("SELECT sha256 FROM outputs")}
        known |= set(re.findall(r"\b[0-9a-f]{64}\b", "".join(str(row) for row in self.rows("SELECT outputs FROM cache"))))
        there = {name for _, _, names in os.walk(self.state + "/store/sha256") for name in names}
        return sorted(there - known)

    def judge_journal(self):
        integrity = self.rows("PRAGMA integrity_check")
        runs = {state for (state,) in self.rows("SELECT state FROM runs")}
        stages = {state for (state,) in self.rows("SELECT state FROM stages WHERE run = (SELECT max(id) FROM runs)")}
        if integrity != [("ok",)]:
            return f"the journal is damaged: {integrity}"
        if runs != {"done"} or not stages <= STAGE_STATES:
            return f"runs are {runs}, stages {stages}"
        return ""

    def judge_effects(self):
        if refs(self.bare) != [f"refs/tags/{VERSION}"]:
            return f"the git server has {refs(self.bare)}"
        commit = git(self.bare, "rev-parse", f"refs/tags/{VERSION}^{{commit}}")
        git(self.bare, "fsck", "--strict", "--full")
        repositories = self.servers.github.repositories
        text = repositories.blob_at(self.upstream, "refs/heads/master", LIBRARY)[1].decode()
        if f"GitCommit: {commit}\n" not in text or f"Tags: latest, {VERSION}\n" not in text:
            return f"the merged library file is:\n{text}"
        return ""

    def judge_leftovers(self, expected):
        left = self.files() - expected["files"]
        # A cache that could not be written is none the less a cache.
        missing = {name for name in expected["files"] - self.files() if not name.startswith("cache/") and name != "work"}
        if left or missing:
            return f"left in the state folder: {sorted(left)}; missing: {sorted(missing)}"
        if self.unreferenced():
            return f"artifacts that nobody knows: {self.unreferenced()}"
        if (said := self.call(BUILD + "/bin/slipway", "gc", "--dry-run")) != (0, "nothing to remove\n"):
            return f"slipway gc: {said}"
        if os.listdir(self.folder + "/tmp"):
            return f"left in /tmp: {os.listdir(self.folder + '/tmp')}"
        if left := wait_gone(self.folder, 2):
            return f"processes left: {left}"
        with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
            return "a mount is left" if self.folder + "/" in mounts.read() else ""

    def judge(self, expected):
        """What is wrong, or "". `expected`: facts() of an undisturbed point."""
        if self.digests() != expected["digests"]:
            return f"digests are {self.digests()}"
        return self.judge_journal() or self.judge_effects() or self.judge_leftovers(expected)

    def facts(self):
        return {"digests": self.digests(), "files": self.files()}

    def remove(self):
        for relay in self.relays.values():
            relay.close()
        for path in (self.folder, self.bare):
            shutil.rmtree(path, ignore_errors=True)
