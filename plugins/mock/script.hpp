// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a mock stage was told to do.
#pragma once

#include <misbehave.hpp>
#include <support/json.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace slipway::mock {

/// One artifact to publish. Exactly one of text, file and zeros is set.
struct Output {
    std::string port;
    std::string name;
    std::string type;                   ///< "" if the port's only type will do
    std::optional<std::string> text;    ///< `json` ends up here too
    std::optional<std::string> file;    ///< path of a file to copy
    std::optional<std::uint64_t> zeros; ///< so many zero bytes
    support::json::Value annotations;
};

struct Effect {
    std::string kind, target, summary;
};

struct Script {
    int status = 0; ///< a status of stage.h
    std::string message;
    std::vector<Output> outputs;
    std::vector<Effect> effects;
    std::vector<std::string> log;
    std::int64_t delay_ms = 0;
    bool ignore_cancel = false;
    std::int64_t progress_steps = 0;
    std::vector<std::int64_t> failing_attempts;
    std::string record; ///< path of the file that calls are recorded in; ""
    std::string replay; ///< folder of what is done again; ""
    bool replay_any_inputs = false;
    std::optional<Crash> crash;
    bool hang = false;
    bool close_descriptors = false;
    bool leave_child = false;
    std::uint64_t print_bytes = 0;
    std::vector<std::string> input_ports;
};

/// What is wrong with the options, and where (a JSON pointer).
struct Problem {
    support::Error error;
    std::string pointer;
};

/// From options that satisfy the schema.
std::variant<Script, Problem> read_script(const support::json::Value& options);

/// "ok", "waiting", or a Kind's name; nullopt for another.
std::optional<int> status_by_name(std::string_view name);

std::vector<std::string> status_names();

} // namespace slipway::mock
