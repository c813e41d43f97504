# SPDX-License-Identifier: GPL-3.0-or-later
"""slipway gc: what goes and what stays, counted by other means; and killed at every call that changes something."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess

from harness import Host, build, check, main, stages_of

SAMPLE = os.environ["SLIPWAY_SAMPLE"]
CRASH_AT = build("bin", "crash-at")


def fine(outcome):
    check(outcome.code == 0, outcome.out + outcome.err)
    return outcome


def stored(host):
    """{digest: bytes} of what lies in the store; each is what its name says."""
    found = {}
    for path in (host.state / "store/sha256").rglob("*"):
        if path.is_file():
            found[path.name] = path.stat().st_size
            check(hashlib.sha256(path.read_bytes()).hexdigest() == path.name, f"{path} is damaged")
    return found


def collect(host, *arguments):
    """What it tells, after it was held against the dry run before it and the files after it."""
    before = stored(host)
    told = json.loads(fine(host("gc", "--json", "-n", *arguments)).out)
    check(stored(host) == before, "the dry run removed something")
    made = json.loads(fine(host("gc", "--json", *arguments)).out)
    gone = {digest: size for digest, size in before.items() if digest not in stored(host)}
    check({**told, "dry_run": False} == made, f"told {told}, made {made}")
    check(made["artifacts"] == {"files": len(gone), "bytes": sum(gone.values())}, f"{made}, but {gone} went")
    check(fine(host("gc", *arguments)).out == "nothing to remove\n", "not all at once")
    return made


def ids(runs):
    return [run["run"] for run in runs]


def small(folder, name="small", text="text", last=None):
    """A host, and a chain of two stages whose artifacts depend on `text`, with `last` instead of the second one."""
    (folder / f"{name}.json").write_text(json.dumps({"slipway": 1, "name": name, "version": "1", "stages": [
        {"id": "first", "use": "good", "with": {"text": text}}, last or {"id": "last", "use": "good", "with": {"text": text + "!"}}]}))
    return Host(folder)


def misbehaving(folder, how):
    (folder / "behaviour").write_text(how)
    return {"id": "last", "use": "misbehave", "with": {"behaviour": str(folder / "behaviour")}}


def released(folder, texts, **options):
    """The host, and the ids of releases with these texts."""
    runs = []
    for text in texts:
        host = small(folder, text=text, **options)
        fine(host("run", "-q", "small.json"))
        runs.append(host.show()["run"])
    return host, runs


def named(host):
    """Digests that runs and results name, as the journal has them."""
    digests = {digest for (digest,) in host.journal("SELECT sha256 FROM outputs")}
    for (outputs,) in host.journal("SELECT outputs FROM cache"):
        digests |= {output["sha256"] for output in json.loads(outputs)}
    return digests


# ---------------------------------------------------------------------- cases


def nothing(folder):
    """A state folder that is in use, and clean: nothing goes."""
    host, _ = released(folder, ["one", "two"])
    check(collect(host)["freed_bytes"] == 0, "something went")
    check(fine(host("run", "small.json")).err.count(": unchanged") == 2, "a result went")
    check(fine(host("gc", "--state", folder / "fresh")).out == "nothing to remove\n", "an empty one")


def old_runs(folder):
    """--keep lets artifacts of old releases go; what failed meanwhile goes altogether."""
    host, (first,) = released(folder, ["one"])
    behaves = misbehaving(folder, "conflict")
    check(small(folder, text="bad", last=behaves)("run", "-q", "small.json").code == 3, "no failure")
    failed = host.show()["run"]
    check(collect(host, "--keep", "1")["runs_removed"] == [], "what failed since the last release is no garbage")
    _, (second, third) = released(folder, ["two", "three"])
    report = collect(host, "--keep", "1")
    check(ids(report["runs_removed"]) == [failed] and ids(report["runs_emptied"]) == [second, first], str(report))
    check(ids(json.loads(host("runs", "--json").out)) == [third, second, first], host("runs").out)
    check(set(stored(host)) == {output["sha256"] for stage in host.show()["stages"] for output in stage["outputs"]}, "not its own alone")
    check(host("show", first).code == 0 and host("log", first).out and host("provenance", first).code == 0, "its record")
    check((host.state / f"provenance/{first}.json").exists() and not (host.state / f"provenance/{failed}.json").exists(), "provenance")
    fine(host("report", "--site", folder / "site"))
    fine(host("reproduce", third))
    report = collect(host, "--keep", "1", "--forget")
    check(ids(report["runs_removed"]) == [second, first], str(report))
    check(ids(json.loads(host("runs", "--json").out)) == [third], host("runs").out)
    check(sorted(path.name for path in (host.state / "provenance").iterdir()) == [third + ".json"], "provenance")


def by_age(folder):
    host, (first, second) = released(folder, ["one", "two"])
    check(collect(host, "--older-than", "1h")["freed_bytes"] == 0, "they are new")
    database_age(host, first, 91)
    check(ids(collect(host, "--older-than", "90d")["runs_emptied"]) == [first], "the old one")
    database_age(host, second, 91)
    check(collect(host, "--older-than", "90d")["freed_bytes"] == 0, "the last release goes")


def database_age(host, run, days):
    import sqlite3
    database = sqlite3.connect(host.state / "journal.db")
    database.execute("UPDATE runs SET finished = finished - ? * 86400000, created = created - ? * 86400000 WHERE id = ?", (days, days, run))
    database.commit()
    database.close()


def parked(folder):
    """A parked run goes on after it, from what it had made."""
    host = small(folder, text="waits", last=misbehaving(folder, "waiting"))
    check(host("run", "-q", "small.json").code == 75, "not waiting")
    waiting = host.show()["run"]
    _, runs = released(folder, ["one", "two"])
    check(ids(collect(host, "--keep", "0", "--forget")["runs_removed"]) == runs[:1], "not the old release alone")
    (folder / "behaviour").write_text("ok")
    went_on = fine(host("resume", waiting))
    check("first: done" not in went_on.err, "the first stage ran again: " + went_on.err)
    check(host("show", waiting, "--json").out and json.loads(host("show", waiting, "--json").out)["state"] == "done", "not done")


def broken_off(folder):
    """What a failed run has stored and not yet published is there when it goes on."""
    host = small(folder, text="one", last=misbehaving(folder, "conflict"))
    check(host("run", "-q", "small.json").code == 3, "no failure")
    content = b"a package that was fetched before the network went"
    digest = hashlib.sha256(content).hexdigest()
    path = host.state / "store/sha256" / digest[:2] / digest
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    check(collect(host)["freed_bytes"] == 0 and path.exists(), "it went")
    (folder / "behaviour").write_text("ok")
    fine(host("resume"))
    check(collect(host)["freed_bytes"] == len(content), "it stays for ever")


def killed(folder):
    """What killed processes left: files on their way, work folders, drafts, a rebuild."""
    host, (run,) = released(folder, ["one"])
    for name, size in (("store/tmp/abcdef", 7), (f"work/{run}/1/file", 3), ("cache/good/x.draft", 2), ("provenance/y.json.draft", 1)):
        path = host.state / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    (host.state / f"reproduce/{run}-abcdef/store").mkdir(parents=True)
    (host.state / f"reproduce/{run}-abcdef/lock").write_text("1234567")
    report = collect(host)
    check(report["leftovers"] == {"files": 4, "bytes": 13} and report["rebuilds"] == {"files": 1, "bytes": 7}, str(report))
    host.check_clean()
    check(not list((host.state / "reproduce").iterdir()), "the rebuild is left")


def links(folder):
    """Nothing behind a link is touched."""
    outside = folder / "outside"
    outside.mkdir()
    digest = "ab" * 32
    (outside / digest).write_text("not ours")
    host, _ = released(folder, ["one"])
    (host.state / "reproduce").mkdir()
    for link in ("store/sha256/ab", "store/tmp/x", "cache/strange", "reproduce/20200101-000000-0000-abcdef", "provenance/x.json"):
        target = host.state / link
        if target.is_dir():
            shutil.rmtree(target)
        target.symlink_to(outside)
    os.utime(outside / digest, (0, 0))
    fine(host("gc", "--keep", "0"))
    check((outside / digest).read_text() == "not ours", "it followed a link")


def two_hosts(folder):
    """While another one works there it is refused, and with --wait waits."""
    host, _ = released(folder, ["one"])
    with open(host.state / "lock", "r+", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        for words in (["gc"], ["gc", "--dry-run"]):
            refused = host(*words)
            check(refused.code == 2 and f"another slipway (process {os.getpid()}) works in" in refused.err, refused.err)
        waiting = host.start("gc", "--wait")
        check("waiting for it" in waiting.stderr.readline(), "it does not wait")
        fcntl.flock(lock, fcntl.LOCK_UN)
    out, _ = waiting.communicate(timeout=60)
    check(waiting.returncode == 0 and out == "nothing to remove\n", out)


def rebuilt(folder):
    """A release whose packages and archives went is built again from its lock, from the repository."""
    plugins = os.environ["SLIPWAY_STAGES"]
    runs = []
    for level in ("1", "2"):
        (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "real", "version": level, "stages": [
            {"id": "packages", "use": "pacman-fetch",
             "with": {"repositories": [{"name": "sample", "servers": [f"file://{SAMPLE}"]}], "install": ["base"]}},
            {"id": "rootfs", "use": "rootfs-build", "with": {"exclude": ["var/log/" + level]}},
            {"id": "archive", "use": "compress", "with": {"format": "zstd", "level": int(level)}}]}))
        host = Host(folder, plugins)
        fine(host("run", "-q", "chain.json", timeout=300))
        runs.append(host.show()["run"])
    check(ids(collect(host, "--keep", "1")["runs_emptied"]) == runs[:1], "not the first")
    packages = {output["sha256"] for output in stages_of(host.show())["packages"]["outputs"]}
    check(packages <= set(stored(host)), "the last release's packages went")
    fine(host("diff", *runs))
    again = json.loads(fine(host("reproduce", "--json", runs[0], timeout=300)).out)
    check(again["run"] == runs[0] and not again["kept"], str(again))
    check(not collect(host)["freed_bytes"], "reproduce left something")


# ---------------------------------------------------------------------- killed at every call


def template(folder):
    """A state folder with all that gc has to do with: releases, a failure, a parked run, drafts, orphans."""
    host, _ = released(folder, ["one", "two"])
    check(small(folder, text="bad", last=misbehaving(folder, "conflict"))("run", "-q", "small.json").code == 3, "no failure")
    _, (last,) = released(folder, ["three"])
    (folder / "behaviour").write_text("waiting")
    check(small(folder, text="waits", last=misbehaving(folder, "waiting"))("run", "-q", "small.json").code == 75, "not waiting")
    waiting = host.show()["run"]
    (host.state / "store/tmp/abcdef").write_text("draft")
    (host.state / f"reproduce/{last}-abcdef").mkdir(parents=True)
    (host.state / f"reproduce/{last}-abcdef/lock").write_text("1234567")
    (host.state / "provenance/20200101-000000-0000.json").write_text("{}")
    digest = hashlib.sha256(b"orphan").hexdigest()
    (host.state / "store/sha256" / digest[:2]).mkdir(exist_ok=True)
    (host.state / "store/sha256" / digest[:2] / digest).write_bytes(b"orphan")
    return host.state, last, waiting


def strike(folder, state, at):
    """A copy of the state folder in which gc was killed at that call; the call, or None if there was none."""
    shutil.rmtree(folder / "state", ignore_errors=True)
    shutil.copytree(state, folder / "state", symlinks=True)
    host = Host(folder)
    report = folder / "report.json"
    subprocess.run([CRASH_AT, "--at", str(at), "--do", "all", "--report", report, "--", host.binary, "gc", "--keep", "1", "--forget"],
                   env=host.environment, cwd=folder, capture_output=True, check=False, timeout=60)
    return host, json.loads(report.read_text())["hit"]


def whole(host, run):
    """All that a run names is there."""
    shown = json.loads(fine(host("show", "--json", run)).out)
    digests = {output["sha256"] for stage in shown["stages"] for output in stage["outputs"]}
    check(digests <= set(stored(host)), f"run {run} has lost artifacts")


def crashes(folder):
    """Killed at each call: what is kept shows, goes on and can be built again, and the next gc finds the rest."""
    (folder / "template").mkdir()
    state, last, waiting = template(folder / "template")
    at, calls = 0, []
    while True:
        at += 1
        host, hit = strike(folder, state, at)
        if hit is None:
            break
        calls.append(hit["call"])
        try:
            for run in (last, waiting):
                whole(host, run)
            integrity = host.journal("PRAGMA integrity_check")
            check(integrity == [("ok",)], f"journal: {integrity}")
            fine(host("gc", "--keep", "1", "--forget"))
            check(set(stored(host)) == named(host), "what nobody names is left, or what somebody names is not there")
            check(ids(json.loads(host("runs", "--json").out)) == [waiting, last], host("runs").out)
            host.check_clean()
            check(not list((host.state / "reproduce").iterdir()), "the rebuild is left")
            if at % 5 == 1:
                (folder / "template/behaviour").write_text("ok")
                fine(host("resume", waiting))
                fine(host("reproduce", last))
        finally:
            (folder / "template/behaviour").write_text("waiting")
    check(calls.count("unlinkat") + calls.count("unlink") >= 8 and "rmdir" not in calls[:1], f"only {calls}")
    print(f"killed at {len(calls)} calls: {', '.join(f'{call} {calls.count(call)}' for call in sorted(set(calls)))}")


CASES = {"nothing": nothing, "old-runs": old_runs, "by-age": by_age, "parked": parked, "broken-off": broken_off, "killed": killed,
         "links": links, "two-hosts": two_hosts, "rebuilt": rebuilt}
if CRASH_AT.exists():
    CASES["crashes"] = crashes
main(CASES, at_once=2)
