# SPDX-License-Identifier: GPL-3.0-or-later
"""A stage that misbehaves in the middle of a chain of three: what the user is told, that nothing is left,
that the journal knows, and that `slipway resume` finishes once the stage behaves."""

import json

from harness import Host, check, golden, main, slowness, stages_of

SECRET = "tr0ub4dor&3-secret"


def chain(folder, use="misbehave", timeout="20s", **options):
    """first (done once) -> bad -> last."""
    text = {"slipway": 1, "name": "fault", "version": "1", "stages": [
        {"id": "first", "use": "good"},
        {"id": "bad", "use": use, "timeout": timeout, "with": {"behaviour": str(folder / "behaviour"), **options}},
        {"id": "last", "use": "good", "inputs": {"in": "bad.out"}, "with": {"text": "the end"}}]}
    (folder / "chain.json").write_text(json.dumps(text))


def behave(folder, how):
    (folder / "behaviour").write_text(how + "\n")


def check_journal(host, state, kind):
    """Both the record of the stage and its events say what came of it."""
    records = dict(host.journal("SELECT key, state FROM stages"))
    check(records["first"] in ("done", "unchanged"), f"first stage: {records['first']}")
    check(records["bad"] == state, f"bad stage: {records['bad']}, expected {state}")
    check(records["last"] == "pending", f"last stage: {records['last']}")
    events = [row[0] for row in host.journal("SELECT kind FROM events WHERE stage = 'bad' ORDER BY sequence")]
    check(events[0] == "stage_started" and events[-1] == kind, f"events: {events[:3]} ... {events[-3:]}")
    check(host.journal("SELECT state FROM runs")[0][0] != "running", "the run is still marked as running")


def check_resume(host, folder):
    behave(folder, "ok")
    resumed = host("resume")
    check(resumed.code == 0, f"resume: exit {resumed.code}\n{resumed.err}")
    host.check_clean()
    stages = stages_of(host.show())
    check(all(stage["state"] == "done" for stage in stages.values()), f"states after resume: {stages}")
    check(stages["bad"]["attempts"] == 2, f"attempts of the bad stage: {stages['bad']['attempts']}")
    check(stages["first"]["attempts"] == 1, "the first stage ran again")


def without_output(text):
    """What floods standard output is no golden."""
    return "".join(line for line in text.splitlines(True) if not line.startswith("bad: | "))


def failing(behaviour, code=1, state="failed", kind="stage_failed", timeout="20s", environment=()):
    def case(folder):
        host = Host(folder)
        host.environment |= dict(environment)
        chain(folder, timeout=timeout)
        behave(folder, behaviour)
        outcome = host("run", "chain.json")
        text = outcome.text(folder)
        golden(f"fault/golden/stage/{behaviour}.txt", without_output(text) if "flood" in behaviour else text)
        check(outcome.code == code, f"exit {outcome.code}, expected {code}")
        check(outcome.seconds < 20 * slowness(), f"took {outcome.seconds:.1f} s")
        host.check_clean()
        check_journal(host, state, kind)
        check_resume(host, folder)
    return case


def harmless(behaviour, use="misbehave", **options):
    """It looks bad and is not: the run is done."""
    def case(folder):
        host = Host(folder)
        chain(folder, use=use, **options)
        behave(folder, behaviour)
        outcome = host("run", "chain.json")
        golden(f"fault/golden/stage/{behaviour}.txt", outcome.text(folder))
        check(outcome.code == 0, f"exit {outcome.code}")
        check(outcome.seconds < 30 * slowness(), f"took {outcome.seconds:.1f} s")
        host.check_clean()
    return case


def alone(use):
    """A stage type that has one way to go wrong and no second try."""
    def case(folder):
        host = Host(folder)
        (folder / "chain.json").write_text(json.dumps(
            {"slipway": 1, "name": "fault", "version": "1", "stages": [{"id": "bad", "use": use}]}))
        outcome = host("run", "chain.json")
        golden(f"fault/golden/stage/{use}.txt", outcome.text(folder))
        check(outcome.code == 1, f"exit {outcome.code}")
        host.check_clean()
        check(host.journal("SELECT state FROM stages") == [("failed",)], "the journal does not say failed")
    return case


def many_logs(folder):
    host = Host(folder)
    chain(folder)
    behave(folder, "many-logs")
    outcome = host("run", "chain.json")
    check(outcome.code == 0, f"exit {outcome.code}\n{outcome.err[:2000]}")
    check(outcome.seconds < 60 * slowness(), f"took {outcome.seconds:.1f} s")
    count = host.journal("SELECT count(*), max(text) FROM events WHERE kind = 'log'")
    check(count == [(100000, "line 99999 of very many")], f"log events: {count}")
    host.check_clean()


def huge_log(folder):
    host = Host(folder)
    chain(folder)
    behave(folder, "huge-log")
    outcome = host("run", "chain.json")
    check(outcome.code == 0, f"exit {outcome.code}\n{outcome.err[:2000]}")
    longest = host.journal("SELECT max(length(text)) FROM events")[0][0]
    check(1000 < longest <= 64 << 10, f"the longest event has {longest} characters")
    check("MB more" in outcome.err, f"the cut is not told: ...{outcome.err[-400:]}")
    host.check_clean()


