// SPDX-License-Identifier: GPL-3.0-or-later
//
// Locks: what a stage took from the world (`slipway lock`), and a run that must take the same again
// (`slipway run --locked`). The host knows the two media types, and of a lock that it has a member
// "slipway_lock".
#pragma once

#include <chain/plan.hpp>
#include <journal/journal.hpp>
#include <store/store.hpp>
#include <support/json.hpp>

namespace slipway::chain {

/// A stage's output of this type is its lock.
inline constexpr const char* lock_type = "application/vnd.slipway.lock.v1+json";

/// An input of this type takes a lock. No output has it, so it is never wired within a chain.
inline constexpr const char* locked_type = "application/vnd.slipway.locked.v1+json";

/// The stage's output port for its lock, or nullptr.
const plugin::Port* lock_port(const PlannedStage& stage);

/// `plan` without the stages that no lock needs. Kind::config if none has a lock.
support::Result<Plan> only_locks(Plan plan);

/// Locks by the key of the stage that made each.
using Locks = std::vector<std::pair<std::string, support::json::Value>>;

/// The locks that a run's stages have made, from the store.
support::Result<Locks> made_locks(const std::vector<journal::StageRecord>& stages, const store::Store& store);

/// One lock is its file; several are {"slipway_locks": 1, "locks": {stage key: lock}}. Either has "plugins",
/// if there are any: {stage type: SHA-256}.
support::json::Value join_locks(const Locks& locks,
                                const support::json::Value& plugins = support::json::Object{});

/// The locks of a file by stage key; a file with a single lock has the key "".
support::Result<Locks> split_locks(const std::string& text);

/// The "plugins" of a lock file, for pin_plugins().
support::Result<support::json::Value> plugins_of_lock(const std::string& text);

/// Give every stage that takes a lock its own from the file's text. Kind::config if the file has none for it,
/// or one that nobody takes. Returns what was given, for resume_pins().
support::Result<support::json::Value> pin(Plan& plan, const std::string& text, const store::Store& store);

/// Give what pin() gave, in a later process.
void resume_pins(Plan& plan, const support::json::Value& pinned);

} // namespace slipway::chain
