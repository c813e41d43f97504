// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options, as JSON Schema, and its ports.
#pragma once

#include <http/options.hpp>

namespace slipway::verify {

constexpr const char* options_schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "required": ["image"],
  "properties": {
    "image": {"type": "string", "minLength": 1,
      "description": "the image: archlinux:base-05112026, ghcr.io/owner/name:tag, HOST:PORT/name@sha256:…"},
    "tags": {"type": "array", "items": {"type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"}, "default": [],
      "description": "more tags of the repository, which must be the same image"},
    "platform": {"type": "string", "minLength": 1, "default": "linux/amd64",
      "description": "[OS/]ARCHITECTURE[/VARIANT]: the image of an index to verify"},
    "against": {"type": "string", "minLength": 1, "slipwayPath": "file",
      "description": "a file manifest, a tar (plain, zstd, xz, gzip) or a lock to compare with, instead of the inputs"},
    "folder": {"type": "string", "default": "", "description": "of the OCI layout among the inputs that this image is, such as base/"},
    "allow": {"type": "array", "items": {"type": "string", "minLength": 1}, "default": [],
      "description": "shell patterns of paths from the root that may differ, * matches slashes too: what the Dockerfile's RUN makes"},
    "times": {"enum": ["auto", "compare", "ignore"], "default": "auto",
      "description": "modification times; auto: compared unless all of the image's are one, as builders make them that do not keep them"},
    "config": {"type": "object", "additionalProperties": false,
      "description": "what a container starts with; without it Cmd, Env and Labels may be anything, and all else must be empty",
      "properties": {
        "user": {"type": "string", "description": "user, or user:group"},
        "env": {"type": "object", "additionalProperties": {"type": ["string", "null"]},
          "description": "environment variables, null for any value; PATH has a default"},
        "entrypoint": {"type": "array", "items": {"type": "string"}, "description": "program that always runs"},
        "cmd": {"type": "array", "items": {"type": "string"}, "description": "program, or its arguments"},
        "working_dir": {"type": "string", "description": "folder that it starts in"},
        "labels": {"type": "object", "additionalProperties": {"type": ["string", "null"]},
          "description": "labels, null for any value"},
        "stop_signal": {"type": "string", "description": "signal that stops it"},
        "created": {"type": "string", "description": "when the image says it was made"}
      }},
    "differences": {"enum": ["fail", "report"], "default": "fail",
      "description": "fail: an image that differs fails the stage; report: the verdict says so"},
    "report": {"type": "string", "minLength": 1, "slipwayPath": "write", "description": "a file for the verdict, also if the stage fails"},
    "wait": {"type": "string", "pattern": "^[0-9]{1,6}[smhd]$", "default": "3d",
      "description": "how long to wait for an image that is not there yet, such as 12h; 0s: not at all"},
    "hub": {"type": "string", "default": "auto", "pattern": "^(auto|none|https?://.+)$",
      "description": "address of Docker Hub's API; auto: hub.docker.com for images there, none for others"},
    "max_unpacked": {"type": "integer", "minimum": 1, "default": 16000000000, "description": "bytes that the layers may unpack to"},
    "max_entries": {"type": "integer", "minimum": 1, "default": 1000000, "description": "entries that the layers may have"},
    "credentials": {"type": "object", "additionalProperties": false, "required": ["user", "password"],
      "description": "for the registry; without them it is asked as anybody",
      "properties": {
        "user": {"type": "string", "minLength": 1, "description": "user name"},
        "password": {"type": "object", "additionalProperties": false, "required": ["secret"], "description": "password or access token",
          "properties": {"secret": {"type": "string", "minLength": 1, "description": "name of the secret"}}}
      }},
    "docker_config": {"type": "string", "slipwayPath": "file", "description": "docker's or podman's config.json with credentials"},
    "plain_http": {"type": "boolean", "default": false, "description": "the registry speaks http, without TLS"},
    "attempts": {"type": "integer", "minimum": 1, "maximum": 100, "default": 5, "description": "how often a request is tried"},
    )json" SLIPWAY_NETWORK_OPTIONS R"json(
  }
})json";

constexpr const char* port_list = R"json({
  "inputs": [
    {"name": "manifest", "type": "application/vnd.slipway.manifest.v1+json", "optional": true,
     "doc": "the files that were built"},
    {"name": "layout", "many": true, "optional": true,
     "type": ["application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"],
     "doc": "the OCI layout that was published: the same layers are wanted"},
    {"name": "submission", "type": "application/vnd.slipway.submission.v1+json", "optional": true,
     "doc": "the pull request that the image comes from"}
  ],
  "outputs": [
    {"name": "verdict", "type": "application/vnd.slipway.verdict.v1+json", "doc": "whether the image is what was built"}
  ]
})json";

} // namespace slipway::verify
