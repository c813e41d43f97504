# SPDX-License-Identifier: GPL-3.0-or-later
"""slipway status --check: what a monitoring system is told, and its exit codes."""

import json
import re
import sqlite3
import time

from harness import Host, check, golden, main

DAY = 86_400_000


def chain(folder, name="watched", *stages):
    (folder / f"{name}.json").write_text(json.dumps(
        {"slipway": 1, "name": name, "version": "05112026", "stages": list(stages) or [{"id": "first", "use": "good"}]}))
    return Host(folder)


def misbehaving(folder, how):
    (folder / "behaviour").write_text(how)
    return {"id": "bad", "use": "misbehave", "with": {"behaviour": str(folder / "behaviour")}}


def age(host, days):
    """All that has happened happened so many days earlier."""
    database = sqlite3.connect(host.state / "journal.db")
    for table, column in (("runs", "created"), ("runs", "finished"), ("events", "time")):
        database.execute(f"UPDATE {table} SET {column} = {column} - ?", (days * DAY,))
    database.commit()
    database.close()


def told(host, code, status, *arguments):
    """Text and JSON say the same; the text without its times."""
    text = host("status", "--check", *arguments)
    document = json.loads(host("status", "--check", "--json", *arguments).out)
    check(text.code == code == document["code"], f"exit {text.code}, {document['code']}: {text.out}")
    check(text.out.startswith(f"SLIPWAY {status}: ") and document["status"] == status, text.out)
    check(text.err == "", text.err)
    for finding in document["findings"]:
        check(finding["text"].split(" ")[0] in text.out, text.out)
    return document


def nothing(folder):
    host = Host(folder)
    told(host, 3, "UNKNOWN")
    golden("cli/golden/check-nothing.txt", host("status", "--check").text(folder))
    (folder / "state" / "journal.db").write_text("no journal, and longer than nothing")
    told(host, 3, "UNKNOWN")


def releases(folder):
    host = chain(folder)
    check(host("run", "-q", "watched.json").code == 0, "the run failed")
    told(host, 0, "OK")
    told(host, 0, "OK", "watched")
    told(host, 3, "UNKNOWN", "other")
    age(host, 36)
    document = told(host, 1, "WARNING")
    golden("cli/golden/check-release-age.txt", host("status", "--check").text(folder))
    check(document["findings"][0]["check"] == "release" and document["findings"][0]["seconds"] // 86400 == 36, str(document))
    told(host, 0, "OK", "--release-age", "40d")
    age(host, 10)
    told(host, 2, "CRITICAL")
    check(host("run", "-q", "watched.json").code == 0, "the run failed")
    told(host, 0, "OK")


def failures(folder):
    host = chain(folder, "watched", misbehaving(folder, "conflict"))
    check(host("run", "-q", "watched.json").code == 3, "no conflict")
    golden("cli/golden/check-failed.txt", host("status", "--check").text(folder))
    told(host, 2, "CRITICAL")
    chain(folder, "fine")
    check(host("run", "-q", "fine.json").code == 0, "the run failed")
    told(host, 2, "CRITICAL")
    told(host, 0, "OK", "fine")
    (folder / "behaviour").write_text("ok")
    check(host("resume", json.loads(host("runs", "--json").out)[1]["run"], "-q").code == 0, "not done")
    told(host, 0, "OK")


def parked(folder):
    host = chain(folder, "watched", misbehaving(folder, "waiting"))
    check(host("run", "-q", "watched.json").code == 75, "not waiting")
    told(host, 0, "OK")
    age(host, 6)
    check(host("resume", "-q").code == 75, "not waiting")  # which is no new beginning of the wait
    document = told(host, 1, "WARNING")
    check([f["check"] for f in document["findings"] if f["status"] == "WARNING"] == ["parked"], str(document))
    golden("cli/golden/check-parked.txt", re.sub(r"6 d 0 h", "TIME", host("status", "--check").text(folder)))
    told(host, 2, "CRITICAL", "--parked-age", "1d,2d")


def tokens(folder):
    host = chain(folder)
    check(host("run", "-q", "watched.json").code == 0, "the run failed")

    def ends(days):
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400 + 60))
        database = sqlite3.connect(host.state / "journal.db")
        database.execute("DELETE FROM events WHERE kind = 'diagnostic'")
        database.execute("INSERT INTO events (run, time, stage, kind, level, text, data) SELECT id, created, 'first', 'diagnostic', 1, '', ? FROM runs",
                         (json.dumps({"code": "ok", "detail": "expires=" + when, "hint": "", "config_path": "/token"}),))
        database.commit()
        database.close()

    for days, code, status in ((31, 0, "OK"), (29, 1, "WARNING"), (6, 2, "CRITICAL"), (-1, 2, "CRITICAL")):
        ends(days)
        told(host, code, status)
    ends(29)
    told(host, 0, "OK", "--token-left", "10d,1d")


def refused(folder):
    host = chain(folder)
    golden("cli/golden/check-mistake-limit.txt", host("status", "--check", "--release-age", "soon").text(folder))
    golden("cli/golden/check-mistake-without.txt", host("status", "--release-age", "3d").text(folder))
    golden("cli/golden/check-mistake-chain.txt", host("status", "watched").text(folder))


main({"nothing": nothing, "releases": releases, "failures": failures, "parked": parked, "tokens": tokens, "refused": refused})
