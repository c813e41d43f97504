// SPDX-License-Identifier: GPL-3.0-or-later
//
// The options of a stage that say how the network is reached, for its schema; network_of() reads them.
#pragma once

// clang-format off
/// Members of "properties" as JSON text, without a comma at the end: a literal, to stand among others.
#define SLIPWAY_NETWORK_OPTIONS R"json("proxy": {"type": "string", "default": "",)json" \
    R"json("description": "the proxy to use, as curl names it: http://host:3128, socks5h://host;)json" \
    R"json( the environment's variables are not read"},)json" \
    R"json("no_proxy": {"type": "string", "default": "",)json" \
    R"json("description": "hosts that are reached without the proxy, separated by commas"},)json" \
    R"json("ca_file": {"type": "string", "slipwayPath": "file",)json" \
    R"json("description": "a PEM file with the certificates to trust instead of the system's"})json"
// clang-format on
