# SPDX-License-Identifier: GPL-3.0-or-later
"""The help texts and the version."""

from harness import Host, check, golden, main

COMMANDS = ("run", "plan", "validate", "resume", "lock", "diff", "status", "runs", "show", "log", "provenance", "reproduce",
            "verify", "gc", "stages", "inspect", "check", "new-plugin", "install-timer", "doctor")


def help_of(command):
    def case(folder):
        host = Host(folder)
        outcome = host(command, "--help")
        check(outcome.code == 0 and outcome.err == "", outcome.text(folder))
        golden(f"cli/golden/help-{command}.txt", outcome.text(folder))
        for same in ((command, "-h"), ("help", command)):
            check(host(*same).out == outcome.out, f"slipway {' '.join(same)} differs")
        check(f"\n  {command} " in host("--help").out, "not in the overview")
        check(not host.state.exists(), "help made a state folder")
    return case


def overview(folder):
    host = Host(folder)
    outcome = host("--help")
    golden("cli/golden/help.txt", outcome.text(folder))
    check(outcome.code == 0, f"exit {outcome.code}")
    nothing = host()
    check(nothing.code == 2 and nothing.err == outcome.out and nothing.out == "", nothing.text(folder))
    check(host("help").out == outcome.out, "help differs from --help")


def version(folder):
    golden("cli/golden/version.txt", Host(folder)("--version").text(folder))


main({"overview": overview, "version": version} | {command: help_of(command) for command in COMMANDS})
