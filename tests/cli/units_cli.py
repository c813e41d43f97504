# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd units, judged by systemd-analyze; install-timer; what a service needs of the host: priorities for the
journal, waiting for another slipway, going on with every parked run."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from harness import Host, check, golden, main

SOURCE = Path(os.environ["SLIPWAY_SOURCE"])
CHAINS = SOURCE / "config" / "chains"
FIRST = {"id": "first", "use": "good"}


def analyze(*words, folder=None, zone="UTC", code=0):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": zone}
    if folder:
        environment["SYSTEMD_UNIT_PATH"] = f"{folder}:"  # and systemd's own
    done = subprocess.run(["systemd-analyze", "--no-pager", *map(str, words)], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    check(done.returncode == code, f"systemd-analyze {words}: exit {done.returncode}: {done.stdout}")
    return done.stdout


@contextmanager
def visible_folder():
    """Where a service would see it, whatever folder this tree is in."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="slipway-units-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def real_host(folder):
    """The host with our own plugins beside it."""
    host = Host(folder)
    host.binary = os.environ["SLIPWAY"]
    del host.environment["SLIPWAY_PLUGIN_PATH"]
    return host


def install(folder, chain, *more, code=0):
    """install-timer. Returns the outcome and the folder of units."""
    host = real_host(folder)
    outcome = host("install-timer", chain, "--unit-dir", folder / "units", *more)
    check(outcome.code == code, outcome.text(folder))
    return outcome, folder / "units"


def text_of(units):
    return "".join(f"--- {path.relative_to(units)}\n{path.read_text()}" for path in sorted(units.rglob("*.conf")))


def archlinux(folder):
    """Secrets, and stages that are root over their trees."""
    with visible_folder() as place:
        shutil.copytree(CHAINS, place / "chains")
        outcome, units = install(folder, place / "chains" / "archlinux.json", "--on-calendar", "Mon *-*-* 06:00")
        shown = (outcome.text(folder) + text_of(units)).replace(str(place), "PLACE")
        shown = re.sub("  # program .*\n", "", shown)  # where this tree is where a service would not see it
        golden("cli/golden/units-archlinux.txt", re.sub(r"(?<=ExecStart=)/\S+", "PROGRAM", shown))
        for name in ("slipway@archlinux.service", "slipway@archlinux.timer", "slipway-resume.service", "slipway-resume.timer"):
            said = analyze("verify", "--man=no", name, folder=units)
            check(said == "", f"{name}: {said}")
        again, _ = install(folder, place / "chains" / "archlinux.json", "--on-calendar", "Mon *-*-* 06:00")
        check(again.out == outcome.out, "not the same when written again")


def demo(folder):
    """Paths to write to; another path of the program, which systemd must read as it was meant."""
    with visible_folder() as place:
        shutil.copytree(CHAINS, place / "chains")
        (place / "git").mkdir()
        host = real_host(folder)
        program = folder / "with space 100% $x" / "bin" / "slipway"
        program.parent.mkdir(parents=True)
        os.link(host.binary, program)
        (program.parent.parent / "lib").symlink_to(Path(os.environ["SLIPWAY_STAGES"]).parent.parent)
        host.binary = str(program)
        outcome = host("install-timer", place / "chains" / "demo.jsonc", "--unit-dir", folder / "units", "--set",
                       f"vars.remote={place}/git/x y.git", "--set", f"vars.patches={place}/git")
        check(outcome.code == 0, outcome.text(folder))
        text = (folder / "units/slipway@demo.service.d/slipway.conf").read_text()
        check(f"\nReadWritePaths={place}/git\n" in text and text.count("ReadWritePaths") == 1, text)
        check("LoadCredential" not in text and "NoNewPrivileges" not in text, text)
        check(f"--set \"vars.remote={place}/git/x y.git\" " in text, text)
        said = analyze("verify", "--man=no", "slipway@demo.service", folder=folder / "units")
        check(said == "", said)
        program.unlink()
        said = analyze("verify", "--man=no", "slipway@demo.service", folder=folder / "units", code=1)
        check(f"{program} is not executable" in said, f"systemd read another path: {said}")


def hardened(folder):
    """As every chain has it; and what a chain whose stages are root takes away from it."""
    with visible_folder() as place:
        shutil.copytree(CHAINS, place / "chains")
        _, units = install(folder, place / "chains" / "archlinux.json")
        (folder / "alone").mkdir()  # without the drop-ins of a chain
        for name in ("slipway@.service", "slipway-resume.service"):
            shutil.copy(units / name, folder / "alone")
            analyze("security", "--offline=true", "--threshold=30", folder / "alone" / name)
            analyze("security", "--offline=true", "--threshold=5", folder / "alone" / name, code=1)  # the threshold is obeyed
        said = analyze("security", "--offline=true", "slipway@archlinux.service", folder=units)
        check(float(re.search(r"exposure level for .*: ([\d.]+)", said).group(1)) < 5, said)


def fifth(folder):
    """Every elapse is the fifth, in UTC, wherever the machine is."""
    timer = (SOURCE / "config/systemd/slipway@.timer").read_text()
    calendar = re.search(r"^OnCalendar=(.*)$", timer, re.M).group(1)
    check(calendar.startswith("*-*-05"), calendar)
    check(re.search(r"^Persistent=true$", timer, re.M) and re.search(r"^RandomizedDelaySec=\d+h$", timer, re.M), timer)
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        said = analyze("calendar", "--iterations=14", "--base-time=2026-11-05 00:00:01 UTC", calendar, zone=zone)
        times = re.findall(r"(\d{4}-\d\d-\d\d) 00:00:00 UTC", said)
        expected = ["2026-12-05"] + [f"2027-{month:02}-05" for month in range(1, 13)] + ["2028-01-05"]
        check(times == expected, f"{zone}: {said}")


def refused(folder):
    def says(name, *words, host=real_host(folder)):
        outcome = host("install-timer", *words, "--unit-dir", folder / "units")
        check(outcome.code == 2 and outcome.out == "", outcome.text(folder))
        shown = outcome.text(folder).replace(str(place), "PLACE").replace(str(hidden), "HIDDEN")
        golden(f"cli/golden/units-refused-{name}.txt", shown)
        check(not (folder / "units").exists(), f"{name}: something was written")

    with tempfile.TemporaryDirectory(dir="/tmp") as hidden, visible_folder() as place:
        shutil.copytree(CHAINS, hidden, dirs_exist_ok=True)
        shutil.copytree(CHAINS, place, dirs_exist_ok=True)
        says("hidden", Path(hidden) / "demo.jsonc")
        says("hidden-option", place / "demo.jsonc", "--set", f"vars.remote={hidden}/x.git")
        says("no-folder", place / "demo.jsonc", "--set", "vars.remote=/no-such-folder/x.git")
        (place / "nothing.json").write_text("{}")
        says("mocked", place / "demo.jsonc", "--override", f"publish=mock:{place}/nothing.json")
        says("standard-input", "-")
        chain(folder, "elsewhere", FIRST)
        shutil.copy(folder / "elsewhere.json", place)
        says("plugin", place / "elsewhere.json", host=Host(folder))
        says("secret", place / "archlinux.json", "--set", 'stages.publish.with.token={"secret": "A:B"}')


# ------------------------------------------------------------------ what a service needs


def chain(folder, name, *stages):
    (folder / f"{name}.json").write_text(json.dumps({"slipway": 1, "name": name, "version": "1", "stages": list(stages)}))


def misbehaving(folder, how):
    (folder / "behaviour").write_text(how)
    return {"id": "bad", "use": "misbehave", "with": {"behaviour": str(folder / "behaviour")}}


def priorities(folder):
    """Lines for the journal begin with their priority, but only if standard error is the journal."""
    host = Host(folder)
    chain(folder, "fails", FIRST, misbehaving(folder, "segfault"))
    with open(folder / "journal", "w+", encoding="utf-8") as stream:
        stat = os.fstat(stream.fileno())
        for name, more in (("", {}), ("<N>", {"JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"})):
            stream.truncate(0)
            stream.seek(0)
            subprocess.run([host.binary, "run", "fails.json"], cwd=folder, env={**host.environment, **more}, stderr=stream, check=False)
            stream.seek(0)
            lines = stream.read().splitlines()
            check(len(lines) > 4, f"lines: {lines}")
            check(all(bool(re.match(r"<[3467]>", line)) == bool(name) for line in lines), f"lines: {lines}")
    crash = [line for line in lines if "crashed" in line]
    check(crash and crash[0].startswith("<3>bad: "), f"lines: {lines}")
    check(lines[1].startswith("<6>first: "), f"lines: {lines}")


def parked(folder):
    """Every parked run goes on, the oldest first; the exit code is the worst."""
    host = Host(folder)
    check(host("resume", "--parked").code == 0, "nothing is parked, and that is no failure")
    for name in ("one", "two"):
        chain(folder, name, misbehaving(folder, "waiting"))
        check(host("run", f"{name}.json").code == 75, "not waiting")
    chain(folder, "fails", misbehaving(folder, "conflict"))
    check(host("run", "fails.json").code == 3, "no conflict")
    (folder / "behaviour").write_text("waiting")
    said = host("resume", "--parked")
    check(said.code == 75 and said.err.count("bad: waiting") == 2, said.text(folder))
    (folder / "behaviour").write_text("ok")
    said = host("resume", "--parked")
    check(said.code == 0, said.text(folder))
    check([run["state"] for run in json.loads(host("runs", "--json").out)] == ["failed", "done", "done"], "states")
    check(said.err.index("one 1") < said.err.index("two 1"), "not the oldest first")
    both = host("resume", "--parked", "2026")
    golden("cli/golden/units-parked-and-run.txt", both.text(folder))


def waits(folder):
    """Another slipway works in the state folder: refused, or waited for."""
    host = Host(folder)
    chain(folder, "one", FIRST)
    check(host("runs").code == 0, "no state folder")
    with open(host.state / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(str(os.getpid()))
        lock.flush()
        refused_run = host("run", "one.json")
        check(refused_run.code == 2 and "another slipway" in refused_run.err, refused_run.text(folder))
        process = host.start("run", "--wait", "one.json")
        line = process.stderr.readline()
        check(line.startswith(f"another slipway (process {os.getpid()}) works in ") and line.endswith("waiting for it\n"), line)
        check(host.journal("SELECT count(*) FROM runs") == [(0,)], "it has not waited")
    _, said = process.communicate(timeout=60)
    check(process.returncode == 0 and "first: done" in said, said)


main({"archlinux": archlinux, "demo": demo, "hardened": hardened, "fifth": fifth, "refused": refused, "priorities": priorities,
      "parked": parked, "waits": waits})
