# SPDX-License-Identifier: GPL-3.0-or-later
"""The pull requests of the GitHub in github_facade.py: who may open which, what becomes of them, and how they are told."""
import time

from github_http import Refusal, invalid
from github_repositories import GitError


def timestamp():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class PullRequests:
    """A part of Facade, whose members it uses. `pulls`: by number; `reviews`: lists, by number."""

    def merge(self, number):
        with self.lock:
            pull = self.pulls[number]
            self._refresh(pull)
            sha = self.repositories.merge(pull["upstream"], pull["base"], pull["head_sha"], f"Merge #{number}")
            if sha is None:
                raise SystemExit(f"#{number} does not merge")
            pull.update(state="closed", merged_at=timestamp(), merge_commit=sha)
            return sha

    def close(self, number):
        with self.lock:
            self.pulls[number]["state"] = "closed"

    def review(self, number, login, state):
        with self.lock:
            self.reviews.setdefault(number, []).append({"user": {"login": login}, "state": state})

    def open_pulls(self):
        return [number for number, pull in self.pulls.items() if pull["state"] == "open"]

    # ------------------------------------------------------------------ the API

    def _head(self, name, label):
        """(repository, branch, commit) of "owner:branch", among the upstream repository and its forks."""
        owner, _, branch = label.partition(":")
        for fork in [name, *self.parents]:
            if fork.split("/")[0] == owner and (fork == name or self.parents[fork] == name):
                return fork, branch, self.repositories.ref(fork, f"refs/heads/{branch}")
        return None, branch, None

    def _refresh(self, pull):
        if pull["state"] == "open":
            sha = self.repositories.ref(pull["head_repo"], f"refs/heads/{pull['head_ref']}")
            if sha and sha != pull["head_sha"]:
                pull["head_sha"] = sha
                self.repositories.fetch(pull["upstream"], pull["head_repo"], sha, f"refs/pull/{pull['number']}/head")

    def _pull(self, pull):
        self._refresh(pull)
        owner = pull["head_repo"].split("/")[0]
        return {"number": pull["number"], "state": pull["state"], "title": pull["title"], "body": pull["body"],
                "html_url": f"https://github.example/{pull['upstream']}/pull/{pull['number']}",
                "user": {"login": pull["login"]}, "merged_at": pull["merged_at"], "created_at": pull["created_at"],
                "merge_commit_sha": pull["merge_commit"], "base": {"ref": pull["base"]},
                "head": {"ref": pull["head_ref"], "sha": pull["head_sha"], "label": f"{owner}:{pull['head_ref']}"}}

    def list_pulls(self, name, _, query, *__):
        state, head, base = query.get("state", "open"), query.get("head"), query.get("base")
        found = [self._pull(pull) for pull in reversed(self.pulls.values()) if pull["upstream"] == name]
        found = [pull for pull in found if state in ("all", pull["state"]) and head in (None, pull["head"]["label"])
                 and base in (None, pull["base"]["ref"])]
        return self._page(f"/repos/{name}/pulls", found, query)

    def list_reviews(self, name, match, query, *_):
        return self._page(f"/repos/{name}/pulls/{match[1]}/reviews", self.reviews.get(int(match[1]), []), query)

    def _page(self, path, items, query):
        size, page = min(int(query.get("per_page", 30)), self.page_size or 100), int(query.get("page", 1))
        more = len(items) > size * page
        link = f'<{self.url}{path}?page={page + 1}>; rel="next", <{self.url}{path}?page=9>; rel="last"'
        return 200, items[size * (page - 1):size * page], {"Link": link} if more else {}

    def open_pull(self, name, _, __, body, user):
        fork, branch, sha = self._head(name, body["head"])
        lag = f"{fork} refs/heads/{branch}"
        if sha is None or self.lag.get(lag, 0) > 0:
            self.lag[lag] = self.lag.get(lag, 0) - 1
            raise Refusal(422, "Validation Failed", [{"resource": "PullRequest", "field": "head", "code": "invalid"}])
        if self.repositories.ref(name, f"refs/heads/{body['base']}") is None:
            raise Refusal(422, "Validation Failed", [{"resource": "PullRequest", "field": "base", "code": "invalid"}])
        for pull in self.pulls.values():
            if (pull["state"], pull["upstream"], pull["head_repo"], pull["head_ref"], pull["base"]) == ("open", name, fork, branch, body["base"]):
                raise invalid(f"A pull request already exists for {body['head']}.")
        if self.repositories.is_ancestor(fork, sha, self.repositories.ref(name, f"refs/heads/{body['base']}")):
            raise invalid(f"No commits between {body['base']} and {body['head']}")
        if len(body.get("body", "")) > 65536:
            raise invalid("body is too long (maximum is 65536 characters)")
        number = len(self.pulls) + 1
        self.repositories.fetch(name, fork, sha, f"refs/pull/{number}/head")
        self.pulls[number] = {"number": number, "upstream": name, "base": body["base"], "head_repo": fork,
                              "head_ref": branch, "head_sha": sha, "title": body["title"], "body": body.get("body"),
                              "login": user["login"], "state": "open", "merged_at": None, "merge_commit": None,
                              "created_at": timestamp()}
        return 201, self._pull(self.pulls[number]), {}

    def _pull_of(self, name, match):
        pull = self.pulls.get(int(match[1]))
        if pull is None or pull["upstream"] != name:
            raise Refusal(404, "Not Found")
        return pull

    def show_pull(self, name, match, *_):
        pull = self._pull_of(name, match)
        document = self._pull(pull)
        base = self.repositories.ref(name, f"refs/heads/{pull['base']}")
        if pull["state"] == "open":
            try:
                self.repositories.git(name, "merge-tree", "--write-tree", base, pull["head_sha"])
                document["mergeable_state"] = "clean"
            except GitError:
                document["mergeable_state"] = "dirty"
        return 200, {**document, "merged": pull["merged_at"] is not None}, {}

    def edit_pull(self, name, match, _, body, user):
        pull = self._pull_of(name, match)
        if pull["login"] != user["login"]:
            raise Refusal(403, "Must have admin rights to Repository.")
        pull.update({key: body[key] for key in ("title", "body", "state") if key in body})
        return 200, self._pull(pull), {}
