# SPDX-License-Identifier: GPL-3.0-or-later
"""What a power loss, a full or foreign disk and other hands do to the state folder."""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import time

from harness import Host, Outcome, check, golden, main, stages_of


def chain(folder):
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "store", "version": "1", "stages": [
        {"id": "first", "use": "good"}, {"id": "last", "use": "good", "with": {"text": "the end"}}]}))
    host = Host(folder)
    outcome = host("run", "chain.json")
    check(outcome.code == 0, outcome.err)
    return host


def artifact_of(host, stage):
    digest = stages_of(host.show())[stage]["outputs"][0]["sha256"]
    return host.state / "store" / "sha256" / digest[:2] / digest


def damage(path):
    path.chmod(0o644)
    path.write_bytes(b"GOOD" + path.read_bytes()[4:])


def missing(folder):
    """An artifact that is gone is made again, and nothing else is."""
    host = chain(folder)
    path = artifact_of(host, "first")
    path.unlink()
    again = host("run", "chain.json")
    check(again.code == 0 and "first: done" in again.err and "last: unchanged" in again.err, again.err)
    check(path.exists(), "it was not made again")


def after_a_restart(host, *arguments):
    """Run the host as if the machine had been started a second ago (time_namespaces(7))."""
    with open("/proc/uptime", encoding="ascii") as file:
        uptime = int(float(file.read().split()[0]))
    words = ["unshare", "--time", "--boottime", str(1 - uptime), "--fork", os.environ["SLIPWAY"], *arguments]
    done = subprocess.run(words, cwd=host.folder, env=host.environment, capture_output=True, text=True, timeout=60,
                          check=False)
    return Outcome(done.returncode, done.stdout, done.stderr, 0)


def damaged_by_power_loss(folder):
    """What was written before the machine was started last is hashed before it is used."""
    host = chain(folder)
    path = artifact_of(host, "first")
    good = path.read_bytes()
    damage(path)
    probe = after_a_restart(host, "--version")
    if probe.code != 0:
        print(f"skipped: damaged-by-power-loss: {probe.err.strip()}")
        return
    subprocess.run(["sleep", "3"], check=True)  # the restart, up to 2 s ago, must be later than the artifact
    again = after_a_restart(host, "run", "chain.json")
    check(again.code == 0 and "first: done" in again.err and "last: unchanged" in again.err, again.err)
    check(path.read_bytes() == good, "the damaged artifact is still there")
    check("first: unchanged" in after_a_restart(host, "run", "chain.json").err, "made again and again")


def journal(name, spoil):
    def case(folder):
        host = chain(folder)
        spoil(host.state / "journal.db")
        for command in (("run", "chain.json"), ("show",), ("resume",), ("runs",), ("status",), ("log",)):
            outcome = host(*command)
            check(outcome.code == 2, f"{command}: {outcome.text(folder)}")
        golden(f"fault/golden/store/{name}.txt", outcome.text(folder))
    return case


def garbage(path):
    path.write_bytes(b"not a database at all\n" * 1000)


def newer(path):
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()


def leftovers(folder):
    """Drafts and work folders of a host that was killed go away with the next run."""
    host = chain(folder)
    (host.state / "store" / "tmp" / "abcdef").write_text("half an artifact")
    deep = host.state / "work" / "20261105-020000-abcd" / "0" / "deep"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    deep.chmod(0)
    check(host("run", "chain.json").code == 0, "the run failed")
    host.check_clean()


def read_only(folder):
    """A state folder on a file system that cannot be written."""
    host = chain(folder)
    words = ["unshare", "--mount", "sh", "-c", 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" run chain.json',
             "sh", str(host.state), os.environ["SLIPWAY"]]
    done = subprocess.run(words, cwd=folder, env=host.environment, capture_output=True, text=True, timeout=60, check=False)
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        print(f"skipped: read-only: {done.stderr.strip()}")
        return
    golden("fault/golden/store/read-only.txt", Outcome(done.returncode, done.stdout, done.stderr, 0).text(folder))
    check(done.returncode == 2, f"exit {done.returncode}")


def full(folder):
    """A file system of 2 MB that a stage's artifact does not fit on; room is made, the run resumed."""
    host = Host(folder)
    (folder / "behaviour").write_text("fill-disk")
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "store", "version": "1", "stages": [
        {"id": "first", "use": "good"},
        {"id": "bad", "use": "misbehave", "with": {"behaviour": str(folder / "behaviour")}}]}))
    host.state.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "slipway-test", str(host.state)],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        print(f"skipped: full: {mounted.stderr.strip()}")
        return
    try:
        outcome = host("run", "chain.json")
        golden("fault/golden/store/full.txt", outcome.text(folder))
        check(outcome.code == 1, f"exit {outcome.code}")
        host.check_clean()
        (folder / "behaviour").write_text("ok")
        resumed = host("resume")
        check(resumed.code == 0, resumed.err)
    finally:
        subprocess.run(["umount", "--lazy", str(host.state)], check=True)
        shutil.rmtree(host.state, ignore_errors=True)


def locked_by(folder):
    """A second host names the first also when that has the lock and has not yet written its number there."""
    host = Host(folder)
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "store", "version": "1", "stages": [{"id": "first", "use": "good"}]}))
    host.state.mkdir()
    for before in ("", "4194304"):  # nothing; one that was killed (proc(5): no process has this number)
        with open(host.state / "lock", "w+", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write(before)
            lock.flush()
            second = host.start("run", "chain.json")
            time.sleep(0.2)
            lock.seek(0)
            lock.truncate()
            lock.write(str(os.getpid()))
            lock.flush()
            said = second.communicate()[1]
        check(second.returncode == 2 and f"another slipway (process {os.getpid()}) works" in said, said)


main({"locked-by": locked_by, "missing": missing, "damaged-by-power-loss": damaged_by_power_loss, "journal-garbage": journal("journal-garbage", garbage),
      "journal-newer": journal("journal-newer", newer), "leftovers": leftovers, "read-only": read_only, "full": full})
