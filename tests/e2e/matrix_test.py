#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""config/chains/matrix.jsonc as it is, with its addresses set to real servers: two groups for two machines come to one
tag, one library file with fields for each architecture, one pull request. git, sha256sum, zstd and tar judge the tag;
bashbrew's reader (where Go is there) and git judge the library file, entry by entry and architecture by architecture.
Then the same without one cell."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = os.environ["SLIPWAY_SOURCE"]
sys.path.insert(0, SOURCE + "/tests/tools")
from git_servers import HttpsServer, make_bare  # noqa: E402
from github_facade import Facade  # noqa: E402
from github_repositories import Repositories  # noqa: E402
from harness import Host, check, main  # noqa: E402
from loopback import Nginx  # noqa: E402

CHAIN, TOOLS = SOURCE + "/config/chains/matrix.jsonc", SOURCE + "/tests/tools"
UPSTREAM, LIBRARY = "docker-library/official-images", "library/matrix"
GROUPS, MACHINES = ("base", "base-devel"), {"amd64": "x86_64", "arm64v8": "aarch64"}
CELLS = sorted(f"{group}/{machine}" for group in GROUPS for machine in MACHINES.values())
BEFORE, VERSION, EPOCH, WAITING = "29102026", "05112026", "1793836800", 75
GIT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


def run(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **{"text": True, **more})
    check(done.returncode == 0, f"{' '.join(map(str, command))}: exit {done.returncode}\n{str(done.stdout)[-3000:]}")
    return done.stdout


def make_packages(folder):
    """FOLDER/x86_64, the small sample and a base-devel, and FOLDER/aarch64, which says the same of another machine."""
    own = folder / "x86_64"
    shutil.copytree(os.environ["SLIPWAY_SAMPLE"], own, symlinks=True)
    tree = folder / "tree"
    (tree / "usr/share/base-devel").mkdir(parents=True)
    (tree / "usr/share/base-devel/version").write_text("1\n", encoding="ascii")
    run(TOOLS + "/pack-test-package", tree, "base-devel", "1-1", own, input="")
    run("repo-add", "-q", own / "sample.db.tar.gz", own / "base-devel-1-1-x86_64.pkg.tar.zst")
    run(TOOLS + "/relabel_repo.py", own, folder / "aarch64", "aarch64")


class World:
    """The internet of one release: packages, the repository of the images, GitHub."""

    def __init__(self, folder):
        self.folder = folder
        make_packages(folder / "packages")
        os.chmod(folder, 0o755)
        self.packages = Nginx(str(folder / "packages"))
        self.git = HttpsServer(str(folder / "git"), anonymous_read=True)
        self.github = Facade(str(folder / "github"))
        self.remote = self.git.url + "/images.git"
        self.bare = make_bare(self.git.root + "/images.git")
        self.host = Host(folder, os.environ["SLIPWAY_STAGES"])
        self.host.environment.update({"GIT_TOKEN": "good-token", "GITHUB_TOKEN": "good-token"})

    def __enter__(self):
        for server in (self.packages, self.git, self.github):
            server.__enter__()
        repositories = Repositories(self.git.root)
        old = {f"{cell}/Dockerfile": b"FROM scratch\n" for cell in CELLS}
        commit = repositories.commit_files("images", "releases", old, "Release " + BEFORE)
        repositories.set_ref("images", "refs/tags/" + BEFORE, commit)
        text = Path(SOURCE, "config/chains/matrix", LIBRARY).read_text(encoding="utf-8")
        text = text.replace("0" * 39 + "1", commit).replace("https://github.com/example/docker-images.git", self.remote)
        (self.folder / "library").mkdir()
        (self.folder / LIBRARY).write_text(text, encoding="utf-8")
        self.github.create(UPSTREAM, {LIBRARY: text.encode()})
        return self

    def __exit__(self, *_):
        for server in (self.packages, self.git, self.github):
            server.__exit__()

    def order(self, *more):
        values = {"mirror": self.packages.url, "remote": self.remote, "library_file": self.folder / LIBRARY,
                  "github": self.github.url, "ca_file": self.git.ca_file}
        sets = [word for name, value in values.items() for word in ("--set", f"vars.{name}={value}")]
        return (CHAIN, "--epoch", EPOCH, "--override", "verify=mock:{}", *sets, *more)

    def merged(self):
        """The library file on GitHub."""
        head = self.github.repositories.ref(UPSTREAM, "refs/heads/master")
        return self.github.repositories.blob_at(UPSTREAM, head, LIBRARY)[1].decode()


