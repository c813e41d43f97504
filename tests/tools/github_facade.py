#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A GitHub small enough for tests: REST over real bare repositories. Each request is judged by GitHub's own OpenAPI
description (tests/data/github-openapi.json); one that GitHub would not take is in `mistakes`, and gets 400.

    with Facade(folder) as github:                  # github.url, github.tokens, github.log, github.mistakes
        github.create("docker-library/official-images", {"library/x": b"..."})
        github.merge(1); github.close(1); github.review(1, "tianon", "CHANGES_REQUESTED")
        github.fail("POST .*/pulls$", status=502, times=2)

`github_facade.py FOLDER OWNER/NAME [PATH=FILE ...]` serves one repository and prints {"url": ...}; it then takes
commands from standard input, one a line (`merge 1`, `close 1`, `review 1 tianon CHANGES_REQUESTED`), answers each
with a line of JSON, and ends with its input.
"""
import base64
import json
import os
import re
import sys
import threading
from urllib.parse import parse_qs, unquote, urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from github_http import Handler, Refusal, Server  # noqa: E402
from github_pulls import PullRequests  # noqa: E402
from github_repositories import GitError, Repositories  # noqa: E402
from openapi_check import Description  # noqa: E402

DESCRIPTION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "github-openapi.json")
BRANCH = "master"


class Facade(PullRequests):
    """`tokens`: token to {"login", "scopes", "expires"}. `fork_lag`: how many requests a fresh fork answers with 404
    before it is there; `branch_lag`: how many pull requests from a fresh branch are refused."""

    def __init__(self, folder, tokens=None, fork_lag=0, branch_lag=0, page_size=None):
        self.repositories = Repositories(folder + "/repositories")
        os.makedirs(self.repositories.root, exist_ok=True)
        self.tokens = tokens or {"good-token": {"login": "archbot", "scopes": "public_repo"}}
        self.fork_lag, self.branch_lag, self.page_size = fork_lag, branch_lag, page_size
        self.parents, self.lag, self.pulls, self.reviews = {}, {}, {}, {}
        self.renamed = {}  # full name to full name
        self.protected = set()  # "OWNER/NAME branch"
        self.faults, self.log, self.mistakes = [], [], []
        self.remaining = 5000
        self.lock = threading.RLock()
        self.description = Description(DESCRIPTION)
        handler = type("Handler", (Handler,), {"facade": self})
        self.server = Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    # ------------------------------------------------------------------ what people do

    def create(self, name, files, branch=BRANCH):
        self.repositories.create(name, branch, files)

    def push(self, name, files, branch=BRANCH, message="A change by hand"):
        with self.lock:
            return self.repositories.commit_files(name, branch, files, message)

    def fail(self, pattern, times=1, **how):
        """The next `times` requests whose "METHOD path" matches are answered with `how`: status, headers, body,
        content_type; or drop="before"/"after" (no answer, the request not done or done); cut=True (half a body)."""
        self.faults.append({"pattern": re.compile(pattern), "times": times, **how})

    def before(self, pattern, action):
        """Call `action` once, before the next request that matches is done."""
        self.faults.append({"pattern": re.compile(pattern), "times": 1, "action": action})

    def fault_for(self, question):
        with self.lock:
            for fault in self.faults:
                if fault["times"] > 0 and fault["pattern"].search(question):
                    fault["times"] -= 1
                    return fault
        return None

    # ------------------------------------------------------------------ the API

    def answer(self, method, target, headers, body):
        """(status, document, more headers)."""
        mistakes = self.description.check_request(method, target, body)
        if headers.get("X-GitHub-Api-Version") != "2022-11-28":
            mistakes.append("no API version")
        if not headers.get("User-Agent"):
            mistakes.append("no user agent")
        self.mistakes += [f"{method} {target}: {mistake}" for mistake in mistakes]
        if mistakes:
            raise Refusal(400, "; ".join(mistakes))
        user = self._user(headers)
        url = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if url.path == "/user":
            return 200, {"login": user["login"]}, {}
        parts = [unquote(part) for part in url.path.split("/")]
        name, rest = "/".join(parts[2:4]), "/".join(parts[4:])
        if name in self.renamed:
            moved = url.path.replace(f"/repos/{name}", f"/repos/{self.renamed[name]}", 1)
            raise Refusal(301 if method == "GET" else 307, "Moved Permanently",
                          headers={"Location": self.url + moved + ("?" + url.query if url.query else "")})
        return self._repository(method, name, rest, query, json.loads(body) if body else None, user)

    def _user(self, headers):
        given = headers.get("Authorization") or ""
        user = self.tokens.get(given.removeprefix("Bearer "))
        if user is None:
            raise Refusal(401, "Bad credentials" if given else "Requires authentication")
        return user

    def _repository(self, method, name, rest, query, body, user):
        if not self.repositories.exists(name) or self._lags(name, rest):
            raise Refusal(404, "Not Found")
        if method != "GET":
            self._may_write(name, rest, user)
        for pattern, function in ROUTES[method]:
            match = re.fullmatch(pattern, rest)
            if match:
                return function(self, name, match, query, body, user)
        raise Refusal(404, "Not Found")

    def _lags(self, name, rest):
        if not rest.startswith("git/") or self.lag.get(name, 0) <= 0:
            return False
        self.lag[name] -= 1
        return True

    def _may_write(self, name, rest, user):
        if "public_repo" not in user.get("scopes", ""):
            raise Refusal(403, "Resource not accessible by personal access token",
                          headers={"X-Accepted-OAuth-Scopes": "public_repo, repo"})
        anyone = rest in ("forks", "pulls") or rest.startswith("pulls/")
        if not anyone and name.split("/")[0] not in (user["login"], *user.get("organizations", ())):
            raise Refusal(404, "Not Found")  # GitHub does not tell what one may not see

    def _info(self, name):
        parent = self.parents.get(name)
        return {"full_name": name, "name": name.split("/")[1], "fork": parent is not None, "owner": {"login": name.split("/")[0]},
                "default_branch": self.repositories.default_branch(name),
                **({"parent": {"full_name": parent}} if parent else {})}

    def show(self, name, *_):
        return 200, self._info(name), {}

    def contents(self, name, match, query, *_):
        found = self.repositories.blob_at(name, query.get("ref", "HEAD"), match[1])
        if found is None:
            raise Refusal(404, "Not Found")
        sha, content = found
        return 200, {"type": "file", "path": match[1], "sha": sha, "size": len(content), "encoding": "base64",
                     "content": base64.encodebytes(content).decode()}, {}

    def fork(self, name, _, __, body, user):
        owner = (body or {}).get("organization", user["login"])
        known = [fork for fork, parent in self.parents.items() if parent == name and fork.split("/")[0] == owner]
        if not known:
            fork = f"{owner}/{name.split('/')[1]}"
            fork += "-1" if self.repositories.exists(fork) else ""
            self.repositories.fork(name, fork)
            self.parents[fork], self.lag[fork] = name, self.fork_lag
            known = [fork]
        return 202, self._info(known[0]), {}

    def merge_upstream(self, name, _, __, body, ___):
        parent, ref = self.parents.get(name), f"refs/heads/{body['branch']}"
        old, new = self.repositories.ref(name, ref), self.repositories.ref(parent, ref) if parent else None
        if old is None or new is None:
            raise Refusal(422, "Branch not found")
        if not self.repositories.is_ancestor(name, old, new):
            raise Refusal(409, "There are merge conflicts")
        self.repositories.set_ref(name, ref, new, old)
        return 200, {"message": "Successfully fetched and fast-forwarded", "merge_type": "fast-forward"}, {}

    # git data

    def get_ref(self, name, match, *_):
        sha = self.repositories.ref(name, f"refs/{match[1]}")
        if sha is None:
            raise Refusal(404, "Not Found")
        return 200, {"ref": f"refs/{match[1]}", "object": {"type": "commit", "sha": sha}}, {}

    def matching_refs(self, name, match, *_):
        refs = self.repositories.refs(name, f"refs/{match[1]}")
        return 200, [{"ref": ref, "object": {"type": "commit", "sha": sha}} for ref, sha in refs], {}

    def make_ref(self, name, _, __, body, ___):
        ref, sha = body["ref"], body["sha"]
        if not re.fullmatch(r"refs/heads/[\w][\w./-]*", ref) or not self.repositories.has(name, sha, "commit"):
            raise Refusal(422, "Object does not exist")
        self._guard(name, ref)
        if self.repositories.ref(name, ref):
            raise Refusal(422, "Reference already exists")
        self.repositories.set_ref(name, ref, sha, "0" * 40)
        self.lag[f"{name} {ref}"] = self.branch_lag
        return 201, {"ref": ref, "object": {"type": "commit", "sha": sha}}, {}

    def move_ref(self, name, match, _, body, __):
        ref = f"refs/{match[1]}"
        old = self.repositories.ref(name, ref)
        if old is None or not self.repositories.has(name, body["sha"], "commit"):
            raise Refusal(422, "Reference does not exist" if old is None else "Object does not exist")
        self._guard(name, ref)
        if not body.get("force") and not self.repositories.is_ancestor(name, old, body["sha"]):
            raise Refusal(422, "Update is not a fast forward")
        try:
            self.repositories.set_ref(name, ref, body["sha"], old)
        except GitError as e:
            raise Refusal(409, "Reference cannot be updated") from e
        return 200, {"ref": ref, "object": {"type": "commit", "sha": body["sha"]}}, {}

    def _guard(self, name, ref):
        if f"{name} {ref.removeprefix('refs/heads/')}" in self.protected:
            raise Refusal(422, "Cannot update this protected ref.")

    def make_blob(self, name, _, __, body, ___):
        content = body["content"].encode()
        if body.get("encoding") == "base64":
            content = base64.b64decode(content, validate=True)
        return 201, {"sha": self.repositories.blob(name, content)}, {}

    def make_tree(self, name, _, __, body, ___):
        entries = [(one["mode"], one["sha"], one["path"]) for one in body["tree"]]
        try:
            return 201, {"sha": self.repositories.tree(name, body["base_tree"], entries)}, {}
        except GitError as e:
            raise Refusal(422, f"GitRPC::BadObjectState {e}") from e

    def make_commit(self, name, _, __, body, user):
        for sha, kind in [(body["tree"], "tree"), *((parent, "commit") for parent in body["parents"])]:
            if not self.repositories.has(name, sha, kind):
                raise Refusal(422, f"{kind} SHA does not exist")
        author = body.get("author") or {"name": user["login"], "email": user["login"] + "@users.noreply.github.com"}
        sha = self.repositories.commit(name, body["tree"], body["parents"], body["message"], author)
        return 201, {"sha": sha}, {}

    def show_commit(self, name, match, *_):
        if not self.repositories.has(name, match[1], "commit"):
            raise Refusal(404, "Not Found")
        info = self.repositories.commit_info(name, match[1])
        return 200, {**info, "tree": {"sha": info["tree"]}, "parents": [{"sha": sha} for sha in info["parents"]]}, {}

ROUTES = {
    "GET": [("", Facade.show), ("contents/(.+)", Facade.contents), ("git/ref/(.+)", Facade.get_ref),
            ("git/matching-refs/(.+)", Facade.matching_refs), (r"git/commits/(\w+)", Facade.show_commit),
            ("pulls", Facade.list_pulls), (r"pulls/(\d+)", Facade.show_pull),
            (r"pulls/(\d+)/reviews", Facade.list_reviews)],
    "POST": [("forks", Facade.fork), ("merge-upstream", Facade.merge_upstream), ("git/refs", Facade.make_ref),
             ("git/blobs", Facade.make_blob), ("git/trees", Facade.make_tree), ("git/commits", Facade.make_commit),
             ("pulls", Facade.open_pull)],
    "PATCH": [("git/refs/(.+)", Facade.move_ref), (r"pulls/(\d+)", Facade.edit_pull)],
}


def main():
    folder, name, *files = sys.argv[1:]
    content = {}
    for pair in files:
        path, _, file = pair.partition("=")
        with open(file, "rb") as source:
            content[path] = source.read()
    with Facade(os.path.abspath(folder)) as github:
        github.create(name, content or {"README.md": b"x\n"})
        print(json.dumps({"url": github.url, "root": github.repositories.root}), flush=True)
        for line in sys.stdin:
            command, *words = line.split()
            action = {"merge": github.merge, "close": github.close, "review": github.review}[command]
            result = action(int(words[0]), *words[1:])
            print(json.dumps({"result": result, "mistakes": github.mistakes}), flush=True)


if __name__ == "__main__":
    main()
