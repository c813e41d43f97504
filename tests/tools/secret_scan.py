# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for secrets in files and texts, in six encodings, by decoding everything that could be one.

    found = scan(folder, {"TOKEN": "gh-…"})      # {"state/journal.db: TOKEN, first half, in base64", ...}
    found = look(text.encode(), secrets)         # {"TOKEN, whole, in hex", ...}

A half of a secret counts, too: what was cut in the middle is half told."""
import base64
import os
import re
import sqlite3
import urllib.parse

ENCODINGS = ("plain", "percent", "json", "hex", "base64", "base64url")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _unescape(match):
    text = match[1]
    if text[:1] == b"u":
        return chr(int(text[1:], 16)).encode("utf-8", "surrogatepass")
    if text[:1] == b"x":
        return bytes([int(text[1:], 16)])
    return _ESCAPES.get(text, text)


def _hex(data):
    for run in re.findall(rb"[0-9a-fA-F]{12,}", data):
        for begin in (0, 1):
            part = run[begin:]
            yield bytes.fromhex(part[:len(part) // 2 * 2].decode())


def _base64(data, alphabet, last):
    for run in re.findall(rb"[A-Za-z0-9" + re.escape(alphabet) + rb"]{8,}", data):
        for begin in range(4):
            part = run[begin:]
            part = part[:len(part) - (len(part) % 4 == 1)]
            yield base64.b64decode(part + b"=" * (-len(part) % 4), last)


def _decoded(data):
    """(encoding, bytes): all that the data could mean."""
    yield "plain", data
    yield "percent", urllib.parse.unquote_to_bytes(data)
    yield "percent", urllib.parse.unquote_to_bytes(data.replace(b"+", b" "))
    yield "json", re.sub(rb"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^ux])", _unescape, data)
    yield "hex", b"\0".join(_hex(data))
    for name, alphabet, last in (("base64", b"+/", b"+/"), ("base64url", b"-_", b"-_")):
        yield name, b"\0".join(_base64(data, alphabet, last))
        yield name, b"\0".join(_base64(re.sub(rb"\r?\n|\\n", b"", data), alphabet, last))


def _pieces(secret):
    data = secret if isinstance(secret, bytes) else secret.encode()
    half = len(data) // 2
    return (("whole", data), ("first half", data[:half]), ("second half", data[half:]))


def look(data, secrets):
    return {f"{name}, {piece}, in {encoding}" for encoding, text in _decoded(data) for name, secret in secrets.items()
            for piece, part in _pieces(secret) if part in text}


def _rows(path):
    """The cells of a database: in its pages a text may be in two pieces."""
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield "\n".join(str(cell) for cell in row).encode()
        database.close()
    except sqlite3.Error as error:
        raise SystemExit(f"{path}: {error}") from error


def scan(folder, secrets, without=()):
    """Every file below the folder, its name included, but for what is below one of `without`."""
    found = set()
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if os.path.join(place, name) not in without]
        for path in (os.path.join(place, name) for name in names + folders):
            texts = [os.fsencode(os.path.relpath(path, folder))]
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    texts.append(file.read())
                if path.endswith(".db"):
                    texts.append(b"\n".join(_rows(path)))
            found |= {f"{os.path.relpath(path, folder)}: {what}" for text in texts for what in look(text, secrets)}
    return found


def written(secret, encoding):
    """The secret in that encoding, by somebody else's hand than the stage that leaks it."""
    data = secret.encode()
    return {"plain": lambda: data, "percent": lambda: urllib.parse.quote(secret, safe="").encode(),
            "json": lambda: "".join(f"\\u{c:04x}" for c in data).encode(), "hex": lambda: data.hex().upper().encode(),
            "base64": lambda: base64.b64encode(b"u:" + data), "base64url": lambda: base64.urlsafe_b64encode(b"u" + data)}[encoding]()


def blind(secrets):
    """The encodings in which this would not see one of the secrets: there must be none."""
    return [f"{name} in {encoding}" for name, secret in secrets.items() for encoding in ENCODINGS
            if not any(what.endswith(" in " + encoding) for what in look(b"x " + written(secret, encoding) + b" y", {name: secret}))]


def family(pid):
    """The process and all that it has started, as far as they live."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                parents[int(name)] = int(file.read().rsplit(b")", 1)[1].split()[1])
        except OSError:
            continue
    all_of_them = {pid}
    while more := {child for child, parent in parents.items() if parent in all_of_them} - all_of_them:
        all_of_them |= more
    return all_of_them


def command_of(pid):
    """Its command line; b"" if it is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


def shown_of(pid):
    """What everybody may read of a process, and what its user may."""
    out = b""
    for name in ("cmdline", "environ", "comm"):
        try:
            with open(f"/proc/{pid}/{name}", "rb") as file:
                out += file.read() + b"\n"
        except OSError:
            pass
    return out
