# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual pages and completions that the build makes: read by mandoc, used in real shells."""

import gzip
import os
import pty
import re
import select
import subprocess
import time

from harness import Host, check, main
from harness.host import build

REFERENCE = build("reference")
OPTION = re.compile(r"^ +(?:-\w, )?(--[a-z-]+)", re.M)


def run(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    check(done.returncode == 0, f"{command[0]}: exit {done.returncode}: {done.stdout}")
    return done.stdout


def commands(host):
    """{command: options} of what --help says."""
    names = re.findall(r"^  ([a-z-]+)  ", host("--help").out, re.M)
    check(len(names) > 15, f"commands: {names}")
    return {name: OPTION.findall(host(name, "--help").out) for name in names}


def pages(folder):
    """Nothing for mandoc to complain about but the date, which a page that is the same in each build has not."""
    for page in REFERENCE.glob("*.gz"):
        said = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True, check=False).stdout
        bad = [line for line in said.splitlines() if "missing date" not in line]
        check(not bad, "\n".join(bad))
        check(gzip.decompress(page.read_bytes()).startswith(b".\\\""), f"{page}: no roff")


def rendered(name, section):
    text = run("mandoc", "-Tutf8", str(REFERENCE / f"{name}.{section}.gz"))
    return re.sub(r".\x08", "", text)


def page_of_each_command(folder):
    host = Host(folder)
    overview = rendered("slipway", 1)
    for command, options in commands(host).items():
        page = rendered("slipway-" + command, 1)
        check(f"slipway-{command}(1)" in overview, f"{command} is not in slipway(1)")
        missing = [option for option in options if not re.search(re.escape(option) + r"\b", page)]
        check(options and not missing, f"slipway-{command}(1) does not tell {missing} of {options}")
        example = re.search(r"^example:\n  (.*)", host(command, "--help").out, re.M)
        check(example, f"slipway {command} --help has no example")
        check(example.group(1).split()[-1] in page.split("EXAMPLE")[1], f"slipway-{command}(1) has no example")


def page_of_the_chain(folder):
    page = rendered("slipway-chain", 5)
    for key in ("slipway (integer, required)", "variants (object)", "timeout (string)", "keep (boolean, default false)", "$${"):
        check(key in page, f"slipway-chain(5) does not tell: {key}")


# ------------------------------------------------------------------ shells


def files(folder):
    for name in ("one.jsonc", "two.txt", "with space.json"):
        (folder / name).touch()
    (folder / "sub").mkdir()


BASH = """source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_slipway
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash_says(folder, *words):
    return run("bash", "-c", BASH, "bash", str(REFERENCE / "slipway.bash"), *words, cwd=folder).split("\n")[:-1]


def bash(folder):
    files(folder)
    for words, expected in {
            ("slipway", "pl"): ["plan"], ("slipway", "help", "verif"): ["verify"], ("slipway", "plan", "--wi"): ["--wiring"],
            ("slipway", "run", "--isolation", ""): ["process", "none"], ("slipway", "run", "--isolation", "=", "n"): ["none"],
            ("slipway", "run", "--isolation", "="): ["process", "none"], ("slipway", "run", "--state", ""): ["sub"],
            ("slipway", "run", ""): ["one.jsonc", "sub", "with space.json"], ("slipway", "run", "--set", ""): [""],
            ("slipway", "lock", "x.json", "-o", "t"): ["two.txt"], ("slipway", "frobnicate", "-"): [""]}.items():
        found = bash_says(folder, *words)
        check(sorted(found) == sorted(expected), f"{words}: {found}, not {expected}")
    for command, options in commands(Host(folder)).items():
        found = bash_says(folder, "slipway", command, "--")
        check(sorted(found) == sorted(options), f"{command}: {found}, not {options}")


def fish_says(folder, line):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    script = f"source {REFERENCE}/slipway.fish; complete -C '{line}'"
    return [entry.split("\t")[0] for entry in run("fish", "--no-config", "-c", script, cwd=folder, env=environment).splitlines()]


def fish(folder):
    files(folder)
    for line, expected in {"slipway pla": ["plan"], "slipway plan --wi": ["--wiring"], "slipway run --isolation=": ["--isolation=none", "--isolation=process"],
                           "slipway lock x.json -o two": ["two.txt"], "slipway run --state s": ["sub/"]}.items():
        found = fish_says(folder, line)
        check(sorted(found) == sorted(expected), f"{line}: {found}, not {expected}")
    for command, options in commands(Host(folder)).items():
        found = fish_says(folder, f"slipway {command} --")
        check(sorted(found) == sorted(options), f"{command}: {found}, not {options}")


class Zsh:
    """An interactive zsh on a terminal; what is typed is completed."""

    def __init__(self, folder):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"})
        self.type(f"PS1='ready> '; fpath=({REFERENCE} $fpath); autoload -Uz compinit; compinit -D -u; LISTMAX=0; echo up=$?\n")
        self.wait("up=0")

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait(self, expected):
        said, end = "", time.monotonic() + 30
        while expected not in said and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.2)[0]:
                said += os.read(self.terminal, 65536).decode(errors="replace")
            said = re.sub(r" \x08", "", said)  # the editor takes back a blank it has added
        check(expected in said, f"zsh: expected {expected!r}, found {said!r}")

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def zsh(folder):
    files(folder)
    shell = Zsh(folder)
    try:
        for line, expected in {"slipway pla": "plan ", "slipway plan --wir": "--wiring ", "slipway run --isolation=no": "--isolation=none ",
                               "slipway run one": "one.jsonc ", "slipway lock x.json --output=tw": "--output=two.txt "}.items():
            shell.type(line + "\t")
            shell.type("marker")
            shell.wait(expected + "marker")
            shell.type("\x15\n")  # clear the line
    finally:
        shell.end()


main({"pages": pages, "page-of-each-command": page_of_each_command, "page-of-the-chain": page_of_the_chain, "bash": bash,
      "fish": fish, "zsh": zsh})
