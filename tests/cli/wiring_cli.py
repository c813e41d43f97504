# SPDX-License-Identifier: GPL-3.0-or-later
"""Wiring: what `plan --wiring` shows of a good chain, and what `validate` says of a bad one."""

import json

from harness import Host, check, golden, main


def chain(folder, stages, **more):
    (folder / "chain.json").write_text(
        json.dumps({"slipway": 1, "name": "wiring", "version": "1", **more, "stages": stages}, indent=1))
    return Host(folder)


def refused(name, stages, **more):
    def case(folder):
        outcome = chain(folder, stages, **more)("validate", "chain.json")
        golden(f"cli/golden/wiring-{name}.txt", outcome.text(folder))
        check(outcome.code == 2, f"exit {outcome.code}")
    return name, case


def shown(name, stages, **more):
    def case(folder):
        host = chain(folder, stages, **more)
        outcome = host("plan", "--wiring", "chain.json")
        golden(f"cli/golden/wiring-{name}.txt", outcome.text(folder))
        check(outcome.code == 0, f"exit {outcome.code}")
        document = json.loads(host("plan", "--wiring", "--json", "chain.json").out)
        keys = [line.split()[0] for line in outcome.out.splitlines() if line.startswith("  ") and line[2] != " "]
        check([stage["key"] for stage in document["stages"]] == keys, str(document))
        valid = host("validate", "chain.json")
        check(valid.code == 0 and ": valid: wiring 1, " in valid.out, valid.text(folder))
    return name, case


def good(name, **more):
    return {"id": name, "use": "good", **more}


TAKER = {"id": "take", "use": "must-take"}
AXES = {"variants": {"group": ["base", "devel"], "arch": ["x86_64", "aarch64"]}}

main(dict([
    refused("ambiguous", [good("a"), good("b", needs=[]), {**TAKER, "needs": ["a", "b"]}]),
    refused("missing", [TAKER]),
    refused("missing-type", [{"id": "a", "use": "gives-json"}, TAKER]),
    refused("wrong-type", [{"id": "a", "use": "gives-json"}, {**TAKER, "inputs": {"in": "a.json"}}]),
    refused("unknown-input", [good("a"), {**TAKER, "inputs": {"inn": "a.out"}}]),
    refused("unknown-output", [good("a"), {**TAKER, "inputs": {"in": "a.otu"}}]),
    refused("unknown-stage", [good("first"), {**TAKER, "inputs": {"in": "frist.out"}}]),
    refused("many-cells", [good("a", each=["group"]), TAKER], **AXES),
    refused("unknown-axis", [good("a", each=["gruop"])], **AXES),
    refused("excluded", [good("a", each=["group", "arch"]), {"id": "all", "use": "takes-many", "each": ["group"]}],
            **AXES, exclude=[{"group": "devel", "arch": AXES["variants"]["arch"]}]),
    refused("vary", [good("a", each=["arch"], vary=[{"for": {"arch": "x86"}, "with": {"text": "x"}}])], **AXES),
    shown("excluded-cells", [good("a", each=["group", "arch"]), {**TAKER, "each": ["group", "arch"]},
                             {"id": "all", "use": "takes-many", "needs": ["a"]}],
          **AXES, exclude=[{"group": "devel", "arch": "aarch64"}]),
    shown("by-type", [good("a"), {"id": "j", "use": "gives-json"}, TAKER]),
    shown("by-name", [good("a"), good("b", needs=[]), {**TAKER, "needs": ["a", "b"], "inputs": {"in": "b.out"}}]),
    shown("cells", [good("a", each=["group"]), {**TAKER, "each": ["group", "arch"]},
                    {"id": "all", "use": "takes-many", "needs": ["a"]}], **AXES),
]))
