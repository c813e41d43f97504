# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C, kill -9 of every process involved, and two hosts on one state folder."""

import json
import os
import signal
import time

from harness import Host, check, golden, main, stages_of


def chain(folder, *behaviours):
    """first (done), then one misbehaving stage for each behaviour, at the same time."""
    stages = [{"id": "first", "use": "good"}]
    for number, behaviour in enumerate(behaviours):
        (folder / f"behaviour{number}").write_text(behaviour + "\n")
        stages.append({"id": f"bad{number}", "use": "misbehave", "needs": ["first"], "timeout": "10m",
                       "with": {"behaviour": str(folder / f"behaviour{number}")}})
    (folder / "chain.json").write_text(
        json.dumps({"slipway": 1, "name": "fault", "version": "1", "stages": stages}))


def started(folder, *behaviours):
    """A host that runs the chain, when all its stages run."""
    host = Host(folder)
    chain(folder, *behaviours)
    process = host.start("run", "chain.json", "-j", "8")
    wait_for(lambda: running_stages(host) == len(behaviours), "the stages to start")
    return host, process


def running_stages(host):
    """How many stages have entered run(): they say so, or are known to be quiet."""
    if not (host.state / "journal.db").exists():
        return 0
    try:
        return host.journal("SELECT count(DISTINCT stage) FROM events WHERE stage LIKE 'bad%' AND kind = 'log'")[0][0]
    except Exception:
        return 0  # the tables are not there yet


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, f"waited {seconds} s for {what}")
        time.sleep(0.02)


def ended(process, seconds):
    begun = time.monotonic()
    try:
        out, err = process.communicate(timeout=seconds)
    except Exception:
        process.kill()
        process.communicate()
        check(False, f"the host did not end within {seconds} s")
    return process.returncode, out, err, time.monotonic() - begun


def resumes(host, folder, count):
    for number in range(count):
        (folder / f"behaviour{number}").write_text("ok\n")
    resumed = host("resume")
    check(resumed.code == 0, f"resume: exit {resumed.code}\n{resumed.err}")
    host.check_clean()
    states = {key: stage["state"] for key, stage in stages_of(host.show()).items()}
    check(set(states.values()) == {"done"}, f"after resume: {states}")


def cancelled(name, *behaviours, within=10, number=signal.SIGINT):
    def case(folder):
        host, process = started(folder, *behaviours)
        process.send_signal(number)
        code, out, err, seconds = ended(process, 30)
        check(code == 130, f"exit {code}\n{err}")
        check(seconds < within, f"took {seconds:.1f} s")
        host.check_clean()
        if len(behaviours) == 1:
            golden(f"fault/golden/cancel/{name}.txt", outcome_text(folder, code, out, err))
        states = dict(host.journal("SELECT key, state FROM stages"))
        check(states["first"] == "done" and states["bad0"] == "cancelled", f"states: {states}")
        status = host("status")
        check(status.code == 130 and "cancelled" in status.out, status.text(folder))
        resumes(host, folder, len(behaviours))
    return case


def outcome_text(folder, code, out, err):
    from harness import Outcome
    return Outcome(code, out, err, 0).text(folder)


def second_interrupt(folder):
    host, process = started(folder, "hang-ignoring-signals", "hang", "spin")
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    code, _, err, seconds = ended(process, 20)
    check(code == 130, f"exit {code}\n{err}")
    check(seconds < 2, f"took {seconds:.1f} s")  # at once; 2 s is for a loaded machine
    host.check_clean()
    resumes(host, folder, 3)


def host_killed(folder):
    host, process = started(folder, "hang", "hang-ignoring-signals", "hang-with-daemon")
    process.kill()
    process.communicate()
    wait_for(lambda: not host.processes(), "the workers of the killed host to end", 5)
    status = host("status")
    check(status.code == 1, f"status: exit {status.code}")
    golden("fault/golden/cancel/host-killed-status.txt", status.text(folder))
    resumes(host, folder, 3)