# ------------------------------------------------------------------------------------------ judges

def judge_tag(world, cells, tree):
    """What git, sha256sum, zstd and tar say of the tag. `tree`: where it is checked out."""
    tags = run("git", "-C", world.bare, "tag", env=GIT).split()
    check(tags == [VERSION, BEFORE], f"tags: {tags}")
    run("git", "clone", "-q", "--branch", VERSION, world.bare, tree, env=GIT)
    files = run("git", "-C", tree, "ls-tree", "-r", "--name-only", "HEAD", env=GIT).split()
    wanted = {f"{cell}/{name}" for cell in cells for name in ("rootfs.tar.zst", "SHA256SUMS", "Dockerfile")}
    check({path for path in files if not path.endswith("Dockerfile")} == {p for p in wanted if not p.endswith("Dockerfile")},
          f"files: {files}")
    check(wanted <= set(files), f"files: {files}")
    for cell in cells:
        group, machine = cell.split("/")
        run("sha256sum", "-c", "--strict", "SHA256SUMS", cwd=tree / cell)
        tar = run("zstd", "-dcq", "--long=27", tree / cell / "rootfs.tar.zst", text=False)
        names = run("tar", "-t", input=tar, text=False).decode().splitlines()
        told = run("tar", "-xO", "--wildcards", "var/lib/pacman/local/*/desc", input=tar, text=False).decode()
        machines = {after.split("\n")[0] for after in told.split("%ARCH%\n")[1:]}
        check(machines == {"any", machine}, f"{cell}: packages for {machines}")
        check(("usr/share/base-devel/version" in names) == (group == "base-devel"), f"{cell}: base-devel is in the wrong cell")
    return run("git", "-C", tree, "rev-parse", "HEAD", env=GIT).strip()


def fields_of(text):
    """[{field: value}] of the entries, the first paragraph's in all of them."""
    first, *rest = [dict(line.split(": ", 1) for line in part.splitlines()) for part in text.strip().split("\n\n")]
    return [{**first, **own} for own in rest]


def judge_library(world, text, commit, folder):
    """Every architecture of every entry of this release leads to its own folder in the tag, as bashbrew goes there."""
    entries = [entry for entry in fields_of(text) if VERSION in entry["Tags"]]
    check(sorted(entry["Tags"] for entry in entries)
          == [f"base-devel, base-devel-{VERSION}", f"latest, base, base-{VERSION}"], text)
    check(sum(BEFORE in entry["Tags"] for entry in fields_of(text)) == 2, f"the release before is not kept:\n{text}")
    found = set()
    for entry in entries:
        check(entry["Architectures"] == "amd64, arm64v8", text)
        for architecture, machine in MACHINES.items():
            at = {key: entry.get(f"{architecture}-{key}", entry.get(key)) for key in ("GitFetch", "GitCommit", "Directory")}
            check(at["GitFetch"] == "refs/tags/" + VERSION and at["GitCommit"] == commit, f"{architecture}: {at}")
            tree = folder / f"{architecture}-{len(found)}"
            run("git", "init", "-q", tree, env=GIT)
            run("git", "-C", tree, "fetch", "-q", entry["GitRepo"], f"{at['GitFetch']}:{at['GitFetch']}",
                env={**GIT, "GIT_SSL_CAINFO": world.git.ca_file})
            run("git", "-C", tree, "merge-base", "--is-ancestor", at["GitCommit"], at["GitFetch"], env=GIT)
            names = run("git", "-C", tree, "ls-tree", "--name-only", f"{at['GitCommit']}:{at['Directory']}", env=GIT).split()
            check({"Dockerfile", "rootfs.tar.zst"} <= set(names), f"{at['Directory']}: {names}")
            check(at["Directory"].endswith("/" + machine), f"{architecture} builds {at['Directory']}")
            found.add(at["Directory"])
    check(sorted(found) == CELLS, f"folders: {found}")


