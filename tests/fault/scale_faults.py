# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains of many stages and many cells."""

import json
import os

from harness import Host, check, main, stages_of


def write(folder, stages, **more):
    (folder / "chain.json").write_text(
        json.dumps({"slipway": 1, "name": "scale", "version": "1", **more, "stages": stages}))


def runs(folder, count):
    host = Host(folder)
    outcome = host("run", "chain.json", timeout=150)
    check(outcome.code == 0, f"exit {outcome.code}\n{outcome.err[-1000:]}")
    stages = stages_of(host.show())
    check(len(stages) == count and all(s["state"] == "done" for s in stages.values()), f"{len(stages)} stages")
    host.check_clean()
    again = host("run", "chain.json", timeout=150)
    check(again.code == 0 and again.err.count(": unchanged: ") == count, again.err[-1000:])
    check(again.seconds < outcome.seconds, f"unchanged: {again.seconds:.1f} s, first: {outcome.seconds:.1f} s")
    print(f"{folder.name}: {count} stages in {outcome.seconds:.1f} s, unchanged in {again.seconds:.1f} s")
    return stages


def long_chain(folder):
    """Each stage takes what the one above gives."""
    stages = [{"id": "s0", "use": "good"}]
    stages += [{"id": f"s{i}", "use": "good", "inputs": {"in": f"s{i - 1}.out"}, "with": {"text": f"{i}"}}
               for i in range(1, 500)]
    write(folder, stages)
    digests = {stage["outputs"][0]["sha256"] for stage in runs(folder, 500).values()}
    check(len(digests) == 500, f"{len(digests)} digests")


def matrix(folder):
    axes = {"x": [f"x{i}" for i in range(20)], "y": [f"y{i}" for i in range(20)]}
    write(folder, [{"id": "cell", "use": "good", "each": ["x", "y"], "with": {"text": "${x} ${y}"}}], variants=axes)
    stages = runs(folder, 400)
    check("cell[x=x19,y=y7]" in stages, f"keys such as {list(stages)[7]}")
    check(len({stage["outputs"][0]["sha256"] for stage in stages.values()}) == 400, "two cells gave the same")


def cores(folder):
    """With -j1 a stage and its programs have one core; nproc(1) says how many it may use."""
    write(folder, [{"id": "count", "use": "exec", "with": {"command": ["nproc"]}}])
    host = Host(folder, os.environ["SLIPWAY_STAGES"])
    for options, count in ((["-j1"], 1), ([], len(os.sched_getaffinity(0)))):
        outcome = host("run", "chain.json", *options)
        check(outcome.code == 0, outcome.err)
        said = [line for line in host("log").out.splitlines() if line.endswith(f"count: | {count}")]
        check(len(said) == 1, f"{options}: {host('log').out}")


main({"cores": cores, "chain-of-500": long_chain, "matrix-20x20": matrix}, at_once=1)
