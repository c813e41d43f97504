#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real git servers on loopback: https (nginx, fcgiwrap, git http-backend) and ssh (sshd), each a context manager
that ends by process id, and bare repositories whose pre-receive hook refuses what GitHub refuses.

    with HttpsServer(folder) as server:          # server.url + "/x.git", server.ca_file, server.tokens
        make_bare(server.root + "/x.git")
    with SshServer(folder) as server:            # server.url + "/x.git", server.key, server.known_hosts

`git_servers.py FOLDER [x.git ...]` starts both, prints a JSON object that tells where they are, and serves until its
standard input ends.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from git_hooks import GITHUB_HOOK  # noqa: E402
from loopback import free_port, wait_for_port  # noqa: E402

PATH = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin"
# Nobody's git configuration takes part; the servers run as whoever runs the tests.
ENVIRONMENT = {"PATH": PATH, "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1"}


def run(*command, **more):
    return subprocess.run(command, check=True, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **more).stdout


def make_bare(path, hook=GITHUB_HOOK, protected=()):
    """A bare repository that takes pushes. `protected`: patterns of tags that nobody may make."""
    run("git", "init", "-q", "--bare", "-b", "main", path)
    run("git", "-C", path, "config", "http.receivepack", "true")
    run("git", "-C", path, "config", "uploadpack.allowFilter", "true")
    for pattern in protected:
        run("git", "-C", path, "config", "--add", "github.protectedTag", pattern)
    if hook:
        set_hook(path, "pre-receive", hook)
    return path


def set_hook(path, name, text):
    file = f"{path}/hooks/{name}"
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(file, 0o755)


