# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP of the GitHub in github_facade.py: faults that were asked for, rate limits, ETags, and connections that end where
they should not."""
import hashlib
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DOCS = "https://docs.github.com/rest"


class Refusal(Exception):
    def __init__(self, status, message, errors=None, headers=None):
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.body = {"message": message, "documentation_url": DOCS, **({"errors": errors} if errors else {})}


def invalid(message, resource="PullRequest"):
    return Refusal(422, "Validation Failed", [{"resource": resource, "code": "custom", "message": message}])


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that has gone, by a kill or because it has had enough, is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*_)


class LastLine:
    def __init__(self, stream):
        self.stream, self.last = stream, b""

    def readline(self, *limit):
        self.last = self.stream.readline(*limit)
        return self.last


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    facade = None  # set by Facade

    def log_message(self, *_):
        pass

    def parse_request(self):
        stream, self.rfile = self.rfile, LastLine(self.rfile)
        parsed = super().parse_request()
        ended, self.rfile = self.rfile.last in (b"\r\n", b"\n"), stream
        return parsed and ended  # else the client is gone in the middle of the headers

    def handle_one(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the client is gone
            return self.hang_up()
        fault = self.facade.fault_for(f"{self.command} {self.path}") or {}
        if "action" in fault:
            fault["action"]()
        if fault.get("drop") == "before":
            return self.hang_up()
        if "status" in fault:
            return self.send(fault["status"], fault.get("body", b"{}"), fault.get("headers", {}),
                             fault.get("content_type", "application/json; charset=utf-8"))
        with self.facade.lock:
            self.facade.remaining -= 1
            try:
                status, document, headers = self.facade.answer(self.command, self.path, self.headers, body)
            except Refusal as refusal:
                status, document, headers = refusal.status, refusal.body, refusal.headers
            self.facade.mistakes += self.facade.description.check_answer(self.command, self.path, status)
        if fault.get("drop") == "after":
            return self.hang_up()
        data = json.dumps(document).encode()
        etag = '"' + hashlib.sha256(data).hexdigest() + '"'
        if self.command == "GET" and status == 200:
            headers = {**headers, "ETag": etag}
            if self.headers.get("If-None-Match") == etag:
                self.facade.remaining += 1  # a 304 is free
                status, data = 304, b""
        return self.send(status, data, headers, "application/json; charset=utf-8", cut=fault.get("cut"))

    do_GET = do_POST = do_PATCH = handle_one

    def hang_up(self):
        self.close_connection = True

    def send(self, status, data, headers, content_type, cut=False):
        user = self.facade.tokens.get((self.headers.get("Authorization") or "").removeprefix("Bearer "), {})
        always = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": str(self.facade.remaining),
                  "X-RateLimit-Reset": str(int(time.time()) + 3600), "X-OAuth-Scopes": user.get("scopes", ""),
                  "Content-Type": content_type, "Content-Length": str(len(data))}
        if user.get("expires"):
            always["github-authentication-token-expiration"] = user["expires"]
        if status == 304:
            del always["Content-Length"]
        self.facade.log.append((self.command, self.path, status))
        try:
            self.send_response(status)
            for key, value in {**always, **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(data[:len(data) // 2] if cut else data)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        if cut:
            self.hang_up()
