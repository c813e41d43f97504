# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody who controls a published image could do to it, one thing at a time. Each function changes an Image."""
import copy
import gzip
import json
import struct
import tarfile

from image_file import CONFIG, INDEX, LAYER, MANIFEST, digest, entry, tar_of, zstd

FOLDER = "etc/subject"  # of the overlay that verify-mutations builds: see SUBJECT there
XATTR = "SCHILY.xattr.security.capability"
CAPABILITY = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0).decode("latin-1")


def on_entry(name, change):
    """Change one entry: change(entries, index)."""
    def mutate(image):
        layer = image.layer_of(name)
        entries = image.entries(layer)
        change(entries, next(i for i, e in enumerate(entries) if e[0].name == name))
        image.set_entries(entries, layer)
    return mutate


def content(data):
    def change(entries, i):
        entries[i] = [entries[i][0], data(entries[i][1])]
        entries[i][0].size = len(entries[i][1])
    return change


def attribute(**values):
    def change(entries, i):
        for key, value in values.items():
            setattr(entries[i][0], key, value(getattr(entries[i][0], key)) if callable(value) else value)
            entries[i][0].pax_headers.pop({"name": "path", "linkname": "linkpath"}.get(key, key), None)
    return change


def replace(*new):
    def change(entries, i):
        entries[i:i + 1] = new
    return change


def beside(*new):
    def change(entries, i):
        entries[i + 1:i + 1] = new
    return change


def before(*new):
    def change(entries, i):
        entries[i:i] = new
    return change


def pax(**headers):
    def change(entries, i):
        entries[i][0].pax_headers = {**entries[i][0].pax_headers, **{k.replace("__", "."): v for k, v in headers.items()}}
    return change


def layer_on_top(*entries):
    def mutate(image):
        image.layers.append(tar_of(entries))
    return mutate


def config(**values):
    return lambda image: image.config["config"].update(values)


def top(**values):
    return lambda image: image.config.update(values)


def raw(change, layer=-1):
    def mutate(image):
        image.layers[layer] = change(image.layers[layer])
    return mutate


def raw_header(name, type_flag, size=0, magic=b"ustar\x0000", mode=b"0000644", tail=b"", link=b""):
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:100 + len(mode)] = mode
    block[108:115], block[116:123] = b"0000000", b"0000000"
    block[124:135], block[136:147] = b"%011o" % size, b"15221533134"
    block[156:157], block[257:265] = type_flag, magic
    block[157:157 + len(link)] = link
    block[512 - len(tail):] = tail
    block[148:156] = b"        "
    block[148:155] = b"%06o\0" % sum(block)
    return bytes(block)


def records(**headers):
    out = b""
    for key, value in headers.items():
        body = b" " + key.replace("__", ".").encode() + b"=" + value.encode() + b"\n"
        n = len(body) + 1
        while n != len(str(n)) + len(body):
            n = len(str(n)) + len(body)
        out += str(n).encode() + body
    return out


def block(data):
    return data + bytes(-len(data) % 512)


def end_of(tar):
    """Where its end begins."""
    return len(tar.rstrip(b"\0")) + (-len(tar.rstrip(b"\0")) % 512)


def at_end(data):
    """More entries, before the archive's end."""
    return raw(lambda tar: tar[:end_of(tar)] + data + bytes(1024))


def after_end(data):
    return raw(lambda tar: tar[:end_of(tar)] + bytes(1024) + data)


def index_of(platforms, more=()):
    def wrap(registry, repository, manifest):
        entries = [{**manifest, "platform": p} for p in platforms]
        return {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries + list(more)}
    return wrap


def wrapped(*platforms):
    def mutate(image):
        image.wrap = index_of(platforms)
    return mutate


def edited(change):
    def mutate(image):
        image.edit_layers = change
    return mutate


def text(change):
    def mutate(image):
        image.edit_text = change
    return mutate


def bad_diff_id(image):
    image.config["rootfs"]["diff_ids"] = [digest(t) for t in image.layers[:-1]] + [digest(b"another")]
    image.keep_diff_ids = True


def bad_history(image):
    image.config.update(history=[{"created_by": "test"}] * 9)
    image.config["rootfs"]["diff_ids"] = [digest(t) for t in image.layers]
    image.keep_diff_ids = True


def split(image, first, second):
    """The last layer as two, given back in the order asked for."""
    entries = image.entries(len(image.layers) - 1)
    half = len(entries) // 2
    parts = [tar_of(entries[:half]), tar_of(entries[half:])]
    image.layers[-1:] = [parts[first], parts[second]]


