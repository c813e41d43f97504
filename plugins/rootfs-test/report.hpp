// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the checks came to: the report artifact, and text for people.
#pragma once

#include "finding.hpp"
#include "inventory.hpp"

#include <support/json.hpp>
#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::rootfs_test {

/// The document of docs/reference/artifacts.md, "Test report".
support::json::Value report_json(const std::vector<Check>& checks, const Inventory& inventory);

/// A line for each check: "ok: WHAT" or "FAILED: WHAT", and below a failed one what was found, at most
/// `max_findings` lines.
std::vector<std::string> report_lines(const Check& check, std::size_t max_findings = 20);

/// Kind::verify if a check failed: the summary counts them and tells the first, the trace has them all.
support::Result<void> verdict(const std::vector<Check>& checks);

} // namespace slipway::rootfs_test
