# SPDX-License-Identifier: GPL-3.0-or-later
"""git-publish against real servers: every transport, and everything that can be wrong with one."""
import os
import signal
import socket
import subprocess
import time

from git_hooks import SLEEPING_HOOK
from git_servers import HttpsServer, SshServer, make_bare, set_hook
from harness import check, main
from loopback import Tinyproxy, free_port
from publishing import TAG, TOKEN, Chain, expect, git, refs, succeeds


def judge(repository, url, folder, *options, **environment):
    """git finds it sound, and official-images' steps work on it."""
    git(repository, "fsck", "--strict", "--full")
    check(refs(repository) == [TAG], f"refs: {refs(repository)}")
    git(str(folder), *options, "clone", "-q", "--branch", "05112026", "--depth", "1", url, "clone", **environment)
    # What bashbrew does: fetch GitFetch, look whether GitCommit is in it, archive it.
    commit = git(repository, "rev-parse", TAG + "^{commit}")
    copy = str(folder / "bashbrew")
    git(str(folder), "init", "-q", copy)
    git(copy, *options, "fetch", "-q", url, TAG + ":", **environment)
    git(copy, "merge-base", "--is-ancestor", commit, "FETCH_HEAD")
    subprocess.run(f"git -C {copy} archive --format=tar {commit} | tar -t | grep -qx base.tar.zst", shell=True, check=True)


def over_https(folder):
    with HttpsServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        url = server.url + "/x.git"
        chain = Chain(folder, remote=url, ca_file=server.ca_file, **TOKEN)
        plan = chain.run(command="plan")
        succeeds(plan)
        check("create tag 05112026 (2 files" in plan.out and "sends " in plan.out, plan.out)
        check(refs(bare) == [], "the plan has published")
        planned = int(plan.out.split("sends ")[1].split()[0])
        server.clear_log()
        succeeds(chain.run())
        pushed = [line for line in server.log() if line["method"] == "POST"]
        check(len(pushed) == 1, f"requests: {server.log()}")
        check(planned <= pushed[0]["received"] <= planned + 1000, f"planned {planned}, sent {pushed[0]}")
        judge(bare, url.replace("https://", "https://x-access-token:good-token@"), folder, "-c",
              "http.sslCAInfo=" + server.ca_file)
        server.clear_log()
        succeeds(chain.run())
        check(not [line for line in server.log() if line["method"] == "POST"], "the second run sends something")
        succeeds(chain.set(user="user", token=None, password={"secret": "PASSWORD"}).run())


def over_ssh(folder):
    with SshServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        url = server.url + "/x.git"
        chain = Chain(folder, remote=url, ssh={"key": server.key, "known_hosts": server.known_hosts})
        succeeds(chain.run())
        judge(bare, url, folder, GIT_SSH_COMMAND=f"ssh -F none -i {server.key} -o UserKnownHostsFile={server.known_hosts}")
        # The same from an agent, and with the key as a secret.
        git(bare, "tag", "-d", "05112026")
        succeeds(chain.set(ssh={"agent": server.start_agent(), "known_hosts": server.known_hosts}).run())
        git(bare, "tag", "-d", "05112026")
        with open(server.key, encoding="ascii") as key:
            chain.host.environment["KEY"] = key.read().strip()
        succeeds(chain.set(ssh={"key": {"secret": "KEY"}, "known_hosts": server.known_hosts}).run())
        check(refs(bare) == [TAG], "no tag")


def ssh_refusals(folder):
    with SshServer(str(folder)) as server:
        make_bare(server.root + "/x.git")
        ssh = {"key": server.key, "known_hosts": server.known_hosts}
        chain = Chain(folder, remote=server.url + "/x.git", ssh={**ssh, "known_hosts": server.wrong_hosts})
        expect(chain, "verify", "the host's key is not the one that is known")
        empty = chain.file("empty_hosts", b"")
        expect(chain.set(ssh={**ssh, "known_hosts": empty}), "verify", "the host's key is not known")
        expect(chain.set(ssh={**ssh, "key": server.other_key}), "auth", "the host does not take the key")
        expect(chain.set(ssh={**ssh, "key": server.read_key}), "auth", "the key may only read")
        expect(chain.set(ssh=ssh, remote=server.url + "/no.git"), "not_found", "no such repository")
        check(refs(server.root + "/x.git") == [], "something was published")


def https_refusals(folder):
    with HttpsServer(str(folder)) as server:
        make_bare(server.root + "/x.git", protected=["0511*"])
        chain = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file, **TOKEN)
        expect(chain, "denied", "pre-receive hook declined", "GH013: Repository rule violations found")
        chain.host.environment["TOKEN"] = "expired-token"
        expect(chain, "auth", "does not take the token", "it is wrong or has expired")
        chain.host.environment["TOKEN"] = "read-token"
        expect(chain.set(user="reader"), "auth", "(403)", "denied to reader", "write access")
        chain.host.environment["TOKEN"] = "good-token"
        expect(chain.set(user="x-access-token", remote=server.url + "/no.git"), "not_found", "no such repository")
        without = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file)
        expect(without, "auth", 'set "token"')
        check(refs(server.root + "/x.git") == [], "something was published")


