// SPDX-License-Identifier: GPL-3.0-or-later
//
// A chain made ready to run: every stage instance with its plugin, its checked options, and where each of
// its inputs comes from.
#pragma once

#include <chain/catalog.hpp>
#include <config/chain_file.hpp>
#include <config/options.hpp>

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace slipway::chain {

/// One output port of one instance.
struct Source {
    std::size_t stage = 0; ///< index into Plan::stages
    std::string port;

    auto operator<=>(const Source&) const = default;
};

struct Wire {
    std::string port;
    std::vector<Source> sources; ///< empty: an optional port left open
};

struct PlannedStage {
    config::Instance instance;
    const CatalogEntry* plugin = nullptr;
    plugin::Ports ports; ///< this instance's: declared ones count
    std::vector<Wire> wires;
    std::map<std::string, journal::OutputRecord>
        pinned;                             ///< by input port: given from outside (chain/pin.hpp)
    std::vector<std::size_t> after;         ///< stages that must be done before; sorted
    const config::Schema* schema = nullptr; ///< of its options
    const config::Schema* replaced =
        nullptr;                      ///< of those at config::replaced_pointer; nullptr: there are none
    std::string folder;               ///< absolute; relative paths in its options start here
    std::vector<std::string> secrets; ///< names its options name
    std::int64_t timeout_s = 0;
    bool mocked = false;
    bool plugin_pinned = false;  ///< it must still be what it was (chain/plugin_pin.hpp)
    std::vector<std::string> on; ///< for the end of the run, in one of these states; empty: a step of it
    std::string overridden;      ///< the plugin the chain file names, if another one does the stage

    const std::string& key() const { return instance.key; }
};

struct Plan {
    config::Chain chain;
    std::map<std::string, config::Schema> schemas; ///< by stage type
    std::vector<PlannedStage> stages;              ///< in an order in which they could run one by one

    bool mocked() const;
};

/// Choose plugins, check options, declare ports, wire. Either a plan or every problem found. The catalog
/// must outlive the plan.
std::variant<Plan, config::Problems> make_plan(config::Chain chain, const Catalog& catalog);

/// `plan` without the stages whose index is not in `wanted`. Whatever a wanted stage needs must be wanted,
/// too.
Plan only_stages(Plan plan, const std::set<std::size_t>& wanted);

/// Wire the inputs of `plan.stages` (instance and ports are set) and fill in `wires` and `after`.
///
/// A port named in the stage's "inputs" takes what that says. Any other port looks at the stages it needs,
/// then at those they need, and so on, and takes from the nearest that match its type: a port for one
/// artifact the one output that matches the first of its types any output matches; a port for many all
/// outputs that match. A stage in several cells gives the cell that agrees with the taker's.
config::Problems wire(Plan& plan);

} // namespace slipway::chain
