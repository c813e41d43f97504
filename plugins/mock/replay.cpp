// SPDX-License-Identifier: GPL-3.0-or-later
#include <replay.hpp>
#include <script.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <filesystem>
#include <tuple>

namespace slipway::mock {

namespace fs = std::filesystem;
namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr const char* make_one = "slipway run CHAIN --record DIR makes one";

Error no_record(const std::string& path, const std::string& why) {
    return {Kind::config, "'" + path + "': " + why, make_one};
}

Result<json::Value> read_record(const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(path));
    auto document = json::parse(text);
    if (!document) return no_record(path, document.error().what);
    if (document.value()["slipway_record"].as_integer() != 1 || !document.value()["steps"].is_array())
        return no_record(path, "not a record of version 1");
    return document;
}

/// The smaller the better: of the right kind, of this attempt, or of one before it, or of the first.
auto rank(const json::Value& record, const Occasion& occasion) {
    const std::int64_t attempt = record["attempt"].as_integer();
    const bool later = attempt > occasion.attempt;
    return std::tuple(record["dry_run"].as_bool() != occasion.dry_run, later, later ? attempt : -attempt);
}

Result<std::vector<std::string>> records_in(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code failed;
    for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
        if (it->path().extension() == ".json") paths.push_back(it->path().string());
    if (failed) return support::errno_error("replay: folder '" + folder + "'", failed.value());
    std::ranges::sort(paths);
    return paths;
}

/// "name sha256" of each artifact, by port.
json::Value artifacts_of(const json::Value& inputs) {
    json::Value all = json::Object{};
    for (const json::Member& port : inputs.as_object()) {
        json::Array list;
        for (const json::Value& artifact : port.value.as_array())
            list.push_back(artifact["name"].as_string() + " " + artifact["sha256"].as_string());
        if (!list.empty()) all.set(port.key, std::move(list));
    }
    return all;
}

} // namespace

Result<Replay> read_replay(const std::string& folder, const Occasion& occasion) {
    SLIPWAY_TRY_ASSIGN(const auto paths, records_in(folder));
    json::Value chosen;
    std::string chosen_path;
    for (const std::string& path : paths) {
        SLIPWAY_TRY_ASSIGN(json::Value record, read_record(path));
        // A real run must not be told from a dry one's record: that has done nothing.
        if (record["variant"] != occasion.variant || (record["dry_run"].as_bool() && !occasion.dry_run))
            continue;
        if (!chosen.is_null() && rank(chosen, occasion) <= rank(record, occasion)) continue;
        chosen = std::move(record);
        chosen_path = path;
    }
    if (chosen.is_null())
        return Error{Kind::not_found,
                     "replay: folder '" + folder + "' has no record of the variant "
                         + json::dump(occasion.variant),
                     make_one};
    const auto status = status_by_name(chosen["status"].as_string());
    if (!status) return no_record(chosen_path, "its status is none");
    return Replay{chosen_path,
                  chosen["steps"].as_array(),
                  *status,
                  chosen["message"].as_string(),
                  chosen["hint"].as_string(),
                  chosen["inputs"],
                  folder};
}

Result<void> check_inputs(const Replay& replay, const json::Value& inputs) {
    const json::Value recorded = artifacts_of(replay.inputs), now = artifacts_of(inputs);
    if (recorded == now) return {};
    std::vector<std::string> ports;
    for (const json::Value* side : {&recorded, &now})
        for (const json::Member& port : side->as_object())
            if (recorded[port.key] != now[port.key] && std::ranges::find(ports, port.key) == ports.end())
                ports.push_back(port.key);
    return Error{Kind::verify,
                 "replay: other artifacts on the input port '" + support::join(ports, "', '") + "' than '"
                     + replay.path + "' was made with",
                 "record it again, or say \"replay_inputs\": \"any\""};
}

} // namespace slipway::mock