def tls_refusals(folder):
    for kind, words in (("mismatch", "not trusted"), ("expired", "not trusted"), ("self-signed", "not trusted")):
        (folder / kind).mkdir()
        with HttpsServer(str(folder / kind), certificate=kind) as server:
            make_bare(server.root + "/x.git")
            chain = Chain(folder / kind, remote=server.url + "/x.git", ca_file=server.ca_file, **TOKEN)
            expect(chain, "verify", words)
            check(not [line for line in server.log() if line["user"]], "the token was sent")


def nobody_there(folder):
    chain = Chain(folder, remote=f"https://localhost:{free_port()}/x.git", **TOKEN)
    expect(chain, "net_transient", "remote 'https://localhost")


def too_big_is_never_sent(folder):
    with HttpsServer(str(folder)) as server:
        make_bare(server.root + "/x.git")
        big = str(folder / "big")
        with open(big, "wb") as out:
            out.truncate(100_000_001)
        chain = Chain(folder, archive=big, remote=server.url + "/x.git", ca_file=server.ca_file, **TOKEN)
        expect(chain, "resource", "100000001 bytes", "max_object_bytes is 100000000")
        check(server.log() == [], f"the server was asked: {server.log()}")


def server_refuses_large_objects(folder):
    with HttpsServer(str(folder)) as server:
        make_bare(server.root + "/x.git")
        big = str(folder / "big")
        with open(big, "wb") as out:
            out.truncate(110_000_000)
        chain = Chain(folder, archive=big, remote=server.url + "/x.git", ca_file=server.ca_file,
                      max_object_bytes=200_000_000, **TOKEN)
        expect(chain, "denied", "GH001: Large files detected", "this exceeds GitHub's file size limit")
        check(refs(server.root + "/x.git") == [], "something was published")
    with HttpsServer(str(folder), max_body="1k") as server:
        chain = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file, **TOKEN)
        expect(chain, "resource", "(413)")


def server_hangs(folder):
    with HttpsServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        mark = str(folder / "received")
        set_hook(bare, "pre-receive", f"#!/bin/sh\ntouch {mark}\nsleep 30\n")
        chain = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file, connect_s=1, silence_s=2, **TOKEN)
        process = chain.host.start("run", "chain.json")
        while not os.path.exists(mark) and process.poll() is None:
            time.sleep(0.02)
        server.pause()
        out, err = process.communicate(timeout=60)
        check(process.returncode != 0 and chain.status() == "net_transient", out + err)
        server.resume()
        check(refs(bare) == [], "something was published")


def lost_answer_is_success_on_resume(folder):
    with HttpsServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        mark = str(folder / "accepted")
        set_hook(bare, "post-receive", f"#!/bin/sh\ntouch {mark}\n{SLEEPING_HOOK}")
        chain = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file, **TOKEN)
        process = chain.host.start("run", "chain.json")
        while not os.path.exists(mark) and process.poll() is None:
            time.sleep(0.02)
        server.drop_front()  # and it cannot be asked again either
        out, err = process.communicate(timeout=60)
        check(process.returncode != 0 and chain.status() == "net_transient", out + err)
        server.start_front()
        server.clear_log()
        succeeds(chain.run(command="resume"))
        check(not [line for line in server.log() if line["method"] == "POST"], "it was sent again")
        check(refs(bare) == [TAG], f"refs: {refs(bare)}")


def race_has_one_winner(folder):
    with HttpsServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        set_hook(bare, "pre-receive", "#!/bin/sh\nsleep 1\n")
        chains = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            chains.append(Chain(folder / name, remote=server.url + "/x.git", ca_file=server.ca_file, **TOKEN))
        processes = [chain.host.start("run", "chain.json") for chain in chains]
        texts = ["".join(process.communicate(timeout=60)) for process in processes]
        codes = [process.returncode for process in processes]
        check(sorted(code == 0 for code in codes) == [False, True], f"{codes}: {texts}")
        loser = texts[0 if codes[0] else 1]
        check("is on the remote with another content" in loser, loser)
        check(refs(bare) == [TAG], f"refs: {refs(bare)}")


def other_content_is_a_conflict(folder):
    with HttpsServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        chain = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file, **TOKEN)
        succeeds(chain.run())
        before = git(bare, "rev-parse", TAG)
        # Another message makes another commit of the same tree: that is the release.
        succeeds(chain.set(message="Hello").run())
        check(git(bare, "rev-parse", TAG) == before, "the tag has moved")
        chain.file("Dockerfile", b"FROM scratch\n")
        expect(chain, "conflict", git(bare, "rev-parse", TAG + "^{tree}"), git(bare, "rev-parse", TAG + "^{commit}"))
        check(git(bare, "rev-parse", TAG) == before, "the tag has moved")


