# SPDX-License-Identifier: GPL-3.0-or-later
"""dockerhub-verify and `slipway verify` against a real registry and one that misbehaves in front of it."""
import json
import os
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.environ["SLIPWAY_SOURCE"] + "/tests/tools")
sys.dont_write_bytecode = True
from image_file import INDEX, Image, digest, entry, tar_of  # noqa: E402
from image_mutations import AMD64, index_of, with_attestation  # noqa: E402
from registry_server import Handler, RegistryServer  # noqa: E402

BUILD, STAGES = os.environ["SLIPWAY_BUILD"], os.environ["SLIPWAY_STAGES"]
OK, WAITING, NOT_FOUND, NET, AUTH, VERIFY, UNSUPPORTED = 0, 255, 3, 5, 6, 7, 8
FILES = [entry("etc", kind=b"5"), entry("etc/motd", b"hello\n"), entry("big", os.urandom(3_000_000))]


def image():
    made = Image.__new__(Image)
    made.layers, made.blobs, made.extra, made.wrap = [tar_of(FILES)], {}, {}, None
    made.config = {"architecture": "amd64", "os": "linux", "created": "2026-11-05T00:00:00Z", "config": {"Cmd": ["/bin/sh"]}, "rootfs": {"type": "layers"}}
    made.media_types = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar")
    made.pack, made.keep_diff_ids, made.edit_layers, made.edit_text = (lambda tar: tar), False, None, None
    return made


class Front(Handler):
    """Passes on to the registry, and breaks what `fault` says."""
    registry, fault, count, seen = None, None, 0, []

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        cls = type(self)
        cls.seen.append((self.command, self.path, self.headers.get("Authorization", ""), self.headers.get("Range", "")))
        if cls.fault and cls.fault(self):
            return
        self.passed_on()

    def passed_on(self, change=lambda status, headers, body: (status, headers, body)):
        headers = {name: self.headers[name] for name in ("Accept", "Range") if name in self.headers}
        answer = self.registry.request(self.command, self.path.split("/v2/")[1].split("/manifests/")[0].split("/blobs/")[0],
                                       "/".join(self.path.split("/")[-2:]), headers=headers)
        kept = [(n, v) for n, v in answer.headers.items() if n in ("Content-Type", "Docker-Content-Digest", "Content-Range")]
        status, kept, body = change(answer.status, kept, answer.read())
        self.answer(status, body, kept)


