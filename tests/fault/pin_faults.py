# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins that are not the ones that were pinned, by the chain or by a lock."""

import hashlib
import json
import shutil
import subprocess

from harness import Host, build, check, golden, main


def place(folder, pins, **more):
    """A host with a plugin of its own, and a chain that pins it."""
    plugins = folder / "plugins"
    plugins.mkdir()
    plugin = plugins / "pipes.so"
    shutil.copy(build("fault", "stages", "fault-pipes.so"), plugin)
    if callable(pins):
        pins = pins(plugin)
    (folder / "chain.json").write_text(json.dumps(
        {"slipway": 1, "name": "pinned", "version": "1", "plugins": pins,
         "stages": [{"id": "a", "use": "pours", **more}]}))
    return Host(folder, plugins), plugin


def digest(plugin):
    return hashlib.sha256(plugin.read_bytes()).hexdigest()


def change(plugin):
    """Still a shared object that loads: but another one."""
    with open(plugin, "ab") as file:
        file.write(b"\0")


def by_digest(folder):
    host, plugin = place(folder, lambda plugin: {"pours": {"sha256": digest(plugin)}})
    done = host("run", "chain.json")
    check(done.code == 0, done.err)
    change(plugin)
    refused = host("run", "chain.json")
    golden("fault/golden/pin/changed.txt", refused.text(folder))
    check(host("plan", "chain.json").code == refused.code, "a plan is not refused")


def while_it_runs(folder):
    """What is replaced between the plan and the start of a stage is not loaded."""
    host, plugin = place(folder, lambda plugin: {"pours": {"sha256": digest(plugin)}}, needs=["slow"])
    chain = json.loads((folder / "chain.json").read_text())
    chain["stages"].insert(0, {"id": "slow", "use": "hostile-victim", "with": {"attempt": ""}})
    (folder / "chain.json").write_text(json.dumps(chain))
    shutil.copy(build("fault", "stages", "fault-hostile.so"), plugin.parent)
    process = host.start("run", "chain.json")
    for line in process.stderr:
        if "slow: started" in line:
            change(plugin)
            break
    rest = process.communicate(timeout=60)[1]
    check("has changed since it was checked" in rest and process.returncode != 0, rest)
    check("slow: done" in rest, rest)


def by_minisign(folder):
    def sign(plugin):
        for command in (["minisign", "-G", "-W", "-p", "key.pub", "-s", "key"], ["minisign", "-S", "-s", "key", "-m", plugin]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return {"pours": {"key": "key.pub"}}
    signed(folder, sign, "minisign")


def by_ssh(folder):
    def sign(plugin):
        for command in (["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"],
                        ["ssh-keygen", "-Y", "sign", "-n", "slipway-plugin", "-f", "key", plugin]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return {"pours": {"key": "key.pub"}}
    signed(folder, sign, "ssh")


def signed(folder, sign, name):
    host, plugin = place(folder, sign)
    done = host("run", "chain.json")
    check(done.code == 0, done.err)
    change(plugin)
    golden(f"fault/golden/pin/{name}.txt", host("run", "chain.json").text(folder))


def of_nothing(folder):
    host, _ = place(folder, {"puors": {"sha256": "0" * 64}})
    golden("fault/golden/pin/of-nothing.txt", host("run", "chain.json").text(folder))


main({"by-digest": by_digest, "while-it-runs": while_it_runs, "by-minisign": by_minisign, "by-ssh": by_ssh,
      "of-nothing": of_nothing})
