// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which plugin may do a stage: the chain's "plugins", and those of a lock.
#pragma once

#include <chain/plan.hpp>

namespace slipway::chain {

/// Every plugin that the chain pins is what the chain says: Kind::verify with both digests, or with what is
/// wrong with the signature. Their stages check the file again before they load it.
support::Result<void> check_plugins(Plan& plan);

/// {stage type: SHA-256} of the plan's plugins, for a lock.
support::json::Value plugins_of(const Plan& plan);

/// The same for a lock's {stage type: SHA-256}. Types that no stage has count for nothing; those that the
/// lock does not have are refused, for the lock is of another chain.
support::Result<void> pin_plugins(Plan& plan, const support::json::Value& plugins);

} // namespace slipway::chain
