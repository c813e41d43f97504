# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hostile stage tries beyond what it declares (tests/fault/plugins/hostile*.c). Each attempt is looked at from
outside: was it tried, was it stopped (the file, the listener, the other process say so, not the stage), and was the
user told."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from harness import Host, check
from harness.leftovers import wait_gone

SECRET = "canary-4f1c"


def can_mount():
    """Root in a container may not."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=False, capture_output=True).returncode == 0
        if mounted:
            subprocess.run(["umount", folder], check=True)
        return mounted


class Place:
    """A folder with what must not be touched, and the host that runs the hostile stage in it."""

    def __init__(self, folder, mode="best-effort"):
        self.folder, self.mode = Path(folder), mode
        self.host = Host(folder)
        self.secret = self.folder / "home" / ".ssh" / "id_ed25519"
        self.secret.parent.mkdir(parents=True)
        self.secret.write_text(SECRET + "\n")
        self.secret.chmod(0o600)
        os.utime(self.secret, (1e9, 1e9))
        self.before = self.state_of(self.secret)
        self.bystander = subprocess.Popen(["sleep", "600"])
        self.closers = [self.end_bystander]
        self.options, self.peak = {}, 0
        self.extra_stages = []

    def end_bystander(self):
        self.bystander.kill()
        self.bystander.wait()

    @staticmethod
    def state_of(path):
        st = os.lstat(path)
        return path.read_bytes(), st.st_mode, st.st_uid, st.st_gid, st.st_mtime_ns, st.st_nlink, os.listxattr(path)

    def close(self):
        for closer in reversed(self.closers):
            closer()

    # ------------------------------------------------------------------ what holds for every attempt

    def unharmed(self):
        problems = []
        if not self.secret.exists() or self.state_of(self.secret) != self.before:
            problems.append("the secret file has changed")
        if self.bystander.poll() is not None:
            problems.append("another process was killed")
        if sorted(p.name for p in self.secret.parent.iterdir()) != [self.secret.name]:
            problems.append("something was made beside the secret")
        if "stolen:" in self.said or SECRET.encode() in self.said.encode() or any(
                SECRET.encode() in p.read_bytes() for p in self.host.state.rglob("*")
                if p.is_file() and p not in self.holders):
            problems.append("the secret was stolen")
        if left := wait_gone(self.folder, 3):
            problems.append(f"processes are left: {left}")
        if list((self.host.state / "work").rglob("*")):
            problems.append("work folders are left")
        return problems

    holders = ()  # files below the state folder that hold the secret by right

    # ------------------------------------------------------------------ a run

    def run(self, attempt, timeout="10s", use="hostile", environment=()):
        stage = {"id": "bad", "use": use, "timeout": timeout, "needs": [],
                 "with": {"attempt": attempt, **{k: str(v) for k, v in self.options.items()}}}
        (self.folder / "chain.json").write_text(json.dumps(
            {"slipway": 1, "name": "hostile", "version": "1", "sandbox": self.mode,
             "stages": [stage, *self.extra_stages]}))
        self.host.environment |= dict(environment)
        process = self.host.start("run", "chain.json", "-j", "4")
        self.started(process)
        watch = threading.Thread(target=self.measure, args=(process,))
        watch.start()
        try:
            out, err = process.communicate(timeout=90)
        finally:
            process.kill()
            watch.join()
        self.said, self.code = out + err, process.returncode
        self.events = [json.loads(line) for line in self.host("log", "--json").out.splitlines()]
        return self

    def started(self, process):
        """For attempts that must know the host."""

    def measure(self, process):
        """How many processes there were below the host at a time."""
        while process.poll() is None:
            self.peak = max(self.peak, len(tasks_below(process.pid)))
            time.sleep(0.05)

    def texts(self, kind):
        return [e["text"] for e in self.events if e["kind"] == kind and e["stage"] == "bad"]


def tasks_below(pid):
    found, queue = [], [pid]
    while queue:
        top = queue.pop()
        try:
            for task in os.listdir(f"/proc/{top}/task"):
                found.append(task)
                with open(f"/proc/{top}/task/{task}/children", encoding="ascii") as file:
                    queue += [int(child) for child in file.read().split()]
        except OSError:
            continue
    return found[1:]


class Listener:
    """Takes connections and datagrams; none may come."""

    def __init__(self, kind, family=socket.AF_INET, address=("127.0.0.1", 0)):
        self.socket = socket.socket(family, kind)
        self.socket.bind(address)
        self.socket.setblocking(False)
        self.stream = kind == socket.SOCK_STREAM
        if self.stream:
            self.socket.listen()
        self.port = self.socket.getsockname()[1] if family == socket.AF_INET else 0

    def problems(self):
        try:
            self.socket.accept() if self.stream else self.socket.recv(100)
        except BlockingIOError:
            return []
        return ["something arrived"]


class Attempt:
    """`prepare(place)` sets place.options and may return a function that lists problems afterwards. `told`: what a
    "denied" event or the failure of the stage must match. `ends`: the stage does not come to say what came of it."""

    def __init__(self, name, told, prepare=None, *, call=None, ends=False, use="hostile", timeout="10s", needs=None):
        self.name, self.told, self.prepare, self.call = name, told, prepare, call or name
        self.ends, self.use, self.timeout, self.needs = ends, use, timeout, needs

    def possible(self):
        return self.needs is None or self.needs()

    def run(self, folder, mode="best-effort"):
        """(tried, problems, told): problems is empty if it was stopped."""
        place = Place(folder, mode)
        try:
            more = self.prepare(place) if self.prepare else None
            place.run(self.call, self.timeout, self.use)
            logs = place.texts("log")
            tried = f"trying {self.call}" in logs
            problems = place.unharmed() + (more() if more else [])
            if not self.ends and not any(re.match(f"tried {self.call}: (?!done)", text) for text in logs):
                problems.append(f"it says it could: {logs}")
            if place.code not in (0, 1):
                problems.append(f"the host ended with {place.code}")
            said = place.texts("denied") + place.texts("stage_failed")
            told = any(re.search(self.told, text) for text in said)
            if not (tried and not problems and told):
                place.told = said
                print(f"{self.name}: tried {tried}, problems {problems}, told {said}, logs {logs}\n{place.said[-600:]}")
            return tried, problems, told
        finally:
            place.close()


# ---------------------------------------------------------------------- how attempts are prepared

def at(**options):
    def prepare(place):
        place.options = {key: value(place) if callable(value) else value for key, value in options.items()}
    return prepare


def secret(place):
    return place.secret


def beside(place):
    return place.secret.parent / "new"


def bystander(place):
    return place.bystander.pid


def artifact(place):
    """One in the store, which is no input of the stage's."""
    (place.folder / "first.json").write_text(json.dumps(
        {"slipway": 1, "name": "first", "version": "1",
         "stages": [{"id": "good", "use": "good", "with": {"text": "an artifact"}}]}))
    check(place.host("run", "first.json").code == 0, "no artifact")
    path = next(p for p in (place.host.state / "store" / "sha256").rglob("*") if p.is_file())
    return path


