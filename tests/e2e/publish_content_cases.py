# SPDX-License-Identifier: GPL-3.0-or-later
"""git-publish: what goes into the commit and the tag, and what may not; git is the judge."""
import os
import subprocess

from git_servers import HttpsServer, make_bare
from harness import check, main
from publishing import TAG, TOKEN, Chain, expect, git, refs, succeeds


def appended_history(folder):
    with HttpsServer(str(folder)) as server:
        bare = make_bare(server.root + "/x.git")
        chain = Chain(folder, remote=server.url + "/x.git", ca_file=server.ca_file, branch="main", history="append",
                      **TOKEN)
        succeeds(chain.run())
        succeeds(chain.run())
        check(git(bare, "rev-list", "--count", "main") == "1", "published twice")
        chain.version = "06112026"
        chain.file("Dockerfile", b"FROM scratch\n#2\n")
        succeeds(chain.set().run())
        check(git(bare, "rev-list", "--count", "06112026") == "2", "no history")
        chain.version = "07112026"
        chain.file("base.tar.zst", os.urandom(6000))
        server.clear_log()
        expect(chain.set(), "denied", "the history below the release holds older artifacts", "'base.tar.zst'")
        check(not [l for l in server.log() if l["uri"].endswith("/git-receive-pack") and l["method"] == "POST"], "sent")


def signed(folder):
    """git verify-tag and verify-commit are the judges; the same key signs the same commit again."""
    bare = make_bare(str(folder / "x.git"))
    home = folder / "gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-generate-key", "Release <r@example.org>", "ed25519", "sign", "never"], check=True)
    secret = subprocess.run([*gpg, "--export-secret-keys", "--armor"], check=True, stdout=subprocess.PIPE, text=True)
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True)
    chain = Chain(folder, remote=bare, sign={"format": "gpg", "key": {"secret": "SIGNING_KEY"}})
    chain.host.environment["SIGNING_KEY"] = secret.stdout
    succeeds(chain.run())
    for command in (("verify-tag", "05112026"), ("verify-commit", "05112026^{commit}")):
        said = git(bare, *command, GNUPGHOME=str(home))
        check('Good signature from "Release <r@example.org>"' in said, said)
    first = git(bare, "rev-parse", TAG)
    git(bare, "tag", "-d", "05112026")
    succeeds(chain.run())
    check(git(bare, "rev-parse", TAG) == first, "the signature is not reproducible")
    git(bare, "tag", "-d", "05112026")
    key = str(folder / "ssh-signing")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    succeeds(chain.set(sign={"format": "ssh", "key": key}).run())
    with open(key + ".pub", encoding="ascii") as public, open(folder / "allowed", "w", encoding="ascii") as allowed:
        allowed.write("r@example.org " + public.read())
    for command in (("verify-tag", "05112026"), ("verify-commit", "05112026^{commit}")):
        said = git(bare, "-c", f"gpg.ssh.allowedSignersFile={folder}/allowed", *command)
        check('Good "git" signature for r@example.org' in said, said)
    git(bare, "fsck", "--strict")
    git(bare, "tag", "-d", "05112026")
    expect(chain.set(sign={"format": "gpg", "key": key}), "config", "holds no secret GPG key")


