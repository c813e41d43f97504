// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a container starts with, and what an image says of itself (image-spec 1.1, config.md).
#pragma once

#include "documents.hpp"

namespace slipway::verify {

/// What the configuration must be. A value null in `env` or `labels` stands for any.
struct ConfigRules {
    support::json::Value config; ///< the option `config`; null: Cmd, Env and Labels may be anything
};

/// Whether it says that it is for the platform.
void check_platform(const support::json::Value& config, const common::Platform& wanted, Findings& findings);

/// Members of the configuration that engines and children of the image act on, each compared with what the
/// rules say, or with nothing.
void check_config(const support::json::Value& config, const ConfigRules& rules, Findings& findings);

/// The diff_ids, one for each layer. A wrong number of them, or of the history's layers, is a finding.
support::Result<std::vector<support::Digest>> diff_ids_of(const support::json::Value& config,
                                                          std::size_t layers, Findings& findings);

/// Whether an image of `found` runs where one of `wanted` is asked for: a variant that is not named is the
/// usual one.
bool same_platform(const common::Platform& wanted, const common::Platform& found);

} // namespace slipway::verify