def judge_by_bashbrew(path, folder):
    if not shutil.which("go") or not os.path.isdir("/usr/share/gocode/src/pault.ag/go/debian"):
        print("NOT TESTED: bashbrew's own reader: golang-pault-go-debian-dev is not installed")
        return
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "go"), "HOME": str(folder)}
    answer = json.loads(run("go", "run", "oracle.go", path, cwd=TOOLS + "/library_oracle", env=environment))
    check("error" not in answer, answer)
    check(len(answer["entries"]) == 4, answer)


# ------------------------------------------------------------------------------------------ cases

def one_release(folder):
    with World(folder) as world:
        planned = world.host("plan", *world.order())
        check(planned.code == 0 and f"create tag {VERSION}" in planned.out, planned.text(folder))
        check(not world.github.pulls, "the plan has opened a pull request")
        parked = world.host("run", *world.order(), timeout=300)
        check(parked.code == WAITING, parked.text(folder))
        commit = judge_tag(world, CELLS, folder / "tree")
        check(len(world.github.pulls) == 1, f"pull requests: {world.github.pulls}")
        world.github.merge(1)
        done = world.host("resume")
        check(done.code == 0, done.text(folder))
        check(len(world.github.pulls) == 1 and not world.github.mistakes, world.github.mistakes)
        judge_library(world, world.merged(), commit, folder)
        (folder / "merged").write_text(world.merged(), encoding="utf-8")
        judge_by_bashbrew(folder / "merged", folder)
        statement = json.loads(world.host("provenance").out)
        subjects = {subject["digest"]["sha256"] for subject in statement["subject"] if "sha256" in subject["digest"]}
        for cell in CELLS:
            digest = (folder / "tree" / cell / "SHA256SUMS").read_text(encoding="utf-8").split()[0]
            check(digest in subjects, f"{cell}: its archive is not in the provenance")
        report = json.loads(world.host("report", "--format", "json").out)
        keys = [stage["key"] for stage in report["run"]["stages"]]
        check(sum(key.startswith("archive[") for key in keys) == 4, f"report: {keys}")
        again = world.host("run", *world.order(), timeout=300)  # the same release once more: nothing new outside
        check(again.code == 0 and len(world.github.pulls) == 1, again.text(folder))


def without_a_cell(folder):
    """base-devel for one machine only; and one cell's option is wrong, which is said where it stands."""
    left = [cell for cell in CELLS if cell != "base-devel/aarch64"]
    less = ("--set", 'exclude=[{"group": "base-devel", "arch": "aarch64"}]', "--override", "library=mock:{}", "--override", "submit=mock:{}")
    with World(folder) as world:
        ran = world.host("run", *world.order(*less), timeout=300)
        check(ran.code == 0, ran.text(folder))
        judge_tag(world, left, folder / "tree")
        keys = {row[0] for row in world.host.journal("SELECT key FROM stages")}
        check("archive[group=base-devel,arch=x86_64]" in keys and "archive[group=base-devel,arch=aarch64]" not in keys, keys)
        wrong = world.host("validate", *world.order("--set", "stages.packages.vary.0.with.install=3")[:1],
                           "--set", "stages.packages.vary.0.with.install=3")
        check(wrong.code == 2 and "--set stages.packages.vary.0.with.install: /stages/0/vary/0/with/install: expected" in wrong.err,
              wrong.text(folder))


main({"one-release": one_release, "without-a-cell": without_a_cell})
