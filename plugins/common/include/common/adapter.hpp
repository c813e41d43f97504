// SPDX-License-Identifier: GPL-3.0-or-later
//
// What every plugin.cpp needs to stand between the SDK and its domain code.
#pragma once

#include <slipway/stage.hpp>
#include <support/json.hpp>
#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::common {

/// A domain error as the SDK's. `config_path`: the option it is about, if any.
slipway::error to_sdk(support::Error error, std::string config_path = {});

/// The options text as a value. The host has validated it against the schema.
slipway::result<support::json::Value> parse_options(std::string_view text);

/// One artifact wired to an input port (slipway_host::input_meta).
struct InputInfo {
    std::string name;
    std::string type;
    std::string sha256; ///< empty while it is still being made
    std::uint64_t size = 0;
    support::json::Value annotations;
    support::json::Value variant;
};

slipway::result<InputInfo> input_info(const slipway::context& context, const char* port,
                                      std::uint32_t index = 0);

/// All bytes of an input; SLIPWAY_RESOURCE over `max_bytes`.
slipway::result<std::string> read_input(const slipway::context& context, const char* port,
                                        std::uint32_t index = 0, std::size_t max_bytes = 64u << 20);

/// Create, write and commit a small artifact in one go.
slipway::result<void> write_output(const slipway::context& context, const char* port, const std::string& name,
                                   std::string_view bytes, const support::json::Value& meta = {});

} // namespace slipway::common

/// Return the error of a slipway::result or support::Result from a function that returns slipway::result.
#define SLIPWAY_SDK_TRY(expression)                                                                          \
    do {                                                                                                     \
        auto slipway_try_ = (expression);                                                                    \
        if (!slipway_try_) return slipway::common::detail::sdk_error(std::move(slipway_try_).error());       \
    } while (false)

/// `SLIPWAY_SDK_TRY_ASSIGN(auto value, call());` — the same, declaring or assigning the value.
#define SLIPWAY_SDK_TRY_ASSIGN(target, expression)                                                           \
    SLIPWAY_SDK_TRY_ASSIGN_(SLIPWAY_CONCAT(slipway_result_, __LINE__), target, expression)
#define SLIPWAY_SDK_TRY_ASSIGN_(temporary, target, expression)                                               \
    auto temporary = (expression);                                                                           \
    if (!temporary) return slipway::common::detail::sdk_error(std::move(temporary).error());                 \
    target = std::move(temporary).value()

namespace slipway::common::detail {

inline slipway::error sdk_error(slipway::error error) {
    return error;
}

inline slipway::error sdk_error(support::Error error) {
    return to_sdk(std::move(error));
}

} // namespace slipway::common::detail