def through_a_proxy(folder):
    """A tunnel by CONNECT, which the token goes through and the proxy's own password does not."""
    with HttpsServer(str(folder)) as server, Tinyproxy(str(folder / "proxy"), server.port, "me", "pass-word") as proxy:
        bare = make_bare(server.root + "/x.git")
        chain = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file, proxy={"secret": "PROXY"}, **TOKEN)
        chain.host.environment["PROXY"] = f"http://127.0.0.1:{free_port()}"
        expect(chain, "net_transient", "Failed to connect to 127.0.0.1")
        chain.host.environment["PROXY"] = proxy.url
        expect(chain, "auth", "the proxy wants a user name and a password (407)", '"proxy": {"secret": NAME}')
        chain.host.environment["PROXY"] = proxy.url.replace("//", "//me:wrong-word@")
        said = expect(chain, "auth", "the proxy wants a user name and a password")
        check("wrong-word" not in said, said)
        check(server.log() == [] and proxy.tunnels() == [], "the proxy was passed by")
        chain.host.environment["PROXY"] = proxy.url.replace("//", "//me:pass-word@")
        outcome = chain.run()
        succeeds(outcome)
        check("pass-word" not in outcome.out + outcome.err, outcome.err)
        check(set(proxy.tunnels()) == {"localhost"}, proxy.tunnels())
        git(bare, "fsck", "--strict")
        check(refs(bare) == [TAG], f"refs: {refs(bare)}")
        tunnels = len(proxy.tunnels())
        succeeds(chain.set(no_proxy="localhost").run())
        check(len(proxy.tunnels()) == tunnels, "no_proxy is not looked at")
        chain.set(no_proxy=None, remote=f"https://localhost:{free_port()}/x.git")
        expect(chain, "denied", "the proxy does not let us through (403)")


def branch_with_a_lease(folder):
    with HttpsServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        chain = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file, branch="releases", **TOKEN)
        succeeds(chain.run())
        first = git(bare, "rev-parse", "releases")
        check(first == git(bare, "rev-parse", TAG + "^{commit}"), "the branch is elsewhere")
        chain.version = "06112026"
        chain.file("Dockerfile", b"FROM scratch\n#2\n")
        chain.write()
        # Somebody else moves the branch between our look and our push: neither tag nor branch change.
        other = git(bare, "commit-tree", "-m", "x", first + "^{tree}", GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="b",
                    GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="b")
        set_hook(bare, "pre-receive", f"#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/releases {other}\n")
        expect(chain, "conflict", "was moved by somebody else", first, other)
        check(refs(bare) == ["refs/heads/releases", TAG], f"half published: {refs(bare)}")
        os.unlink(bare + "/hooks/pre-receive")
        succeeds(chain.run())
        check(git(bare, "rev-list", "--count", "releases") == "1", "the branch has history")


def no_route(folder):
    """A listener whose queue is full takes no connection: as if the packets got lost."""
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(deaf.getsockname())
        port = deaf.getsockname()[1]
        chain = Chain(folder, remote=f"https://127.0.0.1:{port}/x.git", connect_s=1, **TOKEN)
        expect(chain, "net_transient", "remote 'https://127.0.0.1")
        hosts = chain.file("hosts", b"")
        expect(chain.set(remote=f"ssh://127.0.0.1:{port}/x.git", token=None, ssh={"known_hosts": hosts}),
               "net_transient", "ssh ended with status 255")


def ssh_server_hangs(folder):
    with SshServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        set_hook(bare, "pre-receive", f"#!/bin/sh\necho $PPID >{folder}/pid\nkill -STOP $PPID\n")
        chain = Chain(folder, remote=server.url + "/x.git", silence_s=2,
                      ssh={"key": server.key, "known_hosts": server.known_hosts})
        expect(chain, "net_transient", "has neither taken nor sent a byte for 2 s")
        os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
        check(refs(bare) == [], "something was published")


def disk_full(folder):
    if os.geteuid() != 0:
        return  # mounting takes root
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
    try:
        bare = make_bare(str(disk / "x.git"))
        archive = str(folder / "big")
        with open(archive, "wb") as out:
            out.write(os.urandom(4_000_000))
        chain = Chain(folder, archive=archive, remote=bare)
        expect(chain, "resource", "the server's disk is full", "No space left on device")
        check(refs(bare) == [], "something was published")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


main({function.__name__: function for function in (
    over_https, over_ssh, ssh_refusals, https_refusals, tls_refusals, nobody_there, too_big_is_never_sent,
    server_refuses_large_objects, server_hangs, lost_answer_is_success_on_resume, race_has_one_winner,
    other_content_is_a_conflict, through_a_proxy, branch_with_a_lease, no_route, ssh_server_hangs,
    disk_full)}, at_once=2)
