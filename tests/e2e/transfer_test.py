# SPDX-License-Identifier: GPL-3.0-or-later
"""slipway export and import: read by tar and sha256sum alone, the same bytes again, and nothing that was changed on the way
gets into a state folder. And a state folder that was copied elsewhere."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile

from harness import Host, check, main

STAGES, SAMPLE = os.environ["SLIPWAY_STAGES"], os.environ["SLIPWAY_SAMPLE"]


def release(folder, name="here"):
    """A host with a run: packages, root filesystem, archive; the second stage's output is a stream that is not kept."""
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "moved", "version": "7", "stages": [
        {"id": "packages", "use": "pacman-fetch",
         "with": {"repositories": [{"name": "sample", "servers": [f"file://{SAMPLE}"]}], "install": ["base"]}},
        {"id": "rootfs", "use": "rootfs-build"},
        {"id": "archive", "use": "compress", "with": {"format": "xz"}}]}))
    host = at(folder, name)
    ran = host("run", "-q", "chain.json", timeout=300)
    check(ran.code == 0, ran.err)
    return host


def at(folder, name):
    """A host with a state folder of that name."""
    host = Host(folder, STAGES)
    host.state = folder / name
    host.environment["SLIPWAY_STATE"] = str(host.state)
    return host


def fine(outcome):
    check(outcome.code == 0, outcome.out + outcome.err)
    return outcome


def exported(host, file):
    fine(host("export", host.show()["run"], file))
    return file


def stored(host):
    return sorted(path.name for path in (host.state / "store/sha256").rglob("*") if path.is_file())


