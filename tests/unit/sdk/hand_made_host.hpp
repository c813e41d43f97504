// SPDX-License-Identifier: GPL-3.0-or-later
//
// A slipway_host whose functions record what they were asked and answer what the test says.
#pragma once

#include <slipway/stage.h>

#include <map>
#include <string>
#include <vector>

struct HandMadeHost {
    slipway_host abi{};
    // What the functions answer.
    slipway_status answer = SLIPWAY_OK;
    int given_fd = -1; ///< by input_open and output_create
    bool has_extensions = true;
    int32_t cancel = 0;
    std::string given_text = "{}"; ///< a description or a secret
    // What they were asked.
    std::vector<std::string> calls;
    std::vector<slipway_diag> diags; ///< the texts are in `calls`

    HandMadeHost();
    HandMadeHost(const HandMadeHost&) = delete;

    void note(std::string call) { calls.push_back(std::move(call)); }
};

/// The plugin that plugin_test.cpp exports, seen from another source file.
const slipway_plugin* plugin_from_second_unit();
