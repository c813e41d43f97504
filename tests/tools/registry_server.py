# SPDX-License-Identifier: GPL-3.0-or-later
"""A real docker-registry on loopback, with TLS and token authentication, a token server, and a facade of Docker Hub's
tag API over it."""
import base64
import hashlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ACCEPT = ", ".join(["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
                    "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Tokens:
    """Signs JSON Web Tokens as docker-registry wants them (distribution's docs/spec/auth/jwt.md): ES256, with x5c."""

    def __init__(self, folder):
        self.key, self.certificate = folder + "/token.key", folder + "/token.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", "/CN=token", "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)

    def sign(self, message):
        der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=message, check=True, capture_output=True).stdout
        numbers, at = b"", 2  # SEQUENCE { INTEGER r, INTEGER s }
        for _ in range(2):
            length = der[at + 1]
            numbers += int.from_bytes(der[at + 2:at + 2 + length], "big").to_bytes(32, "big")
            at += 2 + length
        return numbers

    def token(self, repository, actions, lifetime):
        with open(self.certificate, encoding="ascii") as file:
            chain = "".join(file.read().split("-----")[2].split())
        now = int(time.time())
        head = {"typ": "JWT", "alg": "ES256", "x5c": [chain]}
        claims = {"iss": "test", "sub": "", "aud": "registry", "exp": now + lifetime, "nbf": now - 60, "iat": now,
                  "jti": os.urandom(8).hex(), "access": [{"type": "repository", "name": repository, "actions": actions}]}
        message = ".".join(encoded(json.dumps(part).encode()) for part in (head, claims)).encode()
        return message.decode() + "." + encoded(self.sign(message))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class RegistryServer:
    """`with RegistryServer() as r:` r.host is "127.0.0.1:PORT", r.ca a PEM file. `users`: names and passwords of those
    that may push; anybody may pull unless `private`."""

    def __init__(self, users=None, private=False, lifetime=300, auth=True, tls=True):
        self.users, self.private, self.lifetime = users or {"pusher": "secret"}, private, lifetime
        self.auth, self.tls = auth, tls
        self.folder = tempfile.mkdtemp(prefix="registry-")
        self.port, self.host = free_port(), None
        self.host = f"127.0.0.1:{self.port}"
        self.ca = self.folder + "/ca.crt"
        self.token_requests, self.hub_mode, self.hub_requests = [], None, 0
        self.servers, self.process = [], None

    def _tls(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                        "-keyout", self.folder + "/tls.key", "-out", self.ca], check=True, capture_output=True)

    def serve(self, handler):
        """A server of our own beside the registry, with its certificate. Returns its URL."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.ca, self.folder + "/tls.key")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.servers.append(server)
        return f"http{'s' if self.tls else ''}://127.0.0.1:{server.server_address[1]}"

    def _token_handler(self):
        registry = self

        class TokenHandler(Handler):
            def do_GET(self):
                query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
                user, password = "", ""
                if self.headers.get("Authorization", "").startswith("Basic "):
                    user, _, password = base64.b64decode(self.headers["Authorization"][6:]).decode().partition(":")
                known = bool(user) and registry.users.get(user) == password
                if user and not known:
                    return self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "incorrect user name or password"}]})
                _, name, _ = (query.get("scope", ["repository::"])[0].split(":") + ["", ""])[:3]
                actions = ["pull", "push"] if known else [] if registry.private else ["pull"]
                registry.token_requests.append((user, query.get("scope", [""])[0]))
                self.answer(200, {"token": registry.tokens.token(name, actions, registry.lifetime), "expires_in": registry.lifetime})
        return TokenHandler

    def _hub_handler(self):
        registry = self

        class HubHandler(Handler):
            def do_GET(self):
                registry.hub_requests += 1
                if registry.hub_mode:
                    return self.answer(*registry.hub_mode)
                parts = self.path.split("/")  # /v2/namespaces/NS/repositories/REPO/tags/TAG
                if len(parts) != 8 or parts[2] != "namespaces":
                    return self.answer(404, {"message": "page not found"})
                found = registry.manifest(f"{parts[3]}/{parts[5]}", parts[7])
                if found is None:
                    return self.answer(404, {"message": "httperror 404: tag not found", "errinfo": {}})
                document, digest = found
                images = [{"architecture": m["platform"]["architecture"], "os": m["platform"]["os"], "variant": None, "features": None,
                           "digest": m["digest"], "size": m["size"], "status": "active", "last_pushed": None}
                          for m in document.get("manifests", [])]
                if "manifests" not in document:
                    images = [{"architecture": "amd64", "os": "linux", "digest": digest, "status": "active"}]
                self.answer(200, {"name": parts[7], "digest": digest, "images": images, "tag_status": "active",
                                  "tag_last_pushed": "2026-11-05T04:12:00.123456Z", "last_updated": "2026-11-05T04:12:00.123456Z"})
        return HubHandler

    def __enter__(self):
        self._tls()
        self.tokens = Tokens(self.folder)
        self.token_url = self.serve(self._token_handler())
        self.hub = self.serve(self._hub_handler())
        tls = f"  tls: {{certificate: {self.ca}, key: {self.folder}/tls.key}}\n" if self.tls else ""
        auth = (f"auth:\n  token: {{realm: '{self.token_url}/token', service: registry, issuer: test, "
                f"rootcertbundle: {self.tokens.certificate}}}\n") if self.auth else ""
        with open(self.folder + "/config.yml", "w", encoding="ascii") as file:
            file.write(f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
                       f"storage:\n  filesystem: {{rootdirectory: {self.folder}/storage}}\n  delete: {{enabled: true}}\n"
                       f"validation: {{manifests: {{urls: {{allow: ['.*']}}}}}}\nhttp:\n  addr: '{self.host}'\n{tls}{auth}")
        with open(self.folder + "/log", "w", encoding="ascii") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", self.folder + "/config.yml"], stdout=log, stderr=log)
        for _ in range(500):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            if self.process.poll() is not None:
                raise SystemExit("docker-registry does not start: " + open(self.folder + "/log", encoding="utf-8").read())
            time.sleep(0.02)
        os.makedirs(self.folder + "/certs")
        shutil.copy(self.ca, self.folder + "/certs/ca.crt")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        for server in self.servers:
            server.shutdown()
            server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, repository, path, body=None, headers=None, url=None):
        """With a token that may do everything; returns the answer, which may be an error's."""
        target = url or f"http{'s' if self.tls else ''}://{self.host}/v2/{repository}/{path}"
        request = urllib.request.Request(target, data=body, method=method, headers=headers or {})
        if self.auth:
            request.add_header("Authorization", "Bearer " + self.tokens.token(repository, ["pull", "push", "delete"], 300))
        context = ssl.create_default_context(cafile=self.ca) if self.tls else None
        try:
            return urllib.request.urlopen(request, context=context)
        except urllib.error.HTTPError as error:
            return error

    def manifest(self, repository, tag):
        answer = self.request("GET", repository, "manifests/" + tag, headers={"Accept": ACCEPT})
        return None if answer.status != 200 else (json.loads(answer.read()), answer.headers["Docker-Content-Digest"])

    def put_blob(self, repository, data):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        if self.request("HEAD", repository, "blobs/" + digest).status == 200:
            return digest
        place = self.request("POST", repository, "blobs/uploads/", body=b"").headers["Location"]
        place += ("&" if "?" in place else "?") + "digest=" + urllib.parse.quote(digest)
        answer = self.request("PUT", repository, "", body=data, url=place, headers={"Content-Type": "application/octet-stream"})
        assert answer.status == 201, (answer.status, answer.read())
        return digest

    def put_manifest(self, repository, tag, document, media_type):
        text = document if isinstance(document, bytes) else json.dumps(document).encode()
        answer = self.request("PUT", repository, "manifests/" + tag, body=text, headers={"Content-Type": media_type})
        assert answer.status == 201, (answer.status, answer.read())
        return "sha256:" + hashlib.sha256(text).hexdigest()

    def skopeo(self, *arguments):
        """skopeo copy with what this registry needs."""
        flags = ["--dest-cert-dir", self.folder + "/certs"] if self.tls else ["--dest-tls-verify=false"]
        credentials = ["--dest-creds", ":".join(next(iter(self.users.items())))] if self.auth else []
        subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", *flags, *credentials, *arguments], check=True)
