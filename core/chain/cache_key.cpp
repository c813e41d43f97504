// SPDX-License-Identifier: GPL-3.0-or-later
#include "cache_key.hpp"

#include <chain/path_digest.hpp>
#include <slipway/stage.h>

namespace slipway::chain {

namespace json = support::json;
using support::Result;

Result<std::string> cache_key(const PlannedStage& stage, const json::Value& options,
                              const std::vector<config::OptionPath>& paths, const json::Value& inputs,
                              std::int64_t epoch) {
    const plugin::StageType& type = stage.plugin->type;
    if (!type.has(SLIPWAY_DETERMINISTIC) || type.has(SLIPWAY_EXTERNAL_EFFECTS)) return std::string();
    // A path counts by its content, not by where it lies.
    json::Value keyed = options;
    json::Value contents = json::Object{};
    for (const config::OptionPath& path : paths) {
        if (path.use == config::PathUse::write) continue;
        auto digest = digest_of_path(path.path);
        if (!digest) return std::move(digest).error().in("option '" + path.pointer.substr(1) + "'");
        contents.set(path.pointer, digest.value().hex());
        if (json::Value* option = keyed.at_pointer(path.pointer)) *option = "path";
    }
    const json::Value key = json::Object{{"plugin", stage.plugin->sha256},
                                         {"stage", type.id},
                                         {"version", type.version},
                                         {"options", std::move(keyed)},
                                         {"paths", std::move(contents)},
                                         {"inputs", inputs},
                                         {"epoch", epoch}};
    return support::Digest::of(json::dump_canonical(key)).hex();
}

} // namespace slipway::chain
