// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a plugin says of itself, as values: made by the worker that loaded it, read by the host, which
// never loads a plugin.
#pragma once

#include <plugin/capabilities.hpp>
#include <support/json.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::plugin {

/// One input or output of a stage type (stage.h, slipway_stage_desc::ports).
struct Port {
    std::string name;
    std::vector<std::string> types; ///< media types or patterns, in order of preference
    bool many = false;
    bool optional = false;
    std::string doc;
    bool stream = false; ///< an output that may be a pipe
};

struct Ports {
    std::vector<Port> inputs;
    std::vector<Port> outputs;
    std::string declared_by; ///< JSON pointer into the options, or ""

    const Port* input(std::string_view name) const;
    const Port* output(std::string_view name) const;
};

/// Kind::config, naming what is wrong, for JSON that is not as stage.h says.
support::Result<Ports> parse_ports(const support::json::Value& json);
support::json::Value to_json(const Ports& ports);

/// Does a type a port gives or takes match `pattern`? "*/*" and "text/*" are patterns on either side.
bool type_matches(std::string_view pattern, std::string_view type);

struct StageType {
    std::string id;
    std::string version;
    std::string summary;
    std::string license;
    std::uint32_t flags = 0; ///< SLIPWAY_DETERMINISTIC | ...
    std::string schema;      ///< JSON Schema text of the options
    Ports ports;
    Capabilities capabilities;

    bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
};

/// Names of the flags, as users see them: "deterministic", "external-effects", ...
std::vector<std::string> flag_names(std::uint32_t flags);

struct Description {
    std::string path;   ///< absolute
    std::string sha256; ///< of the shared object's bytes
    std::uint32_t abi_major = 0;
    std::uint32_t abi_minor = 0;
    std::uint32_t min_host_minor = 0;
    std::string build_info;
    std::vector<StageType> stages;
};

support::json::Value to_json(const Description& description);
support::Result<Description> parse_description(const support::json::Value& json);

} // namespace slipway::plugin
