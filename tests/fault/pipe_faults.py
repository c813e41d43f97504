# SPDX-License-Identifier: GPL-3.0-or-later
"""Two stages that are joined: what one writes the other reads at the same time, and either goes wrong."""

import hashlib
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


# ------------------------------------------------------------------ a stream that nobody reads: hashed on its way to the store

def alone(folder, **options):
    """The writer without a reader."""
    stages = [{"id": "pours", "use": "pours", "with": options}]
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "pipes", "version": "1", "stages": stages}))
    return Host(folder)


def in_store(host):
    return [path for path in (host.state / "store" / "sha256").rglob("*") if path.is_file()]


def unread(folder):
    """It goes through a pipe, and is stored whole, under its digest."""
    host = alone(folder, wrong="pipe", megabytes=20)
    _, stages = run(host, 0)
    water = output_of(stages, "pours")
    content = b"w" * (20 * MB)
    check(water["size"] == 20 * MB and water["sha256"] == hashlib.sha256(content).hexdigest(), f"water: {water}")
    check([path.read_bytes() for path in in_store(host)] == [content], "the store has something else")
    again, _ = run(host, 0)
    check("pours: unchanged" in again.err, again.err)


def unread_of_no_bytes(folder):
    host = alone(folder, megabytes=0)
    _, stages = run(host, 0)
    check(output_of(stages, "pours")["sha256"] == hashlib.sha256(b"").hexdigest(), "not the digest of nothing")
    check([path.stat().st_size for path in in_store(host)] == [0], "the store has something else")


def unread_begun_anew(folder):
    """What was written before the writer began again is gone."""
    host = alone(folder, wrong="anew")
    _, stages = run(host, 0)
    check(output_of(stages, "pours")["sha256"] == hashlib.sha256(b"w" * (3 * MB)).hexdigest(), "another digest")
    check(len(in_store(host)) == 1, f"the store has {in_store(host)}")


def unread_beside_another(folder):
    """One pipe at a time: the second output that may be a stream is a file."""
    host = alone(folder, wrong="both")
    _, stages = run(host, 0)
    found = {output["port"]: output["sha256"] for output in stages["pours"]["outputs"]}
    wanted = {"water": b"w" * (3 * MB), "label": b"{}"}
    check(found == {port: hashlib.sha256(content).hexdigest() for port, content in wanted.items()}, f"outputs: {found}")
    check(len(in_store(host)) == 2, f"the store has {in_store(host)}")


def unread_goes_wrong(wrong, expected, code=1, left=0):
    def case(folder):
        """Nothing of it is the stage's output; what may be left is whole, and under its own digest."""
        host = alone(folder, wrong=wrong)
        outcome, stages = run(host, code)
        check(expected in outcome.err, outcome.err)
        check(not stages["pours"]["outputs"] and len(in_store(host)) == left, f"the store has {in_store(host)}")
        for path in in_store(host):
            check(path.name == hashlib.sha256(path.read_bytes()).hexdigest(), f"{path} is something else")
        well = alone(folder)
        _, stages = run(well, 0)
        check(output_of(stages, "pours")["size"] == 3 * MB, "the next run has not stored it")
    return case


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
    "unread": unread,
    "unread-of-no-bytes": unread_of_no_bytes,
    "unread-begun-anew": unread_begun_anew,
    "unread-beside-another": unread_beside_another,
    "unread-fails": unread_goes_wrong("fail", "a bad package"),
    "unread-crashes": unread_goes_wrong("crash", "SIGSEGV"),
    "unread-keeps-open": unread_goes_wrong("open", "still open for writing", 3),
    "unread-is-mistaken": unread_goes_wrong("digest", "the stage says 0000", left=1),
    "unread-forgotten": unread_goes_wrong("forget", "", 0),
    "interrupted": interrupted,
    "host-killed": host_killed,
}

main(CASES)
