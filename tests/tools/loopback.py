# SPDX-License-Identifier: GPL-3.0-or-later
"""A real nginx on a loopback port, and a real proxy, for tests, proofs and benchmarks."""
import os
import shutil
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for_port(port, name):
    for _ in range(1000):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise SystemExit(name + " does not start")


class Nginx:
    """Serves a folder. `rate`: bytes a second of each connection, as nginx writes it ("500k")."""

    def __init__(self, root, rate="0"):
        self.folder = tempfile.mkdtemp(prefix="nginx-")
        os.chmod(root, 0o755)
        os.chmod(os.path.dirname(root), 0o755)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with open(self.folder + "/nginx.conf", "w", encoding="ascii") as file:
            file.write(f"""daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 256; }}
http {{ client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
  log_format sent '$uri $body_bytes_sent'; access_log access.log sent; sendfile on; keepalive_requests 10000;
  server {{ listen 127.0.0.1:{self.port}; root '{root}'; limit_rate {rate}; }} }}
""")
        self.process = None

    def __enter__(self):
        path = os.environ["PATH"] + ":/usr/sbin"
        self.process = subprocess.Popen(["nginx", "-p", self.folder, "-e", "error.log", "-c", "nginx.conf"],
                                        env={"PATH": path})
        wait_for_port(self.port, "nginx")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        """(path, bytes) of each answer since clear_log()."""
        time.sleep(0.02)
        with open(self.folder + "/access.log", encoding="utf-8") as file:
            return [(line.split()[0], int(line.split()[1])) for line in file]

    def clear_log(self):
        with open(self.folder + "/access.log", "w", encoding="utf-8"):
            pass


class Tinyproxy:
    """A forward proxy that takes `user` and `password`, and opens tunnels to one port alone."""

    def __init__(self, folder, to_port, user, password):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        os.makedirs(folder)
        with open(folder + "/tinyproxy.conf", "w", encoding="ascii") as file:
            file.write(f"""Port {self.port}
Listen 127.0.0.1
Allow 127.0.0.1
BasicAuth {user} {password}
ConnectPort {to_port}
Timeout 60
MaxClients 20
LogFile "{folder}/log"
LogLevel Connect
""")
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(["tinyproxy", "-d", "-c", self.folder + "/tinyproxy.conf"], stdout=subprocess.DEVNULL)
        wait_for_port(self.port, "tinyproxy")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def tunnels(self):
        """The host of each that was opened."""
        with open(self.folder + "/log", encoding="utf-8") as file:
            words = [line.split('"') for line in file if "Established connection to host" in line]
        return [line[1] for line in words]
