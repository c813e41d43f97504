# SPDX-License-Identifier: GPL-3.0-or-later
"""An OCI image in memory: its layers' tars, configuration and manifest, to be changed and pushed."""
import copy
import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def zstd(data):
    return subprocess.run(["zstd", "-q", "-3"], input=data, stdout=subprocess.PIPE, check=True).stdout


class Image:
    """`layers` are plain tars. What is in `blobs` is pushed as it is instead of a layer's tar, packed."""

    def __init__(self, layout):
        def blob(descriptor):
            with open(layout + "/blobs/" + descriptor["digest"].replace(":", "/"), "rb") as file:
                return file.read()
        with open(layout + "/index.json", encoding="utf-8") as file:
            manifest = json.loads(blob(json.load(file)["manifests"][0]))
        self.config = json.loads(blob(manifest["config"]))
        self.layers = [gzip.decompress(blob(layer)) for layer in manifest["layers"]]
        self.media_types = (MANIFEST, CONFIG, LAYER + "+gzip")
        self.pack = lambda tar: gzip.compress(tar, 1, mtime=0)
        self.blobs, self.extra, self.wrap = {}, {}, None
        self.keep_diff_ids, self.edit_layers, self.edit_text = False, None, None

    def copy(self):
        return copy.copy(self).fresh()

    def fresh(self):
        self.layers, self.blobs, self.extra = list(self.layers), dict(self.blobs), dict(self.extra)
        self.config = copy.deepcopy(self.config)
        return self

    def entries(self, layer=0):
        """[TarInfo, content or None] of a layer, to be changed and given back to set_entries()."""
        found = []
        with tarfile.open(fileobj=io.BytesIO(self.layers[layer])) as tar:
            for member in tar:
                found.append([member, tar.extractfile(member).read() if member.isreg() else None])
        return found

    def set_entries(self, entries, layer=0):
        self.layers[layer] = tar_of(entries)

    def layer_of(self, path):
        """The last layer that has it."""
        for number in reversed(range(len(self.layers))):
            if any(e[0].name == path for e in self.entries(number)):
                return number
        raise KeyError(path)

    def push(self, registry, repository, tag):
        """Returns the blobs' digests, layers first."""
        manifest_type, config_type, layer_type = self.media_types
        packed = [self.blobs.get(i, None) or self.pack(tar) for i, tar in enumerate(self.layers)]
        if not self.keep_diff_ids:
            self.config["rootfs"]["diff_ids"] = [digest(tar) for tar in self.layers]
            if "history" in self.config and len(self.layers) != sum(not h.get("empty_layer") for h in self.config["history"]):
                self.config["history"] = [{"created_by": "test"} for _ in self.layers]
        config = json.dumps(self.config).encode()
        layers = [{"mediaType": layer_type, "digest": registry.put_blob(repository, data), "size": len(data)} for data in packed]
        if self.edit_layers:
            self.edit_layers(layers)
        manifest = {"schemaVersion": 2, "mediaType": manifest_type,
                    "config": {"mediaType": config_type, "digest": registry.put_blob(repository, config), "size": len(config)},
                    "layers": layers, **self.extra}
        text = json.dumps(manifest)
        text = (self.edit_text(text) if self.edit_text else text).encode()
        pushed = registry.put_manifest(repository, tag if self.wrap is None else digest(text), text, manifest_type)
        if self.wrap is not None:
            registry.put_manifest(repository, tag, self.wrap(registry, repository, {
                "mediaType": manifest_type, "digest": pushed, "size": len(text)}), INDEX)
        return [layer["digest"] for layer in layers]


def tar_of(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member, content in entries:
            tar.addfile(member, io.BytesIO(content) if content is not None else None)
    return out.getvalue()


def entry(name, content=None, kind=tarfile.REGTYPE, **more):
    """A new one: root's, mode 0644 or 0755, of 2026."""
    member = tarfile.TarInfo(name)
    member.type, member.mtime, member.mode = kind, 1783019100, 0o755 if kind == tarfile.DIRTYPE else 0o644
    member.size = len(content or b"")
    for key, value in more.items():
        setattr(member, key, value)
    return [member, content]


def load_layout(image, folder):
    """Copies an image into a new layout with skopeo."""
    subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", image, "oci:" + folder + ":x"], check=True)
    return Image(folder) if os.path.exists(folder) else None
