#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""github-pr in a real slipway against the facade: every flow and every fault of a pull request's life."""
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from github_facade import Facade  # noqa: E402
from submitting import EPOCH, LIBRARY, UPSTREAM, Submitting, library_text  # noqa: E402

OLD, NEW, NEWER = (library_text(version) for version in ("29102026", "05112026", "12112026"))
FORK = "archbot/official-images"
DONE, FAILED, USAGE, CONFLICT, WAITING = 0, 1, 2, 3, 75


class Flow(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="github-pr-")
        self.addCleanup(self.folder.cleanup)
        self.github = self.start()

    def start(self, **settings):
        github = Facade(tempfile.mkdtemp(dir=self.folder.name), **settings)
        github.create(UPSTREAM, {LIBRARY: OLD.encode(), "library/other": b"x\n"})
        github.__enter__()
        self.addCleanup(github.__exit__)
        self.github = github
        return github

    def tearDown(self):
        self.assertEqual(self.github.mistakes, [])

    def slipway(self, **options):
        return Submitting(tempfile.mkdtemp(dir=self.folder.name), self.github.url, **options)

    def branch(self, repository=FORK, name="archlinux"):
        return self.github.repositories.ref(repository, f"refs/heads/{name}")

    def file(self, commit, repository=FORK, path=LIBRARY):
        return self.github.repositories.blob_at(repository, commit, path)[1].decode()

    def expect(self, outcome, code, *texts):
        self.assertEqual(outcome[0], code, outcome[1])
        for text in texts:
            self.assertIn(text, outcome[1])