def megabyte_of_options(folder):
    host = Host(folder)
    chain(folder, text="o" * (1 << 20))
    behave(folder, "count-options")
    outcome = host("run", "chain.json")
    check(outcome.code == 0, outcome.text(folder))
    size = int(outcome.err.split("bad: ")[2].split(" bytes")[0])
    check(1 << 20 < size < (1 << 20) + 4096, f"{size} bytes of options")
    host.check_clean()


def secret_everywhere(value):
    def case(folder):
        host = Host(folder)
        host.environment["FAULT_TOKEN"] = value
        chain(folder, secret={"secret": "FAULT_TOKEN"})
        behave(folder, "tell-secret")
        seen = host("run", "chain.json")
        shown = seen.text(folder)
        for command in (("log",), ("log", "--json"), ("show",), ("show", "--json"), ("status",), ("runs", "--json")):
            shown += host(*command).text(folder)
        check(seen.code == 1, shown)
        check("the token is ***" in shown, shown)
        pieces = [piece for piece in value.split("\n") if piece]
        for piece in pieces:
            check(piece not in shown, f"the secret is shown:\n{shown}")
            for path in host.state.rglob("*"):
                if path.is_file():
                    check(piece.encode() not in path.read_bytes(), f"the secret is in {path}")
        host.check_clean()
    return case


def secret_named_twice(folder):
    """Of two secrets one may be the beginning of the other."""
    host = Host(folder)
    host.environment |= {"FAULT_TOKEN": "abcd1234-and-the-rest", "A_SHORT": "abcd1234"}
    chain(folder, secret={"secret": "FAULT_TOKEN"}, text="x")
    behave(folder, "tell-secret")
    outcome = host("run", "chain.json")
    check("and-the-rest" not in outcome.err, outcome.err)
    host.check_clean()


def secret_without_value(folder):
    host = Host(folder)
    chain(folder, secret={"secret": "NO_SUCH_SECRET"})
    behave(folder, "secret-missing")
    outcome = host("run", "chain.json")
    golden("fault/golden/stage/secret-missing.txt", outcome.text(folder))
    check(outcome.code == 1, f"exit {outcome.code}")
    host.check_clean()
    check_resume(host, folder)


DEATHS = ("segfault", "abort", "exit-0", "exit-3", "kill-itself", "die-in-commit",
          "configure-crash", "destroy-crash")
HANGS = ("hang", "kill-parent", "hang-ignoring-signals", "spin", "configure-hang", "destroy-hang", "hang-with-children")
RETURNS = ("status-99", "status-7", "status-crashed", "says-nothing", "configure-waits", "configure-refuses")
STREAMS = ("close-and-return", "close-and-sleep", "close-and-call", "flood", "flood-lines", "print-binary",
           "scribble-garbage", "scribble-frame", "scribble-descriptor", "scribble-partial", "scribble-unknown")
CHILDREN = ("leave-child", "leave-session", "leave-daemon", "leave-silent-daemon", "leave-twenty-and-crash")
CALLS = ("unknown-output", "unknown-input", "commit-nothing", "commit-twice", "wrong-type", "no-type", "wrong-digest", "bad-meta", "name-with-slash", "name-too-long", "name-empty",
         "name-with-escape", "adopt-unknown", "adopt-nonsense", "move-foreign",
         "move-upwards", "move-link", "move-second-name", "secret-not-named", "effect-without-flag",
         "unknown-extension")
TEXTS = ("log-escapes", "diag-bad-utf8", "diag-short", "meta-bad-utf8")
CONFINED = ("write-outside", "truncate-outside", "make-folder-outside", "remove-outside", "network", "program",
            "trace-parent")

CASES = {name: failing(name, timeout="2s") for name in HANGS}
CASES |= {name: failing(name) for name in DEATHS + RETURNS + STREAMS + CHILDREN + CALLS + TEXTS + CONFINED}
# LeakSanitizer looks for leaks in exit(), and cannot from inside the sandbox.
CASES["exit-with-handlers"] = failing("exit-with-handlers", environment={"LSAN_OPTIONS": "detect_leaks=0"})
CASES["waiting"] = failing("waiting", 75, "waiting", "stage_waiting")
CASES |= {name: failing(name, 3) for name in ("conflict", "commit-open", "move-open", "two-on-single")}
CASES |= {name: harmless(name) for name in ("abandon", "log-bad-utf8", "name-bad-utf8", "thousand-artifacts")}
CASES["allowed"] = harmless("allowed", use="capable")
CASES |= {use: alone(use) for use in (
    "create-fails", "create-silent", "create-nothing", "create-truncated", "create-incomplete", "create-waits",
    "create-crashes", "throws-create", "throws-configure", "throws-run", "throws-run-int", "throws-destroy")}
CASES |= {"many-logs": many_logs, "huge-log": huge_log, "megabyte-of-options": megabyte_of_options,
          "secret-missing": secret_without_value, "secret": secret_everywhere(SECRET),
          "secret-of-two-lines": secret_everywhere("first-line-0123\nsecond-line-4567"),
          "secret-beginning-of-another": secret_named_twice}

main(CASES)