def in_store(place):
    path = artifact(place)
    place.options = {"target": path}
    before = Place.state_of(path)
    return lambda: [] if Place.state_of(path) == before else ["the artifact has changed"]


def journal(place):
    place.host("runs")
    place.options = {"target": place.host.state / "journal.db"}


def other_cache(place):
    path = place.host.state / "cache" / "good" / "credentials"
    path.parent.mkdir(parents=True)
    path.write_text(SECRET)
    place.holders = (path,)
    place.options = {"target": path}


def other_work(place):
    """Beside it runs a stage that has a secret in its work folder."""
    place.extra_stages = [{"id": "victim", "use": "hostile-victim", "needs": [], "timeout": "20s",
                           "with": {"attempt": ""}}]
    place.options = {"target": "../1/secret"}


def host_process(name):
    def prepare(place):
        place.options = {"target": f"/proc/{os.getpid()}/{name}"}
    return prepare


def kill_host(place):
    file = place.folder / "pid"
    file.write_text("")
    place.options = {"readable": file}
    place.started = lambda process: file.write_text(str(process.pid))


def kill_sibling(place):
    place.extra_stages = [{"id": "victim", "use": "hostile-victim", "needs": [], "timeout": "20s",
                           "with": {"attempt": ""}}]
    file = place.folder / "pid"
    file.write_text("")
    place.options = {"readable": file}

    def tell(process):
        def find():
            for _ in range(200):
                for task in tasks_below(process.pid):
                    try:
                        if os.readlink(f"/proc/{task}/cwd").endswith("/1") and not os.listdir(f"/proc/{task}/task")[1:]:
                            file.write_text(task)
                    except OSError:
                        continue
                time.sleep(0.01)
        threading.Thread(target=find, daemon=True).start()
    place.started = tell
    return lambda: [] if [e for e in place.events if e["kind"] == "stage_done" and e["stage"] == "victim"] else [
        "the other stage did not end well"]


