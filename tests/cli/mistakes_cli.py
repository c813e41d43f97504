# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes on the command line and in chain files: one message each that says what to do, and exit code 2."""

import json

from harness import Host, check, golden, main

GOOD = {"slipway": 1, "name": "cli", "version": "1", "stages": [{"id": "one", "use": "good"}]}


def mistake(name, *arguments, chain=None):
    def case(folder):
        text = chain or GOOD
        (folder / "chain.json").write_text(text if isinstance(text, str) else json.dumps(text, indent=2))
        host = Host(folder)
        outcome = host(*arguments)
        golden(f"cli/golden/mistake-{name}.txt", outcome.text(folder))
        check(outcome.code == 2 and outcome.out == "", f"exit {outcome.code}, standard output: {outcome.out}")
        if (host.state / "journal.db").exists():
            check(host.journal("SELECT count(*) FROM runs") == [(0,)], "a run was recorded")
    return case


def stages(*list_of_stages):
    return {**GOOD, "stages": list(list_of_stages)}


ARGUMENTS = {
    "unknown-command": ("rnu",),
    "unknown-command-far": ("frobnicate",),
    "unknown-command-help": ("help", "rnu"),
    "unknown-option": ("run", "chain.json", "--quite"),
    "unknown-option-far": ("run", "chain.json", "--frobnicate"),
    "unknown-letter": ("run", "chain.json", "-Z"),
    "option-prefix": ("run", "chain.json", "--iso", "none"),
    "missing-argument": ("run",),
    "missing-argument-inspect": ("inspect",),
    "too-many-arguments": ("run", "chain.json", "other.json"),
    "option-without-value": ("run", "chain.json", "--set"),
    "flag-with-value": ("run", "chain.json", "--quiet=yes"),
    "set-without-value": ("run", "chain.json", "--set", "version"),
    "set-unknown-stage": ("run", "chain.json", "--set", "stages.two.with.text=x"),
    "override-unknown-stage": ("run", "chain.json", "--override", "two=mock"),
    "override-malformed": ("run", "chain.json", "--override", "one"),
    "override-missing-file": ("run", "chain.json", "--override", "one=good:none.json"),
    "epoch": ("run", "chain.json", "--epoch", "yesterday"),
    "jobs-zero": ("run", "chain.json", "--jobs", "0"),
    "jobs-word": ("run", "chain.json", "-j", "many"),
    "isolation": ("run", "chain.json", "--isolation", "container"),
    "missing-file": ("run", "none.json"),
    "folder": ("run", "."),
    "inspect-missing-file": ("inspect", "none.so"),
    "show-nothing": ("show",),
    "resume-nothing": ("resume",),
    "show-unknown-run": ("show", "2026"),
    "state-is-a-file": ("runs", "--state", "chain.json"),
}

CHAINS = {
    "syntax": '{"slipway": 1,\n  "name": }',
    "unknown-key": stages({"id": "one", "use": "good", "wiht": {}}),
    "unknown-stage-type": stages({"id": "one", "use": "godo"}),
    "unknown-stage-type-far": stages({"id": "one", "use": "frobnicate"}),
    "unknown-stage-option": stages({"id": "one", "use": "good", "with": {"txet": "x"}}),
    "wrong-option-type": stages({"id": "one", "use": "good", "with": {"text": 3}}),
    "two-stages-one-id": stages({"id": "one", "use": "good"}, {"id": "one", "use": "good"}),
    "needs-below": stages({"id": "one", "use": "good", "needs": ["two"]}, {"id": "two", "use": "good"}),
    "three-problems": stages({"id": "one", "use": "godo"}, {"id": "two", "use": "good", "with": {"txet": "x"}},
                             {"id": "three", "use": "good", "with": {"text": 3}}),
}

CASES = {name: mistake(name, *arguments) for name, arguments in ARGUMENTS.items()}
CASES |= {name: mistake(name, "validate", "chain.json", chain=chain) for name, chain in CHAINS.items()}
main(CASES)
