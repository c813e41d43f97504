// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is done with a plugin in a child process: the calls of stage.h in their order, and what came of them.
#pragma once

#include "child.hpp"
#include "probe_host.hpp"

#include <string>
#include <vector>

namespace slipway::check {

/// Load and describe: {"description": {...}} or {"error": what, "hint": ...}.
support::json::Value describe(const std::string& plugin, const Note& note);

/// The whole life of an instance: the probe host's record, and
/// {"error": text} of a plugin that did not load, else
/// {"status": of the last call, "phase": it, "before": snapshot, "after": snapshot, "ms": of run()}
support::json::Value live(const std::string& plugin, const StageFacts& facts, const Scratch& scratch,
                          const HostSettings& settings, const Note& note);

/// create(), configure() and destroy() with each of the texts: [{"status", "reports", "breaches"}]. Those at
/// the end are missing if create() failed.
support::json::Value configure_each(const std::string& plugin, const StageFacts& facts,
                                    const std::vector<std::string>& texts, const Note& note);

} // namespace slipway::check
