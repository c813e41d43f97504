# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs packages with pacman and builds them with the stage, each into a root of its own, for comparison."""
import json
import os
import subprocess

EPOCH = 1_793_836_800
HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.dirname(HERE)
BUILD = os.environ.get("SLIPWAY_BUILD", "")


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          errors="surrogateescape", **more)


def must(command, **more):
    done = run(command, **more)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")
    return done.stdout


class Judge:
    """One comparison: `folder` is its scratch, `repository` has the packages and NAME.db."""

    def __init__(self, folder, repository, name, options=None, epoch=EPOCH):
        self.folder, self.repository, self.name, self.epoch = folder, repository, name, epoch
        self.options = options or {}
        self.theirs, self.ours = folder + "/pacman", folder + "/ours"

    def pacman(self, root):
        """pacman's command line for a root, with no hooks and no scripts but what is asked for."""
        return ["pacman", "-r", root, "--config", self.folder + "/pacman.conf", "--cachedir", self.folder + "/cache",
                "--hookdir", self.folder + "/nohooks", "--gpgdir", self.folder + "/nokeys", "--noconfirm", "--color", "never"]

    def prepare(self):
        # Hooks of the host and of the packages are masked by links of their names.
        os.makedirs(self.folder + "/nohooks", exist_ok=True)
        for package in os.listdir(self.repository):
            if ".pkg.tar" in package and not package.endswith(".sig"):
                listed = run(["bsdtar", "-tf", f"{self.repository}/{package}"]).stdout
                for line in listed.splitlines():
                    if line.startswith("usr/share/libalpm/hooks/") and line.endswith(".hook"):
                        link = f"{self.folder}/nohooks/{os.path.basename(line)}"
                        if not os.path.islink(link):
                            os.symlink("/dev/null", link)
        lines = ["[options]", "Architecture = x86_64", "SigLevel = Never"]
        lines += [f"{key} = {value}" for key, values in self.options.items() for value in values]
        lines += [f"[{self.name}]", f"Server = file://{self.repository}"]
        with open(self.folder + "/pacman.conf", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        os.makedirs(self.theirs + "/var/lib/pacman")

    def lock(self, targets):
        """False: pacman does not even resolve them."""
        must(self.pacman(self.theirs) + ["-Sy"])
        done = subprocess.run([TOOLS + "/make-lock", self.repository] + self.pacman(self.theirs) + ["--"] + targets,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        with open(self.folder + "/lock.json", "wb") as file:
            file.write(done.stdout)
        return done.returncode == 0

    def install(self, targets):
        """What pacman says, or None if it refuses."""
        done = run(self.pacman(self.theirs) + ["-S", "--noscriptlet"] + targets)
        self.pacman_said = done.stdout
        return done.returncode == 0

    def build(self, options):
        with open(self.folder + "/lock.json", encoding="utf-8") as file:
            packages = json.load(file)["packages"]
        command = [BUILD + "/bin/run-stage", BUILD + "/lib/slipway/stages/rootfs-build.so", "rootfs-build",
                   self.folder + "/out", json.dumps(options), f"epoch={self.epoch}", f"lock={self.folder}/lock.json"]
        done = run(command + [f"packages={self.repository}/{p['filename']}" for p in packages])
        self.we_said = done.stdout
        if done.returncode == 0:
            os.makedirs(self.ours)
            must(["tar", "-xpf", self.folder + "/out/rootfs/rootfs.tar", "--numeric-owner", "--xattrs", "--acls",
                  "--xattrs-include=*", "-C", self.ours])
        return done.returncode == 0

    def compare(self):
        """(differences as text, counts): see compare-roots."""
        done = run([TOOLS + "/compare-roots", self.theirs, self.ours, str(self.epoch)])
        *lines, last = done.stdout.splitlines()
        if not last.startswith("{"):
            raise SystemExit("compare-roots failed:\n" + done.stdout)
        return lines, json.loads(last)

    def beside(self, ask_node):
        """What is wrong with the SBOM and the package list."""
        done = run([TOOLS + "/check-sbom", self.folder + "/out/sbom/sbom.spdx.json", self.folder + "/lock.json"]
                   + ["--licenses"] * ask_node)
        wrong = done.stdout.splitlines() if done.returncode else []
        with open(self.folder + "/out/package_list/packages.txt", encoding="utf-8") as file:
            ours = file.read()
        theirs = must(self.pacman(self.theirs) + ["-Q"])
        return wrong + ([] if ours == theirs else [f"package list: pacman {theirs!r}, ours {ours!r}"])


def make_repository(folder, packages):
    os.makedirs(folder)
    for package in packages:
        package.write(folder)
    must(["repo-add", "-q", f"{folder}/test.db.tar.gz"] + [f"{folder}/{p.filename}" for p in packages])


def lay_overlay(case, root):
    """As a stage's overlay is: root's, 0755 and 0644, as old as the epoch."""
    for path, content in case.files.items():
        os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
        with open(f"{root}/{path}", "w", encoding="utf-8") as file:
            file.write(content)
    for path, target in case.links.items():
        os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
        os.symlink(target, f"{root}/{path}")
    for path in list(case.files) + list(case.links):
        os.utime(f"{root}/{path}", (EPOCH, EPOCH), follow_symlinks=False)


def judge_case(case, folder, ask_node=False):
    """(verdict, lines): verdict is "same", "both refuse", "different" or "stricter" (see Case)."""
    make_repository(folder + "/repo", case.packages)
    judge = Judge(folder, folder + "/repo", "test", case.options)
    judge.prepare()
    targets = [p.name for p in case.packages[:1]] if case.name == "reasons" else [p.name for p in case.packages]
    if not judge.lock(targets):
        raise SystemExit(f"{case.name}: pacman does not resolve it")
    options = {"no_extract": case.options.get("NoExtract", []), "no_upgrade": case.options.get("NoUpgrade", [])}
    if case.files or case.links:
        lay_overlay(case, folder + "/overlay")
        lay_overlay(case, judge.theirs)
        options["overlays"] = [{"path": folder + "/overlay"}]
    installed, built = judge.install(targets), judge.build(options)
    said = ["pacman: " + line for line in judge.pacman_said.splitlines() if line.startswith(("error", "warning"))
            or "exists" in line] + ["ours: " + line for line in judge.we_said.splitlines() if line.startswith("error")]
    if case.stricter:
        return ("stricter" if installed and not built else "different"), said
    if installed != built:
        return "different", said
    if not built:
        return "both refuse", said
    lines, counts = judge.compare()
    wrong = judge.beside(ask_node)
    return ("different" if counts["differences"] or wrong else "same"), lines + wrong + said
