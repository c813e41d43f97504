// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the stages of a watched run did, against what their plugins declare: the smallest declaration that
// would have been enough, for `slipway run --learn`.
#pragma once

#include <chain/event.hpp>
#include <chain/plan.hpp>

#include <string>
#include <vector>

namespace slipway::chain {

/// About one stage type.
struct Lesson {
    std::string type;
    bool watched = false;             ///< this machine could watch
    plugin::Capabilities declared;    ///< by the stage type
    plugin::Capabilities smallest;    ///< `root` and `timeout_s` as declared: they are not observed
    std::vector<std::string> because; ///< what was seen: "network: 192.0.2.1 port 443"
    std::vector<std::string> advice;  ///< about options that name files
};

/// `events` are those of a run of `plan` that was only watched. What lies in the state folder is the host's.
/// Sorted by type.
std::vector<Lesson> lessons(const Plan& plan, const std::vector<Event>& events,
                            const std::string& state_folder);

} // namespace slipway::chain
