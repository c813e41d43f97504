// SPDX-License-Identifier: GPL-3.0-or-later
//
// What has changed from one lock to another: whatever has packages with name, version, size and digest.
#pragma once

#include <support/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace slipway::host {

/// The changes from lock `before` to `after`, either of which may be null:
///   {"packages": {"before": n, "after": n}, "size": {"before": n, "after": n}, "installed_size": {...},
///    "added": [{"name", "version", "size", "installed_size"}], "removed": [...],
///    "upgraded": [{"name", "before", "after", "size": difference, "installed_size": difference}],
///    "downgraded": [...], "rebuilt": [...]}
/// all by name. Rebuilt: the same version, other bytes.
support::json::Value diff_locks(const support::json::Value& before, const support::json::Value& after);

/// The same for people; "" for no change.
std::string diff_text(const support::json::Value& diff);

} // namespace slipway::host
