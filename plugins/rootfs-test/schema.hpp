// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options, as JSON Schema.
#pragma once

#include <rootfs/command_schema.hpp>

namespace slipway::rootfs_test {

constexpr const char* options_schema = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "files": {
      "type": "array",
      "default": [],
      "description": "what paths must be; each must exist",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["path"],
        "properties": {
          "path": {"type": "string", "minLength": 1, "pattern": "^[^/]",
                   "description": "from the root, without a slash in front; symlinks are not followed"},
          "type": {"enum": ["file", "directory", "symlink", "fifo", "character device", "block device"],
                   "description": "a hard link is a file"},
          "mode": {"type": "string", "pattern": "^[0-7]{4}$", "description": "all permission bits: 4755 is setuid"},
          "uid": {"type": "integer", "minimum": 0, "description": "the owner"},
          "gid": {"type": "integer", "minimum": 0, "description": "the group"},
          "link": {"type": "string", "description": "a symlink's target, as it is written"},
          "max_size": {"type": "integer", "minimum": 0, "description": "bytes"},
          "matches": {"type": "string", "minLength": 1,
                      "description": "extended regular expression that the content must match; ^ and $ are those of lines"}
        }
      }
    },
    "absent": {
      "type": "array",
      "items": {"type": "string", "minLength": 1},
      "default": [],
      "description": "shell patterns of paths, from the root, that must not be there; * matches slashes too"
    },
    "accounts": {
      "type": "integer",
      "minimum": 0,
      "default": 0,
      "description": "etc/passwd has at least so many; 0: not checked"
    },
    "root_locked": {
      "type": "boolean",
      "default": false,
      "description": "root's password in etc/shadow is locked"
    },
    "world_writable": {
      "enum": ["refuse", "allow"],
      "default": "refuse",
      "description": "files and folders that everybody may write, outside folders with the sticky bit"
    },
    "setuid": {
      "type": ["array", "null"],
      "items": {"type": "string", "minLength": 1},
      "default": null,
      "description": "shell patterns of the only files that may be setuid or setgid; null: not checked"
    },
    "package_database": {
      "type": "boolean",
      "default": false,
      "description": "every file in pacman's local database is there and as its package had it, as pacman -Qkk"
    },
    "allow_missing": {
      "type": "array",
      "items": {"type": "string", "minLength": 1},
      "default": [],
      "description": "patterns as NoExtract in pacman.conf: packages' files that may be missing"
    },
    "max_size": {
      "type": "integer",
      "minimum": 0,
      "default": 0,
      "description": "bytes of all files together; 0: not checked"
    },
    "commands": {
      "type": "array",
      "default": [],
      "description": "programs to run, one after the other, in a copy of the tree that is thrown away",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["run"],
        "properties": {
          )" SLIPWAY_COMMAND_SCHEMA R"(,
          "exit": {"type": "integer", "minimum": 0, "maximum": 255, "default": 0, "description": "the code it must exit with"},
          "matches": {"type": "string", "minLength": 1,
                      "description": "extended regular expression that what it prints must match; ^ and $ are those of lines"}
        }
      }
    }
  }
})";

} // namespace slipway::rootfs_test
