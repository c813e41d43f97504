// SPDX-License-Identifier: GPL-3.0-or-later
//
// Manual pages in roff with the macros of man(7), from the tables that --help prints and from the chain
// file's schema. Each returns one page's source.
#pragma once

#include <command.hpp>

#include <string>

namespace slipway::reference {

/// slipway(1)
std::string overview_page();

/// slipway-NAME(1)
std::string command_page(const host::CommandSpec& spec);

/// slipway-chain(5)
std::string chain_page();

} // namespace slipway::reference
