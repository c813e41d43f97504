// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a stage says it needs beyond its inputs, outputs, work and cache folders (stage.h,
// slipway_stage_desc::capabilities), and what that comes to for one instance's options.
#pragma once

#include <support/json.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::plugin {

struct Capabilities {
    bool network = false;
    std::vector<std::string>
        hosts; ///< "HOST", "HOST:PORT", "*", or a JSON pointer; empty with `network`: all
    bool exec = false;
    std::vector<std::string> programs; ///< names or absolute paths; empty with `exec`: any
    bool root = false;
    std::vector<std::string>
        root_if;                    ///< JSON pointers into the options: root, but only if one holds something
    std::vector<std::string> read;  ///< absolute paths; "~/" is the user's home
    std::vector<std::string> write; ///< the same; read as well
    std::int64_t memory_mb = 0;     ///< 0: not said
    std::int64_t timeout_s = 0;     ///< 0: not said
};

/// Kind::unsupported for a capability this host does not know.
support::Result<Capabilities> parse_capabilities(const support::json::Value& json);
support::json::Value to_json(const Capabilities& capabilities);

/// Those of an instance with these options: `root_if` has become `root`, the pointers in `hosts` the hosts of
/// the URLs there; if there is none, there is no `network`. What holds nothing: null, false, "", an empty
/// array or object.
Capabilities capabilities_of(Capabilities capabilities, const support::json::Value& options);

/// "HOST:PORT" of a URL, or of git's `[USER@]HOST:PATH`; nothing for a path or file://. An http URL gives the
/// port of https as well, where most servers send the client, and that of a proxy.
std::vector<std::string> hosts_of_url(std::string_view url);

/// The TCP ports of `hosts`, or nothing if there is one whose port is not said.
std::optional<std::set<std::uint16_t>> ports_of(const std::vector<std::string>& hosts);

} // namespace slipway::plugin
