#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate of the ABI, and both directions of its promise.

Illegal changes of stage.h, each of which `tests/tools/check-abi` must refuse; legal ones, which it must take; the
plugins of past releases (abi/plugin-*.so) in this host and in one of a later minor version; plugins of a later
minor version in this host. The last line is JSON: {"illegal_changes", "caught", "old_plugins_loaded"}."""
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ["SLIPWAY_SOURCE"])
BUILD = Path(os.environ["SLIPWAY_BUILD"])
SLIPWAY = os.environ["SLIPWAY"]
HEADER = (SOURCE / "sdk/include/slipway/stage.h").read_text()
HERE = SOURCE / "tests/contract/abi"
NEXT = [("SLIPWAY_ABI_MINOR 0u", "SLIPWAY_ABI_MINOR 1u")]
HOST_TAIL = "    int64_t (*epoch)(const slipway_host* host);\n"
APPENDED = [(HOST_TAIL, HOST_TAIL + "    int64_t (*deadline)(const slipway_host* host);\n")]
SEVERITY = "    int32_t severity;        /* SLIPWAY_DEBUG ... SLIPWAY_ERROR */\n"
CODE = "    slipway_status code;     /* what kind of failure; SLIPWAY_OK for a mere remark */\n"
EFFECT_TAIL = "} slipway_host_effect_1;"

# What was done: the texts that are replaced.
ILLEGAL = {
    "two fields change places": [(SEVERITY + CODE, CODE.replace("code", "code") + SEVERITY), *NEXT],
    "a field in the middle of a struct": [("    void* host_data;", "    void* more;\n    void* host_data;"), *NEXT],
    "a field is gone": [("    const char* version;\n\n    /* A host extension", "\n    /* A host extension"), *NEXT],
    "a field is renamed": [("    uint32_t attempt; ", "    uint32_t tries; "), *NEXT],
    "a field is narrower": [("    uint32_t attempt; ", "    uint16_t attempt, spare; "), *NEXT],
    "an array is shorter": [("char text[1024]", "char text[512]"), *NEXT],
    "a function takes one argument more": [("(*cancelled)(const slipway_host* host)",
                                            "(*cancelled)(const slipway_host* host, int32_t why)"), *NEXT],
    "a function returns a wider type": [("uint32_t (*input_count)", "uint64_t (*input_count)"), *NEXT],
    "the entry point takes an argument": [("slipway_plugin_v1(void);", "slipway_plugin_v1(int minor);"),
                                          ("(*slipway_entry_fn)(void)", "(*slipway_entry_fn)(int minor)"), *NEXT],
    "the entry point has another name": [("\"slipway_plugin_v1\"", "\"slipway_plugin_v2\""), *NEXT],
    "a frozen table grows": [(EFFECT_TAIL, "    int (*more)(void);\n" + EFFECT_TAIL), *NEXT],
    "an extension has another id": [("\"slipway.store/1\"", "\"slipway.store/1.1\""), *NEXT],
    "a constant has another value": [("SLIPWAY_VERIFY = -7,", "SLIPWAY_VERIFY = -17,"), *NEXT],
    "a constant is gone": [("SLIPWAY_EFFECT_DONE = 2,", ""), *NEXT],
    "a flag's bit moves": [("SLIPWAY_DRY_RUN = 1u << 3", "SLIPWAY_DRY_RUN = 1u << 5"), *NEXT],
    "a status is wider": [("typedef int32_t slipway_status;", "typedef int64_t slipway_status;"), *NEXT],
    "an appended field without a minor version": APPENDED,
    "a new constant without a minor version": [("SLIPWAY_TIMEOUT = -14", "SLIPWAY_GONE = -15, SLIPWAY_TIMEOUT = -14")],
    "a minor version with nothing new": NEXT,
    "two minor versions at once": [*APPENDED, ("SLIPWAY_ABI_MINOR 0u", "SLIPWAY_ABI_MINOR 2u")],
    "another major version": [*APPENDED, ("SLIPWAY_ABI_MAJOR 1u", "SLIPWAY_ABI_MAJOR 2u")],
}
LEGAL = {
    "nothing": [],
    "a comment": [("the contract between", "the whole contract between")],
    "an appended field": [*APPENDED, *NEXT],
    "a field appended to the job": [("    const char* chain;   /* JSON", "    const char* chain; const char* more; /* JSON"),
                                    *NEXT],
    "a new status": [("SLIPWAY_TIMEOUT = -14", "SLIPWAY_GONE = -15, SLIPWAY_TIMEOUT = -14"), *NEXT],
    "a new extension": [(EFFECT_TAIL, EFFECT_TAIL + "\n#define SLIPWAY_EXT_NEW_1 \"slipway.new/1\"\ntypedef struct "
                         "slipway_host_new_1 { int (*f)(const slipway_host* host); } slipway_host_new_1;"), *NEXT],
}
failures = []


def expect(condition, what):
    print(f"{'ok' if condition else 'FAILED'}: {what}")
    if not condition:
        failures.append(what)


def changed(replacements, folder):
    """A stage.h with the changes, without its own assertions, which would see some of them first."""
    text = re.sub(r"(?m)^SLIPWAY_PIN.*\n", "", HEADER)
    for old, new in replacements:
        if old not in text:
            sys.exit(f"stage.h has no '{old}' any more: mend abi_test.py")
        text = text.replace(old, new)
    header = folder / "slipway/stage.h"
    header.parent.mkdir(parents=True, exist_ok=True)
    header.write_text(text)
    return header


def run(*command):
    outcome = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False)
    return outcome.returncode, outcome.stdout


def gate():
    """How many of the illegal changes are refused."""
    caught = 0
    check = SOURCE / "tests/tools/check-abi"
    for name, replacements in ILLEGAL.items():
        code, said = run(check, changed(replacements, Path("illegal")))
        caught += code == 1
        expect(code == 1, f"{name}: {said.splitlines()[0].split(': ', 1)[-1] if said else 'nothing said'}")
    for name, replacements in LEGAL.items():
        code, said = run(check, changed(replacements, Path("legal")))
        expect(code == 0, f"legal: {name}: {said.strip()}")
    return caught


def template(include, name, *flags):
    """The C template, as somebody builds it against this header."""
    plugin = Path(name)
    sources = [SOURCE / "sdk/template/c/plugin.c", SOURCE / "sdk/template/c/json.c"]
    code, said = run("cc", "-std=c11", "-O1", "-fPIC", "-fvisibility=hidden", f"-I{include}", *flags, *sources, "-shared",
                     "-Wl,-z,relro,-z,now,-z,noexecstack", f"-Wl,--version-script={SOURCE}/sdk/cmake/plugin.map",
                     "-o", plugin)
    expect(code == 0, f"{name} is built {said}")
    return plugin


def new_plugins_here():
    include = changed([*APPENDED, *NEXT], Path("next")).parents[1]
    code, said = run(SLIPWAY, "inspect", template(include, "newer.so"))
    expect(code == 0 and "stage ABI 1.1, needs a host of 1.0 or later" in said, f"a plugin of 1.1 that needs 1.0 loads: {said}")
    code, said = run(SLIPWAY, "inspect", template(include, "needs-newer.so", "-D_POSIX_C_SOURCE=200809L", "-include", minimum()))
    expect(code == 2 and "needs ABI 1.1 or later, this host speaks 1.0" in said
           and "hint: use a newer slipway, or an older build of the plugin" in said, f"one that needs 1.1 does not: {said}")


def minimum():
    """A header that makes the template ask for a host of 1.1."""
    Path("minimum.h").write_text("#include <slipway/stage.h>\n#define build_info min_host_minor = 1, .build_info\n")
    return "minimum.h"


def old_plugins():
    """How many plugins of past releases work in this host, and in one of the next minor version."""
    include = changed([*APPENDED, *NEXT], Path("next")).parents[1]
    new_host = Path("new-host")
    sanitize = [f"-fsanitize={kinds}" for kinds in [os.environ.get("SLIPWAY_SANITIZE")] if kinds]
    sources = [HERE / "new_host.cpp", *(SOURCE / "core/plugin").glob("*.cpp")]
    code, said = run("c++", "-std=c++20", f"-I{include}", f"-I{SOURCE}/core/plugin/include",
                     f"-I{SOURCE}/core/support/include", *sources, BUILD / "core/support/libslipway_support.a",
                     "-lcrypto", "-lfmt", "-ldl", *sanitize, "-o", new_host)
    expect(code == 0, f"a host of the next minor version is built {said}")
    loaded = 0
    for fixture in sorted(HERE.glob(f"plugin-*-{platform.machine()}.so")):
        plugin = Path(fixture.name).absolute()
        shutil.copyfile(fixture, plugin)
        plugin.chmod(0o755)
        code, said = run(SLIPWAY, "check", plugin, "--case", SOURCE / "sdk/template/c/check")
        expect(code == 0, f"{fixture.name} in this host: {said.strip()}")
        loaded += code == 0
        code, said = run(new_host.absolute(), plugin)
        expect(code == 0, f"{fixture.name} in a newer host: {said.strip()}")
    return loaded


def main():
    os.umask(0o022)
    caught = gate()
    new_plugins_here()
    loaded = old_plugins()
    expect(loaded > 0 or platform.machine() != "x86_64", "there is a plugin of a past release")
    print(json.dumps({"illegal_changes": len(ILLEGAL), "caught": caught, "old_plugins_loaded": loaded}))
    sys.exit(1 if failures else 0)


main()