class Life(Flow):
    def test_first_release_until_merged(self):
        slipway = self.slipway(author={"name": "Arch Bot", "email": "bot@example.org"}, mention=["tianon", "@yosifkit"])
        self.expect(slipway.release("05112026", OLD, NEW), WAITING,
                    "https://github.example/docker-library/official-images/pull/1 is open")
        pull = self.github.pulls[1]
        self.assertEqual((pull["login"], pull["base"], pull["head_repo"], pull["head_ref"], pull["title"]),
                         ("archbot", "master", FORK, "archlinux", "archlinux: Update to 05112026"))
        for text in ("cc @tianon @yosifkit", "`base/base.tar.zst` | 97.2 MB | `" + "d" * 64, "commit `" + "b" * 40,
                     f"--epoch {EPOCH}"):
            self.assertIn(text, pull["body"])
        commit = self.github.repositories.commit_info(FORK, self.branch())
        self.assertEqual(commit["parents"], [self.branch(UPSTREAM, "master")])
        self.assertEqual(self.file(self.branch()), NEW)
        changed = self.github.repositories.text(FORK, "diff", "--name-only", commit["parents"][0], commit["sha"])
        self.assertEqual(changed, LIBRARY)
        self.expect(slipway.call("resume"), WAITING)
        self.assertEqual(self.branch(), commit["sha"])
        merge = self.github.merge(1)
        self.expect(slipway.call("resume"), DONE)
        submission = slipway.submission()
        self.assertEqual((submission["kind"], submission["state"], submission["number"], submission["merge_commit"]),
                         ("github-pr", "merged", 1, merge))
        self.assertEqual(self.file("master", UPSTREAM), NEW)

    def test_polling_is_conditional(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.expect(slipway.call("resume"), WAITING)
        self.github.log.clear()
        self.expect(slipway.call("resume"), WAITING)
        self.assertEqual({entry[2] for entry in self.github.log if "/pulls" in entry[1]}, {304})
        self.assertNotIn("POST", {entry[0] for entry in self.github.log})

    def test_the_next_release_takes_over_the_open_one(self):
        first, second = self.slipway(), self.slipway()
        self.expect(first.release("05112026", OLD, NEW), WAITING)
        self.expect(second.release("12112026", OLD, NEWER, epoch=EPOCH + 604800), WAITING, "/pull/1 is open")
        self.assertEqual(list(self.github.pulls), [1])
        self.assertEqual(self.github.pulls[1]["title"], "archlinux: Update to 12112026")
        self.assertEqual(self.file(self.branch()), NEWER)
        self.expect(first.call("resume"), CONFLICT, "has a newer release by now, 12112026")
        self.assertEqual(self.file(self.branch()), NEWER)

    def test_per_release_closes_the_superseded_one(self):
        first, second = (self.slipway(branch="per-release", close_superseded=True) for _ in range(2))
        self.expect(first.release("05112026", OLD, NEW), WAITING)
        self.expect(second.release("12112026", OLD, NEWER, epoch=EPOCH + 604800), WAITING, "/pull/2 is open")
        self.assertEqual([self.github.pulls[n]["state"] for n in (1, 2)], ["closed", "open"])
        self.assertTrue(self.github.pulls[1]["body"].startswith("Superseded by #2."))
        self.expect(first.call("resume"), FAILED, "pull/1 was closed without being merged")

    def test_the_body_tells_which_packages_have_changed(self):
        first, second = self.slipway(), None
        self.expect(first.release("05112026", OLD, NEW, packages={"glibc": "2.40-1", "zlib": "1-1"}), WAITING)
        self.assertNotIn("Packages", self.github.pulls[1]["body"])
        self.github.merge(1)
        self.expect(first.call("resume"), DONE)
        second = first
        self.expect(second.release("12112026", NEW, NEWER, epoch=EPOCH + 604800,
                                   packages={"glibc": "2.41-1", "bash": "5-1"}), WAITING)
        for text in ("upgraded    glibc 2.40-1 -> 2.41-1", "added       bash 5-1", "removed     zlib 1-1"):
            self.assertIn(text, self.github.pulls[2]["body"])

    def test_closed_unmerged_fails_with_the_link(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.github.close(1)
        self.expect(slipway.call("resume"), FAILED, "official-images/pull/1 was closed without being merged")
        # A new run is a new try.
        self.expect(slipway.release("05112026", OLD, NEW), WAITING, "/pull/2 is open")

    def test_changes_requested_is_shown(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.github.review(1, "tianon", "CHANGES_REQUESTED")
        self.github.review(1, "yosifkit", "CHANGES_REQUESTED")
        self.github.review(1, "yosifkit", "APPROVED")
        self.expect(slipway.call("resume"), WAITING, "changes requested by @tianon")
        code, text = slipway.call("status")
        self.assertEqual(code, WAITING)
        self.assertRegex(text, r"submit waiting: https://\S+/pull/1 is open, changes requested by @tianon\n")

    def test_nothing_to_do(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, OLD), DONE)
        self.assertEqual(self.github.log, [])
        self.github.push(UPSTREAM, {LIBRARY: NEW.encode()})
        self.expect(slipway.release("05112026", OLD, NEW), DONE)
        self.assertEqual(slipway.submission()["state"], "unchanged")
        self.assertEqual(self.github.pulls, {})

    def test_files_may_come_and_go(self):
        slipway = self.slipway()
        self.expect(slipway.release("1", None, "new\n", path="library/new"), WAITING)
        self.assertEqual(self.file(self.branch(), path="library/new"), "new\n")
        other = self.slipway(branch_name="going")
        self.expect(other.release("1", OLD, None), WAITING)
        self.assertIsNone(self.github.repositories.blob_at(FORK, self.branch(name="going"), LIBRARY))

    def test_a_plan_changes_nothing_and_shows_all(self):
        slipway = self.slipway()
        outcome = slipway.call("plan", slipway.write("05112026", OLD, NEW), "--epoch", str(EPOCH))
        self.expect(outcome, DONE, "fork docker-library/official-images", "refs/heads/archlinux",
                    "open: archlinux: Update to 05112026", "-Tags: latest, 29102026", "+Tags: latest, 05112026",
                    "d" * 64)
        self.assertEqual({entry[0] for entry in self.github.log}, {"GET"})
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        outcome = slipway.call("plan", slipway.write("12112026", OLD, NEWER), "--epoch", str(EPOCH + 604800))
        self.expect(outcome, DONE, "update: archlinux: Update to 12112026", "pull/1")
        self.assertEqual(self.github.pulls[1]["title"], "archlinux: Update to 05112026")


class Forks(Flow):
    def test_a_fresh_fork_is_waited_for(self):
        self.start(fork_lag=2, branch_lag=1)
        self.expect(self.slipway().release("05112026", OLD, NEW), WAITING)

    def test_one_that_is_behind_is_synced(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.github.merge(1)
        self.github.push(UPSTREAM, {"library/other": b"y\n"})
        self.expect(self.slipway().release("12112026", NEW, NEWER), WAITING)
        self.assertEqual(self.branch(name="master"), self.branch(UPSTREAM, "master"))
        self.assertEqual(self.github.repositories.commit_info(FORK, self.branch())["parents"],
                         [self.branch(UPSTREAM, "master")])

    def test_one_with_commits_of_its_own_is_left_alone(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.github.merge(1)
        own = self.github.push(FORK, {"mine": b"x\n"})
        self.expect(self.slipway().release("12112026", NEW, NEWER), WAITING, "has commits of its own there")
        self.assertEqual(self.branch(name="master"), own)

    def test_under_another_name(self):
        self.github.create(FORK, {"unrelated": b"x\n"})
        self.expect(self.slipway().release("05112026", OLD, NEW), WAITING)
        self.assertEqual(self.github.pulls[1]["head_repo"], FORK + "-1")

    def test_of_an_organisation(self):
        self.github.tokens["good-token"]["organizations"] = ["archlinux"]
        self.expect(self.slipway(fork="archlinux").release("05112026", OLD, NEW), WAITING)
        self.assertEqual(self.github.pulls[1]["head_repo"], "archlinux/official-images")

    def test_no_fork_for_ones_own(self):
        self.github.create("archbot/own", {LIBRARY: OLD.encode()})
        slipway = self.slipway(repository="archbot/own")
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.assertEqual(self.github.pulls[1]["head_repo"], "archbot/own")

    def test_a_renamed_repository_is_found(self):
        self.github.renamed["docker-library/old-name"] = UPSTREAM
        self.expect(self.slipway(repository="docker-library/old-name").release("05112026", OLD, NEW), WAITING)


class NotOurs(Flow):
    def test_somebodys_pull_request_is_left_alone(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.github.pulls[1]["body"] = "by hand"
        before = dict(self.github.pulls[1])
        self.expect(slipway.call("resume"), CONFLICT, "not this chain's: it is left alone")
        self.expect(self.slipway().release("12112026", OLD, NEWER), CONFLICT)
        self.assertEqual(self.github.pulls[1], before)

    def test_a_marker_in_somebody_elses_is_no_claim(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.github.pulls[1]["login"] = "mallory"
        self.expect(slipway.call("resume"), CONFLICT, "left alone")

    def test_somebodys_branch_is_left_alone(self):
        self.github.repositories.fork(UPSTREAM, FORK)
        self.github.parents[FORK] = UPSTREAM
        own = self.github.push(FORK, {"mine": b"x\n"}, branch="archlinux")
        self.expect(self.slipway().release("05112026", OLD, NEW), CONFLICT, "are left alone")
        self.assertEqual(self.branch(), own)

    def test_another_chains_too(self):
        self.expect(self.slipway(branch_name="images").release("05112026", OLD, NEW), WAITING)
        outcome = self.slipway(branch_name="images").release("05112026", "x\n", "y\n", chain="other", path="library/other")
        self.expect(outcome, CONFLICT, "not this chain's")


class Races(Flow):
    def test_upstream_changes_the_file(self):
        self.github.push(UPSTREAM, {LIBRARY: b"by hand\n"})
        self.expect(self.slipway().release("05112026", OLD, NEW), CONFLICT, f"'{LIBRARY}' has changed")
        self.assertEqual(self.github.pulls, {})

    def test_upstream_moves_between_read_and_write(self):
        self.github.before("POST .*/git/commits$", lambda: self.github.push(UPSTREAM, {"library/other": b"z\n"}))
        self.expect(self.slipway().release("05112026", OLD, NEW), WAITING, "has moved meanwhile")
        self.assertEqual(self.github.repositories.commit_info(FORK, self.branch())["parents"],
                         [self.branch(UPSTREAM, "master")])

    def test_upstream_changes_the_file_between_read_and_write(self):
        self.github.before("POST .*/git/commits$", lambda: self.github.push(UPSTREAM, {LIBRARY: b"by hand\n"}))
        self.expect(self.slipway().release("05112026", OLD, NEW), CONFLICT, "has changed")
        self.assertEqual(self.github.pulls, {})

    def test_a_conflict_of_an_open_one_is_shown(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.github.push(UPSTREAM, {LIBRARY: b"by hand\n"})
        self.expect(slipway.call("resume"), WAITING, "it has conflicts with 'master'")

    def test_a_reviewer_updates_the_branch(self):
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        upstream = self.github.push(UPSTREAM, {"library/other": b"z\n"})
        update = self.github.repositories.commit_files(FORK, "archlinux", {"library/other": b"z\n"}, "Merge master",
                                                       parents=[self.branch(), upstream])
        self.expect(slipway.call("resume"), WAITING)
        self.assertEqual(self.branch(), update)
        self.expect(self.slipway().release("12112026", OLD, NEWER, epoch=EPOCH + 1), WAITING)

    def test_two_runs_at_once_make_one_pull_request(self):
        both = [self.slipway(), self.slipway()]
        outcomes = [None, None]

        def go(i):
            outcomes[i] = both[i].release("05112026", OLD, NEW)
        threads = [threading.Thread(target=go, args=(i,)) for i in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for slipway, outcome in zip(both, outcomes):
            if outcome[0] != WAITING:  # it may have met the other, and said so
                self.assertIn(outcome[0], (CONFLICT, FAILED), outcome[1])
                self.expect(slipway.call("resume"), WAITING)
        self.assertEqual(list(self.github.pulls), [1])
        self.assertEqual(self.file(self.branch()), NEW)


class Faults(Flow):
    def test_refusals_say_what_to_do(self):
        self.github.tokens["token-of-reader"] = {"login": "reader", "scopes": "read:user"}
        self.expect(self.slipway(token_value="wrong").release("05112026", OLD, NEW), FAILED,
                    "HTTP status 401, 'Bad credentials'", "make a new one")
        self.expect(self.slipway(token_value="token-of-reader").release("05112026", OLD, NEW), FAILED, "HTTP status 403",
                    "one of the scopes public_repo, repo; it has read:user")
        self.expect(self.slipway(repository="docker-library/none").release("05112026", OLD, NEW), FAILED,
                    "repository 'docker-library/none': HTTP status 404", "it does not exist, or the token may not see it")
        self.expect(self.slipway(base="none").release("05112026", OLD, NEW), FAILED, "branch 'none'", "there is none")

    def test_a_protected_branch(self):
        self.github.fail("POST .*/git/refs$", status=403, body=b'{"message": "Protected branch: no"}')
        self.expect(self.slipway().release("05112026", OLD, NEW), FAILED, "the branch is protected")

    def test_an_expired_token_is_told_with_its_date(self):
        self.github.fail("GET /user", status=401, body=b'{"message": "Bad credentials"}',
                         headers={"github-authentication-token-expiration": "2026-11-01 00:00:00 UTC"})
        self.expect(self.slipway().release("05112026", OLD, NEW), FAILED, "the token expires 2026-11-01 00:00:00 UTC")

    def test_status_shows_when_the_token_expires(self):
        self.github.tokens["good-token"]["expires"] = "2027-01-01 00:00:00 UTC"
        slipway = self.slipway()
        self.expect(slipway.release("05112026", OLD, NEW), WAITING)
        self.assertIn("the token expires 2027-01-01 00:00:00 UTC", slipway.call("status")[1])

    def test_what_may_pass_is_tried_again(self):
        self.github.fail("GET /user", status=502, body=b"<html>bad gateway</html>", content_type="text/html")
        self.github.fail("POST .*/git/trees$", status=403, body=b'{"message": "secondary rate limit"}',
                         headers={"Retry-After": "1"})
        self.github.fail("POST .*/pulls$", drop="after")
        self.github.fail("GET .*/contents/", cut=True)
        self.expect(self.slipway().release("05112026", OLD, NEW), WAITING)
        self.assertEqual(list(self.github.pulls), [1])

    def test_a_rate_limit_of_an_hour_is_not_sat_out(self):
        self.github.fail("GET /user", status=403, body=b'{"message": "API rate limit exceeded"}',
                         headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3000)})
        slipway = self.slipway()
        started = len(self.github.log)
        self.expect(slipway.release("05112026", OLD, NEW), FAILED, "the rate limit is used up until 20", "slipway resume")
        self.assertEqual(len(self.github.log), started + 1)
        self.expect(slipway.call("resume"), WAITING)

    def test_answers_that_are_none(self):
        big = b'{"login": "' + b"x" * 10_000_000 + b'"}'
        for fault, text in (({"body": b"<html>hello</html>", "content_type": "text/html"}, "is no JSON (text/html)"),
                            ({"body": big}, "an answer of more than 8.4 MB"),
                            ({"body": b"[]"}, "the answer has no login"),
                            ({"body": b'{"login": '}, "is no JSON")):
            self.github.fail("GET /user", status=200, **fault)
            self.expect(self.slipway().release("05112026", OLD, NEW), FAILED, text)

    def test_a_token_follows_no_redirect_to_another_host(self):
        other = Facade(tempfile.mkdtemp(dir=self.folder.name))
        seen = []
        other.answer = lambda method, target, headers, body: (seen.append(headers.get("Authorization")), (200, {}, {}))[1]
        with other:
            for flags, code, text in ((("--sandbox", "off"), FAILED, "the answer has no login"),
                                      ((), WAITING, "denied: connecting to 127.0.0.1 port")):  # nor does anything else
                self.github.fail("GET /user", status=302, headers={"Location": other.url + "/user"})
                slipway = self.slipway()
                self.expect(slipway.call("run", slipway.write("05112026", OLD, NEW), "--epoch", str(EPOCH), *flags), code, text)
        self.assertEqual(seen, [None])

    def test_pages_are_read_to_the_end(self):
        self.start(page_size=1)
        slipway = self.slipway()
        for _ in range(3):
            self.expect(slipway.release("05112026", OLD, NEW), WAITING)
            self.github.close(max(self.github.pulls))
        outcome = slipway.call("resume", json.loads(slipway.call("runs", "--json")[1])[-1]["run"])
        self.expect(outcome, FAILED, "pull/1 was closed without being merged")

    def test_options_that_make_no_sense(self):
        for options, text in (({"api": "http://github.example"}, "in the clear"), ({"body": "{pakages}"}, "did you mean {packages}?"),
                              ({"branch_name": "a..b"}, "not a usable name"), ({"title": "a { b"}, "a '{' alone")):
            outcome = self.slipway(**options)
            outcome.url = options.get("api", self.github.url)
            self.expect(outcome.release("05112026", OLD, NEW), FAILED, text)
        self.assertEqual(self.github.log, [])


class Canary(Flow):
    """The token is nowhere but in the request's header."""

    def setUp(self):
        super().setUp()
        self.token = "canary-" + os.urandom(16).hex()
        self.github.tokens[self.token] = {"login": "archbot", "scopes": "public_repo"}
        self.submitting = self.slipway(token_value=self.token)

    def assert_nowhere(self, *texts):
        for text in texts:
            self.assertNotIn(self.token, text)
        for folder, _, names in os.walk(self.submitting.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(self.token.encode(), file.read(), os.path.join(folder, name))

    def everything(self):
        return [self.submitting.call(*words)[1] for words in
                (("status",), ("status", "--json"), ("show",), ("show", "--json"), ("log",), ("log", "--json"))]

    def test_outputs_logs_and_journal(self):
        # A server that repeats what it was sent, in a refusal and where an answer should be.
        echo = json.dumps({"message": f"Bad credentials: Bearer {self.token}"}).encode()
        self.github.fail("GET /user", status=401, body=echo)
        texts = [self.submitting.release("05112026", OLD, NEW)[1]]
        self.assertIn("Bad credentials: Bearer ***", texts[0])
        self.github.fail("GET /user", status=200, body=self.token.encode(), content_type=self.token)
        texts += [self.submitting.call("resume")[1]] + self.everything()
        self.expect(self.submitting.call("resume", "--json"), WAITING)
        self.github.merge(1)
        texts.append(self.submitting.call("resume", "--json")[1])
        self.assert_nowhere(*texts, *self.everything())
        self.assertNotIn(self.token, self.github.pulls[1]["body"])

    def test_process_list_and_core_dump(self):
        asked, go = threading.Event(), threading.Event()
        self.addCleanup(go.set)
        self.github.before("GET /user", lambda: (asked.set(), go.wait(60)))
        chain = self.submitting.write("05112026", OLD, NEW)

        def allow_cores():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
        host = subprocess.Popen(self.submitting.command("run", chain, "--epoch", str(EPOCH)), cwd=self.submitting.folder,
                                env=self.submitting.environment(), preexec_fn=allow_cores, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertTrue(asked.wait(60))
        workers = [pid for pid in descendants(host.pid) if self.token.encode() in memory_of(pid)]
        self.assertEqual(len(workers), 1, "the token is in one worker's memory, and this test finds it there")
        for pid in descendants(host.pid):
            for file in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{file}", "rb") as text:
                    self.assertNotIn(self.token.encode(), text.read())
        os.kill(workers[0], signal.SIGSEGV)
        self.assertIn("submit: failed", host.communicate()[0])
        self.assert_nowhere(*self.everything())


def descendants(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        children = [int(child) for child in file.read().split()]
    return children + [one for child in children for one in descendants(child)]


def memory_of(pid):
    """All that a process could dump."""
    found = b""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(number, 16) for number in span.split("-"))
            try:
                memory.seek(start)
                found += memory.read(end - start)
            except OSError:
                pass
    return found


if __name__ == "__main__":
    unittest.main()