def worker_of(host, stage_count=1):
    """(supervisor, worker) of the one running stage."""
    processes = host.processes()
    workers = [pid for pid, command in processes.items() if command.startswith("slipway worker")]
    parents = {pid: parent_of(pid) for pid in workers}
    supervisors = [pid for pid in workers if parents[pid] not in workers]
    inner = [pid for pid in workers if pid not in parents.values()]  # what waits for namespaces is in between
    check(len(inner) == stage_count, f"processes: {processes}")
    return supervisors[0], inner[0]


def parent_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def one_killed(which):
    def case(folder):
        host, process = started(folder, "hang")
        os.kill(worker_of(host)[which], signal.SIGKILL)
        code, out, err, _ = ended(process, 15)
        golden(f"fault/golden/cancel/{('supervisor', 'worker')[which]}-killed.txt", outcome_text(folder, code, out, err))
        check(code == 1, f"exit {code}")
        host.check_clean()
        resumes(host, folder, 1)
    return case


def supervisor_killed_with_children(folder):
    host, process = started(folder, "hang-with-daemon")
    workers = [pid for pid, command in host.processes().items() if command.startswith("slipway worker")]
    supervisor = [pid for pid in workers if parent_of(pid) == process.pid][0]
    os.kill(supervisor, signal.SIGKILL)
    code, _, err, _ = ended(process, 15)
    check(code == 1, f"exit {code}\n{err}")
    host.check_clean()


def two_hosts(folder):
    host, process = started(folder, "cooperate")
    second = host("run", "chain.json")
    check(f"(process {process.pid})" in second.err, second.err)
    golden("fault/golden/cancel/second-host.txt", second.text(folder))
    third = host("resume")
    check(third.code == 2 and f"(process {process.pid})" in third.err, third.text(folder))
    check(host("status").code == 0, "status does not work beside a run")
    process.send_signal(signal.SIGINT)
    code, _, _, _ = ended(process, 15)
    check(code == 130, f"exit {code}")
    resumes(host, folder, 1)


def reader_gone(folder):
    """The reader of the host's messages is gone (slipway run | head -1): the run goes on or ends clearly."""
    host = Host(folder)
    chain(folder, "many-logs")
    process = host.start("run", "chain.json")
    process.stderr.close()
    process.stdout.close()
    process.wait(60)
    check(process.returncode == -signal.SIGPIPE, f"exit {process.returncode}")
    resumed = host("resume")
    check(resumed.code == 0, resumed.err[-500:])
    host.check_clean()


def disk_full(folder):
    """A reader of --json must not take half of it for the whole."""
    host = Host(folder)
    chain(folder, "ok")
    with open("/dev/full", "w", encoding="utf-8") as full:
        process = host.start("run", "chain.json", "--json", stdout_to=full)
        _, err = process.communicate(timeout=60)
    check(process.returncode == 2 and "standard output cannot be written" in err, f"exit {process.returncode}: {err}")
    resumed = host("resume")
    check(resumed.code == 0, resumed.err[-500:])
    host.check_clean()


CASES = {
    "cooperative": cancelled("cooperative", "cooperate", within=5),
    "ignores-cancel": cancelled("ignores-cancel", "hang"),
    "ignores-signals": cancelled("ignores-signals", "hang-ignoring-signals"),
    "spins": cancelled("spins", "spin"),
    "leaves-children": cancelled("leaves-children", "hang-with-daemon"),
    "sigterm": cancelled("sigterm", "cooperate", within=5, number=signal.SIGTERM),
    "four-at-once": cancelled("four-at-once", "cooperate", "hang", "hang-ignoring-signals", "spin"),
    "second-interrupt": second_interrupt,
    "host-killed": host_killed,
    "worker-killed": one_killed(1),
    "supervisor-killed": one_killed(0),
    "supervisor-killed-with-children": supervisor_killed_with_children,
    "two-hosts": two_hosts,
    "reader-gone": reader_gone,
    "disk-full": disk_full,
}

main(CASES)
