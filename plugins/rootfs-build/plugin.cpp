// SPDX-License-Identifier: GPL-3.0-or-later
//
// The adapter: options, inputs and outputs of the SDK to and from build().
#include "post_options.hpp"

#include <common/adapter.hpp>
#include <common/enclosure.hpp>
#include <rootfs/command_schema.hpp>
#include <rootfs/tree_writer.hpp>
#include <support/cores.hpp>
#include <support/text.hpp>

#include <map>

namespace slipway::rootfs {

namespace {

namespace json = support::json;

constexpr const char* options_schema = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "mtime": {
      "enum": ["clamp", "keep", "epoch"],
      "default": "clamp",
      "description": "clamp: no modification time is later than the run's epoch; keep: as in the packages; epoch: all are the epoch"
    },
    "no_extract": {
      "type": "array",
      "items": {"type": "string", "minLength": 1},
      "default": [],
      "description": "shell patterns of files that are not extracted, as NoExtract in pacman.conf: the last match decides, ! inverts"
    },
    "no_upgrade": {
      "type": "array",
      "items": {"type": "string", "minLength": 1},
      "default": [],
      "description": "shell patterns of files that packages do not replace, as NoUpgrade in pacman.conf: the package's comes as .pacnew"
    },
    "overlays": {
      "type": "array",
      "default": [],
      "description": "folders whose content goes into the tree, owned by root and as old as the epoch",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["path"],
        "properties": {
          "path": {"type": "string", "minLength": 1, "slipwayPath": "tree", "description": "the folder"},
          "when": {
            "enum": ["before", "after"],
            "default": "before",
            "description": "before: it is there when the packages come; after: put over what they brought"
          },
          "rules": {
            "type": "array",
            "default": [],
            "description": "owners and modes by path, applied in order",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": ["match"],
              "properties": {
                "match": {"type": "string", "minLength": 1, "description": "shell pattern of paths from the root; * matches slashes too"},
                "uid": {"type": "integer", "minimum": 0, "maximum": 4294967294, "description": "owner"},
                "gid": {"type": "integer", "minimum": 0, "maximum": 4294967294, "description": "group"},
                "file_mode": {"type": "string", "pattern": "^[0-7]{3,4}$", "description": "mode of files, octal"},
                "dir_mode": {"type": "string", "pattern": "^[0-7]{3,4}$", "description": "mode of folders, octal"}
              }
            }
          }
        }
      }
    },
    "symlinks": {
      "type": "object",
      "additionalProperties": {"type": "string", "minLength": 1},
      "default": {},
      "description": "path and target of symlinks, put over what is there"
    },
    "blank": {
      "type": "array",
      "items": {"type": "string", "minLength": 1},
      "default": [],
      "description": "paths of files that are there but empty, such as etc/machine-id"
    },
    "exclude": {
      "type": "array",
      "items": {"type": "string", "minLength": 1},
      "default": [],
      "description": "shell patterns of paths, from the root, that are left out of the tar with all below them, as tar --anchored --exclude"
    },
    "hooks": {
      "type": "array",
      "items": {"type": "string", "pattern": "^[^/]+\\.(hook|install)$"},
      "default": [],
      "description": "the packages' own post steps to run as pacman does: NAME.hook for an alpm hook, PACKAGE.install for post_install of an install script"
    },
    "commands": {
      "type": "array",
      "default": [],
      "description": "programs to run in the new root, one after the other, after the hooks",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["run"],
        "properties": {
          )" SLIPWAY_COMMAND_SCHEMA R"(
        }
      }
    },
    "edit": {
      "type": "array",
      "default": [],
      "description": "changes to files, before hooks and commands run; each with a path and one of lock_password, append, content, replace, remove",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["path"],
        "properties": {
          "path": {"type": "string", "minLength": 1, "description": "the file, from the root"},
          "lock_password": {"type": "string", "minLength": 1, "description": "user whose password is locked, as passwd -l does"},
          "append": {"type": "string", "minLength": 1, "description": "text to add at the end"},
          "content": {"type": "string", "description": "the whole text; the file is made if it is not there"},
          "mode": {"type": "string", "pattern": "^[0-7]{3,4}$", "description": "with content: the mode, octal"},
          "replace": {
            "type": "object",
            "additionalProperties": false,
            "required": ["match", "with"],
            "properties": {
              "match": {"type": "string", "minLength": 1, "description": "text to look for, taken literally"},
              "with": {"type": "string", "description": "text to put there"},
              "at": {"enum": ["anywhere", "line", "line_start"], "default": "anywhere", "description": "line: only where it is a whole line; line_start: only where a line starts with it"}
            },
            "description": "replace every occurrence"
          },
          "remove": {"type": "boolean", "description": "true: remove the file, or the folder with all below"},
          "optional": {"type": "boolean", "default": false, "description": "it is no error if the edit changes nothing"}
        }
      }
    }
  }
})";

constexpr const char* port_list = R"({
  "inputs": [
    {"name": "lock", "type": "application/vnd.slipway.lock.v1+json", "doc": "the packages, in install order"},
    {"name": "packages", "type": "application/x-alpm-package", "many": true, "doc": "the package files"}
  ],
  "outputs": [
    {"name": "rootfs", "type": "application/x-tar", "stream": true, "doc": "the tree that pacman would have made"},
    {"name": "manifest", "type": "application/vnd.slipway.manifest.v1+json", "doc": "what is in it"},
    {"name": "sbom", "type": "text/spdx+json", "doc": "the packages as an SPDX 2.3 document"},
    {"name": "package_list", "type": "text/plain", "doc": "names and versions, as pacman -Q prints them"}
  ]
})";

