# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP relay of ours that fails on purpose, for what a packet filter would need root and a kernel's help for. Real
servers stand behind it. After a number of bytes, counted over all its connections and both ways, it does one of:
cut (end of stream), reset (RST), refuse (no connection from then on for a while), slow (64 bytes a step for a while)."""
import select
import socket
import struct
import threading
import time

REFUSED_SECONDS, SLOW_STEPS, SLOW_BYTES, SLOW_SECONDS = 0.3, 40, 64, 0.01


class Relay:
    def __init__(self, target):
        self.target, self.passed, self.fault, self.until = target, 0, None, None
        self.lock = threading.Lock()
        self.listens = threading.Event()
        self.listens.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def fail(self, after, what):
        """Once, after so many more bytes."""
        with self.lock:
            self.fault, self.until = what, self.passed + after

    def heal(self):
        """No fault any more; waits until the relay listens again."""
        with self.lock:
            self.fault = None
        self.listens.wait()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # closing alone does not end accept()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, server), daemon=True).start()

    def _due(self, count):
        """The fault whose moment has come, and how many of `count` bytes may still pass."""
        with self.lock:
            if self.fault is None or self.passed + count < self.until:
                self.passed += count
                return None, count
            what, self.fault = self.fault, None
            before = max(0, self.until - self.passed)
            self.passed += before
            return what, before

    def _serve(self, client, server):
        other = {client: server, server: client}
        try:
            while True:
                for source in select.select(list(other), [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    what, count = self._due(len(data))
                    other[source].sendall(data[:count])
                    if what is not None and not self._strike(what, client, other[source], data[count:]):
                        return
        except OSError:
            pass
        finally:
            client.close()
            server.close()

    def _strike(self, what, client, to, rest):
        """Whether the connection goes on."""
        if what == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if what == "refuse":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.listens.clear()
            threading.Thread(target=self._refuse, daemon=True).start()
        if what != "slow":
            return False
        for start in range(0, min(len(rest), SLOW_STEPS * SLOW_BYTES), SLOW_BYTES):
            to.sendall(rest[start:start + SLOW_BYTES])
            time.sleep(SLOW_SECONDS)
        to.sendall(rest[SLOW_STEPS * SLOW_BYTES:])
        return True

    def _refuse(self):
        """Nobody listens for a while: connecting is refused."""
        self.close()
        time.sleep(REFUSED_SECONDS)
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.listens.set()
        self._accept()