def listening(kind, **arguments):
    def prepare(place):
        listener = Listener(kind, **arguments)
        place.closers.append(listener.socket.close)
        place.options = {"target": listener.port}
        return listener.problems
    return prepare


def unix_listener(kind, abstract=False):
    def prepare(place):
        # A socket's path is short.
        folder = subprocess.run(["mktemp", "-d", "/var/tmp/slipway-XXXXXX"], check=True, capture_output=True,
                                text=True).stdout.strip()
        place.closers.append(lambda: shutil.rmtree(folder))
        name = f"slipway-hostile-{os.getpid()}-{place.folder.name}" if abstract else folder + "/socket"
        listener = Listener(kind, socket.AF_UNIX, "\0" + name if abstract else name)
        place.closers.append(listener.socket.close)
        place.options = {"target": name}
        return listener.problems
    return prepare


def declared_file(place):
    file = place.folder / "declared"
    file.write_text("may be read\n")
    file.chmod(0o600)
    place.options = {"target": file, "readable": file}
    return lambda: [] if file.stat().st_mode & 0o777 == 0o600 else ["its mode has changed"]


def no_core(place):
    def problems():
        with open("/proc/sys/kernel/core_pattern", encoding="ascii") as file:
            pattern = file.read().strip()
        where = [place.folder, *([Path(pattern).parent] if pattern.startswith("/") else [])]
        recent = [p for folder in where for p in folder.rglob("core*") if p.is_file() and p.stat().st_mtime > begun]
        return [f"a core: {recent}"] if recent else []
    begun = time.time() - 1
    return problems


def few_tasks(place):
    return lambda: [] if place.peak < 1300 else [f"{place.peak} processes at a time"]


def small_disk(place):
    place.host.state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=700,nr_inodes=2000", "tmpfs", place.host.state], check=True)
    place.closers.append(lambda: subprocess.run(["umount", "-l", place.host.state], check=True))

    def problems():
        st = os.statvfs(place.host.state)
        return [] if st.f_bavail * st.f_frsize > 40 << 20 and st.f_favail > 1000 else ["the disk is full"]
    return problems


def no_file(place):
    target = beside(place)
    place.options = {"target": target}


