// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options and ports, as the host gets them.
#pragma once

#include <http/options.hpp>

namespace {

constexpr const char* config_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "required": ["install"],
  "slipwayMachine": "/architecture",
  "slipwayPrograms": [{"program": "gpg", "package": "gnupg", "when": {"anyOf": [
    {"required": ["keyring"]},
    {"required": ["siglevel"], "properties": {"siglevel": {"pattern": "Required|Optional"}}}]}}],
  "properties": {
    "config": {
      "description": "a pacman.conf with the repositories, SigLevel, IgnorePkg, IgnoreGroup and Architecture",
      "type": "string",
      "slipwayPath": "file"
    },
    "read": {
      "description": "files and folders that the configuration names: what it includes (but for /etc/pacman.d/mirrorlist), repositories by file://",
      "type": "array",
      "default": [],
      "items": { "type": "string", "minLength": 1 },
      "slipwayPath": "tree"
    },
    "architecture": {
      "description": "the machine the packages are for (packages for \"any\" are taken too); default: the configuration's, else x86_64",
      "type": "string",
      "pattern": "^[a-z0-9_]+$"
    },
    "repositories": {
      "description": "where packages come from, in order of preference; instead of the configuration's",
      "type": "array",
      "minItems": 1,
      "items": {
        "description": "a repository and its servers",
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": {
          "name": {
            "description": "the repository's name, which is its database's too: core for core.db",
            "type": "string",
            "minLength": 1
          },
          "servers": {
            "description": "URLs of the folder with the database and the packages, each tried when the one before failed; $repo and $arch stand for the repository's name and the architecture; not needed with \"snapshot\"",
            "type": "array",
            "minItems": 1,
            "items": {
              "description": "file://, http:// or https://",
              "type": "string",
              "pattern": "^(file|https?)://.",
              "slipwayPath": "tree"
            }
          },
          "siglevel": {
            "description": "SigLevel for this repository, over the one for all",
            "type": "string"
          }
        }
      }
    },
    "install": {
      "description": "what to install, as `pacman -S` takes it: package, repository/package, group, or something that is provided, with a version (\"bash>=5\") or without",
      "type": "array",
      "minItems": 1,
      "items": { "description": "one target", "type": "string", "minLength": 1 }
    },
    "ignore": {
      "description": "packages that are avoided where another one does, as pacman's IgnorePkg; shell patterns",
      "type": "array",
      "items": { "description": "a package's name or a pattern", "type": "string", "minLength": 1 }
    },
    "assume_installed": {
      "description": "what dependencies may rely on without it being there, as pacman's --assume-installed",
      "type": "array",
      "items": { "description": "name or name=version", "type": "string", "minLength": 1 }
    },
    "exclude": {
      "description": "members of groups that are not taken",
      "type": "array",
      "items": { "description": "a package's name", "type": "string", "minLength": 1 }
    },
    "providers": {
      "description": "packages to choose where several provide what is needed; otherwise the first, as pacman",
      "type": "array",
      "items": { "description": "a package's name", "type": "string", "minLength": 1 }
    },
    "snapshot": {
      "description": "a day of the archive, YYYY/MM/DD, whose repositories are used instead of any server",
      "type": "string",
      "pattern": "^[0-9]{4}/[0-9]{2}/[0-9]{2}$"
    },
    "archive": {
      "description": "URL of the archive, above repos/YYYY/MM/DD; default: https://archive.archlinux.org",
      "type": "string",
      "pattern": "^(file|https?)://.",
      "slipwayPath": "tree"
    },
    "siglevel": {
      "description": "which signatures are needed, in the words of pacman.conf's SigLevel; default: the configuration's, else \"Required DatabaseOptional\" with a keyring and \"Never\" without",
      "type": "string"
    },
    "keyring": {
      "description": "folder with the distribution's keys (*.gpg, *-trusted, *-revoked), as archlinux-keyring has it; default where signatures are asked for: /usr/share/pacman/keyrings",
      "type": "string",
      "slipwayPath": "tree"
    },
    "valid_at": {
      "description": "whether a key may have expired since: \"now\" no, \"build\" yes, if it was good when the package was built",
      "enum": ["now", "build"],
      "default": "now"
    },
    "jobs": {
      "description": "how many files are downloaded at the same time",
      "type": "integer",
      "minimum": 1,
      "maximum": 64,
      "default": 8
    },
    "netrc": {
      "description": "a file with user names and passwords for servers, as curl and ftp read it",
      "type": "string",
      "slipwayPath": "file"
    },
    )json" SLIPWAY_NETWORK_OPTIONS R"json(
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [
    {"name": "locked", "type": "application/vnd.slipway.locked.v1+json", "optional": true, "doc": "an earlier lock: take exactly that"}
  ],
  "outputs": [
    {"name": "lock", "type": "application/vnd.slipway.lock.v1+json", "doc": "the exact package set"},
    {"name": "packages", "type": "application/x-alpm-package", "many": true, "doc": "the packages, in install order"}
  ]
})json";

} // namespace
