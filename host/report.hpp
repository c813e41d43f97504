// SPDX-License-Identifier: GPL-3.0-or-later
//
// Plans and runs as text and JSON, for `plan`, `show`, `runs` and `status`.
#pragma once

#include <chain/lesson.hpp>
#include <journal/journal.hpp>

#include <string>

namespace slipway::host {

std::string wiring_text(const chain::Plan& plan);
support::json::Value wiring_json(const chain::Plan& plan);

/// The effects a run (or plan) declared, one a line with its detail below.
std::string effects_text(const journal::Journal& journal, const std::string& run);

/// What `run --learn` proposes.
std::string lessons_text(const std::vector<chain::Lesson>& lessons);

/// Where a run stands; "running" only while its process lives, else "interrupted".
std::string shown_state(const journal::RunRecord& run);

std::string run_text(const journal::RunRecord& run, const std::vector<journal::StageRecord>& stages);
support::json::Value run_json(const journal::RunRecord& run, const std::vector<journal::StageRecord>& stages);

} // namespace slipway::host
