#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How `slipway check` is used: exit codes, outputs, filters; and its page in the reference."""
import json
import os
import re
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from harness import check, main

SOURCE = Path(os.environ["SLIPWAY_SOURCE"])
COMPRESS = Path(os.environ["SLIPWAY_STAGES"]) / "compress.so"
CASES = SOURCE / "plugins/compress/check"
BROKEN = ["-DVERSION=\"1.0\"", "-DSUMMARY=\"copies & <quotes> \\\"a file\\\".\""]


def slipway(*arguments, code=0):
    run = subprocess.run([os.environ["SLIPWAY"], "check", *map(str, arguments)], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, check=False)
    check(run.returncode == code, f"{arguments}: exit {run.returncode}\n{run.stdout}{run.stderr}")
    return run.stdout + run.stderr


def animal(folder, *definitions):
    """A plugin of the zoo's skeleton."""
    plugin = folder / "animal.so"
    subprocess.run(["cc", "-std=gnu11", "-fPIC", "-fvisibility=hidden", f"-I{SOURCE}/sdk/include",
                    f"-I{SOURCE}/tests/contract/zoo", *definitions, SOURCE / "tests/contract/zoo/skeleton.c", "-shared",
                    "-Wl,-z,relro,-z,now,-z,noexecstack", f"-Wl,--version-script={SOURCE}/sdk/cmake/plugin.map", "-o",
                    plugin], check=True)
    return plugin


def without_cases(folder):
    said = slipway(animal(folder))
    check(re.search(r"not tried: \d+: no sample case \(give one with --case\)\nanimal\.so: 0 broken, ", said), said)


def broken_rules(folder):
    plugin = animal(folder, *BROKEN)
    said = slipway(plugin, "--filter", "describe", code=1)
    check(said.startswith("broken describe.version (stage 'animal')\n  '1.0' is no semantic version\n  fix: MAJOR."), said)
    check("animal.so: 2 broken, " in said and "\x1b" not in said, said)
    report = json.loads(slipway(plugin, "--json", code=1))
    check(report["broken"] == 2 and report["seed"] == 1, report)
    states = {entry["rule"]: entry["state"] for entry in report["results"]}
    check(states["describe.version"] == "broken" and states["load.loads"] == "kept"
          and states["run.case"] == "not tried", states)


def junit(folder):
    file = folder / "report.xml"
    slipway(animal(folder, *BROKEN), "--junit", file, code=1)
    suite = ElementTree.parse(file).getroot().find("testsuite")
    failed = [entry.get("name") for entry in suite.iter("testcase") if entry.find("failure") is not None]
    check(failed == ["describe.version stage 'animal'", "describe.summary stage 'animal'"], failed)
    check(int(suite.get("failures")) == 2 and int(suite.get("skipped")) == len(list(suite.iter("skipped"))), suite.attrib)
    check(suite.find(".//testcase[@name=\"describe.summary stage 'animal'\"]/failure").get("message")
          == "'copies & <quotes> \"a file\".' ends with a full stop", "XML is not escaped")


def colour(folder):
    """Colour on a terminal only."""
    plugin = animal(folder, *BROKEN)
    run = subprocess.run(["script", "-qec", f"{os.environ['SLIPWAY']} check {plugin} --filter describe", "/dev/null"],
                         stdout=subprocess.PIPE, text=True, check=False)
    check("\x1b[31mbroken\x1b[0m" in run.stdout, run.stdout)


def in_process(folder):
    said = slipway(animal(folder), "--in-process", "--case", SOURCE / "tests/contract/zoo/zoo.case.json")
    check(" 0 broken, " in said and "nobody watches with --in-process" in said, said)


def seeds(folder):
    """A seed gives the same options again, another seed others."""
    plugin = animal(folder, "-DIN_CONFIGURE=fprintf(stderr, \"%s\\n\", options)")
    said = [subprocess.run([os.environ["SLIPWAY"], "check", plugin, "--in-process", "--filter", "options.values", "--case",
                            SOURCE / "tests/contract/zoo/zoo.case.json", "--seed", seed], stderr=subprocess.PIPE,
                           stdout=subprocess.DEVNULL, check=True).stderr for seed in "778"]
    check(said[0] == said[1] and said[0] != said[2] and said[0].count(b"\n") > 50, "seeds")


