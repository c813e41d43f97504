// SPDX-License-Identifier: GPL-3.0-or-later
//
// What has changed from one package set to another: any document that lists packages with name, version, size
// and digest, such as a lock.
#pragma once

#include <support/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace slipway::support {

/// The changes from list `before` to `after`, either of which may be null:
///   {"packages": {"before": n, "after": n}, "size": {"before": n, "after": n}, "installed_size": {...},
///    "added": [{"name", "version", "size", "installed_size"}], "removed": [...],
///    "upgraded": [{"name", "before", "after", "size": difference, "installed_size": difference}],
///    "downgraded": [...], "rebuilt": [...]}
/// all by name. Rebuilt: the same version, other bytes.
json::Value diff_packages(const json::Value& before, const json::Value& after);

/// The same for people; "" for no change.
std::string package_diff_text(const json::Value& diff);

} // namespace slipway::support
