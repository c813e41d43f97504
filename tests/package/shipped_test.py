#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shipped, looked at with readelf: every program and plugin is hardened (docs/reference/hardening.md), none is
setuid, and none starts a shell. First it is shown that each of these is noticed where it is wrong."""
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

SOURCE, BUILD = Path(os.environ["SLIPWAY_SOURCE"]), Path(os.environ["SLIPWAY_BUILD"])
SANITIZED = os.environ["SLIPWAY_SANITIZE"] != ""
FORTIFIED = not SANITIZED and "CMAKE_BUILD_TYPE:STRING=Debug" not in (BUILD / "CMakeCache.txt").read_text()
SHELL_CALLS = {"system", "popen", "wordexp", "__libc_system"}
# Where a shell is what is asked for: a file, what it has to do with one, and why.
EXCEPTIONS = {
    "plugins/rootfs-build/hooks.cpp": "pacman runs a package's install script so; it is off unless a chain asks for it",
}
SHELL = re.compile(r'"(?:/bin/|/usr/bin/)?(?:ba|da|z|k)?sh"\s*,\s*"-\w*c"|\b(?:std::|::)?(?:system|popen|wordexp|execlp?)\s*\('
                   r'|os\.system|shell\s*=\s*True|Command::new\("(?:/bin/)?sh"\)')


def readelf(file, *options):
    return subprocess.run(["readelf", "-W", *options, file], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True).stdout


def flaws(file):
    """What is not as it must be, in words."""
    head, dynamic, symbols = readelf(file, "-hl"), readelf(file, "-d"), readelf(file, "--dyn-syms")
    if not re.search(r"Type:\s+DYN", head):
        yield "not position independent"
    if "INTERP" in head and "PIE" not in dynamic:
        yield "a program without the flag PIE"
    if "GNU_RELRO" not in head:
        yield "no RELRO"
    if "BIND_NOW" not in dynamic and not re.search(r"FLAGS_1.*\bNOW\b", dynamic):
        yield "lazy binding: RELRO is not full"
    stack = re.search(r"GNU_STACK(?:\s+0x\S+){5}\s+(\S+)", head)
    if stack is None or "E" in stack.group(1):
        yield "an executable stack"
    if re.search(r"LOAD(?:\s+0x\S+){5}\s+RWE", head):
        yield "memory that is writable and executable"
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        yield "a run path"
    if "(TEXTREL)" in dynamic:
        yield "text relocations"
    if os.stat(file).st_mode & 0o6000:
        yield "setuid or setgid"
    imported = set(re.findall(r"UND (\w+)", symbols))
    if imported & SHELL_CALLS:
        yield f"calls {', '.join(sorted(imported & SHELL_CALLS))}"
    if not SANITIZED:
        if "__stack_chk_fail" not in imported:
            yield "no stack protector"
        if FORTIFIED and not any(re.fullmatch(r"__\w+_chk", name) and name != "__stack_chk_fail" for name in imported):
            yield "no fortified calls"


def shells(path, text):
    """Lines of a source that start a shell."""
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r"^\s*(//|\*|#).*", "", line)
        if SHELL.search(code):
            yield f"{path}:{number}: {line.strip()}"


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def show_that_flaws_are_noticed():
    Path("bad.c").write_text("#include <stdlib.h>\nint main(void) { return system(\"true\"); }\n")
    subprocess.run(["cc", "-O1", "-U_FORTIFY_SOURCE", "-fno-stack-protector", "-fno-pie", "-no-pie", "-Wl,-z,norelro", "-Wl,-z,lazy",
                    "-Wl,-z,execstack", "-Wl,-rpath,/elsewhere", "bad.c", "-o", "bad"], check=True)
    os.chmod("bad", 0o4755)
    found = set(flaws("bad"))
    wanted = {"not position independent", "a program without the flag PIE", "no RELRO", "lazy binding: RELRO is not full",
              "an executable stack", "a run path", "setuid or setgid", "calls system"}
    if not SANITIZED:
        wanted |= {"no stack protector"} | ({"no fortified calls"} if FORTIFIED else set())
    check(wanted == found, f"of a bad program it is said: {sorted(found)}")
    for line in ('run({"/bin/sh", "-c", command});', 'Command{"bash", "-ec", x}', "std::system(text);", "FILE* f = ::popen(c, r);",
                 'execlp("sh", x);', 'Command::new("sh")', "subprocess.run(x, shell=True)"):
        check(list(shells("x.cpp", line)), f"not noticed: {line}")
    check(not list(shells("x.cpp", "// system() would be one\nfilesystem(x); errno_of_system{1}; {\"git\", \"-c\", x}")), "too much noticed")


def flags_given():
    """Each flag once for each source: a second level would be a warning, or would win."""
    wanted = ["-fstack-protector-strong", "-D_GLIBCXX_ASSERTIONS"] + (["-D_FORTIFY_SOURCE=3"] if FORTIFIED else [])
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        for flag in wanted:
            if words.count(flag) != (entry["file"].endswith(".cpp") or flag != "-D_GLIBCXX_ASSERTIONS"):
                yield f"{entry['file']}: {words.count(flag)} times {flag}"
        if sum(word.startswith("-D_FORTIFY_SOURCE") for word in words) > 1:
            yield f"{entry['file']}: two levels of _FORTIFY_SOURCE"
    for line in (BUILD / "build.ninja").read_text().splitlines():
        if "LINK_FLAGS =" in line and line.count("-z,relro") + line.count("-z,now") not in (0, 2):
            yield line.strip()


def shipped():
    subprocess.run(["cmake", "--install", BUILD, "--prefix", Path.cwd() / "prefix"], check=True, stdout=subprocess.DEVNULL)
    for file in sorted(Path("prefix").rglob("*")):
        if file.is_file() and not file.is_symlink():
            with open(file, "rb") as stream:
                if stream.read(4) == b"\x7fELF":
                    yield file
            check(os.stat(file).st_mode & 0o6022 == 0, f"{file}: mode {os.stat(file).st_mode:o}")


def main():
    show_that_flaws_are_noticed()
    files = list(shipped())
    found = [f"{file}: {flaw}" for file in files for flaw in flaws(file)] + list(flags_given())
    plugins = sorted(path.parent.name for path in SOURCE.glob("plugins/*/plugin.cpp"))
    check(sorted(file.stem for file in files if file.suffix == ".so") == plugins and any(file.name == "slipway" for file in files),
          f"these are shipped: {files}")
    excused = set()
    for folder in ("core", "host", "plugins", "sdk"):
        for path in sorted((SOURCE / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp", ".c", ".h", ".rs", ".in", ".py"):
                lines = list(shells(path.relative_to(SOURCE), path.read_text(encoding="utf-8")))
                excuse = EXCEPTIONS.get(str(path.relative_to(SOURCE)))
                if lines and excuse:
                    excused.add(str(path.relative_to(SOURCE)))
                else:
                    found += lines
    check(excused == set(EXCEPTIONS), f"no shell any more in {sorted(set(EXCEPTIONS) - excused)}: take it off the list")
    check(not found, "\n".join(found))
    print(f"{len(files)} files are as they should be")


main()