def nothing_left(folder):
    """A plugin that hangs, with a child that would live on: all is gone afterwards, scratch folders too."""
    plugin = animal(folder, "-DIN_RUN=if (fork() == 0) { setsid(); sleep(600); } for (;;) pause()")
    temporary = folder / "tmp"
    temporary.mkdir()
    run = subprocess.run([os.environ["SLIPWAY"], "check", plugin, "--filter", "run.case", "--timeout", "1", "--case",
                          SOURCE / "tests/contract/zoo/zoo.case.json"], env={**os.environ, "TMPDIR": str(temporary)},
                         stdout=subprocess.PIPE, text=True, check=False)
    check(run.returncode == 1 and "did not end in time in run()" in run.stdout, run.stdout)
    check(list(temporary.iterdir()) == [], list(temporary.iterdir()))
    left = subprocess.run(["pgrep", "-fa", str(plugin)], stdout=subprocess.PIPE, text=True, check=False).stdout
    check(left == "", left)


def interrupted(folder):
    """SIGINT, as of Ctrl-C, ends it at once, and nothing is left."""
    plugin = animal(folder, "-DIN_RUN=if (fork() == 0) setsid(); for (;;) pause()")
    temporary = folder / "tmp"
    temporary.mkdir()
    with subprocess.Popen([os.environ["SLIPWAY"], "check", plugin, "--filter", "run.case", "--case",
                           SOURCE / "tests/contract/zoo/zoo.case.json"], env={**os.environ, "TMPDIR": str(temporary)},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not list(temporary.glob("*/run/work")):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    check(process.returncode == 130 and said == "slipway: cancelled\n", f"{process.returncode}: {said}")
    check(list(temporary.iterdir()) == [], list(temporary.iterdir()))
    left = subprocess.run(["pgrep", "-fa", str(plugin)], stdout=subprocess.PIPE, text=True, check=False).stdout
    check(left == "", left)


def usage(folder):
    check("no plugin given" in slipway(code=2), "no argument")
    check("'nothing.so': no such file" in slipway("nothing.so", code=2), "missing file")
    check("no rule has 'nonsense' in its id" in slipway(COMPRESS, "--filter", "nonsense", code=2), "filter")
    check("--seed 'x': not a number" in slipway(COMPRESS, "--seed", "x", code=2), "seed")
    check("--timeout: from 1 to 86400 seconds" in slipway(COMPRESS, "--timeout", "0", code=2), "timeout")
    case = folder / "x.case.json"
    for text, what in (("{", "x.case.json': 1:2"), ("{\"with\": []}", "x.case.json:1:10: /with: expected an object"),
                       ("{\"input\": {}}", "unknown option 'input' (hint: did you mean 'inputs'?)"),
                       ("{\"stage\": \"other\"}", "the plugin has no stage type 'other'"),
                       ("{\"files\": [\"nowhere\"], \"prepare\": [[\"false\"]]}", "case 'x': 'false' failed")):
        case.write_text(text)
        code = 1 if "prepare" in text else 2
        check(what in slipway(COMPRESS, "--case", case, code=code), f"{text}: {slipway(COMPRESS, '--case', case, code=code)}")
    empty = folder / "empty"
    empty.mkdir()
    check("no sample case there" in slipway(COMPRESS, "--case", empty, code=2), "empty folder")


def reference(_folder):
    """docs/reference/check.md has every rule, in the order of --list, in the same words."""
    rules = json.loads(slipway("--list", "--json"))
    listed = re.findall(r"^(\S+) +(.*)$", slipway("--list"), re.M)
    check([(rule["rule"], rule["says"]) for rule in rules] == listed, "--list and --list --json differ")
    page = (SOURCE / "docs/reference/check.md").read_text()
    rows = re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \| (.*?) \| (.*?) \|$", page, re.M)
    check(rows == [(rule["rule"], rule["says"], rule["fix"]) for rule in rules],
          "docs/reference/check.md is not what --list says:\n"
          + "\n".join(f"| `{rule['rule']}` | {rule['says']} | {rule['fix']} |" for rule in rules))


main({function.__name__: function for function in (without_cases, broken_rules, junit, colour, in_process, seeds,
                                                   nothing_left, interrupted, usage, reference)})