class Authority:
    """A certificate authority, and certificates for 127.0.0.1 and localhost."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.ca_file = folder + "/ca.pem"
        if not os.path.exists(self.ca_file):
            self._self_signed("ca", "/CN=Test authority", ["-addext", "keyUsage=critical,keyCertSign,cRLSign"])

    def _self_signed(self, name, subject, more):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", subject, "-keyout", f"{self.folder}/{name}.key", "-out", f"{self.folder}/{name}.pem", *more)

    def certificate(self, kind):
        """"good", "mismatch" (another name), "expired", "self-signed": (certificate, key)."""
        files = (f"{self.folder}/{kind}.pem", f"{self.folder}/{kind}.key")
        names = "DNS:elsewhere.example" if kind == "mismatch" else "DNS:localhost,IP:127.0.0.1"
        if kind == "self-signed":
            self._self_signed(kind, "/CN=localhost", ["-addext", f"subjectAltName={names}"])
            return files
        run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=git", "-keyout", files[1], "-out", f"{self.folder}/{kind}.csr")
        with open(f"{self.folder}/{kind}.ext", "w", encoding="ascii") as file:
            file.write(f"subjectAltName={names}\n")
        run("openssl", "x509", "-req", "-in", f"{self.folder}/{kind}.csr", "-CA", self.ca_file, "-CAkey",
            f"{self.folder}/ca.key", "-days", "-1" if kind == "expired" else "2", "-extfile",
            f"{self.folder}/{kind}.ext", "-out", files[0])
        return files


def end(process, group=False):
    if process is None or process.poll() is not None:
        return
    if group:  # fcgiwrap forks its children before they are needed, and leaves them behind
        os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class HttpsServer:
    """Serves the repositories below FOLDER/repositories.

    Users are names of basic authentication: `tokens` maps a name to its password, which is a token; what
    `readers` names may fetch and gets 403 for a push. `anonymous_read`: fetching needs no token. `certificate`:
    see Authority. `answer_seconds`: after so long the server gives up waiting for git (504). `max_body`: as
    nginx writes sizes; a larger push gets 413.
    """

    def __init__(self, folder, tokens=None, readers=("reader",), certificate="good", anonymous_read=False,
                 answer_seconds=60, max_body="2g"):
        self.folder = folder
        self.root = folder + "/repositories"
        self.tokens = tokens or {"x-access-token": "good-token", "user": "pass:wörd", "reader": "read-token"}
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.authority = Authority(folder + "/tls")
        self.ca_file = self.authority.ca_file
        self._files = self.authority.certificate(certificate)
        self._settings = {"anonymous_read": anonymous_read, "answer_seconds": answer_seconds, "max_body": max_body,
                          "readers": readers}
        self._nginx = self._fcgiwrap = None
        os.makedirs(self.root, exist_ok=True)
        os.makedirs(folder + "/nginx", exist_ok=True)

    # ------------------------------------------------------------------ life

    def __enter__(self):
        self._write_users()
        self._write_configuration()
        # The socket's path is relative: one longer than 107 bytes cannot be.
        socket = self.folder + "/nginx/fcgi.sock"
        if os.path.exists(socket):
            os.unlink(socket)
        self._fcgiwrap = subprocess.Popen(["fcgiwrap", "-c", "4", "-s", "unix:fcgi.sock"], cwd=self.folder + "/nginx",
                                          env=ENVIRONMENT, start_new_session=True, stderr=subprocess.DEVNULL)
        self.start_front()
        return self

    def __exit__(self, *_):
        self.resume()
        end(self._nginx)
        end(self._fcgiwrap, group=True)

    def start_front(self):
        self._nginx = subprocess.Popen(["nginx", "-p", self.folder + "/nginx/", "-e", "error.log", "-c", "nginx.conf"],
                                       cwd=self.folder + "/nginx", env={"PATH": PATH})
        wait_for_port(self.port, "nginx")

    def drop_front(self):
        """Kill nginx as it is: every connection is lost, git behind it goes on."""
        self._nginx.kill()
        self._nginx.wait()

    def pause(self):
        """The server hangs: connections stay open, and nothing is read or written."""
        self._nginx.send_signal(signal.SIGSTOP)

    def resume(self):
        if self._nginx.poll() is None:
            self._nginx.send_signal(signal.SIGCONT)

    # ------------------------------------------------------------------ what it has seen

    def log(self):
        """{method, uri, status, user, received, sent} of each request since clear_log(), received and sent in
        bytes. A request is logged when it has ended."""
        with open(self.folder + "/nginx/access.log", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def clear_log(self):
        with open(self.folder + "/nginx/access.log", "w", encoding="utf-8"):
            pass

    # ------------------------------------------------------------------ configuration

    def _write_users(self):
        with open(self.folder + "/nginx/users", "w", encoding="utf-8") as file:
            for name, password in self.tokens.items():
                file.write(f"{name}:{run('openssl', 'passwd', '-apr1', '-salt', 'saltsalt', password).strip()}\n")

    def _write_refusal(self):
        with open(self.folder + "/nginx/refuse", "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nprintf 'Status: 403\\r\\nContent-Type: text/plain\\r\\n\\r\\n'\n"
                       "echo \"Permission to $PATH_INFO denied to $REMOTE_USER.\"\n")
        os.chmod(self.folder + "/nginx/refuse", 0o755)

    def _write_configuration(self):
        settings = self._settings
        certificate, key = self._files
        backend = run("git", "--exec-path").strip() + "/git-http-backend"
        readers = "".join(f"\"~^1{name}:\" '{self.folder}/nginx/refuse'; " for name in settings["readers"])
        self._write_refusal()
        needed = '"~git-receive-pack$" git; default off;' if settings["anonymous_read"] else "default git;"
        with open(self.folder + "/nginx/nginx.conf", "w", encoding="utf-8") as file:
            file.write(f"""daemon off; master_process off; pid nginx.pid; error_log error.log info;
events {{ worker_connections 256; }}
http {{ client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
  log_format json escape=json '{{"method": "$request_method", "uri": "$request_uri", "status": $status, '
    '"user": "$remote_user", "received": $request_length, "sent": $body_bytes_sent}}';
  access_log access.log json;
  map "$request_uri" $realm {{ {needed} }}
  map "$remote_user:$request_uri" $pushes {{ "~git-receive-pack$" 1; default ""; }}
  map "$pushes$remote_user:" $program {{ {readers} default {backend}; }}
  server {{ listen 127.0.0.1:{self.port} ssl http2; server_name localhost;
    ssl_certificate '{certificate}'; ssl_certificate_key '{key}';
    client_max_body_size {settings["max_body"]}; fastcgi_request_buffering off; fastcgi_buffering off;
    fastcgi_read_timeout {settings["answer_seconds"]}s;
    location / {{
      auth_basic $realm; auth_basic_user_file users;
      fastcgi_pass unix:fcgi.sock;
      fastcgi_param SCRIPT_FILENAME $program;
      fastcgi_param GIT_PROJECT_ROOT '{self.root}'; fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO $uri; fastcgi_param REMOTE_USER $remote_user; fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param GIT_PROTOCOL $http_git_protocol; fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
    }}
  }} }}
