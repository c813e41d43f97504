// SPDX-License-Identifier: GPL-3.0-or-later
//
// The options `hooks`, `commands` and `edit` as values.
#pragma once

#include "build.hpp"

#include <support/json.hpp>

namespace slipway::rootfs {

/// `options` satisfies the schema. Kind::config: what that cannot say; the message names the option.
support::Result<PostSteps> parse_post_steps(const support::json::Value& options);

} // namespace slipway::rootfs
