# SPDX-License-Identifier: GPL-3.0-or-later
"""run, plan, show, runs, status, log: their words, their JSON, their exit codes."""

import json
import os
import subprocess

from harness import Host, check, golden, main

KEYS = {"run", "kind", "chain", "version", "path", "state", "mocked", "epoch", "created_ms", "finished_ms"}
STAGE_KEYS = {"key", "use", "plugin", "plugin_sha256", "state", "mocked", "attempts", "started_ms", "finished_ms",
              "message", "outputs"}
OUTPUT_KEYS = {"port", "name", "type", "sha256", "size", "annotations"}
EVENT_KEYS = {"time", "kind", "stage", "level", "text", "data"}
PLUGIN_KEYS = {"path", "sha256", "abi_major", "abi_minor", "min_host_minor", "build_info", "stages"}

FIRST = {"id": "first", "use": "good"}
JSON = {"id": "document", "use": "gives-json"}
TELLS = {"id": "publish", "use": "tells"}


def chain(folder, *stages):
    (folder / "chain.json").write_text(
        json.dumps({"slipway": 1, "name": "report", "version": "05112026", "stages": list(stages)}))
    return Host(folder)


def misbehaving(folder, how):
    (folder / "behaviour").write_text(how)
    return {"id": "bad", "use": "misbehave", "with": {"behaviour": str(folder / "behaviour")}}


def words(folder):
    """A run that is done: every report of it."""
    host = chain(folder, FIRST, JSON, TELLS)
    for name, *arguments in (("run", "run", "chain.json"), ("show", "show"), ("runs", "runs"), ("status", "status"),
                             ("log", "log"), ("log-stage", "log", "--stage", "publish"), ("resume-done", "resume"),
                             ("again", "run", "chain.json")):
        golden(f"cli/golden/report-{name}.txt", host(*arguments).text(folder))
    newest, oldest = (run["run"] for run in json.loads(host("runs", "--json").out))
    golden("cli/golden/report-show-by-id.txt", host("show", oldest).text(folder))
    check(host("show", oldest[-4:]).out == host("show", oldest).out, "by the end of the id")
    check(host("show", newest).out == host("show").out, "the newest is not the default")


def failed(folder):
    host = chain(folder, FIRST, misbehaving(folder, "conflict"), TELLS)
    check(host("run", "chain.json").code == 3, "no conflict")
    golden("cli/golden/report-failed-show.txt", host("show").text(folder))
    golden("cli/golden/report-failed-status.txt", host("status").text(folder))


def waiting(folder):
    host = chain(folder, FIRST, misbehaving(folder, "waiting"), TELLS)
    check(host("run", "chain.json").code == 75, "not waiting")
    golden("cli/golden/report-waiting-status.txt", host("status").text(folder))
    check(host("resume").code == 75, "not waiting any more")
    (folder / "behaviour").write_text("ok")
    check(host("resume").code == 0, "not done")
    check(host("status").code == 0, "status after it is done")


def plan(folder):
    """No effect happens, and a run afterwards uses what the plan made."""
    host = chain(folder, FIRST, JSON, TELLS, {"id": "act", "use": "acts"})
    golden("cli/golden/report-plan.txt", host("plan", "chain.json").text(folder))
    states = [row[0] for row in host.journal("SELECT json_extract(data, '$.state') FROM events WHERE kind = 'effect'")]
    check(states == ["planned"], f"effects of a plan: {states}")
    check(host("runs").out.startswith("no runs yet"), "a plan is listed as a run")
    check(len(json.loads(host("runs", "--plans", "--json").out)) == 1, "the plan is not listed with --plans")
    ran = host("run", "chain.json")
    check(ran.err.count(": unchanged: ") == 2, ran.err)


def plan_that_would_wait(folder):
    """What waits parks a run, not a plan; what is below it is told as not known yet."""
    host = chain(folder, FIRST, misbehaving(folder, "waiting"), TELLS)
    golden("cli/golden/report-plan-waiting.txt", host("plan", "chain.json").text(folder))
    check(host("status").code == 0, "the plan is parked")


def report(folder):
    """slipway report: the same facts as Markdown and JSON; a file is written in one step; what it refuses."""
    host = chain(folder, FIRST, JSON, TELLS)
    check(host("report").code == 2, "a report of nothing")
    check(host("run", "chain.json").code == 0, "the run failed")
    golden("cli/golden/report-markdown.txt", host("report", "--format", "markdown").text(folder))
    facts = judged(host("report", "--format", "json").out)
    check(facts["slipway_report"] == 1 and facts["run"] == host.show(), "the report's run is not what show says")
    check([(e["from"], e["to"]) for e in facts["edges"]] == [("first", "document"), ("document", "publish")], str(facts["edges"]))
    written = host("report", "-o", folder / "page.html")
    check((written.code, written.out, written.err) == (0, "", ""), written.text(folder))
    check((folder / "page.html").read_text() == host("report", "--format=html").out, "the file is another page")
    check(host("report", "--site", folder / "site").code == 0, "no site")
    check(sorted(os.listdir(folder / "site")) == [facts["run"]["run"] + ".html", "index.html"], "not the site's files")
    for name, *arguments in (("format", "--format", "pdf"), ("site-output", "--site", "x", "-o", "y"), ("site-run", "--site", "x", "last")):
        golden(f"cli/golden/report-mistake-{name}.txt", host("report", *arguments).text(folder))
    missing = host("report", "-o", "missing/page.html")
    check(missing.code == 2 and "No such file or directory" in missing.err, missing.err)