def opened(file):
    """The members of an export: name to bytes, in their order."""
    plain = subprocess.run(["zstd", "-dc", str(file)], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


def packed(file, members, change=None):
    """An export of these members; `change` may alter each member's header."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if change:
                change(info)
            archive.addfile(info, io.BytesIO(content) if info.isreg() else None)
    subprocess.run(["zstd", "-qf", "-o", str(file)], input=data.getvalue(), check=True)
    return file


def to_and_fro(folder):
    """Out, in, out again: the same bytes; the other host knows all that this one does, and can build it again."""
    here = release(folder)
    run = here.show()["run"]
    first = exported(here, folder / "a.tar.zst")
    check(exported(here, folder / "b.tar.zst").read_bytes() == first.read_bytes(), "not the same bytes again")
    subprocess.run(["tar", "--zstd", "-xf", first], cwd=folder, check=True)
    summed = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder / run, capture_output=True, text=True, check=False)
    check(summed.returncode == 0, summed.stdout[-500:] + summed.stderr)
    listed = {line.split("  ", 1)[1] for line in (folder / run / "SHA256SUMS").read_text().splitlines()}
    files = {str(path.relative_to(folder / run)) for path in (folder / run).rglob("*") if path.is_file()}
    check(files == listed | {"SHA256SUMS"}, str(files ^ listed))
    subprocess.run([os.environ["SLIPWAY_SOURCE"] + "/tests/tools/check-provenance", folder / run / "provenance.json"], check=True)
    check((folder / run / "chain.jsonc").read_text() == (folder / "chain.json").read_text(), "not the chain")

    there = at(folder, "there")
    check(there("import", first).out == f"run {run}: imported\n", "import")
    check(there.show() == here.show(), "not the same run")
    for command in (["log", "--json"], ["provenance"], ["report", "--format", "json"]):
        check(there(*command).out == here(*command).out, f"{command} differs")
    check((there.state / f"provenance/{run}.json").read_bytes() == (here.state / f"provenance/{run}.json").read_bytes(), "provenance")
    check(exported(there, folder / "c.tar.zst").read_bytes() == first.read_bytes(), "not the same bytes from there")
    before = stored(there)
    check(there("import", first).out == f"run {run}: is here already\n" and stored(there) == before, "not the same twice")
    fine(there("reproduce", timeout=300))
    there.check_clean()


def copied(folder):
    """A state folder is its own: copied elsewhere it goes on, and knows what is unchanged."""
    here = release(folder)
    shutil.copytree(here.state, folder / "elsewhere/state", symlinks=True)
    shutil.rmtree(here.state)
    there = at(folder, "elsewhere/state")
    check(there.show()["state"] == "done", "not the run")
    ran = fine(there("run", "chain.json"))
    check(ran.err.count(": unchanged: ") == 2, ran.err)
    fine(there("report"))
    fine(there("reproduce", timeout=300))
    there.check_clean()


def parked(folder):
    """A run that waits goes on where it was imported."""
    (folder / "behaviour").write_text("exit 75\n")
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "moved", "version": "7", "stages": [
        {"id": "wait", "use": "exec", "with": {"command": ["sh", str(folder / "behaviour")], "read": [str(folder / "behaviour")]}}]}))
    here, there = at(folder, "here"), at(folder, "there")
    check(here("run", "-q", "chain.json").code == 75, "not waiting")
    file = exported(here, folder / "a.tar.zst")
    fine(there("import", file))
    (folder / "behaviour").write_text("exit 0\n")
    fine(there("resume"))
    check(there.show()["state"] == "done", "not done")
    again = there("import", file)
    check(again.code == 3, f"exit {again.code}")
    check("is here already, and is another one" in again.err, again.err)
    check(there.show()["state"] == "done", "it was overwritten")
    check(here("import", exported(there, folder / "b.tar.zst")).code == 3, "the other way round")


def changed(folder):
    """Every change of the file is refused, and leaves nothing behind."""
    here = release(folder)
    run = here.show()["run"]
    whole = exported(here, folder / "whole.tar.zst")
    members = opened(whole)
    artifact = max((name for name in members if "/artifacts/" in name), key=lambda name: len(members[name]))
    there = at(folder, "there")

    def attempt(name, file):
        outcome = there("import", file)
        check(outcome.code == 2, f"{name}: exit {outcome.code}: {outcome.out}")
        check(outcome.err.startswith("slipway: "), f"{name}: {outcome.err}")
        check(not stored(there), f"{name}: {stored(there)[:3]} came in")
        check(there("runs").out.startswith("no runs yet"), f"{name}: the run came in")
        there.check_clean()
        return outcome

    def with_member(name, content):
        return list({**members, name: content}.items())

    def first(name, content):
        return [(name, content)] + [(n, c) for n, c in members.items() if n != name]

    without = [(name, content) for name, content in members.items() if name != artifact]
    damaged = bytearray(members[artifact])
    damaged[len(damaged) // 2] ^= 1
    document = json.loads(members[f"{run}/run.json"])
    other = json.dumps({**document, "state": "waiting"}, indent=2) + "\n"
    evil = "../../../evil"
    cases = {
        "damaged": ("is damaged", with_member(artifact, bytes(damaged))),
        "shorter": ("has not the size that run.json says", with_member(artifact, members[artifact][:-1])),
        "missing": ("is not in it", without),
        "unknown": ("does not belong in it", with_member(f"{run}/artifacts/{'0' * 64}", b"x")),
        "out": ("does not belong in it", with_member(f"{run}/{evil}", b"x")),
        "absolute": ("does not belong in it", with_member(f"/{folder}/evil", b"x")),
        "beside": ("does not belong in it", with_member("evil", b"x")),
        "more": ("does not belong in it", with_member(f"{run}/more.txt", b"x")),
        "twice": ("does not belong in it", list(members.items()) + [(artifact, members[artifact])]),
        "log": ("SHA256SUMS does not fit", with_member(f"{run}/events.jsonl", members[f"{run}/events.jsonl"].replace(b"done", b"fine", 1))),
        "chain": ("SHA256SUMS does not fit", with_member(f"{run}/chain.jsonc", members[f"{run}/chain.jsonc"].replace(b"xz", b"gz"))),
        "record": ("SHA256SUMS does not fit", first(f"{run}/run.json", other.encode())),
        "lock": ("SHA256SUMS does not fit", with_member(f"{run}/lock.json", b"{}\n")),
        "provenance": ("SHA256SUMS does not fit", with_member(f"{run}/provenance.json", b"{}\n")),
        "sums": ("SHA256SUMS does not fit", with_member(f"{run}/SHA256SUMS", b"")),
        "no-sums": ("SHA256SUMS is not in it", [(n, c) for n, c in members.items() if not n.endswith("SHA256SUMS")]),
        "no-provenance": ("SHA256SUMS does not fit", [(n, c) for n, c in members.items() if not n.endswith("provenance.json")]),
        "last": ("does not belong in it", [(n, c) for n, c in members.items() if not n.endswith("run.json")] + [(f"{run}/run.json", members[f"{run}/run.json"])]),
        "other-id": ("does not belong in it", [(n.replace(run, "20200101-000000-0000"), c) for n, c in members.items()]),
        "nothing": ("changed.tar.zst", []),
    }
    for name, (words, content) in cases.items():
        outcome = attempt(name, packed(folder / "changed.tar.zst", content))
        check(words in outcome.err, f"{name}: not '{words}': {outcome.err}")

    def relabelled(name, kind, target):
        def change(info):
            if info.name == name:
                info.type, info.linkname, info.size = kind, target, 0
        return packed(folder / "changed.tar.zst", members.items(), change)

    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
        attempt(f"type {kind}", relabelled(artifact, kind, "/etc/passwd"))
    data = whole.read_bytes()
    for end in (0, 10, len(data) // 3, len(data) - 200):
        (folder / "cut.tar.zst").write_bytes(data[:end])
        attempt(f"cut at {end}", folder / "cut.tar.zst")
    attempt("no archive", folder / "chain.json")
    attempt("not there", folder / "missing.tar.zst")
    check(not (folder.parent / "evil").exists() and not (folder / "evil").exists(), "a path got out")
    # The same members, packed by somebody else, are as good.
    fine(there("import", packed(folder / "changed.tar.zst", members.items())))


def refused(folder):
    """What cannot be exported."""
    host = at(folder, "here")
    check(host("export", "20", folder / "x").code == 2 and not (folder / "x").exists(), "a run that is not there")
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "moved", "version": "7", "stages": [
        {"id": "wait", "use": "exec", "with": {"command": ["sh", "-c", "sleep 60"], "env": {}}}]}))
    process = host.start("run", "chain.json")
    try:
        while not json.loads(host("runs", "--json").out or "[]"):
            pass
        run = json.loads(host("runs", "--json").out)[0]["run"]
        running = host("export", run, folder / "x")
        check(running.code == 2 and "is still running" in running.err, running.err)
        busy = host("import", folder / "chain.json")
        check(busy.code == 2 and "another slipway" in busy.err, busy.err)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    fine(host("export", run, folder / "x"))
    missing = host("export", run, folder / "no/such/folder/x")
    check(missing.code == 2 and "No such file" in missing.err, missing.err)
    check(hashlib.sha256((folder / "x").read_bytes()).digest() and not list(folder.glob("*.draft")), "a draft is left")


main({"to-and-fro": to_and_fro, "copied": copied, "parked": parked, "changed": changed, "refused": refused}, at_once=2)
