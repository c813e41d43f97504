# SPDX-License-Identifier: GPL-3.0-or-later
"""A stage that tells its secret in every way and encoding; secrets from every source; what a crash leaves; what
/proc shows."""

import json
import os
import resource
import signal
import subprocess
import time

from harness import Host, check, golden, main
from secret_scan import ENCODINGS, blind, family, look, scan, shown_of

CANARY = 'cänary+%41&"x\\y"=Zq7Wd3Rk9LmB2vT8'
SECRETS = {"CANARY": CANARY}


def leaky(folder, encoding="plain", how="tell", name="CANARY"):
    host = Host(folder)
    host.environment["CANARY"] = CANARY
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "leak", "version": "1", "stages": [
        {"id": "leak", "use": "leaks", "with": {"secret": {"secret": name}, "encoding": encoding, "how": how}}]}))
    return host


def everything_said(host, *more):
    """All that can be asked afterwards."""
    out = ""
    for command in (("log",), ("log", "--json"), ("show",), ("show", "--json"), ("status",), ("runs", "--json"), ("provenance",)):
        said = host(*command)
        out += said.out + said.err
    return "".join(more) + out


def check_nothing_told(folder, text):
    told = look(text.encode(), SECRETS)
    check(not told, f"told: {sorted(told)}")
    kept = scan(str(folder), SECRETS)
    check(not kept, f"kept: {sorted(kept)}")


def tells(encoding, how, code):
    def case(folder):
        for view in ((), ("--json",)):
            host = leaky(folder, encoding, how)
            outcome = host("run", *view, "chain.json")
            check(outcome.code == code, f"exit {outcome.code}: {outcome.err[-2000:]}")
            check((outcome.out + outcome.err).count("***") >= 6, f"nothing was told: {outcome.out}{outcome.err}")
            check_nothing_told(folder, everything_said(host, outcome.out, outcome.err))
            host.check_clean()
    return case


def writes(encoding, how):
    def case(folder):
        host = leaky(folder, encoding, how)
        outcome = host("run", "chain.json")
        check(outcome.code == 1, f"exit {outcome.code}: {outcome.err}")
        told = "left a secret in its cache folder: kept" if how == "keep" else "it holds the value of secret 'CANARY'"
        check(told in outcome.err, outcome.err)
        codes = [json.loads(data)["code"] for (data,) in host.journal("SELECT data FROM events WHERE kind = 'diagnostic'")]
        check(codes == ["denied"], f"codes: {codes}")
        check_nothing_told(folder, everything_said(host, outcome.out, outcome.err))
        host.check_clean()
        if encoding == "base64":
            golden(f"fault/golden/secret/{how}.txt", outcome.text(folder))
    return case


def start(host, *words):
    """With core dumps, as far as the limit goes, in a folder of their own."""
    (host.folder / "cores").mkdir(exist_ok=True)
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    return subprocess.Popen([host.binary, *words], cwd=host.folder / "cores", env=host.environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)))


def wait_for_stage(host, process):
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if (host.state / "journal.db").exists():
            try:
                if host.journal("SELECT 1 FROM events WHERE text = 'waiting'"):
                    return
            except Exception:  # not there yet, or locked
                pass
        time.sleep(0.05)
    raise AssertionError(f"the stage does not run: {process.communicate()}")


def core_limit(pid):
    with open(f"/proc/{pid}/limits", encoding="ascii") as file:
        return next(line.split()[4] for line in file if line.startswith("Max core file size"))


def proc_shows_nothing(folder):
    host = leaky(folder, how="wait")
    process = start(host, "run", "../chain.json")
    try:
        wait_for_stage(host, process)
        everybody = family(process.pid)
        check(len(everybody) > 2, f"only {everybody}")
        for pid in everybody:
            told = look(shown_of(pid), SECRETS)
            check(not told, f"process {pid} shows {told}")
            check(core_limit(pid) in ("0", "1"), f"process {pid} has a core limit of {core_limit(pid)}")
    finally:
        process.terminate()
        process.communicate(timeout=60)


