# SPDX-License-Identifier: GPL-3.0-or-later
"""The bare repositories behind the GitHub facade, by git's plumbing. Forks share their parent's objects, as on
GitHub; all of a repository's names are OWNER/NAME."""
import os
import shutil
import subprocess

ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent", "LC_ALL": "C",
               "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A Human", "GIT_AUTHOR_EMAIL": "human@example.org",
               "GIT_COMMITTER_NAME": "A Human", "GIT_COMMITTER_EMAIL": "human@example.org"}
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class GitError(Exception):
    pass


class Repositories:
    def __init__(self, root):
        self.root = root

    def path(self, name):
        return f"{self.root}/{name}.git"

    def exists(self, name):
        return os.path.isdir(self.path(name))

    def git(self, name, *arguments, data=None, env=None):
        done = subprocess.run(["git", "--git-dir", self.path(name), *arguments], input=data, capture_output=True,
                              env={**ENVIRONMENT, **(env or {})}, check=False)
        if done.returncode != 0:
            raise GitError(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def text(self, name, *arguments, **more):
        return self.git(name, *arguments, **more).decode().strip()

    # ------------------------------------------------------------------ repositories

    def create(self, name, branch, files):
        """A repository with one commit of these files, {path: bytes}."""
        os.makedirs(self.path(name))
        subprocess.run(["git", "init", "-q", "--bare", "-b", branch, self.path(name)], env=ENVIRONMENT, check=True)
        self.commit_files(name, branch, files, "Initial commit")

    def fork(self, parent, name):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        subprocess.run(["git", "clone", "-q", "--bare", "--shared", "--single-branch", self.path(parent),
                        self.path(name)], env=ENVIRONMENT, check=True)

    def remove(self, name):
        shutil.rmtree(self.path(name))

    def default_branch(self, name):
        return self.text(name, "symbolic-ref", "--short", "HEAD")

    # ------------------------------------------------------------------ refs

    def ref(self, name, ref):
        """The object a full ref is at, or None."""
        try:
            return self.text(name, "rev-parse", "--verify", "-q", ref)
        except GitError:
            return None

    def refs(self, name, prefix):
        lines = self.text(name, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return [line.split() for line in lines if line.startswith(prefix)]

    def set_ref(self, name, ref, sha, old=None):
        self.git(name, "update-ref", ref, sha, *([old] if old is not None else []))

    def is_ancestor(self, name, old, new):
        try:
            self.git(name, "merge-base", "--is-ancestor", old, new)
            return True
        except GitError:
            return False

    # ------------------------------------------------------------------ objects

    def has(self, name, sha, kind):
        try:
            return self.text(name, "cat-file", "-t", sha) == kind
        except GitError:
            return False

    def blob(self, name, content):
        return self.text(name, "hash-object", "-w", "--stdin", data=content)

    def blob_at(self, name, commit, path):
        """(sha, content) or None."""
        try:
            sha = self.text(name, "rev-parse", "--verify", "-q", f"{commit}:{path}")
            return sha, self.git(name, "cat-file", "blob", sha)
        except GitError:
            return None

    def tree(self, name, base, entries):
        """`base` with entries (mode, sha or None for removal, path)."""
        index = self.path(name) + f"/index-{os.getpid()}-{os.urandom(4).hex()}"
        env = {"GIT_INDEX_FILE": index}
        try:
            self.git(name, "read-tree", base, env=env)
            lines = "".join(f"{mode if sha else '0'} {sha or '0' * 40}\t{path}\n" for mode, sha, path in entries)
            self.git(name, "update-index", "--index-info", data=lines.encode(), env=env)
            return self.text(name, "write-tree", env=env)
        finally:
            if os.path.exists(index):
                os.unlink(index)

    def commit(self, name, tree, parents, message, author=None):
        env = {}
        for role in ("AUTHOR", "COMMITTER"):
            for key, value in (author or {}).items():
                env[f"GIT_{role}_{key.upper()}"] = value
        flags = [word for parent in parents for word in ("-p", parent)]
        return self.text(name, "commit-tree", tree, *flags, "-F", "-", data=message.encode(), env=env)

    def commit_info(self, name, sha):
        raw = self.git(name, "cat-file", "commit", sha).decode(errors="replace")
        head, _, message = raw.partition("\n\n")
        lines = [line.split(" ", 1) for line in head.splitlines() if line[:1] != " "]
        return {"sha": sha, "message": message.rstrip("\n"), "tree": next(v for k, v in lines if k == "tree"),
                "parents": [v for k, v in lines if k == "parent"]}

    def commit_files(self, name, branch, files, message, parents=None):
        """A commit on a branch, {path: bytes or None}; what a human pushes."""
        head = self.ref(name, f"refs/heads/{branch}")
        base = head or EMPTY_TREE
        if head is None:
            self.git(name, "mktree", data=b"")
        entries = [("100644", self.blob(name, content) if content is not None else None, path)
                   for path, content in files.items()]
        sha = self.commit(name, self.tree(name, base, entries), parents or ([head] if head else []), message)
        self.set_ref(name, f"refs/heads/{branch}", sha)
        return sha

    def merge(self, name, base, head, message):
        """Merge commit `head` into branch `base`; None if they do not merge."""
        old = self.ref(name, f"refs/heads/{base}")
        try:
            tree = self.text(name, "merge-tree", "--write-tree", old, head).splitlines()[0]
        except GitError:
            return None
        sha = self.commit(name, tree, [old, head], message)
        self.set_ref(name, f"refs/heads/{base}", sha, old)
        return sha

    def fetch(self, name, source, sha, ref):
        self.git(name, "fetch", "-q", "--no-tags", self.path(source), f"+{sha}:{ref}")