ATTEMPTS = [
    # files
    Attempt("read ~/.ssh", r"^reading '.*id_ed25519'", at(target=secret), call="read"),
    Attempt("read ~/.ssh over a symlink", r"^reading '.*id_ed25519'", at(target=secret), call="read-over-link"),
    Attempt("read ~/.ssh over a hard link", r"^linking '.*id_ed25519'", at(target=secret), call="read-hard-link"),
    Attempt("read ~/.ssh from a folder that may be read", r"^reading '.*id_ed25519'", at(target=secret),
            call="read-relative"),
    Attempt("read ~/.ssh by /proc/self/root", r"^reading '.*id_ed25519'",
            at(target=lambda p: f"/proc/self/root{p.secret}"), call="read"),
    Attempt("list ~/.ssh", r"^reading '.*/\.ssh'", at(target=lambda p: p.secret.parent), call="list"),
    Attempt("read /etc/shadow", r"^reading '/etc/shadow'", at(target="/etc/shadow"), call="read"),
    Attempt("read another stage's work folder", r"^reading '.*/1/secret'", other_work, call="read-when-there"),
    Attempt("read another stage type's cache", r"^reading '.*credentials'", other_cache, call="read"),
    Attempt("read the store", r"^reading '.*/store/", in_store, call="read"),
    Attempt("write to the store", r"^writing '.*/store/", in_store, call="write"),
    Attempt("remove from the store", r"^removing '.*/store/", in_store, call="unlink"),
    Attempt("read the journal", r"^reading '.*journal.db'", journal, call="read"),
    Attempt("write to the journal", r"^writing '.*journal.db'", journal, call="write"),
    Attempt("write a file of the user's", r"^writing '", at(target=secret), call="write"),
    Attempt("make a file of the user's", r"^writing '.*/new'", no_file, call="create"),
    Attempt("truncate a file of the user's", r"^writing '", at(target=secret), call="truncate"),
    Attempt("remove a file of the user's", r"^removing '", at(target=secret), call="unlink"),
    Attempt("make a folder", r"^making folder '", no_file, call="mkdir"),
    Attempt("make a symlink", r"^making link '", no_file, call="symlink"),
    Attempt("rename a file of the user's", r"^renaming '", at(target=secret, other=beside), call="rename"),
    Attempt("rename the work folder away", r"^renaming '", no_file, call="rename-work-folder"),
    Attempt("chmod a file of the user's", r"^chmod of '", at(target=secret), call="chmod"),
    Attempt("chown a file of the user's", r"^chown of '", at(target=secret), call="chown"),
    Attempt("date a file of the user's", r"^utime[a-z]* of '", at(target=secret), call="utimes"),
    Attempt("mark a file of the user's", r"^setxattr of '", at(target=secret), call="setxattr"),
    Attempt("chmod a file that may be read", r"^fchmod of '", declared_file, call="fchmod"),
    Attempt("make a device", r"^making a device", call="mknod"),
    Attempt("open a device", r"^writing '/dev/", at(target="/dev/mem" if os.path.exists("/dev/mem") else "/dev/kmsg"),
            call="device"),
    Attempt("write to the supervisor's report", r"/fd/4'", call="write-inherited"),
    # processes
    Attempt("read the environment of a process", r"/environ'", host_process("environ"), call="read"),
    Attempt("read the memory of a process", r"/mem'", host_process("mem"), call="read"),
    Attempt("kill another process", r"^signal 9 to", at(target=bystander), call="kill"),
    Attempt("kill the host", r"^signal 9 to", kill_host, call="kill-named"),
    Attempt("kill the stage beside it", r"^signal 9 to", kill_sibling, call="kill-named"),
    Attempt("kill the parent", r"^signal 9 to", call="kill-parent"),
    Attempt("signal everybody", r"^signal \d+ to process -1", call="signal-all"),
    Attempt("ptrace another process", r"^ptrace", at(target=bystander), call="ptrace"),
    Attempt("read memory by a system call", r"^process_vm_readv", at(target=bystander), call="process-vm-readv"),
    Attempt("write memory by a system call", r"^process_vm_writev", at(target=bystander), call="process-vm-writev"),
    Attempt("take a descriptor", r"^pidfd_getfd", at(target=bystander), call="pidfd-getfd"),
    Attempt("limit another process", r"^changing the limits", at(target=bystander), call="prlimit"),
    Attempt("start a program", r"^starting '/bin/true'", at(target="/bin/true"), call="exec"),
    Attempt("start a program that is not declared", r"^starting '/bin/ls'", at(target="/bin/ls"), call="exec",
            use="hostile-online"),
    Attempt("start a program from memory", r"^starting '", at(target="/bin/true"), call="fexecve"),
    Attempt("start a program from memory that is not declared", r"^starting '/memfd:", at(target="/bin/ls"),
            call="fexecve", use="hostile-online"),
    Attempt("slow everybody down", r"^setpriority", call="setpriority"),
    Attempt("become another user", r"^setuid", call="setuid"),
    Attempt("become another group", r"^setresgid", call="setgid"),
    Attempt("take more groups", r"^setgroups", call="setgroups"),
    Attempt("dump core", r"^raising resource limit", no_core, call="core-dump", ends=True),
    Attempt("keep running", r"^left processes behind", call="stay", ends=True),
    Attempt("keep running as a daemon", r"^left processes behind", call="daemon", ends=True),
    Attempt("never end", r"^did not finish", call="never-end", ends=True, timeout="2s"),
    Attempt("spin", r"^did not finish", call="spin", ends=True, timeout="2s"),
    # the network
    Attempt("connect over TCP", r"^a socket of family 2", listening(socket.SOCK_STREAM), call="tcp"),
    Attempt("send over UDP", r"^a socket of family 2", listening(socket.SOCK_DGRAM), call="udp"),
    Attempt("listen", r"^a socket of family 2", listening(socket.SOCK_STREAM), call="listen"),
    Attempt("connect to a port that is not declared", r"^connecting to 127.0.0.1 port", listening(socket.SOCK_STREAM),
            call="tcp", use="hostile-online"),
    Attempt("connect over UDP to a port that is not declared", r"^connecting to 127.0.0.1 port",
            listening(socket.SOCK_DGRAM), call="udp-connected", use="hostile-online"),
    Attempt("connect by sending", r"^connecting by sendto", listening(socket.SOCK_STREAM), call="fast-open",
            use="hostile-online"),
    Attempt("connect over MPTCP", r"^a socket of family 2", listening(socket.SOCK_STREAM), call="mptcp",
            use="hostile-online"),
    Attempt("ping", r"^a socket of family 2, type 2", call="ping", use="hostile-online"),
    Attempt("open a raw socket", r"^a socket of family 2, type 3", call="raw", use="hostile-online"),
    Attempt("open a packet socket", r"^a socket of family 17", call="packet"),
    Attempt("open an audit socket", r"^a socket of family 16", call="netlink", use="hostile-online"),
    Attempt("open a vsock", r"^a socket of family 40", call="vsock"),
    Attempt("connect to a unix socket", r"^connecting to the socket '", unix_listener(socket.SOCK_STREAM), call="unix"),
    Attempt("connect to an abstract socket", r"^connecting to the abstract", unix_listener(socket.SOCK_STREAM, True),
            call="abstract"),
    Attempt("send to a unix socket", r"^a socket of family 1, type 2", unix_listener(socket.SOCK_DGRAM),
            call="unix-datagram"),
    # the kernel
    *(Attempt(name, told, call=name) for name, told in (
        ("init-module", "init_module"), ("finit-module", "finit_module"), ("delete-module", "delete_module"),
        ("mount", "mount"), ("umount", "umount2"), ("chroot", "chroot"), ("pivot-root", "pivot_root"),
        ("unshare", "unshare"), ("clone-newuser", "new namespaces"), ("fsopen", "fsopen"), ("setns", "setns"),
        ("bpf", "bpf"), ("perf-event-open", "perf_event_open"), ("keyctl", "keyctl"), ("add-key", "add_key"),
        ("io-uring", "io_uring_setup"), ("userfaultfd", "userfaultfd"), ("kexec", "kexec_load"), ("reboot", "reboot"),
        ("swapoff", "swapoff"), ("syslog", "syslog"), ("sethostname", "sethostname"), ("quotactl", "quotactl"),
        ("open-by-handle", "open_by_handle_at"), ("tiocsti", "ioctl"), ("clock-settime", "clock_settime"))),
    *(Attempt(f"a system call of {abi}", r"SIGSYS", call=abi, ends=True, needs=lambda: os.uname().machine == "x86_64")
      for abi in ("x32", "i386")),
    # more than its share
    Attempt("fork bomb", r"^more than \d+ processes", few_tasks, call="fork-bomb", ends=True),
    Attempt("thread bomb", r"^more than \d+ processes", few_tasks, call="thread-bomb", ends=True),
    Attempt("eat memory", r"^used more than .* of memory", call="eat-memory", ends=True),
    Attempt("eat shared memory", r"^used more than .* of memory", call="eat-shared-memory", ends=True),
    Attempt("fill the disk", r"^left less than .* free", small_disk, call="fill-disk", ends=True, needs=can_mount),
    Attempt("use up the inodes", r"^left less than .* files free", small_disk, call="fill-inodes", ends=True,
            needs=can_mount),
    Attempt("flood", r"^printed more than", call="flood", ends=True),
]
