// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options and ports, as the host sees them.
#pragma once

namespace {

// clang-format off
#define SECRET R"({"type": "object", "additionalProperties": false, "required": ["secret"], )" \
               R"("properties": {"secret": {"type": "string", "minLength": 1, "description": "the secret's name"}}})"
#define PERSON R"("type": "object", "additionalProperties": false, "default": {}, "properties": {)" \
               R"("name": {"type": "string", "minLength": 1, "description": "name"}, )" \
               R"("email": {"type": "string", "minLength": 1, "description": "address"}})"
#define MODE R"("mode": {"enum": ["100644", "100755"], )" \
             R"("description": "the file's mode in the tree; by default as the file's"})"
// clang-format on

constexpr const char* config_schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "required": ["remote"],
  "slipwayPrograms": [
    {"program": "git", "package": "git", "when": {"properties": {"remote": {"pattern": "^(/|file://)"}}}},
    {"program": "ssh", "package": "openssh-client", "when": {"properties": {"remote": {"pattern": "^ssh://"}}}},
    {"program": "ssh-keygen", "package": "openssh-client",
     "when": {"required": ["sign"], "properties": {"sign": {"properties": {"format": {"const": "ssh"}}}}}},
    {"program": "gpg", "package": "gnupg",
     "when": {"required": ["sign"], "properties": {"sign": {"properties": {"format": {"const": "gpg"}}}}}}
  ],
  "properties": {
    "remote": {"type": "string", "minLength": 1, "slipwayPath": "write",
      "description": "where to publish: an https:// or ssh:// URL, or a bare repository by path or file:// URL"},
    "tag": {"type": "string", "default": "",
      "description": "the tag's name; if empty, the chain's version"},
    "branch": {"type": "string", "default": "",
      "description": "a branch to move to the release, if nobody else has moved it; if empty, none"},
    "history": {"enum": ["orphan", "append"], "default": "orphan",
      "description": "orphan: a commit without parents; append: the branch's tip is its parent"},
    "message": {"type": "string", "default": "",
      "description": "of the commit and the tag; if empty, 'Release VERSION'"},
    "tag_message": {"type": "string", "default": "",
      "description": "of the tag; if empty, as the commit's"},
    "author": {"description": "the commit's author",
      )json" PERSON R"json(},
    "committer": {"description": "committer and tagger; by default the author",
      )json" PERSON R"json(},
    "annotated": {"type": "boolean", "default": true,
      "description": "make a tag object, with author, time and message; else a plain ref"},
    "layout": {"type": "string", "minLength": 1, "default": "{variant}{name}",
      "description": "path of each file in the tree: {name} is its name, {variant} its variant's values, each followed by '/'; where a file's maker has said a path, {name} is that and {variant} nothing"},
    "extra": {"type": "array", "default": [],
      "description": "local files to add, such as a Dockerfile",
      "items": {"type": "object", "additionalProperties": false, "required": ["path", "file"],
        "properties": {
          "path": {"type": "string", "minLength": 1, "description": "path in the tree"},
          "file": {"type": "string", "minLength": 1, "slipwayPath": "file", "description": "the file to read"},
          )json" MODE R"json(
        }}},
    "templates": {"type": "array", "default": [],
      "description": "local files to add with @NAME@ replaced, such as a Dockerfile.in",
      "items": {"type": "object", "additionalProperties": false, "required": ["path", "file"],
        "properties": {
          "path": {"type": "string", "minLength": 1, "description": "path in the tree"},
          "file": {"type": "string", "minLength": 1, "slipwayPath": "file", "description": "the template"},
          "variables": {"type": "object", "default": {}, "additionalProperties": {"type": "string"},
            "description": "values for this file, over those of the option 'variables'"},
          )json" MODE R"json(
        }}},
    "variables": {"type": "object", "default": {}, "additionalProperties": {"type": "string"},
      "description": "values for templates, beside name, version, tag and sha256:PATH"},
    "folders": {"type": "array", "default": [],
      "description": "local folders to add, with modes and symbolic links",
      "items": {"type": "object", "additionalProperties": false, "required": ["folder"],
        "properties": {
          "path": {"type": "string", "default": "", "description": "path in the tree; if empty, its root"},
          "folder": {"type": "string", "minLength": 1, "slipwayPath": "tree", "description": "the folder to read"}
        }}},
    "max_object_bytes": {"type": "integer", "minimum": 1, "default": 100000000,
      "description": "refuse to publish a file larger than this; GitHub takes up to 100 MiB"},
    "older": {"type": "array", "default": [], "slipwayPath": "file", "items": {"type": "string", "minLength": 1},
      "description": "release documents of older releases, whose artifacts may not be in the branch's history"},
    "retention": {"type": "object", "additionalProperties": false, "required": ["keep"],
      "description": "tags of older releases that need not stay; none is looked at without it",
      "properties": {
        "keep": {"type": "integer", "minimum": 1, "description": "so many of the newest releases stay, this one counted"},
        "date": {"type": "string", "minLength": 1, "default": "%d%m%Y",
          "description": "the form of the tags' names, as strptime(3) has it; '*' at its end takes any rest; tags of another form are never touched"},
        "library": {"type": "string", "minLength": 1, "slipwayPath": "file",
          "description": "an official-images library file: what it names stays"},
        "delete": {"type": "boolean", "default": false, "description": "delete them; else they are only listed"}
      }},
    "user": {"type": "string", "minLength": 1, "default": "x-access-token",
      "description": "https: the user's name beside the token or password"},
    "token": {"description": "https: a token with write access", "oneOf": [)json" SECRET R"json(]},
    "password": {"description": "https: the user's password, instead of a token", "oneOf": [)json" SECRET
                                      R"json(]},
    "ssh": {"type": "object", "additionalProperties": false, "default": {},
      "description": "how ssh proves who you are, and who the host is",
      "properties": {
        "key": {"slipwayPath": "file", "description": "a private key without passphrase, such as a deploy key",
          "oneOf": [{"type": "string", "minLength": 1}, )json" SECRET R"json(]},
        "agent": {"type": "string", "pattern": "^/", "slipwayPath": "write", "description": "the socket of an ssh-agent ($SSH_AUTH_SOCK)"},
        "known_hosts": {"type": "string", "minLength": 1, "slipwayPath": "file",
          "description": "the hosts' keys; by default the user's known_hosts and the system's"}
      }},
    "sign": {"type": "object", "additionalProperties": false, "required": ["format", "key"],
      "description": "sign the commit and the tag",
      "properties": {
        "format": {"enum": ["gpg", "ssh"], "description": "by GnuPG or by OpenSSH"},
        "key": {"slipwayPath": "file", "description": "gpg: exported secret keys; ssh: a private key; without passphrase",
          "oneOf": [{"type": "string", "minLength": 1}, )json" SECRET R"json(]}
      }},
    "proxy": {"description": "https: http://HOST:PORT or socks5h://HOST:PORT",
      "oneOf": [{"type": "string", "minLength": 1}, )json" SECRET R"json(]},
    "no_proxy": {"type": "string", "default": "", "description": "hosts without the proxy, by commas"},
    "ca_file": {"type": "string", "default": "", "slipwayPath": "file",
      "description": "https: PEM certificates to trust instead of the system's"},
    "connect_s": {"type": "integer", "minimum": 1, "maximum": 3600, "default": 20,
      "description": "seconds to wait for a connection"},
    "silence_s": {"type": "integer", "minimum": 1, "maximum": 3600, "default": 60,
      "description": "seconds after which a server that neither takes nor sends a byte is given up"}
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "files", "many": true,
              "type": ["application/zstd", "application/x-xz", "application/gzip", "application/octet-stream",
                       "text/x-sha256sum", "application/vnd.oci.layout.header.v1+json",
                       "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
                       "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip",
                       "application/vnd.oci.image.layer.v1.tar+zstd", "application/vnd.oci.image.layer.v1.tar",
                       "application/vnd.oci.empty.v1+json", "application/spdx+json",
                       "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"],
              "doc": "what to publish: archives and their digests, OCI image layouts"}],
  "outputs": [{"name": "release", "type": "application/vnd.slipway.release.v1+json",
               "doc": "the tag, the commit and the files"}]
})json";

#undef SECRET
#undef PERSON
#undef MODE

} // namespace
