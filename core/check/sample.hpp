// SPDX-License-Identifier: GPL-3.0-or-later
//
// A sample case: what a plugin's author gives the check, so that it can run a stage. The format is in
// docs/reference/check.md.
#pragma once

#include <slipway/stage.h>
#include <support/json.hpp>
#include <support/result.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::check {

struct SampleInput {
    std::string name;
    std::string type;
    std::string text; ///< the content, unless it is a file
    std::string file; ///< relative to the case's folder
    support::json::Value annotations = support::json::Object{};
};

struct Sample {
    std::string name;   ///< the file's, without its suffixes
    std::string folder; ///< absolute; relative paths start here
    std::string stage;  ///< stage type; "" for the only one
    support::json::Value with = support::json::Object{};
    std::map<std::string, std::vector<SampleInput>> inputs;
    std::map<std::string, std::string> secrets;
    std::vector<std::string> files;                ///< what else it needs, relative to the folder
    std::vector<std::vector<std::string>> prepare; ///< programs that make its world, in a copy of the folder
    support::json::Value variant = support::json::Object{};
    std::int64_t epoch = 1793836800; // 2026-11-05
    slipway_status ends = SLIPWAY_OK;
};

/// The cases of a file, or of a folder's *.case.json files in the order of their names.
support::Result<std::vector<Sample>> read_samples(const std::string& path);

/// "ok", "waiting", "net_transient": a status as people write it.
std::string status_name(slipway_status status);

} // namespace slipway::check