def stage(reference, registry, **options):
    options = {"image": reference, "ca_file": registry.ca, "hub": "none", "wait": "0s", "attempts": 2, **options}
    done = subprocess.run([BUILD + "/bin/run-stage", STAGES + "/dockerhub-verify.so", "dockerhub-verify", "out", json.dumps(options)],
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


def expect(what, got, status, *words):
    if got[0] != status or not all(word in got[1] for word in words):
        raise SystemExit(f"FAILED: {what}: status {got[0]} (expected {status}, {words})\n{got[1]}")
    print("ok:", what)


def plain(registry, against):
    made = image()
    made.push(registry, "library/x", "good")
    expect("an equal image", stage(f"{registry.host}/library/x:good", registry, against=against), OK, "equal to tree.tar")
    tokens = len(registry.token_requests)
    assert registry.token_requests[-1] == ("", "repository:library/x:pull"), registry.token_requests
    bad = image()
    bad.layers = [tar_of([[e[0], e[1].replace(b"hello", b"hallo")] if e[0].name == "etc/motd" else e for e in FILES])]
    bad.push(registry, "library/x", "bad")
    expect("one byte", stage(f"{registry.host}/library/x:bad", registry, against=against), VERIFY, "etc/motd: content")
    expect("another tag that is another image", stage(f"{registry.host}/library/x:good", registry, against=against, tags=["bad"]), NOT_FOUND, "(the Hub lags)")
    expect("no such tag", stage(f"{registry.host}/library/x:none", registry, against=against, wait="1h"), 255, "(waiting for the build)")
    expect("no such tag, no patience", stage(f"{registry.host}/library/x:none", registry, against=against), NOT_FOUND, "the build lags")
    assert len(registry.token_requests) > tokens


def indexes(registry, against):
    for name, wrap, wanted in (("empty", {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}, "the index has no image yet"),):
        registry.put_manifest("library/x", name, wrap, INDEX)
        expect("an empty index", stage(f"{registry.host}/library/x:{name}", registry, against=against), NOT_FOUND, wanted)
    other = image()
    other.config["architecture"] = "arm64"
    other.wrap = index_of([{"os": "linux", "architecture": "arm64"}])
    other.push(registry, "library/x", "arm")
    expect("an index without the architecture", stage(f"{registry.host}/library/x:arm", registry, against=against), NOT_FOUND, "no image for linux/amd64 yet")
    both = image()
    with_attestation(both)
    both.push(registry, "library/x", "attested")
    expect("attestations are not images", stage(f"{registry.host}/library/x:attested", registry, against=against), OK, "not verified: attestation")
    wrong = image()
    wrong.config["architecture"] = "arm64"
    wrong.wrap = index_of([AMD64])
    wrong.push(registry, "library/x", "wrong")
    expect("another architecture", stage(f"{registry.host}/library/x:wrong", registry, against=against), VERIFY, "platform: expected linux/amd64, found linux/arm64")


def hub(registry, against):
    options = {"hub": registry.hub, "against": against}
    expect("the Hub has it", stage(f"{registry.host}/library/x:good", registry, **options), OK)
    expect("the Hub does not have it", stage(f"{registry.host}/library/x:none", registry, **options), NOT_FOUND, "Docker Hub does not have the tag 'none' yet")
    later = str(int(time.time()) + 3600)
    for what, mode in (("with a time", (429, b"", [("X-RateLimit-Limit", "180"), ("X-RateLimit-Remaining", "0"), ("X-Retry-After", later)])),
                       ("of abuse", (429, b"You have been rate limited as abuse.", [("Content-Type", "text/plain"), ("Retry-After", "3600")])),
                       ("of no words", (429, b"")), ("which is down", (503, b"")), ("of another kind", (200, b"<html>"))):
        registry.hub_mode, registry.hub_requests = mode, 0
        expect("a Hub " + what, stage(f"{registry.host}/library/x:good", registry, **options), OK, "asking the registry alone")
        assert registry.hub_requests <= 2, registry.hub_requests
    registry.hub_mode = None


def faults(registry, against):
    Front.registry = registry
    url = registry.serve(Front)
    host = url.split("//")[1]
    reference = f"{host}/library/x:good"

    def with_fault(what, fault, status, *words, **options):
        Front.fault, Front.count, Front.seen = fault, 0, []
        expect(what, stage(reference, registry, against=against, **options), status, *words)

    def is_layer(self):  # the larger of the blobs
        return "/blobs/" in self.path and self.path.split("/")[-1] == digest(tar_of(FILES))

    def once(change):
        def fault(self):
            if not is_layer(self) or Front.count > 0:
                return False
            Front.count += 1
            change(self)
            return True
        return fault

    def cut(self):
        answer = self.registry.request("GET", "library/x", "blobs/" + digest(tar_of(FILES)))
        body = answer.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:1_000_000])
        self.wfile.flush()
        self.close_connection = True
    with_fault("a connection that is cut goes on where it was", once(cut), OK)
    assert any(seen[3].startswith("bytes=") and seen[3] != "bytes=0-" for seen in Front.seen), Front.seen

    def ignores_range(self):
        if not is_layer(self):
            return False
        Front.count += 1
        if Front.count == 1:
            cut(self)
        else:
            del self.headers["Range"]
            self.passed_on()
        return True
    with_fault("a server that knows no ranges", ignores_range, OK)

    def flipped(self):
        if is_layer(self):
            self.passed_on(lambda status, headers, body: (status, headers, body[:70000] + bytes([body[70000] ^ 1]) + body[70001:]))
        return is_layer(self)
    with_fault("a blob that is not its digest's", flipped, VERIFY, "its bytes have the digest")

    def short(self):
        if is_layer(self):
            self.passed_on(lambda status, headers, body: (status, headers, body[:-512]))
        return is_layer(self)
    with_fault("a blob that is too short", short, VERIFY, "of its")

    def endless(self):
        if is_layer(self):
            self.passed_on(lambda status, headers, body: (status, headers, body + bytes(1000)))
        return is_layer(self)
    with_fault("a blob that is too long", endless, VERIFY, "more than its")

    def other_manifest(self):
        if "sha256:" in self.path and "/manifests/" in self.path:
            self.passed_on(lambda status, headers, body: (status, headers, body + b" "))
            return True
        return False
    with_fault("a manifest that is not its digest's", other_manifest, VERIFY, "its bytes have the digest")

    def schema_1(self):
        if "/manifests/" in self.path:
            self.answer(200, {"schemaVersion": 1, "fsLayers": []}, [("Content-Type", "application/vnd.docker.distribution.manifest.v1+prettyjws")])
        return "/manifests/" in self.path
    with_fault("schema 1", schema_1, VERIFY, "schema 1")

    def moved(self):
        if self.command == "GET" and "/manifests/sha256:" in self.path and Front.count == 0:
            Front.count = 1
            bad = registry.manifest("library/x", "bad")[0]
            registry.put_manifest("library/x", "good", bad, bad["mediaType"])
        return False
    with_fault("a tag that moves meanwhile", moved, OK)
    image().push(registry, "library/x", "good")

    cdn_seen = []

    class Cdn(Handler):
        def do_GET(self):
            cdn_seen.append(self.headers.get("Authorization", ""))
            answer = registry.request("GET", "library/x", "blobs/" + self.path.strip("/"))
            self.answer(200, answer.read())
    cdn = registry.serve(Cdn)
    tokens = []

    def redirected(self):
        tokens.append(self.headers.get("Authorization", ""))
        if not tokens[-1]:
            self.answer(401, b"", [("WWW-Authenticate", f'Bearer realm="{registry.token_url}/token",service="registry"')])
            return True
        if "/blobs/" in self.path:
            self.answer(307, b"", [("Location", cdn + "/" + self.path.split("/")[-1])])
            return True
        return False
    with_fault("a CDN, without the token", redirected, OK)
    assert cdn_seen and not any(cdn_seen) and any(t.startswith("Bearer ") for t in tokens), (cdn_seen, tokens)

    used = {}

    def expired(self):
        token = self.headers.get("Authorization", "")
        used[token] = used.get(token, 0) + 1
        if not token or used[token] > 2:  # good for two requests
            self.answer(401, b"", [("WWW-Authenticate", f'Bearer realm="{registry.token_url}/token",service="registry"')])
            return True
        return False
    with_fault("tokens that run out on the way", expired, OK)
    assert len(used) > 2, used

    def limited(self):
        Front.count += 1
        if Front.count == 1:
            self.answer(429, {"errors": [{"code": "TOOMANYREQUESTS", "message": "too many"}]}, [("Retry-After", "1")])
        return Front.count == 1
    with_fault("a limit that passes", limited, OK, "again in")

    def used_up(self):
        self.answer(429, {"errors": [{"code": "TOOMANYREQUESTS", "message": "you have reached your limit"}]}, [("Retry-After", "7200")])
        return True
    with_fault("a limit that does not", used_up, NET, "could not be read: the registry: HTTP status 429, come back at", "limit for pulls is used up")
    with_fault("a limit that does not, with patience", used_up, WAITING, "come back at", "(waiting for the registry)", wait="1h")
    assert len(Front.seen) == 1, Front.seen
    with_fault("a limit in the middle", lambda self: is_layer(self) and used_up(self), WAITING, "TOOMANYREQUESTS: you have reached your limit",
               wait="1h")
    with_fault("a registry that is closed for an hour", lambda self: self.answer(503, b"", [("Retry-After", "3600")]) or True, WAITING,
               "HTTP status 503", wait="1h")
    with_fault("a registry that is down", lambda self: self.answer(503, b"") or True, NET, "503", wait="1h")
    with_fault("no JSON", lambda self: (self.answer(200, b"<html>", [("Content-Type", "text/html")]) or True), VERIFY)
    with_fault("a redirect to clear text", lambda self: self.answer(307, b"", [("Location", "http://127.0.0.1:1/x")]) or True, VERIFY)