def judged(text):
    """Parsed, after an independent judge has."""
    subprocess.run(["python3", "-m", "json.tool"], input=text, text=True, check=True, stdout=subprocess.DEVNULL)
    return json.loads(text)


def documents(folder):
    host = chain(folder, FIRST, JSON, TELLS)
    ran = host("run", "chain.json", "--json")
    check(ran.code == 0 and ran.err == "", ran.err)
    events = [judged(line) for line in ran.out.splitlines()]
    check(all(set(event) == EVENT_KEYS for event in events), f"keys of events: {events[0]}")
    kinds = [event["kind"] for event in events]
    check(kinds[0] == "run_started" and kinds[-1] == "run_finished", str(kinds))
    for kind in ("stage_started", "stage_done", "sandbox", "log", "diagnostic", "effect", "progress"):
        check(kind in kinds, f"no event of kind {kind}: {kinds}")
    logged = [judged(line) for line in host("log", "--json").out.splitlines()]
    check([event["kind"] for event in logged] == [kind for kind in kinds if kind != "progress"], "log differs from run")


def document_keys(folder):
    host = chain(folder, FIRST, JSON, TELLS)
    check(host("run", "chain.json").code == 0, "the run failed")
    run = judged(host("show", "--json").out)
    check(set(run) == KEYS | {"stages"}, f"keys of a run: {sorted(run)}")
    for stage in run["stages"]:
        check(set(stage) == STAGE_KEYS, f"keys of a stage: {sorted(stage)}")
        check(all(set(output) == OUTPUT_KEYS for output in stage["outputs"]), f"keys of outputs: {stage['outputs']}")
    check(set(judged(host("runs", "--json").out)[0]) == KEYS, "keys of runs")
    check(set(judged(host("status", "--json").out)[0]) == KEYS | {"stages"}, "keys of status")
    types = {stage["id"]: stage for plugin in judged(host("stages", "--json").out) for stage in plugin["stages"]}
    check(types["tells"]["version"] == "1.2.3", str(types["tells"]))
    inspected = judged(host("inspect", "--json", host.plugins / "fault-wires.so").out)
    check(set(inspected) == PLUGIN_KEYS, str(sorted(inspected)))


def quiet(folder):
    outcome = chain(folder, FIRST, JSON)("run", "chain.json", "--quiet")
    check((outcome.code, outcome.out, outcome.err) == (0, "", ""), outcome.text(folder))
    bad = chain(folder, FIRST, misbehaving(folder, "segfault"))
    golden("cli/golden/report-quiet-failure.txt", bad("run", "-q", "chain.json").text(folder))


def stage_types(folder):
    host = Host(folder)
    golden("cli/golden/report-stages.txt", host("stages").text(folder))
    golden("cli/golden/report-inspect.txt", host("inspect", host.plugins / "fault-wires.so").text(folder))
    check(not host.state.exists(), "looking made a state folder")


def standard_input(folder):
    """A chain from `-`."""
    text = json.dumps({"slipway": 1, "name": "stdin", "version": "1", "stages": [FIRST]})
    outcome = subprocess.run([os.environ["SLIPWAY"], "run", "-"], input=text, text=True, capture_output=True,
                             env=Host(folder).environment, cwd=folder, check=False)
    check(outcome.returncode == 0 and "first: done" in outcome.stderr, outcome.stderr)


def options_from_outputs(folder):
    """A member of another stage's document, resolved when that has run; a missing one is told."""
    ran = chain(folder, JSON, {**FIRST, "with": {"text": "answer ${document.json.answer.is}"}})("run", "chain.json")
    check(ran.code == 0 and "good.txt 9 B" in ran.err, ran.err)
    missing = chain(folder, JSON, {**FIRST, "with": {"text": "${document.json.nothing}"}})("run", "chain.json")
    golden("cli/golden/report-missing-member.txt", missing.text(folder))
    check(missing.code == 1, f"exit {missing.code}")


main({"words": words, "failed": failed, "waiting": waiting, "report": report, "plan": plan, "plan-that-would-wait": plan_that_would_wait, "documents": documents,
      "document-keys": document_keys, "quiet": quiet, "stage-types": stage_types, "standard-input": standard_input,
      "options-from-outputs": options_from_outputs})