def older_on_top(image):
    """Two layers with the same file, in the wrong order."""
    image.layers.append(tar_of([entry("etc", kind=tarfile.DIRTYPE, mode=0o700)]))


def removed_everywhere(image):
    for number in range(len(image.layers)):
        image.set_entries([e for e in image.entries(number) if e[0].name != D], number)


def hidden_member(image):
    """A second gzip member behind the first: more of the archive to some, nothing to others."""
    tar = image.layers[-1]
    image.blobs[len(image.layers) - 1] = gzip.compress(tar, 1) + gzip.compress(tar_of([entry("etc/hidden", b"x")]), 1)


def bomb(image):
    image.layers.append(tar_of([entry("etc/zeros", bytes(300_000_000))]))


def own_copy(entries, i):
    """The link becomes a file of its own, with all that it had in common with the other."""
    member, data = next(e for e in entries if e[0].name == H1)
    copied = copy.copy(member)
    copied.name = entries[i][0].name
    entries[i] = [copied, data]


def without_xattrs(entries, i):
    entries[i][0].pax_headers = {k: v for k, v in entries[i][0].pax_headers.items() if not k.startswith("SCHILY.xattr.")}


F, D, L = (FOLDER + "/" + name for name in ("file", "folder", "link"))
H1, H2 = "usr/bin/gunzip", "usr/bin/uncompress"  # one file
PING = "usr/bin/ping"  # has a capability
EVIL = b"#!/bin/sh\nid\n"
FOREIGN = ["https://127.0.0.1:1/layer.tar.gz"]
AMD64 = {"os": "linux", "architecture": "amd64"}

