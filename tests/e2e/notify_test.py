# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages with "on": run after the run, whatever became of it, and no part of it. notify over a real nginx and, by msmtp, to a
real mail server (msmtpd)."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import Host, check, main, stages_of
from loopback import free_port, wait_for_port

STAGES = os.environ["SLIPWAY_STAGES"]
SECRET = "T0/swordfish-hook"


class Hooks:
    """nginx that takes everything and writes down what it was sent."""

    def __init__(self, folder):
        self.folder = folder / "nginx"
        self.folder.mkdir()
        self.port, behind = free_port(), free_port()
        (self.folder / "nginx.conf").write_text(f"""daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{}}
http {{ client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
  log_format sent escape=json '{{"uri": "$request_uri", "method": "$request_method", "type": "$content_type", "token": "$http_x_token", "body": "$request_body"}}';
  access_log off;
  server {{ listen 127.0.0.1:{self.port};
    location /refuses {{ return 403; }}
    location / {{ access_log sent.log sent; proxy_pass http://127.0.0.1:{behind}; }} }}
  server {{ listen 127.0.0.1:{behind}; return 204; }} }}
""")
        self.process = subprocess.Popen(["nginx", "-p", str(self.folder), "-e", "error.log", "-c", "nginx.conf"],
                                        env={"PATH": os.environ["PATH"] + ":/usr/sbin"})
        wait_for_port(self.port, "nginx")

    def sent(self):
        time.sleep(0.05)
        log = self.folder / "sent.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def close(self):
        self.process.terminate()
        self.process.wait()


def with_hooks(case):
    def run(folder):
        hooks = Hooks(folder)
        try:
            case(folder, hooks)
        finally:
            hooks.close()
    return run


def behaves(folder, command):
    """The step of the chain; its command is in a file, so that a resumed run may fare better."""
    (folder / "step").write_text(command + "\n")
    (folder / "made").mkdir(exist_ok=True)
    return {"id": "step", "use": "exec", "with": {"command": ["sh", str(folder / "step")], "read": [str(folder / "step")], "write": [str(folder / "made")]}}


def chain(folder, *stages):
    (folder / "chain.json").write_text(json.dumps({"slipway": 1, "name": "told", "version": "7", "stages": list(stages)}))
    return Host(folder, STAGES)


def webhook(hooks, on, path="/x", **more):
    return {"id": "tell", "use": "notify", "on": on,
            "with": {"webhook": {"url": f"http://127.0.0.1:{hooks.port}{path}", "body": {"text": "{headline}"}}, **more}}


def done(folder, hooks):
    """A run that is done is told of once, after it; a failure of nobody's interest is not."""
    host = chain(folder, behaves(folder, "echo fine"), webhook(hooks, ["done", "cancelled"]))
    check(host("validate", "chain.json").code == 0, "not valid")
    planned = host("plan", "chain.json")
    check("tell  notify  has effects  when the run is done or cancelled" in planned.out, planned.out)
    check("tell: when the run has ended: done or cancelled" in planned.out and not hooks.sent(), planned.out)
    check(host("run", "chain.json").code == 0, "the run failed")
    sent = hooks.sent()
    check([json.loads(one["body"]) for one in sent] == [{"text": "told 7 is released"}], str(sent))
    check(sent[0]["method"] == "POST" and sent[0]["type"] == "application/json", str(sent))
    check(host("reproduce").code == 0 and len(hooks.sent()) == 1, "reproduce tells people")
    behaves(folder, "exit 1")
    check(host("run", "chain.json").code == 1 and len(hooks.sent()) == 1, "a failure is told of")
    check(stages_of(host.show())["tell"]["state"] == "pending", "it has been run")


def failed(folder, hooks):
    """Each failure once, and a secret header that nobody sees."""
    tell = webhook(hooks, ["failed", "done"])
    tell["with"]["webhook"].update(headers={"X-Token": {"secret": "TOKEN"}}, body="{state}: {stage}: {message}\n{next}")
    host = chain(folder, behaves(folder, "echo one >&2; exit 1"), {"id": "after", "use": "exec", "needs": [], "with": {"command": ["true"]}}, tell)
    host.environment["TOKEN"] = SECRET
    check(host("run", "chain.json", "-j1").code == 1, "it did not fail")
    check(stages_of(host.show())["after"]["state"] == "pending", "a step was begun after the end")
    check(host("resume", "-j1").code == 1, "it did not fail again")
    run = host.show()
    sent = hooks.sent()
    check(len(sent) == 1 and sent[0]["token"] == SECRET, str(sent))
    check(sent[0]["body"].startswith("failed: step: ") and sent[0]["body"].endswith(f"slipway resume {run['run']}"), str(sent))
    check(run["state"] == "failed" and stages_of(run)["tell"]["state"] == "done", str(run))
    behaves(folder, "echo other >&2; exit 2")
    check(host("resume").code == 1 and len(hooks.sent()) == 2, "another failure is not told of")
    behaves(folder, "true")
    check(host("resume").code == 0 and len(hooks.sent()) == 3, "the end is not told of")
    told = subprocess.run(["grep", "-r", "swordfish", host.state], capture_output=True, text=True, check=False)
    check(told.returncode == 1, f"the secret is in {told.stdout}")