""")


class SshServer:
    """Serves the same kind of folder over ssh. `key` may push; `read_key` is a read-only deploy key; `other_key`
    is one the server does not know. `known_hosts` has the server's key, `wrong_hosts` another one for it."""

    def __init__(self, folder, root=None):
        self.folder = folder
        self.root = root or folder + "/repositories"
        self.port = free_port()
        self.url = f"ssh://{run('id', '-un').strip()}@localhost:{self.port}{self.root}"
        self.known_hosts, self.wrong_hosts = folder + "/ssh/known_hosts", folder + "/ssh/wrong_hosts"
        self.log_file = folder + "/ssh/sshd.log"
        self._sshd = self._agent = None
        os.makedirs(self.root, exist_ok=True)
        os.makedirs(folder + "/ssh", exist_ok=True)
        self.key, self.read_key, self.other_key = (self._make_key(name) for name in ("key", "read_key", "other_key"))
        self._write_hosts()

    def _make_key(self, name, kind="ed25519"):
        path = f"{self.folder}/ssh/{name}"
        if not os.path.exists(path):
            run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", path)
        return path

    def _public(self, path):
        with open(path + ".pub", encoding="ascii") as file:
            return file.read().strip()

    def _write_hosts(self):
        for file, key in ((self.known_hosts, self._make_key("host")), (self.wrong_hosts, self.other_key)):
            with open(file, "w", encoding="ascii") as out:
                out.write(f"[localhost]:{self.port} {' '.join(self._public(key).split()[:2])}\n")

    def __enter__(self):
        self._write_configuration()
        if os.getuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)  # where sshd gives up its privileges
        self._sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-E", self.log_file, "-f",
                                       self.folder + "/ssh/sshd_config"], env=ENVIRONMENT, start_new_session=True)
        wait_for_port(self.port, "sshd")
        return self

    def __exit__(self, *_):
        end(self._agent)
        end(self._sshd)

    def start_agent(self, key=None):
        """An agent that holds the key; the path of its socket."""
        socket = self.folder + "/ssh/agent"
        self._agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        for _ in range(500):
            if os.path.exists(socket):
                break
            time.sleep(0.01)
        subprocess.run(["ssh-add", "-q", key or self.key], check=True, env={**ENVIRONMENT, "SSH_AUTH_SOCK": socket})
        return socket

    def _write_configuration(self):
        # What git runs on a server: 'git-receive-pack' and the like, a path, and nothing else.
        command = self.folder + "/ssh/command"
        with open(command, "w", encoding="ascii") as file:
            file.write("""#!/bin/sh
export PATH HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1
case $1,$SSH_ORIGINAL_COMMAND in
read,git-receive-pack*) echo "ERROR: The key you are authenticating with has been marked as read only." >&2; exit 1 ;;
*,git-receive-pack*|*,git-upload-pack*) exec git shell -c "$SSH_ORIGINAL_COMMAND" ;;
*) echo "only git" >&2; exit 1 ;;
esac
""")
        os.chmod(command, 0o755)
        with open(self.folder + "/ssh/authorized_keys", "w", encoding="ascii") as file:
            for word, key in (("write", self.key), ("read", self.read_key)):
                file.write(f'restrict,command="{command} {word}" {self._public(key)}\n')
        with open(self.folder + "/ssh/sshd_config", "w", encoding="ascii") as file:
            file.write(f"""ListenAddress 127.0.0.1
Port {self.port}
HostKey {self.folder}/ssh/host
AuthorizedKeysFile {self.folder}/ssh/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
""")


def main():
    folder = os.path.abspath(sys.argv[1])
    os.makedirs(folder, exist_ok=True)
    with HttpsServer(folder) as https, SshServer(folder, https.root) as ssh:
        for name in sys.argv[2:]:
            make_bare(f"{https.root}/{name}")
        print(json.dumps({"https": https.url, "ca_file": https.ca_file, "tokens": https.tokens, "ssh": ssh.url,
                          "root": https.root, "key": ssh.key, "known_hosts": ssh.known_hosts}), flush=True)
        sys.stdin.read()
    shutil.rmtree(folder + "/nginx", ignore_errors=True)


if __name__ == "__main__":
    main()