std::vector<std::string> strings(const json::Value& array) {
    std::vector<std::string> list;
    for (const json::Value& item : array.as_array())
        list.push_back(item.as_string());
    return list;
}

/// The package files of the lock, each found by its digest.
slipway::result<std::vector<Package>> find_packages(const slipway::context& context,
                                                    std::vector<LockedPackage> locked) {
    std::map<std::string, std::uint32_t> by_digest;
    for (std::uint32_t i = 0; i < context.input_count("packages"); ++i) {
        SLIPWAY_SDK_TRY_ASSIGN(const common::InputInfo info, common::input_info(context, "packages", i));
        by_digest.emplace(info.sha256, i);
    }
    std::vector<Package> packages;
    for (LockedPackage& package : locked) {
        const auto it = by_digest.find(package.sha256);
        if (it == by_digest.end())
            return slipway::error{SLIPWAY_NOT_FOUND,
                                  "package '" + package.full_name() + "' of the lock is not among the inputs",
                                  "wire the package files of the stage that made the lock to 'packages'"};
        const auto open = [&context, index = it->second]() -> support::Result<support::UniqueFd> {
            auto fd = context.open_input("packages", index);
            if (!fd) return support::Error{support::kind_of_status(fd.error().code), fd.error().summary};
            return support::UniqueFd(fd.value().release());
        };
        packages.push_back({std::move(package), open});
    }
    return packages;
}

class RootfsBuild final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "rootfs-build",
        .version = "1.0.0",
        .summary = "merge pacman packages into the tar of a root filesystem",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT | SLIPWAY_SEEKABLE_INPUTS,
        .config_schema = options_schema,
        .ports = port_list,
        .capabilities = R"({"root": ["/hooks", "/commands"]})",
    };

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value options, common::parse_options(text));
        const std::string& mtime = options["mtime"].as_string();
        options_.mtimes = mtime == "keep" ? Mtimes::keep : mtime == "epoch" ? Mtimes::epoch : Mtimes::clamp;
        options_.no_upgrade = strings(options["no_upgrade"]);
        options_.overlays = parse_overlays(options["overlays"]);
        for (const json::Member& link : options["symlinks"].as_object())
            options_.symlinks[link.key] = link.value.as_string();
        for (std::string& path : strings(options["blank"]))
            options_.blank.insert(std::move(path));
        options_.no_extract = strings(options["no_extract"]);
        options_.exclude = strings(options["exclude"]);
        auto steps = parse_post_steps(options);
        if (!steps) return common::to_sdk(std::move(steps).error(), "/edit");
        steps_ = std::move(steps).value();
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string text, common::read_input(context, "lock"));
        SLIPWAY_SDK_TRY_ASSIGN(std::vector<LockedPackage> locked, parse_lock(text));
        SLIPWAY_SDK_TRY_ASSIGN(const std::vector<Package> packages,
                               find_packages(context, std::move(locked)));
        SLIPWAY_SDK_TRY_ASSIGN(slipway::output rootfs, context.create_output("rootfs", "rootfs.tar"));
        SLIPWAY_SDK_TRY_ASSIGN(slipway::output manifest, context.create_output("manifest", "manifest.json"));
        SLIPWAY_SDK_TRY_ASSIGN(const std::vector<Installed> installed,
                               build_into(context, packages, rootfs, manifest));
        SLIPWAY_SDK_TRY(rootfs.commit());
        SLIPWAY_SDK_TRY(manifest.commit());
        SLIPWAY_SDK_TRY(
            common::write_output(context, "sbom", "sbom.spdx.json", sbom_text(installed, context.epoch())));
        SLIPWAY_SDK_TRY(
            common::write_output(context, "package_list", "packages.txt", package_list_text(installed)));
        return slipway::outcome::done;
    }

private:
    slipway::result<std::vector<Installed>> build_into(const slipway::context& context,
                                                       const std::vector<Package>& packages,
                                                       const slipway::output& rootfs,
                                                       const slipway::output& manifest) {
        options_.epoch = context.epoch();
        options_.digests = context.cache_dir() + "/digests";
        std::uint64_t total = 0;
        for (const Package& package : packages)
            total += package.locked.size;
        const Observer observer{
            .cancelled = [&] { return context.cancelled(); },
            .progress = [&](std::uint64_t done) { context.progress(done, total, "bytes"); },
            .info = [&](const std::string& line) { context.info(line); },
            .warn = [&](const std::string& line) { context.warn(line); },
        };
        Output tar(rootfs.fd(), "output 'rootfs'");
        Output list(manifest.fd(), "output 'manifest'");
        Workshop workshop{context.work_dir(), slipway::support::cores(), {}};
        if (steps_.need_tree()) {
            SLIPWAY_SDK_TRY_ASSIGN(workshop.enclosure, common::enclosure_of(context, TreeFolder::name));
        }
        SLIPWAY_SDK_TRY_ASSIGN(std::vector<Installed> installed,
                               build(packages, options_, steps_, workshop, tar, list, observer));
        context.info(std::to_string(packages.size()) + " packages, " + support::human_bytes(tar.size())
                     + " of tar");
        return installed;
    }

    Options options_;
    PostSteps steps_;
};

} // namespace

} // namespace slipway::rootfs

SLIPWAY_EXPORT_PLUGIN("rootfs-build 1.0.0", slipway::rootfs::RootfsBuild)
