// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the options of schema.hpp come to.
#pragma once

#include "verify.hpp"

#include <chrono>

namespace slipway::verify {

struct Settings {
    Order order;
    RegistrySettings registry = {};
    std::string against = {}, folder = {}, report = {};
    bool fail = true; ///< if the image differs
    std::chrono::seconds wait{};
    std::string hub_api = {}; ///< "" for none
    std::string user = {}, password_secret = {}, docker_config = {};
};

/// `options` satisfies options_schema. Kind::config; `pointer` is the option it is about.
support::Result<Settings> parse_settings(const support::json::Value& options, std::string& pointer);

} // namespace slipway::verify
