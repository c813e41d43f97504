# SPDX-License-Identifier: GPL-3.0-or-later
"""On a terminal: live lines that are taken away again, colours unless NO_COLOR, a cursor that is left sane."""

import json
import os
import re
import signal
import subprocess
import time

from harness import Host, check, main

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
REDRAW = re.compile(r"\x1b\[(\d+)F\x1b\[J")


def session(folder, behaviour=None, **more):
    """A run on a terminal that script(1) makes."""
    stages = [{"id": "first", "use": "good"}, {"id": "publish", "use": "tells"}]
    if behaviour:
        (folder / "behaviour").write_text(behaviour)
        stages.append({"id": "bad", "use": "misbehave", "with": {"behaviour": str(folder / "behaviour")}})
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "tty", "version": "1", "stages": stages}))
    host = Host(folder)
    del host.environment["NO_COLOR"]
    process = subprocess.Popen(["script", "-qec", f"{os.environ['SLIPWAY']} run chain.json", "/dev/null"], cwd=folder,
                               env={**host.environment, "TERM": "xterm", **more}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE)
    return host, process


def finished(process):
    out, _ = process.communicate(timeout=60)
    return process.returncode, out.decode().replace("\r\n", "\n")


def screen(text):
    """What stays on the screen, and how often it was redrawn. Knows as much of a terminal as the host uses: lines,
    cursor up, clear to the end."""
    lines, redrawn = [], 0
    for part in re.split(r"(\x1b\[\d+F\x1b\[J)", COLOUR.sub("", text)):
        if up := REDRAW.fullmatch(part):
            redrawn += 1
            del lines[len(lines) - int(up.group(1)):]
        else:
            lines += part.split("\n")[:-1]
    shown = "\n".join(lines)
    check("\x1b" not in shown, f"unknown control sequence: {shown!r}")
    check(text.endswith("\n"), "the cursor is not at the beginning of a line")
    return shown, redrawn


def live(folder):
    host, process = session(folder)
    code, out = finished(process)
    check(code == 0, out)
    check(re.search(r"publish  \d\.\d s  \d+\.\d MB/15\.0 MB  .*MB/s  \d+%  \d\.\d s left", out), f"no live line: {out!r}")
    check(COLOUR.search(out), "no colours")
    shown, redrawn = screen(out)
    check(redrawn > 3, f"redrawn {redrawn} times")
    check("/15.0 MB" not in shown, f"a live line stays: {shown}")
    for line in ("first: done in", "publish: warning: the token ends soon", "publish: done in", "\ndone in"):
        check(line in shown, f"'{line}' is missing: {shown}")
    host.check_clean()


def no_colour(folder):
    _, process = session(folder, NO_COLOR="1")
    code, out = finished(process)
    check(code == 0 and not COLOUR.search(out), f"colours: {out!r}")
    check(REDRAW.search(out), "no live lines")


def dumb(folder):
    _, process = session(folder, TERM="dumb")
    code, out = finished(process)
    check(code == 0 and "\x1b" not in out, f"control sequences: {out!r}")


def exit_code(folder):
    _, process = session(folder, "conflict")
    code, out = finished(process)
    check(code == 3, f"exit {code}: {out}")


def running_host(host):
    """The host's pid once the last stage waits for a cancel."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        said = b"".join(path.read_bytes() for path in host.state.glob("journal.db*"))
        for pid, line in host.processes().items():
            if line.startswith(os.environ["SLIPWAY"] + " run") and b"waiting for a cancel" in said:
                return pid
        time.sleep(0.05)
    check(False, "the stage does not start")


def interrupted(folder):
    host, process = session(folder, "cooperate")
    os.kill(running_host(host), signal.SIGINT)
    code, out = finished(process)
    check(code == 130, f"exit {code}: {out}")
    shown, _ = screen(out)
    check("bad: cancelled" in shown and "slipway resume" in shown.splitlines()[-1], shown)
    host.check_clean()


main({"live": live, "no-colour": no_colour, "dumb": dumb, "exit-code": exit_code, "interrupted": interrupted})
