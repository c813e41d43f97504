# SPDX-License-Identifier: GPL-3.0-or-later
"""slipway run --learn: stages that do more than they declare, or less, and what is proposed then."""

import json

from harness import Host, check, main, stages_of


def run(folder, behaviour, *arguments, use="misbehave"):
    """The outcome of one stage that behaves so."""
    (folder / "behaviour").write_text(behaviour + "\n")
    text = {"slipway": 1, "name": "learn", "version": "1", "stages": [
        {"id": "bad", "use": use, "with": {"behaviour": str(folder / "behaviour")}}]}
    (folder / "chain.json").write_text(json.dumps(text))
    host = Host(folder)
    outcome = host("run", "chain.json", *arguments)
    host.check_clean()
    return outcome


def says(outcome, *texts):
    for text in texts:
        check(text in outcome.out, f"'{text}' is not said:\n{outcome.out}\n{outcome.err}")


def undeclared(folder):
    learned = run(folder, "allowed", "--learn")
    check(learned.code == 0, learned.err)
    says(learned, 'misbehave\n  capabilities {"network":true,"exec":["/usr/bin/true"]}; declared: {}\n')
    check('"read"' not in learned.out and '"write"' not in learned.out, f"its own files are told of: {learned.out}")
    # Nothing of it stays: without --learn it still may not.
    check(run(folder, "allowed").code == 1, "the network was allowed without --learn")


def not_needed(folder):
    learned = run(folder, "ok", "--learn", use="capable")
    check(learned.code == 0, learned.err)
    says(learned, 'capable\n  capabilities {}; declared: {"network":true,"exec":true}\n')


def less_than_declared(folder):
    learned = run(folder, "allowed", "--learn", use="capable")
    says(learned, 'capabilities {"network":true,"exec":["/usr/bin/true"]}; declared: {"network":true,"exec":true}\n')


def outside(folder):
    for behaviour, name in (("write-outside", "written"), ("make-folder-outside", "folder")):
        learned = run(folder, behaviour, "--learn")
        check((folder / name).exists(), f"{name} was not let through: {learned.err}")
        says(learned, f'capabilities {{"write":["{folder / name}"]}}; declared: {{}}\n')
    learned = run(folder, "remove-outside", "--learn")
    says(learned, "option 'behaviour' was written to; declare \"slipwayPath\": \"write\"\n")


def never_allowed(folder):
    """What no declaration allows stays refused."""
    learned = run(folder, "trace-parent", "--learn")
    check(learned.code == 1 and "denied: ptrace" in learned.err, learned.err)
    says(learned, "misbehave\n  capabilities {}, as declared\n")


def crashed(folder):
    learned = run(folder, "segfault", "--learn")
    check(learned.code == 1 and "SIGSEGV" in learned.err, learned.err)
    says(learned, "misbehave\n  capabilities {}, as declared\n")


def always_runs(folder):
    """A stage that is watched runs, and what it made is nobody's later."""
    states = []
    for arguments in (("--learn",), (), ("--learn",), ()):
        outcome = run(folder, "good", *arguments, use="good")
        check(outcome.code == 0, outcome.err)
        states.append(stages_of(Host(folder).show())["bad"]["state"])
    check(states == ["done", "done", "done", "unchanged"], f"states: {states}")


def clashing(folder):
    outcome = run(folder, "ok", "--learn", "--isolation", "none")
    check(outcome.code == 2 and "--learn watches stages" in outcome.err, outcome.err)


main({"undeclared": undeclared, "not-needed": not_needed, "less-than-declared": less_than_declared, "outside": outside, "never-allowed": never_allowed,
      "crashed": crashed, "always-runs": always_runs, "clashing": clashing})
