// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `slipway doctor` found.
#pragma once

#include <support/json.hpp>

#include <string>
#include <vector>

namespace slipway::host::doctor {

enum class Health {
    ok,
    warning, ///< works, but worse than it could
    missing, ///< the chain would fail
};

struct Finding {
    Health state = Health::ok;
    std::string subject; ///< "secret 'GITHUB_TOKEN'"
    std::string what;    ///< what is so, or what is not
    std::string hint;    ///< how to get it
};

using Findings = std::vector<Finding>;

std::size_t count(const Findings& findings, Health state);

enum class Show { all, problems };
std::string to_text(const Findings& findings, Show show);
support::json::Value to_json(const Findings& findings, const std::string& chain);

} // namespace slipway::host::doctor
