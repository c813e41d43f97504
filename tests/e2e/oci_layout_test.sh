#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Two images of the small sample repository, one on top of the other, as layouts in a git tag: judged by image-spec's
# own schemas, skopeo, a real registry, umoci and buildah.
# shellcheck disable=SC2153 # CTest sets SLIPWAY_STAGES
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "SKIPPED: umoci and buildah unpack as root only"; exit 77; }

export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state
epoch=1793836800 # 2026-11-05
git init --quiet --bare remote.git
cat >chain.json <<EOF
{ "slipway": 1, "name": "images", "variants": { "group": ["base", "more"] },
  "stages": [
    { "id": "packages", "use": "pacman-fetch", "each": ["group"],
      "with": { "repositories": [{ "name": "sample", "servers": ["file://$SLIPWAY_SAMPLE"] }], "install": ["base"] } },
    { "id": "rootfs", "use": "rootfs-build", "each": ["group"],
      "with": { "symlinks": { "etc/made-for": "\${group}", "etc/not-base": "/", "etc/not-more": "/" },
                "exclude": ["etc/not-\${group}"] } },
    { "id": "image", "use": "oci-layout",
      "with": { "base": { "group": "base" }, "max_layer": 4000000,
                "config": { "cmd": ["/bin/bash"], "env": { "LANG": "C.UTF-8" }, "working_dir": "/root",
                            "labels": { "org.opencontainers.image.version": "\${version}" } } } },
    { "id": "publish", "use": "git-publish", "with": { "remote": "$PWD/remote.git" } } ] }
EOF
"$SLIPWAY" run chain.json --epoch $epoch || fail "the chain does not run"
git clone --quiet --branch 05112026 remote.git tag 2>/dev/null

python3 - tag/base tag/more <<'EOF'
import gzip, hashlib, io, json, os, sys, tarfile
import jsonschema
SCHEMAS = "/usr/share/gocode/src/github.com/opencontainers/image-spec/schema/"
def schema_of(uri):
    return json.load(open(SCHEMAS + uri.rsplit("/", 1)[-1]))
def valid(document, name):
    schema = schema_of(name)
    resolver = jsonschema.RefResolver(schema.get("id", ""), schema, handlers={"https": schema_of})
    jsonschema.Draft4Validator(schema, resolver=resolver).validate(document)
def keys(document, *known):  # Builder: oci-import refuses unknown members
    assert set(document) <= set(known), (set(document), known)
layers = []
for folder in sys.argv[1:]:
    layout = json.load(open(folder + "/oci-layout"))
    valid(layout, "image-layout-schema.json")
    assert layout == {"imageLayoutVersion": "1.0.0"}
    index = json.load(open(folder + "/index.json"))
    valid(index, "image-index-schema.json")
    keys(index, "schemaVersion", "mediaType", "manifests")
    named = {"oci-layout", "index.json"}
    def blob(descriptor):
        keys(descriptor, "mediaType", "digest", "size", "platform", "annotations")
        path = "blobs/" + descriptor["digest"].replace(":", "/")
        content = open(folder + "/" + path, "rb").read()
        assert "sha256:" + hashlib.sha256(content).hexdigest() == descriptor["digest"]
        assert len(content) == descriptor["size"] and len(content) <= 4000000
        named.add(path)
        return content
    [descriptor] = index["manifests"]
    assert descriptor["platform"] == {"architecture": "amd64", "os": "linux"}
    manifest = json.loads(blob(descriptor))
    valid(manifest, "image-manifest-schema.json")
    keys(manifest, "schemaVersion", "mediaType", "config", "layers", "annotations")
    config = json.loads(blob(manifest["config"]))
    valid(config, "config-schema.json")
    keys(config, "created", "architecture", "os", "config", "rootfs", "history")
    assert config["created"] == "2026-11-05T00:00:00Z"
    assert config["config"]["Env"][0] == "LANG=C.UTF-8" and config["config"]["Env"][1].startswith("PATH=/usr/local/sbin:")
    assert len(config["history"]) == len(manifest["layers"]) > 1
    layers.append([layer["digest"] for layer in manifest["layers"]])
    for layer, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"]):
        assert layer["mediaType"] == "application/vnd.oci.image.layer.v1.tar+gzip"
        tar = gzip.decompress(blob(layer))
        assert "sha256:" + hashlib.sha256(tar).hexdigest() == diff_id
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            names = [member.name for member in archive]
    there = {os.path.relpath(os.path.join(at, name), folder) for at, _, files in os.walk(folder) for name in files}
    assert there == named, there ^ named