def private(against):
    with RegistryServer(private=True) as registry:
        image().push(registry, "library/x", "good")
        reference = f"{registry.host}/library/x:good"
        expect("a private repository", stage(reference, registry, against=against), AUTH, "a private one needs credentials")
        with open("config.json", "w", encoding="ascii") as file:
            json.dump({"auths": {registry.host: {"auth": "cHVzaGVyOnNlY3JldA=="}}}, file)  # pusher:secret
        expect("docker's config.json", stage(reference, registry, against=against, docker_config=os.getcwd() + "/config.json"), OK)
        with open("config.json", "w", encoding="ascii") as file:
            json.dump({"auths": {registry.host: {"auth": "cHVzaGVyOndyb25n"}}}, file)
        expect("a wrong password", stage(reference, registry, against=against, docker_config=os.getcwd() + "/config.json"), AUTH, "are user and password right?")
        with open("config.json", "w", encoding="ascii") as file:
            json.dump({"auths": {registry.host: {}}, "credsStore": "desktop"}, file)
        expect("a credential store", stage(reference, registry, against=against, docker_config=os.getcwd() + "/config.json"), UNSUPPORTED,
               "the credential store 'desktop', which is not asked", "the password as a secret")


def command(registry, against):
    base = [os.environ["SLIPWAY"], "verify", "--against", against, "--ca-file", registry.ca]
    environment = {**os.environ, "SLIPWAY_PLUGIN_PATH": STAGES}

    def run(*arguments):
        done = subprocess.run([*base, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout
    expect("slipway verify", run(f"{registry.host}/library/x:good"), 0, "is what was built")
    expect("slipway verify of another image", run(f"{registry.host}/library/x:bad", "-o", "verdict.json"), 4, "1 differences")
    with open("verdict.json", encoding="utf-8") as file:
        verdict = json.load(file)
    assert not verdict["equal"] and verdict["findings"][0]["subject"] == "etc/motd", verdict
    expect("slipway verify, allowed", run(f"{registry.host}/library/x:bad", "--allow", "etc/*"), 0)
    expect("slipway verify of nothing", run(f"{registry.host}/library/x:none"), 1, "is not there")


def main():
    against = os.getcwd() + "/tree.tar"
    with open(against, "wb") as file:
        file.write(tar_of(FILES))
    with RegistryServer() as registry:
        for part in (plain, indexes, hub, faults, command):
            part(registry, against)
    private(against)
    print("ok")


main()
