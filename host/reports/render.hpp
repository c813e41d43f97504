// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reports as people read them.
#pragma once

#include <support/json.hpp>

#include <string>

namespace slipway::host::reports {

/// The page of a run: one file that needs nothing else, no script, no network.
std::string run_page(const support::json::Value& facts);
std::string run_markdown(const support::json::Value& facts);

/// The page that lists all runs, each linked as RUN.html.
std::string site_page(const support::json::Value& history);

} // namespace slipway::host::reports