def crashes(who):
    """By a signal that dumps, to the host or to all of them."""
    def case(folder):
        host = leaky(folder, how="wait")
        process = start(host, "run", "../chain.json")
        wait_for_stage(host, process)
        for pid in sorted(family(process.pid) if who == "all" else {process.pid}, key=lambda pid: pid != process.pid):
            try:
                os.kill(pid, signal.SIGQUIT if pid != process.pid else signal.SIGSEGV)
            except ProcessLookupError:
                pass
        out, err = process.communicate(timeout=60)
        check(process.returncode == -signal.SIGSEGV, f"exit {process.returncode}: {out}{err}")
        left = os.listdir(folder / "cores")
        check(not left, f"dumped: {left}")
        check_nothing_told(folder, out + err)
    return case


def stage_crashes(folder):
    host = leaky(folder, how="crash")
    process = start(host, "run", "../chain.json")
    out, err = process.communicate(timeout=60)
    check(process.returncode == 1 and "crashed in run()" in err, f"exit {process.returncode}: {out}{err}")
    left = os.listdir(folder / "cores")
    check(not left, f"dumped: {left}")


# ---------------------------------------------------------------------- sources


def sources(folder, value=CANARY, mode=0o600):
    """Every kind of source, all with the same value."""
    for name in ("file", "credential"):
        (folder / name).write_text(value + "\n", encoding="utf-8")
        (folder / name).chmod(mode)
    from urllib.parse import quote
    (folder / "store").write_text(f"https://bot:{quote(value, safe='')}@example.org\n", encoding="ascii")
    (folder / "store").chmod(0o600)
    given = {"FILE": {"file": "file"}, "CREDENTIAL": {"credential": "credential"}, "VARIABLE": {"environment": "CANARY"},
             "PRINTED": {"command": ["cat", str(folder / "file")]},
             "ASKED": {"command": ["git", "credential-store", "--file", str(folder / "store"), "get"],
                       "ask": {"protocol": "https", "host": "example.org"}}}
    (folder / "secrets.json").write_text(json.dumps(given))
    return given


def from_everywhere(folder):
    for name in sources(folder):
        host = leaky(folder, name=name)
        host.environment["CREDENTIALS_DIRECTORY"] = str(folder)
        outcome = host("run", "chain.json", "--secrets", "secrets.json")
        check(outcome.code == 0, f"{name}: {outcome.err[-2000:]}")
        check(outcome.err.count("***") > 5, f"{name}: {outcome.err[-2000:]}")
        told = look(outcome.err.encode(), SECRETS)
        check(not told, f"{name}: told: {told}")


def refused(name, prepare, *arguments, code=1):
    def case(folder):
        host = leaky(folder)
        prepare(folder)
        outcome = host("run", "chain.json", *arguments)
        check(outcome.code == code, f"exit {outcome.code}: {outcome.err}")
        golden(f"fault/golden/secret/{name}.txt", outcome.text(folder))
        host.check_clean()
    return case


def say(text):
    return lambda folder: (folder / "secrets.json").write_text(text)


def readable(folder):
    sources(folder, mode=0o644)
    say('{"CANARY": {"file": "file"}}')(folder)


def changeable(folder):
    sources(folder)
    (folder / "secrets.json").chmod(0o666)


def nothing_given(folder):
    (folder / "empty").write_text("\n")
    (folder / "empty").chmod(0o600)
    say('{"CANARY": {"file": "empty"}}')(folder)


GIVEN = ("--secrets", "secrets.json")
SEALED = '{"CANARY": {"command": ["sh", "-c", "echo the vault is sealed >&2; exit 3"]}}'

CASES = {f"{how}-{encoding}": tells(encoding, how, code) for encoding in ENCODINGS for how, code in (("tell", 0), ("fail", 1))}
CASES |= {f"{how}-{encoding}": writes(encoding, how) for encoding in ENCODINGS for how in ("commit", "move", "keep")}
CASES |= {"proc": proc_shows_nothing, "host-crashes": crashes("host"), "all-crash": crashes("all"), "stage-crashes": stage_crashes,
          "sources": from_everywhere, "file-open-to-others": refused("file-open-to-others", readable, *GIVEN),
          "sources-open-to-others": refused("sources-open-to-others", changeable, *GIVEN, code=2),
          "empty": refused("empty", nothing_given, *GIVEN), "sealed": refused("sealed", say(SEALED), *GIVEN),
          "no-sources": refused("no-sources", lambda folder: None, "--secrets", "none.json", code=2),
          "unknown-source": refused("unknown-source", say('{\n  "CANARY": {"vault": "x"}\n}'), *GIVEN, code=2)}

check(not blind(SECRETS), f"the scan would not see: {blind(SECRETS)}")
main(CASES)
