# SPDX-License-Identifier: GPL-3.0-or-later
"""A slice of what a hostile stage tries (./dev prove sandbox does it all), and what becomes of a chain where the sandbox
cannot be had."""

import json
import os
import subprocess
import tempfile

from harness import Host, Outcome, build, check, main
from sandbox_attempts import ATTEMPTS

SLICE = ("read ~/.ssh", "read /etc/shadow", "read another stage's work folder", "read the store", "read the journal",
         "write to the store", "write to the journal", "rename the work folder away", "read the environment of a process", "kill the host",
         "kill another process", "ptrace another process", "start a program", "become another user", "keep running as a daemon",
         "connect over TCP", "connect to a port that is not declared", "connect to a unix socket",
         "connect to an abstract socket", "open a raw socket", "init-module", "mount", "bpf", "io-uring", "keyctl",
         "tiocsti", "chmod a file that may be read", "connect by sending", "connect over MPTCP", "a system call of x32", "a system call of i386",
         "start a program from memory that is not declared", "fork bomb", "eat memory", "fill the disk")


def stopped(attempt):
    def case(folder):
        if not attempt.possible():
            return
        tried, problems, told = attempt.run(folder)
        check(tried, "it was not tried")
        check(not problems, f"it was not stopped: {problems}")
        check(told, "the user was not told")
    return case


def run(folder, *arguments, before=(), **chain):
    """A chain of one good stage; the events of the run."""
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "kept", "version": "1",
                                                   "stages": [{"id": "a", "use": "good"}]} | chain))
    host = Host(folder)
    done = subprocess.run([*before, host.binary, "run", "chain.json", *arguments], cwd=folder, env=host.environment,
                          capture_output=True, text=True, timeout=60, check=False)
    events = [json.loads(line) for line in host("log", "--json").out.splitlines()]
    return host, Outcome(done.returncode, done.stdout, done.stderr, 0), [e for e in events if e["kind"] == "sandbox"]


def level_in_provenance(host):
    statement = json.loads(host("provenance").out)
    return statement["predicate"]["buildDefinition"]["internalParameters"]["stages"][0]["sandbox"]["level"]


def without_namespaces():
    """As a container that allows none: root, but without CAP_SYS_ADMIN."""
    return ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"]


def what_is_missing_is_named(folder):
    if os.geteuid() != 0:
        return
    host, done, events = run(folder, before=without_namespaces())
    check(done.code == 0, done.err)
    check([e["text"] for e in events] == ["partial"], events)
    check(any("unshare" in missing for missing in events[0]["data"]["missing"]), events)
    check({"files", "system-calls", "privileges", "limits"} <= set(events[0]["data"]["reached"]), events)
    check("a: sandbox: partial: without mounts and processes of its own" in done.err, done.err)
    check(level_in_provenance(host) == "partial", "the provenance does not say so")


def all_of_it(folder):
    """Where namespaces can be had and landlock is new enough, nothing is missing."""
    if subprocess.run(["unshare", "-mpin", "true"], check=False, capture_output=True).returncode != 0:
        return
    host, done, events = run(folder)
    check(done.code == 0, done.err)
    if any("landlock" in missing for missing in events[0]["data"]["missing"]):
        return
    check([e["text"] for e in events] == ["full"], events)
    check(events[0]["data"]["reached"] == ["mounts", "processes", "network", "privileges", "files", "system-calls", "limits"],
          events)
    check(level_in_provenance(host) == "full", "the provenance does not say so")
    _, done, events = run(folder, "--sandbox", "required", stages=[{"id": "a", "use": "good", "with": {"text": "again"}}])
    check(done.code == 0 and len(events) == 1, done.err)


def tmp_is_its_own(folder):
    """What others have in /tmp is not there, is not touched, and nobody is told of what the stage has there."""
    if subprocess.run(["unshare", "-mpin", "true"], check=False, capture_output=True).returncode != 0:
        return
    with tempfile.NamedTemporaryFile("w+", dir="/tmp") as file:
        file.write("others'")
        file.flush()
        script = f"ls /tmp; echo own >{file.name} && cat {file.name}; mkdir /tmp/folder; chmod 700 {file.name}; rm {file.name}"
        (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "own", "version": "1", "stages": [
            {"id": "a", "use": "exec", "with": {"command": ["sh", "-ec", script]}}]}))
        done = Host(folder, build("lib", "slipway", "stages"))("run", "chain.json")
        check(done.code == 0 and "| own" in done.err and os.path.basename(file.name) not in done.err and "denied" not in done.err,
              done.err)
        with open(file.name, encoding="ascii") as still:
            check(still.read() == "others'", "the file has changed")


def required_is_required(folder):
    if os.geteuid() != 0:
        return
    _, done, _ = run(folder, before=without_namespaces(), sandbox="required")
    check(done.code == 1 and "a: failed: the sandbox is not complete: mounts" in done.err, done.err)
    _, done, _ = run(folder, "--sandbox", "best-effort", before=without_namespaces(), sandbox="required")
    check(done.code == 0, done.err)


def off_is_none(folder):
    host, done, events = run(folder, "--sandbox", "off", sandbox="required")
    check(done.code == 0, done.err)
    check([e["text"] for e in events] == ["none"], events)
    check(level_in_provenance(host) == "none", "the provenance does not say so")


def no_sandbox_in_a_thread(folder):
    _, done, _ = run(folder, "--isolation", "none", "--sandbox", "required")
    check(done.code == 1 and "there is no sandbox in a thread of the host" in done.err, done.err)


ATTEMPTED = {attempt.name.replace(" ", "-").replace("/", "_"): stopped(attempt)
             for attempt in ATTEMPTS if attempt.name in SLICE}
check(len(ATTEMPTED) == len(SLICE), "the slice names what there is not")
main(ATTEMPTED | {"all-of-it": all_of_it, "own-tmp": tmp_is_its_own, "missing-is-named": what_is_missing_is_named, "required": required_is_required, "off": off_is_none,
                  "in-a-thread": no_sandbox_in_a_thread})