def templates_folders_and_modes(folder):
    bare = make_bare(str(folder / "x.git"))
    tree = folder / "tree"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin/run").write_text("#!/bin/sh\n")
    (tree / "bin/run").chmod(0o755)
    (tree / "current").symlink_to("bin/run")
    template = folder / "Dockerfile.in"
    template.write_text("# @name@ @version@ a@@b, mail@example.org\nADD base.tar.zst /\n# @sha256:base.tar.zst@ @who@\n")
    chain = Chain(folder, remote=bare, folders=[{"folder": str(tree)}], variables={"who": "me"},
                  templates=[{"path": "base/Dockerfile", "file": str(template), "mode": "100755"}])
    succeeds(chain.run())
    listed = git(bare, "ls-tree", "-r", "--format=%(objectmode) %(path)", "05112026").split("\n")
    check(listed == ["100644 Dockerfile", "100644 base.tar.zst", "100755 base/Dockerfile", "100755 bin/run",
                     "120000 current"], listed)
    digest = subprocess.run(["sha256sum", chain.archive], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[0]
    made = git(bare, "cat-file", "blob", "05112026:base/Dockerfile")
    check(made == f"# test 05112026 a@b, mail@example.org\nADD base.tar.zst /\n# {digest} me", made)
    expect(chain.set(variables={}), "config", "line 3: '@who@' has no value")
    chain.set(variables={"who": "me"})
    (tree / "out").symlink_to("../../etc/passwd")
    expect(chain, "config", "leads out of the published tree")
    (tree / "out").unlink()
    (tree / ".git").mkdir()
    (tree / ".git/config").write_text("")
    expect(chain, "config", "has a '.git' part")


def retention(folder):
    bare = make_bare(str(folder / "x.git"))
    blob = git(bare, "hash-object", "-w", "/dev/null")
    for name in ("01102026", "31122025", "15062026", "10102026", "32132026", "v1", "1102026"):
        git(bare, "tag", name, blob)
    library = folder / "library"
    library.write_text("GitFetch: refs/tags/15062026\n")
    rule = {"keep": 2, "library": str(library)}
    chain = Chain(folder, remote=bare, retention=rule)
    listed = chain.run()
    succeeds(listed)
    check("31122025 need not stay" in listed.out + listed.err, listed.out + listed.err)
    check(len(refs(bare)) == 8, "it deletes unasked")
    plan = chain.set(retention={**rule, "delete": True}).run(command="plan")
    check("delete tag 31122025" in plan.out and "delete tag 01102026" in plan.out, plan.out)
    check(len(refs(bare)) == 8, "the plan deletes")
    succeeds(chain.run())
    kept = [ref[len("refs/tags/"):] for ref in refs(bare)]
    check(sorted(kept) == sorted(["05112026", "10102026", "15062026", "32132026", "v1", "1102026"]), kept)


def released(chain, file):
    """Copies the release document of the last run."""
    digest = next(output["sha256"] for stage in chain.host.show()["stages"] for output in stage["outputs"]
                  if output["port"] == "release")
    with open(f"{chain.host.state}/store/sha256/{digest[:2]}/{digest}", "rb") as document:
        return chain.file(file, document.read())


def older_releases(folder):
    """Their artifacts are found in the branch's history wherever they lie, small as they are."""
    bare = make_bare(str(folder / "x.git"))
    chain = Chain(folder, remote=bare, branch="main", history="append")
    succeeds(chain.run())
    document = released(chain, "release-05112026.json")
    chain.version = "06112026"
    chain.file("base.tar.zst", os.urandom(6000))
    chain.set(layout="other/{name}", older=[document])
    expect(chain, "denied", "the history below the release holds older artifacts", "'base.tar.zst'", "is an older release's 'base.tar.zst'")
    check(refs(bare) == ["refs/heads/main", TAG], f"half published: {refs(bare)}")
    succeeds(chain.set(older=[]).run())
    check(git(bare, "rev-list", "--count", "06112026") == "2", "no history")
    chain.version = "07112026"
    expect(chain.set(older=[chain.file("broken.json", b"{}")]), "config", "broken.json")
    expect(chain.set(older=[str(folder / "none.json")]), "not_found", "none.json")


def people_and_messages(folder):
    """Author, committer who is the tagger, and both messages; the epoch is everybody's time."""
    bare = make_bare(str(folder / "x.git"))
    chain = Chain(folder, remote=bare, author={"name": "Ann Author", "email": "ann@example.org"},
                  committer={"name": "Cöm Mitter", "email": "com@example.org"}, message="Release ${version}\n\nWith a body.",
                  tag_message="The tag's own words")
    succeeds(chain.run("--epoch", "1793836800"))
    commit = git(bare, "cat-file", "commit", "05112026^{commit}").split("\n")
    check(commit[1:3] == ["author Ann Author <ann@example.org> 1793836800 +0000",
                          "committer Cöm Mitter <com@example.org> 1793836800 +0000"], commit)
    check(commit[3:] == ["", "Release 05112026", "", "With a body."], commit)
    tag = git(bare, "cat-file", "tag", "05112026").split("\n")
    check(tag[1:] == ["type commit", "tag 05112026", "tagger Cöm Mitter <com@example.org> 1793836800 +0000", "",
                      "The tag's own words"], tag)
    git(bare, "fsck", "--strict")
    git(bare, "tag", "-d", "05112026")
    succeeds(chain.set(committer=None, tag_message=None).run("--epoch", "1793836800"))
    tag = git(bare, "cat-file", "tag", "05112026")
    check("tagger Ann Author <ann@example.org>" in tag and tag.endswith("With a body."), tag)
    for bad in ({"name": "A <b>", "email": "a@b"}, {"name": "A", "email": "a\nb"}):
        expect(chain.set(committer=bad), "config", "committer")


main({function.__name__: function for function in (
    appended_history, older_releases, signed, people_and_messages, templates_folders_and_modes, retention)}, at_once=2)
