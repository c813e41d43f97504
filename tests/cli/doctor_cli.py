# SPDX-License-Identifier: GPL-3.0-or-later
"""slipway doctor: what it says of this machine and of chains that lack something here, its JSON, its exit code."""

import json
import os
import re
import subprocess

from harness import Host, check, golden, main
from harness.golden import normalise

FINDING = {"state", "subject", "what", "hint"}


def host_of(folder, *stages, **more):
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "doctor", "version": "1", "stages": list(stages), **more}, indent=2))
    return Host(folder, plugins=os.environ["SLIPWAY_STAGES"])


def report(outcome):
    found = json.loads(outcome.out)
    check(set(found) == {"chain", "missing", "warnings", "findings"}, f"keys: {sorted(found)}")
    check(all(set(finding) == FINDING for finding in found["findings"]), f"keys: {found['findings']}")
    for state, number in (("missing", found["missing"]), ("warning", found["warnings"])):
        check(sum(finding["state"] == state for finding in found["findings"]) == number, outcome.out)
    check(outcome.code == (1 if found["missing"] else 0), f"exit {outcome.code} with {found['missing']} missing")
    return found, {finding["subject"]: finding for finding in found["findings"]}


def machine(folder):
    """Without a chain; and nothing is made by looking."""
    host = Host(folder, plugins=os.environ["SLIPWAY_STAGES"])
    found, by_subject = report(host("doctor", "--json"))
    check(found["chain"] == "", found)
    for subject in ("sandbox of stages", "clock", f"state folder '{host.state}'", "plugins", "user namespace"):
        check(subject in by_subject, f"{subject}: {sorted(by_subject)}")
    active = "/sys/kernel/security/lsm"  # the kernel's own word, where it can be read
    if os.path.exists(active) and "landlock" in open(active, encoding="ascii").read():
        check("landlock ABI" in by_subject["sandbox of stages"]["what"], by_subject)
    check(by_subject[f"state folder '{host.state}'"]["what"] == "will be made", by_subject)
    check(not host.state.exists(), "looking made a state folder")
    text = host("doctor")
    check(re.search(r"^\d+ missing, \d+ warnings?$", text.out.splitlines()[-1]), text.out)
    check(len(text.out) > len(host("doctor", "--quiet").out), "--quiet says as much")


def no_plugins(folder):
    (folder / "empty").mkdir()
    host = Host(folder, plugins=folder / "empty")
    found, by_subject = report(host("doctor", "--json"))
    check(by_subject["plugins"]["state"] == "missing" and str(folder / "empty") in by_subject["plugins"]["hint"], found)


def needs(folder):
    """Programs, secrets and paths of a chain; then they are there."""
    ports = {"outputs": [{"name": "text", "type": "text/plain"}]}
    tool = {"id": "tool", "use": "exec", "with": {"command": [str(folder / "tool")], "env": {"TOKEN": {"secret": "DOCTOR_TOKEN"}},
                                                  "ports": ports, "stdout": "text"}}
    archive = {"id": "archive", "use": "compress"}
    publish = {"id": "publish", "use": "git-publish",
               "with": {"remote": str(folder / "remote.git"), "extra": [{"path": "x", "file": "x.txt"}]}}
    host = host_of(folder, tool, archive, publish)
    _, by_subject = report(host("doctor", "chain.json", "--json"))
    lacking = {subject for subject, finding in by_subject.items() if finding["state"] == "missing"}
    check(lacking == {f"program '{folder}/tool'", "secret 'DOCTOR_TOKEN'", f"path '{folder}/x.txt'"}, f"missing: {lacking}")
    check(by_subject["program 'git'"]["state"] == "ok", by_subject)
    said = host("doctor", "chain.json", "--quiet")
    shown = [line for line in normalise(said.out, folder).splitlines() if re.match("missing  (path|program|secret)|  .*(folder|TOKEN|usr)", line)]
    golden("cli/golden/doctor-needs.txt", "\n".join(shown) + "\n")
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o755)
    (folder / "x.txt").write_text("x")
    host.environment["DOCTOR_TOKEN"] = "swordfish"
    found = host("doctor", "chain.json", "--json")
    report(found)
    check(found.code == 0 and "swordfish" not in found.out, found.out)
    check(not host.state.exists(), "looking made a state folder")
    ran = host("run", "chain.json")  # what the doctor calls well does run, as far as the doctor has looked
    check("program" not in ran.err and "secret" not in ran.err, ran.err)


def wrong_chain(folder):
    host = host_of(folder, {"id": "one", "use": "frobnicate"}, {"id": "two", "use": "exec", "with": {"comand": []}})
    found, _ = report(host("doctor", "chain.json", "--json"))
    problems = [finding for finding in found["findings"] if finding["subject"] == "chain"]
    validated = host("validate", "chain.json").err
    check(len(problems) >= 2 and all(problem["what"] in validated for problem in problems), f"{problems}\n{validated}")


def history(folder):
    """The newest run is the measure of space; a run from the future makes the clock suspect."""
    host = host_of(folder, {"id": "tool", "use": "exec", "with": {"command": ["true"]}})
    check(host("run", "chain.json").code == 0, "the run failed")
    found, by_subject = report(host("doctor", "chain.json", "--json"))
    check(by_subject["clock"]["state"] != "missing", found)
    subprocess.run(["python3", "-c", "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('UPDATE runs SET created = created + 3600000'); d.commit()",
                    host.state / "journal.db"], check=True)
    found, by_subject = report(host("doctor", "chain.json", "--json"))
    check(by_subject["clock"]["state"] == "missing", found)


main({"machine": machine, "no-plugins": no_plugins, "needs": needs, "wrong-chain": wrong_chain, "history": history})
