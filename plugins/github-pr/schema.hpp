// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options and ports, as the host gets them.
#pragma once

#include <http/options.hpp>

namespace {

constexpr const char* config_schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "required": ["token"],
  "properties": {
    "token": {
      "type": "object", "additionalProperties": false, "required": ["secret"],
      "description": "the token of the user who opens the pull request; never written, only named",
      "properties": {"secret": {"type": "string", "minLength": 1, "description": "name of the secret"}}
    },
    "repository": {"type": "string", "default": "docker-library/official-images",
                   "pattern": "^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$",
                   "description": "where the pull request goes, as OWNER/NAME"},
    "base": {"type": "string", "default": "",
             "description": "the branch it is to be merged into; empty: the repository's default branch"},
    "fork": {"type": "string", "default": "", "pattern": "^([A-Za-z0-9][A-Za-z0-9-]*)?$",
             "description": "user or organisation whose fork the branch lives in; empty: the token's user; the owner of the repository: no fork"},
    "branch": {"enum": ["rolling", "per-release"], "default": "rolling",
               "description": "rolling: one branch and one pull request, which the next release takes over; per-release: one for each version"},
    "branch_name": {"type": "string", "default": "",
                    "description": "name of the branch (per-release: what comes before -VERSION); empty: the chain's name"},
    "title": {"type": "string", "default": "{title}", "minLength": 1,
              "description": "template of the title"},
    "body": {"type": "string", "default": "",
             "description": "template of the body; empty: what has changed, packages, files with digests, provenance, how to build it again, mentions"},
    "mention": {"type": "array", "default": [],
                "items": {"type": "string", "pattern": "^@?[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?$",
                          "description": "a user, or an organisation's team as ORG/TEAM"},
                "description": "whom the body mentions"},
    "close_superseded": {"type": "boolean", "default": false,
                         "description": "close this chain's older pull requests of other branches, with a pointer to the new one"},
    "author": {
      "type": "object", "additionalProperties": false, "required": ["name", "email"],
      "description": "author of the commit; default: the token's user",
      "properties": {"name": {"type": "string", "minLength": 1, "description": "full name"},
                     "email": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$", "description": "mail address"}}
    },
    "api": {"type": "string", "default": "https://api.github.com", "minLength": 1,
            "description": "address of the REST API; an Enterprise Server's is https://HOST/api/v3"},
    )json" SLIPWAY_NETWORK_OPTIONS R"json(
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [
    {"name": "change", "type": "application/vnd.slipway.change.v1+json", "doc": "what to submit"},
    {"name": "release", "type": "application/vnd.slipway.release.v1+json", "optional": true,
     "doc": "the release it belongs to: files, digests and sizes for the body"},
    {"name": "locks", "type": "application/vnd.slipway.lock.v1+json", "optional": true, "many": true,
     "doc": "the release's locks: what has changed since the one that was merged before"}
  ],
  "outputs": [
    {"name": "submission", "type": "application/vnd.slipway.submission.v1+json", "doc": "the merged pull request"}
  ]
})json";

} // namespace