assert layers[1][:len(layers[0])] == layers[0] and len(layers[1]) == len(layers[0]) + 1, layers
# The last layer is the difference.
assert sorted(names) == ["etc", "etc/.wh.not-more", "etc/made-for", "etc/not-base"], names
EOF

artifact() { # STAGE PORT
    local digest
    digest=$("$SLIPWAY" show --json | python3 -c '
import json, sys
print(next(o["sha256"] for s in json.load(sys.stdin)["stages"] if s["key"] == sys.argv[1]
           for o in s["outputs"] if o["port"] == sys.argv[2]))' "$@")
    echo "$SLIPWAY_STATE/store/sha256/${digest:0:2}/$digest"
}
for group in base more; do
    umoci unpack --image tag/$group:latest bundle-$group 2>umoci.log || fail "umoci: $(cat umoci.log)"
    mkdir root-$group
    tar -C root-$group --numeric-owner --xattrs --xattrs-include='*' --warning=no-timestamp \
        -xpf "$(artifact "rootfs[group=$group]" rootfs)"
    "$SLIPWAY_SOURCE/tests/tools/compare-roots" root-$group bundle-$group/rootfs $epoch >compare.log ||
        fail "$group: umoci's tree is another: $(cat compare.log)"
done

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s"}\n' \
    "$PWD/registry" "$port" >registry.yml
docker-registry serve registry.yml >registry.log 2>&1 &
registry=$!
trap 'kill $registry' EXIT
for _ in $(seq 100); do
    (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.1
done
for group in base more; do
    skopeo inspect oci:tag/$group >/dev/null
    skopeo --insecure-policy copy -q --dest-tls-verify=false oci:tag/$group "docker://127.0.0.1:$port/images:$group"
    wanted=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["manifests"][0]["digest"])' tag/$group/index.json)
    pushed=$(skopeo inspect --tls-verify=false "docker://127.0.0.1:$port/images:$group" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["Digest"])')
    [ "$wanted" = "$pushed" ] || fail "the registry has $pushed for $group, not $wanted"
done

store=(buildah --root "$PWD/storage" --runroot "$PWD/runroot" --storage-driver vfs)
container=$("${store[@]}" from -q --pull-never "oci:$PWD/tag/more:latest" 2>buildah.log) ||
    container=$("${store[@]}" from -q "oci:$PWD/tag/more:latest" 2>buildah.log) || fail "buildah: $(cat buildah.log)"
# shellcheck disable=SC2016 # the container's shell expands
said=$("${store[@]}" run --isolation chroot "$container" -- /bin/bash -c '[ -L /etc/not-base ] && [ ! -L /etc/not-more ] && pwd && echo $LANG' 2>&1) ||
    fail "buildah run: $said"
[ "$said" = $'/root\nC.UTF-8' ] || fail "the container said: $said"
"${store[@]}" rm -a >/dev/null

cat >release.json <<'EOF'
{"outputs": {"release": [{"type": "application/vnd.slipway.release.v1+json", "json": {}}]}}
EOF
"$SLIPWAY" run chain.json --epoch $epoch -q --state "$PWD/other" --set stages.image.with.threads=7 \
    --override publish=mock:release.json || fail "the chain does not run again"
digests() { # STATE
    SLIPWAY_STATE=$1 "$SLIPWAY" show --json | python3 -c '
import json, sys
print(sorted(o["sha256"] for s in json.load(sys.stdin)["stages"] if s["key"] == "image" for o in s["outputs"]))'
}
[ "$(digests "$PWD/state")" = "$(digests "$PWD/other")" ] || fail "another number of threads makes other bytes"
echo ok
