#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""zoo_test.py [--shipped] [ANIMAL...]: every animal of the zoo, compiled and held against `slipway check`.

Each animals/*.h breaks one rule, which its "// rule:" line names; `slipway check` must find that rule broken and
no other. Animals without a rule must pass, and with --shipped our plugins with their cases. The last line is
JSON: {"plugins", "missed", "false_alarms"}, of animals with a rule, those whose rule was kept, and what else was
found broken."""
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ZOO = Path(os.environ["SLIPWAY_SOURCE"]) / "tests/contract/zoo"
SDK = Path(os.environ["SLIPWAY_SOURCE"]) / "sdk"
COMPILE = ["cc", "-std=gnu11", "-O1", "-fPIC", "-Wall", "-Wextra", "-Wno-unused-function", "-fvisibility=hidden",
           f"-I{SDK}/include", f"-I{ZOO}"]
LINK = ["-shared", "-pthread", "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"]


def fields(animal):
    """The "// name: value" lines at the head of an animal."""
    return dict(re.findall(r"^// (rule|flags): (.*)$", animal.read_text(), re.M))


def build(animal):
    folder = Path.cwd() / animal.stem
    folder.mkdir()
    plugin = folder / "animal.so"
    flags = fields(animal).get("flags", "").split()
    script = [] if "-Wl,--no-version-script" in flags else [f"-Wl,--version-script={SDK}/cmake/plugin.map"]
    extra = [flag for flag in flags if not flag.startswith(("chmod:", "lib")) and flag != "-Wl,--no-version-script"]
    gone = [flag for flag in flags if flag.startswith("lib")]
    for name in gone:
        (folder / "gone.c").write_text("int gone(void); int gone(void) { return 0; }\n")
        subprocess.run(["cc", "-shared", "-fPIC", f"-Wl,-soname,{name}", "gone.c", "-o", name], cwd=folder, check=True)
    subprocess.run([*COMPILE, f'-DMUTANT="{animal}"', f"{ZOO}/skeleton.c", *gone, *LINK, *script, *extra, "-o",
                    plugin], cwd=folder, check=True)
    for name in gone:
        (folder / name).unlink()
    plugin.chmod(0o775 if "chmod:g+w" in flags else 0o755)
    return plugin


def check(plugin, *cases):
    """The broken rules, and what the check said."""
    options = [word for case in cases for word in ("--case", case)]
    run = subprocess.run([os.environ["SLIPWAY"], "check", plugin, *options, "--timeout", "10", "--json"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if run.returncode not in (0, 1):
        return {"exit": f"code {run.returncode}: {run.stdout}"}
    return {result["rule"]: result["what"] for result in json.loads(run.stdout)["results"] if result["state"] == "broken"}


def judge(animal):
    rule = fields(animal).get("rule")
    broken = check(build(animal), ZOO / "zoo.case.json")
    missed = rule is not None and rule not in broken
    alarms = [f"{name}: {what}" for name, what in broken.items() if name != rule]
    seen = "not found" if missed else broken.get(rule, "")
    print(f"{animal.stem:<22} {rule or '-':<22} {'MISSED ' if missed else ''}{seen[:110]}"
          + "".join(f"\n    FALSE ALARM {alarm}" for alarm in alarms))
    return missed, len(alarms)


def judge_shipped(plugin):
    folder = SDK.parent / "plugins" / plugin.stem / "check"
    alarms = check(plugin, *([folder] if folder.is_dir() else []))
    print(f"{plugin.name:<22} {'shipped':<22}" + "".join(f"\n    FALSE ALARM {alarm}" for alarm in alarms.items()))
    return False, len(alarms)


def main():
    names = [name for name in sys.argv[1:] if name != "--shipped"]
    animals = [animal for animal in sorted(ZOO.glob("animals/*.h")) if not names or animal.stem in names]
    shipped = sorted(Path(os.environ["SLIPWAY_STAGES"]).glob("*.so")) if "--shipped" in sys.argv else []
    os.umask(0o022)
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(judge, animals)) + list(pool.map(judge_shipped, shipped))
    missed = sum(missed for missed, _ in verdicts)
    alarms = sum(count for _, count in verdicts)
    plugins = sum("rule" in fields(animal) for animal in animals)
    print(json.dumps({"plugins": plugins, "missed": missed, "false_alarms": alarms}))
    sys.exit(1 if missed or alarms else 0)


main()