MUTATIONS = {
    # files
    "flipped-bit": on_entry(F, content(lambda c: bytes([c[0] ^ 1]) + c[1:])),
    "last-bit": on_entry(F, content(lambda c: c[:-1] + bytes([c[-1] ^ 128]))),
    "one-byte-more": on_entry(F, content(lambda c: c + b"\n")),
    "emptied": on_entry(F, content(lambda c: b"")),
    "added-file": on_entry(F, beside(entry(FOLDER + "/new", EVIL))),
    "added-setuid": on_entry(F, beside(entry("usr/bin/.x", EVIL, mode=0o4755))),
    "added-folder": on_entry(F, beside(entry(FOLDER + "/new", kind=tarfile.DIRTYPE))),
    "added-hard-link": on_entry(F, beside(entry(FOLDER + "/new", kind=tarfile.LNKTYPE, linkname=F, mtime=1793836800))),
    "added-device": on_entry(F, beside(entry("dev/x", kind=tarfile.CHRTYPE, devmajor=1, devminor=1))),
    "overlay-whiteout-device": on_entry(F, replace(entry(F, kind=tarfile.CHRTYPE))),
    "added-fifo": on_entry(F, beside(entry(FOLDER + "/new", kind=tarfile.FIFOTYPE))),
    "removed-file": on_entry(F, replace()),
    "removed-folder": removed_everywhere,
    "owner": on_entry(F, attribute(uid=1)),
    "group": on_entry(F, attribute(gid=42)),
    "big-owner": on_entry(F, attribute(uid=3_000_000_000)),
    "mode": on_entry(F, attribute(mode=0o666)),
    "setuid": on_entry(F, attribute(mode=0o4644)),
    "folder-mode": on_entry(D, attribute(mode=0o777)),
    "sticky": on_entry(D, attribute(mode=0o1755)),
    "mtime": on_entry(F, attribute(mtime=lambda t: int(t) + 1)),
    "mtime-fraction": on_entry(F, attribute(mtime=lambda t: int(t) + 0.5)),
    "folder-mtime": on_entry(D, attribute(mtime=lambda t: int(t) - 1)),
    "link-target": on_entry(L, attribute(linkname="/tmp/file")),
    "link-target-slash": on_entry(L, attribute(linkname="file/")),
    "xattr": on_entry(F, pax(**{XATTR: CAPABILITY})),
    "xattr-removed": on_entry(PING, without_xattrs),
    "xattr-changed": on_entry(PING, pax(**{XATTR: CAPABILITY.replace("\x20", "\x21")})),
    "user-xattr": on_entry(F, pax(SCHILY__xattr__user__x="y")),
    "opaque-xattr": on_entry(D, pax(SCHILY__xattr__trusted__overlay__opaque="y")),
    "file-to-link": on_entry(F, replace(entry(F, kind=tarfile.SYMTYPE, linkname="/etc/passwd"))),
    "link-to-file": on_entry(L, replace(entry(L, b"file"))),
    "case-only-rename": on_entry(F, attribute(name=FOLDER + "/File")),
    "other-unicode-form": on_entry(FOLDER + "/\u00e9", attribute(name=FOLDER + "/e\u0301")),
    "blank-at-end": on_entry(F, attribute(name=F + " ")),
    "hard-link-broken": on_entry(H2, own_copy),
    "hard-link-made": on_entry(FOLDER + "/copy-2", replace(entry(FOLDER + "/copy-2", kind=tarfile.LNKTYPE, linkname=FOLDER + "/copy-1",
                                                                 mtime=1793836800))),
    "hard-link-elsewhere": on_entry(H2, attribute(linkname=F)),
    "hard-link-mode": on_entry(H2, attribute(mode=0o4755)),
    "hard-link-xattr": on_entry(H2, pax(**{XATTR: CAPABILITY})),
    "root-mode": on_entry(F, before(entry("./", kind=tarfile.DIRTYPE, mode=0o777))),
    # layers
    "layer-on-top": layer_on_top(entry("etc/subject", kind=tarfile.DIRTYPE), entry(F, b"other\n")),
    "whiteout-on-top": layer_on_top(entry(FOLDER + "/.wh.file")),
    "whiteout-of-folder": layer_on_top(entry("etc/.wh.subject")),
    "opaque-on-top": layer_on_top(entry(FOLDER + "/.wh..wh..opq")),
    "opaque-then-file": layer_on_top(entry(FOLDER + "/.wh..wh..opq"), entry(F, EVIL)),
    "swapped-layers": older_on_top,
    "truncated-layer": raw(lambda tar: tar[:len(tar) // 2 + 100]),
    "cut-at-entry": lambda image: image.set_entries(image.entries(len(image.layers) - 1)[:-1], len(image.layers) - 1),
    "missing-layer": lambda image: image.layers.__setitem__(slice(-1, None), [] if len(image.layers) > 1 else [tar_of([])]),
    "bomb": bomb,
    # what readers of tars do not agree on
    "entry-twice": on_entry(F, before(entry(F, EVIL, mode=0o4755))),
    "entry-twice-dotted": on_entry(F, before(entry("./" + F, EVIL))),
    "entry-twice-slashes": on_entry(F, before(entry("etc//subject/file", EVIL))),
    "dot-dot": on_entry(F, beside(entry("etc/subject/folder/../file", EVIL))),
    "dot-dot-outside": on_entry(F, beside(entry("../etc/cron.d/x", EVIL))),
    "absolute": on_entry(F, beside(entry("/etc/subject/file", EVIL))),
    "through-symlink": layer_on_top(entry("etc/subject/to-folder/inside", EVIL)),
    "whiteout-through-symlink": layer_on_top(entry("etc/subject/to-folder/.wh.inside")),
    "whiteout-and-entry": layer_on_top(entry(FOLDER + "/.wh.file"), entry(F, b"content of the file\n")),
    "entry-and-whiteout": layer_on_top(entry(F, b"content of the file\n", mtime=1793836800), entry(FOLDER + "/.wh.file")),
    "whiteout-with-content": layer_on_top(entry(FOLDER + "/.wh.none", b"x")),
    "aufs-name": layer_on_top(entry(".wh..wh.plnk", kind=tarfile.DIRTYPE)),
    "folder-nobody-describes": layer_on_top(entry("srv/a/b", b"")),
    "path-twice-in-pax": at_end(raw_header(b"pax", b"x", len(records(path="a") * 2)) + block(records(path="a") + records(path="b"))
                                + raw_header(b"c", b"0")),
    "pax-size": at_end(raw_header(b"pax", b"x", len(records(size="512"))) + block(records(size="512")) + raw_header(b"c", b"0") + bytes(512)),
    "size-and-link": at_end(raw_header(b"c", b"2", 512, link=b"x") + raw_header(b"etc/hidden", b"0")),
    "global-header": at_end(raw_header(b"g", b"g", len(records(path="x"))) + block(records(path="x"))),
    "sparse": at_end(raw_header(b"pax", b"x", len(records(GNU__sparse__major="1"))) + block(records(GNU__sparse__major="1")) + raw_header(b"c", b"0")),
    "old-sparse": at_end(raw_header(b"c", b"S", magic=b"ustar  \0")),
    "libarchive-xattr": at_end(raw_header(b"pax", b"x", len(records(LIBARCHIVE__xattr__a="eA"))) + block(records(LIBARCHIVE__xattr__a="eA"))
                               + raw_header(b"c", b"0")),
    "mode-of-folder": at_end(raw_header(b"c", b"0", mode=b"0040755")),
    "file-with-slash": at_end(raw_header(b"c/", b"0")),
    "no-magic": at_end(raw_header(b"c", b"0", magic=bytes(8))),
    "star": at_end(raw_header(b"c", b"0", tail=b"tar\0")),
    "after-the-end": after_end(raw_header(b"etc/hidden", b"0") + bytes(1024)),
    "after-one-zero-block": raw(lambda tar: tar[:end_of(tar)] + bytes(512) + raw_header(b"etc/hidden", b"0") + bytes(1024)),
    "no-end": raw(lambda tar: tar[:end_of(tar)]),
    "second-gzip-member": hidden_member,
    # configuration
    "cmd": config(Cmd=["/bin/sh", "-c", "id"]),
    "entrypoint": config(Entrypoint=["/tmp/x"]),
    "env": config(Env=["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "LD_PRELOAD=/x.so"]),
    "env-path": config(Env=["PATH=/tmp:/usr/bin", "LANG=C.UTF-8"]),
    "env-twice": config(Env=["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "LANG=C"]),
    "env-missing": config(Env=["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]),
    "user": config(User="1000"),
    "working-dir": config(WorkingDir="/tmp"),
    "label": config(Labels={"maintainer": "somebody"}),
    "onbuild": config(OnBuild=["RUN id"]),
    "healthcheck": config(Healthcheck={"Test": ["CMD-SHELL", "id"]}),
    "volumes": config(Volumes={"/etc": {}}),
    "ports": config(ExposedPorts={"22/tcp": {}}),
    "stop-signal": config(StopSignal="SIGUSR1"),
    "shell": config(Shell=["/tmp/x", "-c"]),
    "other-case-of-cmd": config(cmd=["/tmp/x"]),
    "architecture": top(architecture="arm64"),
    "system": top(os="windows"),
    "diff-id": bad_diff_id,
    "history": bad_history,
    # manifest and index
    "foreign-layer": edited(lambda layers: layers[0].update(urls=FOREIGN)),
    "unknown-layer-type": edited(lambda layers: layers[0].update(mediaType="application/x-tar")),
    "layer-twice": edited(lambda layers: layers.append(dict(layers[0]))),
    "layers-in-other-case": text(lambda t: t[:-1] + ', "Layers": []}'),
    "layers-in-unicode-case": text(lambda t: t[:-1] + ', "layer\u017f": []}'),
    "wrong-size": edited(lambda layers: layers[0].update(size=layers[0]["size"] + 1)),
    "other-architecture-in-index": lambda image: (image.config.update(architecture="arm64"), wrapped(AMD64)(image)),
    "two-of-one-architecture": wrapped(AMD64, {**AMD64, "variant": "v3"}),
}


def packed_with_zstd(image):
    image.pack, image.media_types = zstd, (MANIFEST, CONFIG, LAYER + "+zstd")


def plain(image):
    image.pack, image.media_types = (lambda tar: tar), (MANIFEST, CONFIG, LAYER)


def docker_types(image):
    image.media_types = ("application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.container.image.v1+json",
                         "application/vnd.docker.image.rootfs.diff.tar.gzip")


def with_attestation(image):
    def wrap(registry, repository, manifest):
        note = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
                           "config": {"mediaType": CONFIG, "digest": registry.put_blob(repository, b"{}"), "size": 2}}).encode()
        pushed = registry.put_manifest(repository, digest(note), note, MANIFEST)
        attestation = {"mediaType": MANIFEST, "digest": pushed, "size": len(note), "platform": {"os": "unknown", "architecture": "unknown"},
                       "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
        return index_of([AMD64], [attestation])(registry, repository, manifest)
    image.wrap = wrap


def added_and_removed(image):
    image.layers += [tar_of([entry("tmp/x", kind=tarfile.DIRTYPE), entry("tmp/x/y", b"y")]), tar_of([entry("tmp/.wh.x")])]


# The same tree in another form: no difference. Those that change blobs are differences to an OCI layout that is wanted.
HARMLESS = {"untouched": lambda image: None, "written-again": lambda image: image.set_entries(image.entries()),
            "two-layers": lambda image: split(image, 0, 1), "zstd": packed_with_zstd, "plain": plain,
            "docker-media-types": docker_types, "with-attestation": with_attestation, "added-and-removed": added_and_removed}