def waiting(folder, hooks):
    """Parked: told when it has lasted, and once, however often it is resumed."""
    host = chain(folder, behaves(folder, "exit 75"), webhook(hooks, ["waiting", "done"], waiting="1h"))
    check(host("run", "chain.json").code == 75, "not waiting")
    check(host("resume").code == 75 and not hooks.sent(), "told at once")
    database = host.state / "journal.db"
    subprocess.run([sys.executable, "-c", "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); "
                    "d.execute(\"UPDATE events SET time = time - 7200000 WHERE kind = 'stage_waiting'\"); d.commit()", str(database)], check=True)
    check(host("resume").code == 75 and host("resume").code == 75, "not waiting any more")
    texts = [json.loads(one["body"])["text"] for one in hooks.sent()]
    check(len(texts) == 1 and texts[0].startswith("told 7 has waited for 2 h 0 min: step"), str(texts))
    behaves(folder, "true")
    check(host("resume").code == 0 and len(hooks.sent()) == 2, "the end is not told of")


def refused(folder, hooks):
    """Nobody could be told: said, recorded, and the run is done all the same."""
    host = chain(folder, behaves(folder, "true"), webhook(hooks, ["done"], path="/refuses/" + SECRET))
    ran = host("run", "chain.json")
    check(ran.code == 0, ran.err)
    check("tell: failed: webhook: HTTP status 403" in ran.err, ran.err)
    run = host.show()
    check(run["state"] == "done" and stages_of(run)["tell"]["state"] == "failed", str(run))
    checked = host("status", "--check")
    check(checked.code == 1 and "WARNING: told: tell has failed" in checked.out, checked.out)
    check(host("resume").code == 0, "a done run is resumed")


def hidden(folder, hooks):
    """A chat's address is a secret: in no error, event or report."""
    tell = webhook(hooks, ["done"])
    tell["with"]["webhook"]["url"] = {"secret": "HOOK"}
    host = chain(folder, behaves(folder, "true"), tell)
    host.environment["HOOK"] = f"http://127.0.0.1:{hooks.port}/refuses/{SECRET}?a=b"
    ran = host("run", "chain.json", "--json")
    check(ran.code == 0 and "403" in ran.out and "swordfish" not in ran.out + ran.err, ran.out)
    host.environment["HOOK"] = "http://[::1/swordfish"
    ran = host("run", "chain.json", "--json")
    check(ran.code == 0 and "stage_failed" in ran.out and "swordfish" not in ran.out + ran.err, ran.out)
    check("swordfish" not in host("report").out, "the report tells it")


def cannot_wait(folder, hooks):
    """An end cannot wait, and a Ctrl-C that ended the run does not keep it from being told."""
    host = chain(folder, behaves(folder, "true"), {"id": "late", "use": "exec", "on": ["done"], "with": {"command": ["sh", "-c", "exit 75"]}})
    ran = host("run", "chain.json")
    check(ran.code == 0 and "late: failed: it would wait, and the run has ended" in ran.err, ran.err)
    host = chain(folder, behaves(folder, f"touch {folder}/made/started; sleep 60"), webhook(hooks, ["cancelled"]))
    process = host.start("run", "chain.json")
    while not (folder / "made/started").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    check(process.returncode == 130, f"exit {process.returncode}")
    check([json.loads(one["body"])["text"] for one in hooks.sent()] == ["told 7 was cancelled: step: cancelled"], str(hooks.sent()))


def mail(folder):
    """To a mail server, by msmtp as sendmail."""
    if not shutil.which("msmtpd"):
        check(False, "msmtpd is not installed")
    port = free_port()
    box = folder / "box"
    server = subprocess.Popen(["msmtpd", "--interface=127.0.0.1", f"--port={port}", f"--command=tee {box} >/dev/null; true %F"],
                              stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port, "msmtpd")
        (folder / "msmtprc").write_text(f"account default\nhost 127.0.0.1\nport {port}\n")
        os.chmod(folder / "msmtprc", 0o600)
        host = chain(folder, behaves(folder, "echo broken >&2; exit 1"), {
            "id": "tell", "use": "notify", "on": ["failed"],
            "with": {"mail": {"to": ["ann@example.org"], "from": "slipway@example.org",
                              "sendmail": ["/usr/bin/msmtp", f"--file={folder / 'msmtprc'}"], "read": [str(folder / "msmtprc")]}}})
        ran = host("run", "chain.json")
        check(ran.code == 1 and "tell: done" in ran.err, ran.err)
        text = Path(box).read_text()
        check("Subject: [slipway] told 7 has failed: step" in text and "To: ann@example.org" in text, text)
    finally:
        server.terminate()
        server.wait()


main({name: with_hooks(case) for name, case in (("done", done), ("failed", failed), ("waiting", waiting), ("refused", refused),
                                                  ("hidden", hidden), ("cannot-wait", cannot_wait))} | {"mail": mail})
