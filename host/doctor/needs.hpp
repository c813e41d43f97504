// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a planned chain needs: programs, secrets, files, rights.
#pragma once

#include "finding.hpp"

#include <chain/plan.hpp>
#include <chain/secrets.hpp>

namespace slipway::host::doctor {

/// `credentials`: the folder where units have their secrets (units.hpp).
Findings look_at_needs(const chain::Plan& plan, chain::Secrets& secrets, const std::string& credentials);

/// The same of problems that planning has found.
Findings of_problems(const config::Problems& problems);

} // namespace slipway::host::doctor
