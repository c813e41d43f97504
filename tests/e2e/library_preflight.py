#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""library-update's preflight against real git servers: https (nginx, git http-backend), file:// and a path; once under the
host, in its sandbox. SLIPWAY_SOURCE and SLIPWAY_BUILD say where everything is."""
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
SOURCE, BUILD = os.environ["SLIPWAY_SOURCE"], os.environ["SLIPWAY_BUILD"]
sys.path.insert(0, SOURCE + "/tests/tools")

from git_servers import HttpsServer, make_bare, run  # noqa: E402


def git(folder, *arguments):
    return run("git", "-C", folder, "-c", "user.name=T", "-c", "user.email=t@localhost", *arguments).strip()


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def check(what, good, more=""):
    if not good:
        sys.exit(f"not ok: {what}\n{more}")
    print("ok: " + what)


class Case:
    """A release in a bare repository, and a library file that names it at `url`."""

    def __init__(self, folder, bare):
        self.folder = folder
        work = folder + "/work"
        git(folder, "init", "-q", "-b", "main", work)
        put(work + "/base/Dockerfile", "FROM scratch\nADD rootfs.tar.zst /\n")
        git(work, "add", ".")
        git(work, "commit", "-q", "-m", "one")
        git(work, "tag", "05112026")
        self.commit = git(work, "rev-parse", "HEAD")
        put(work + "/later", "x")
        git(work, "add", ".")
        git(work, "commit", "-q", "-m", "two")
        self.later = git(work, "rev-parse", "HEAD")
        git(work, "push", "-q", bare, "05112026", "main")

    def release(self, url, commit=None):
        return {"version": "05112026", "remote": url, "tag": "05112026", "ref": "refs/tags/05112026",
                "commit": commit or self.commit}

    def library(self, url):
        path = self.folder + "/library/demo"
        put(path, f"Maintainers: A (@a)\nGitRepo: {url}\nBuilder: classic\n\nTags: latest, 29102026\n"
                  f"GitFetch: refs/tags/29102026\nGitCommit: {'1' * 40}\nDirectory: base\n")
        return path

    def stage(self, url, commit=None, **options):
        put(self.folder + "/release.json", json.dumps(self.release(url, commit)))
        out = tempfile.mkdtemp(dir=self.folder)
        done = subprocess.run([BUILD + "/bin/run-stage", BUILD + "/lib/slipway/stages/library-update.so", "library-update",
                               out, json.dumps(dict(options, file=self.library(url))), f"release={self.folder}/release.json"],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def refused(self, what, status, words, url, **options):
        code, said = self.stage(url, **options)
        check(what, code == status and words in said, f"status {code}\n{said}")


STATUS = {"not_found": 3, "net_transient": 5, "auth": 6, "verify": 7}


def under_the_host(case, url, ca_file):
    put(case.folder + "/release.json", json.dumps(case.release(url)))
    put(case.folder + "/chain.json", json.dumps({"slipway": 1, "name": "demo", "stages": [
        {"id": "publish", "use": "exec", "with": {
            "command": ["cat", case.folder + "/release.json"], "stdout": "release",
            "read": [case.folder + "/release.json"],
            "ports": {"outputs": [{"name": "release", "type": "application/vnd.slipway.release.v1+json"}]}}},
        {"id": "library", "use": "library-update", "with": {"file": case.library(url), "ca_file": ca_file}}]}))
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "SLIPWAY_STATE": case.folder + "/state",
                   "SLIPWAY_PLUGIN_PATH": BUILD + "/lib/slipway/stages"}
    done = subprocess.run([BUILD + "/bin/slipway", "run", case.folder + "/chain.json"], env=environment, check=False,
                          capture_output=True, text=True)
    check("the sandboxed stage reads an https repository", done.returncode == 0, done.stdout + done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="library-preflight-") as folder:
        with HttpsServer(folder + "/a", anonymous_read=True) as server:
            bare = make_bare(server.root + "/x.git", hook="")
            case = Case(folder, bare)
            url, ca = server.url + "/x.git", server.ca_file
            for name, place in (("https", url), ("file://", "file://" + bare), ("a path", bare)):
                code, said = case.stage(place, ca_file=ca)
                check(name + ": a good release passes", code == 0, said)
                case.refused(name + ": a commit that is not in the tag", STATUS["verify"], "refs/tags/05112026", place,
                             commit=case.later, ca_file=ca)
            case.refused("no such repository", STATUS["not_found"], "404", server.url + "/y.git", ca_file=ca)
            case.refused("an unknown authority", STATUS["verify"], "ca_file", url)
            under_the_host(case, url, ca)
        case.refused("a server that is gone", STATUS["net_transient"], "try again", url, ca_file=ca)
        with HttpsServer(folder + "/b") as server:
            make_bare(server.root + "/x.git", hook="")
            case.refused("a private repository", STATUS["auth"], "must be public", server.url + "/x.git",
                         ca_file=server.ca_file)
        for kind in ("expired", "mismatch"):
            with HttpsServer(folder + "/" + kind, certificate=kind, anonymous_read=True) as server:
                case.refused(kind + " certificate", STATUS["verify"], "certificate", server.url + "/x.git",
                             ca_file=server.ca_file)


main()
