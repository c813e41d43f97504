// SPDX-License-Identifier: GPL-3.0-or-later
//
// The chain file: reading it, changing it for one run, and expanding it into stage instances.
#pragma once

#include <config/problem.hpp>
#include <support/json.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::config {

/// `--set PATH=VALUE`: PATH is dotted ("version", "vars.x", "stages.publish.with.remote"; stages by id);
/// VALUE is JSON if it parses as JSON, else a string.
struct Setting {
    std::string path;
    std::string value;
};

/// `--override STAGE=PLUGIN[:OPTIONS]`: the stage is done by PLUGIN, with these options instead of its own: a
/// JSON object (comments allowed), or the file that holds it. Without them it keeps its own options; a mock,
/// which could not take them, gets none. What a mock stands in for it is told as its option "replaces"
/// (Replaced).
struct Override {
    std::string stage;
    std::string use;
    std::string file = {}; ///< that the options are in, or are to be read from; else ""
    std::optional<support::json::Value> with = {}; ///< the options, once they are known
    std::string text = {}; ///< of `file`, for places; "" if that is not known any more
};

/// Parse "publish=mock:fixtures/publish.json" or "publish=mock:{\"status\": \"auth\"}".
support::Result<Override> parse_override(const std::string& text);

/// `--overrides FILE`: {STAGE: "PLUGIN[:OPTIONS]"} or {STAGE: {"use": PLUGIN, "with": {OPTIONS}}}. Paths
/// start at the file's folder. Kind::config: not one, with line and column where that is known.
support::Result<std::vector<Override>> read_overrides(const std::string& file);
support::Result<Setting> parse_setting(const std::string& text);

/// What one run changes or fixes about a chain.
struct LoadOptions {
    std::vector<Setting> settings;
    std::vector<Override> overrides;
    std::int64_t epoch = 0; ///< SOURCE_DATE_EPOCH, for ${date:...}
};

/// A part of the matrix: all cells that have one of the values on each of these axes.
struct Area {
    std::vector<std::pair<std::string, std::vector<std::string>>> axes;
};

/// Options that some cells of a stage have in place of its own.
struct Variation {
    Area cells;
    support::json::Value with = support::json::Object{}; ///< variables not expanded
    std::string pointer;                                 ///< of `with`: "/stages/3/vary/0/with"
};

/// A stage as the chain file has it, after --set and --override.
struct Stage {
    std::string id;
    std::string use;
    std::vector<std::string> each;  ///< axes
    std::vector<std::string> needs; ///< stage ids; default: the one above
    std::vector<std::pair<std::string, std::vector<std::string>>> inputs; ///< port: "stage.port" references
    support::json::Value with = support::json::Object{};                  ///< options, variables not expanded
    std::vector<Variation> vary;                                          ///< later ones win
    std::optional<std::int64_t> timeout_s;                                ///< "timeout": "90s", "30m", "2h"
    bool keep = false;           ///< all its outputs are to be in the store
    std::vector<std::string> on; ///< not a step of the run: done when that has ended in one of these states
    std::string overridden_use;  ///< what `use` was before an override; else ""
    std::string options_file;    ///< the override's file; `with` came from there
    std::string pointer;         ///< "/stages/3"
    std::size_t position = support::json::no_position;
};

/// One axis of the matrix and its values, in the file's order.
struct Axis {
    std::string name;
    std::vector<std::string> values;
};

/// The cell of an instance: one value for each axis of its stage's `each`, in the order of Chain::axes.
using Cell = std::vector<std::pair<std::string, std::string>>;

/// Where a part of the chain comes from that is not the chain file's own.
struct Origin {
    std::string pointer;    ///< into the chain: "/stages/1/with/level"
    std::string file;       ///< as messages name it: "--set stages.archive.with.level", or an options file
    std::string text;       ///< of that file; "" for a command line argument
    std::string there = {}; ///< the pointer in that file, if it is another one
};

/// What a plugin that does a stage type must be. Empty: not said.
struct PluginPin {
    std::string sha256;
    std::string key;       ///< path of a public key; starts in the chain's folder
    std::string signature; ///< path; "" for the one beside the plugin
};

struct Chain {
    std::string path;   ///< as the user named it
    std::string folder; ///< absolute; relative paths in options start here
    std::string text;
    std::string name;
    std::string version;                     ///< expanded
    std::map<std::string, std::string> vars; ///< expanded
    std::vector<Axis> axes;
    std::vector<Area> exclude; ///< cells that no stage has
    std::vector<Stage> stages;
    std::string sandbox = "best-effort";     ///< "required", "best-effort" or "off"
    std::map<std::string, PluginPin> pins{}; ///< by stage type
    std::int64_t epoch = 0;
    bool overridden = false; ///< at least one stage is done by another plugin than the file says
    std::map<std::string, support::json::Value> typed_vars; ///< the vars that are numbers or booleans
    std::vector<Origin> origins;                            ///< what --set and --override changed
    std::vector<Override> overrides;                        ///< those that were applied, their options read
};

/// A stage in one cell, its options expanded as far as can be before the run.
struct Instance {
    std::size_t stage = 0; ///< index into Chain::stages
    std::string key;       ///< "archive" or "archive[group=base]"
    Cell cell;
    support::json::Value options; ///< ${stage.port.path} references and `$${` are still text
    std::map<std::string, std::string>
        varied{}; ///< pointers of options that `vary` gave, and where in the chain
};

/// Where an overriding mock has the options of the stage that it stands in for, as the chain has them.
inline constexpr const char* replaced_pointer = "/replaces/with";

/// Read and check a chain: syntax, the chain schema, ids, references between stages, variables. Either a
/// chain or every problem found. `path` "-" reads standard input.
std::variant<Chain, Problems> load(const std::string& path, const LoadOptions& options);

/// The same from text in memory.
std::variant<Chain, Problems> load_text(const std::string& text, const std::string& path,
                                        const LoadOptions& options);

/// A problem of the value at `pointer` (into the chain), placed in the chain file, or in the --set or
/// options file that the value came from. `position`: the value's, such as Stage::position.
Problem problem_at(const Chain& chain, const std::string& pointer, std::size_t position, std::string what,
                   std::string hint = {});

/// The text of config/schema/chain.schema.json: the JSON Schema of chain files.
const char* chain_schema_text();

/// Where the chain has what is at `pointer` in the instance's options: "/stages/3/with/level".
std::string pointer_in(const Chain& chain, const Instance& instance, const std::string& pointer);

/// Every stage in every cell of its axes that is not excluded, in the chain's order, cells in the axes'
/// order.
std::variant<std::vector<Instance>, Problems> expand(const Chain& chain);

/// A ${stage.port.member...} reference in an option string: resolved when that stage has run.
struct RuntimeReference {
    std::string stage;
    std::string port;
    std::vector<std::string> members; ///< path into the port's JSON document
    std::string text;                 ///< as written: "${publish.release.commit}"
};

/// All runtime references in the strings of `options`.
std::vector<RuntimeReference> runtime_references(const support::json::Value& options);

/// Replace them, and `$${` by "${": call it for every instance before its stage runs. `document` gives the
/// JSON of a stage's output port. A string that is one reference and nothing else takes the type of what it
/// refers to.
support::Result<support::json::Value>
resolve(const support::json::Value& options,
        const std::function<support::Result<support::json::Value>(const RuntimeReference&)>& document);

} // namespace slipway::config
