# SPDX-License-Identifier: GPL-3.0-or-later
"""Two stages that are joined: what one writes the other reads at the same time, and either goes wrong."""

import json
import os
import signal
import time

from harness import Host, check, main, stages_of

MB = 1 << 20


def chain(folder, pours=None, drinks=None, more=(), keep=False):
    stages = [{"id": "pours", "use": "pours", "with": pours or {}, "keep": keep},
              {"id": "drinks", "use": "drinks", "with": drinks or {}}, *more]
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "pipes", "version": "1", "stages": stages}))
    return Host(folder)


def run(host, code, *arguments):
    outcome = host(*(arguments or ("run", "chain.json")))
    check(outcome.code == code, f"exit {outcome.code}: {outcome.err}")
    host.check_clean()
    return outcome, stages_of(host.show())


def stored(host, output):
    digest = output["sha256"]
    return (host.state / "store" / "sha256" / digest[:2] / digest).exists()


def output_of(stages, stage):
    return stages[stage]["outputs"][0]


def joined(folder):
    """The stream is not stored, its digest is known, and a second run makes neither stage again."""
    host = chain(folder)
    _, stages = run(host, 0)
    water = output_of(stages, "pours")
    check(water["size"] == 3 * MB and not stored(host, water), f"water: {water}")
    size = output_of(stages, "drinks")
    check(stored(host, size), "the reader's output is not stored")
    again, _ = run(host, 0)
    check("pours: unchanged" in again.err and "drinks: unchanged" in again.err, again.err)
    kept = chain(folder, keep=True)
    _, stages = run(kept, 0)
    check(output_of(stages, "pours")["sha256"] == water["sha256"], "kept, it has another digest")
    check(output_of(stages, "drinks")["sha256"] == size["sha256"], "kept, the reader sees something else")


def kept(folder):
    """With "keep", and where a second stage wants it, the stream is stored as well."""
    host = chain(folder, keep=True)
    _, stages = run(host, 0)
    check(stored(host, output_of(stages, "pours")), "not stored with keep")
    second = {"id": "also", "use": "drinks", "needs": ["pours"], "with": {"megabytes": 1}}
    host = chain(folder, pours={"megabytes": 2}, more=[second])
    _, stages = run(host, 0)
    check(stored(host, output_of(stages, "pours")), "not stored for the second reader")
    check(output_of(stages, "also")["sha256"] == output_of(stages, "drinks")["sha256"], "they read different bytes")


def reader_is_needed_again(folder):
    """When the reader's output is gone, or its options change, the writer runs again for it."""
    host = chain(folder)
    _, stages = run(host, 0)
    size = output_of(stages, "drinks")
    path = host.state / "store" / "sha256" / size["sha256"][:2] / size["sha256"]
    path.unlink()
    again, _ = run(host, 0)
    check("pours: done" in again.err and "drinks: done" in again.err and path.exists(), again.err)
    changed = chain(folder, drinks={"megabytes": 9})
    again, _ = run(changed, 0)
    check("pours: done" in again.err and "drinks: done" in again.err, again.err)


def writer_goes_wrong(wrong, expected, code=1):
    def case(folder):
        """The reader's result never counts, and resuming starts both again."""
        host = chain(folder, pours={"wrong": wrong})
        outcome, stages = run(host, code)
        check(expected in outcome.err, outcome.err)
        check(stages["pours"]["state"] == "failed" and stages["drinks"]["state"] == "cancelled",
              f"{stages['pours']['state']}, {stages['drinks']['state']}")
        check(not stages["drinks"]["outputs"], "the reader has outputs")
        again, _ = run(host, code, "resume")
        check("drinks: done" not in again.err, again.err)
    return case


def writer_forgets(folder):
    """A writer that ends well without its artifact fails its reader."""
    host = chain(folder, pours={"wrong": "forget"})
    outcome, stages = run(host, 1)
    check("'pours' has not finished the artifact that it reads" in outcome.err, outcome.err)
    check(stages["pours"]["state"] == "done" and stages["drinks"]["state"] == "failed", outcome.err)


def reader_goes_wrong(wrong, expected, code=1):
    def case(folder):
        """The writer is not stopped by it, but is run again for the next try: its stream was not stored."""
        host = chain(folder, pours={"megabytes": 20}, drinks={"wrong": wrong})
        outcome, stages = run(host, code)
        check(expected in outcome.err, outcome.err)
        check(stages["pours"]["state"] == "done" and stages["drinks"]["state"] == "failed",
              f"{stages['pours']['state']}, {stages['drinks']['state']}")
        fixed = chain(folder, pours={"megabytes": 20})
        again, stages = run(fixed, 0)
        check(output_of(stages, "pours")["size"] == 20 * MB, again.err)
    return case


def reader_does_not_look(folder):
    """A reader that never opens its input does not keep the writer waiting."""
    host = chain(folder, pours={"megabytes": 20}, drinks={"wrong": "deaf"})
    outcome, stages = run(host, 0)
    check(stages["pours"]["state"] == "done" and stages["drinks"]["state"] == "done", outcome.err)


def interrupted(folder):
    """Ctrl-C stops both; both are resumed."""
    host = chain(folder, pours={"wrong": "hang"})
    process = host.start("run", "chain.json")
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    check(process.returncode == 130, f"exit {process.returncode}: {err}")
    host.check_clean()


def host_killed(folder):
    """After kill -9 the run starts both again."""
    host = chain(folder, pours={"wrong": "hang"})
    process = host.start("run", "chain.json")
    time.sleep(1)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    chain(folder)
    outcome, stages = run(host, 0)
    check(output_of(stages, "pours")["size"] == 3 * MB, outcome.err)


CASES = {
    "joined": joined,
    "kept": kept,
    "reader-is-needed-again": reader_is_needed_again,
    "writer-fails": writer_goes_wrong("fail", "a bad package"),
    "writer-crashes": writer_goes_wrong("crash", "SIGSEGV"),
    "writer-forgets": writer_forgets,
    "writer-fails-late": writer_goes_wrong("late", "the label is torn"),
    "writer-opens-twice": writer_goes_wrong("twice", "is read by another stage already", 3),
    "writer-keeps-open": writer_goes_wrong("open", "still open for writing", 3),
    "writer-is-mistaken": writer_goes_wrong("digest", "the stage says 0000"),
    "reader-fails": reader_goes_wrong("choke", "too much"),
    "reader-opens-twice": reader_goes_wrong("again", "was opened before", 3),
    "reader-does-not-look": reader_does_not_look,
    "interrupted": interrupted,
    "host-killed": host_killed,
}

main(CASES)
