// SPDX-License-Identifier: GPL-3.0-or-later
#include <environment.hpp>
#include <process.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::exec {

using support::Error;
using support::Kind;

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// In capitals, and everything a variable's name cannot have as '_'.
std::string capitals(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : is_letter(c) || is_digit(c) ? c : '_';
    return out;
}

} // namespace

Environment base_environment(const std::string& work_folder, std::int64_t epoch, const std::string& stage,
                             const std::string& version, const support::json::Value& variant) {
    Environment out{{"PATH", std::string(search_path)},
                    {"HOME", work_folder},
                    {"TMPDIR", work_folder},
                    {"LC_ALL", "C.UTF-8"},
                    {"TZ", "UTC"},
                    {"SOURCE_DATE_EPOCH", std::to_string(epoch)},
                    {"SLIPWAY_STAGE", stage},
                    {"SLIPWAY_VERSION", version},
                    {"SLIPWAY_OUTPUT_DIR", work_folder + "/outputs"}};
    for (const auto& [axis, value, position] : variant.as_object())
        out["SLIPWAY_VARIANT_" + capitals(axis)] = value.as_string();
    return out;
}

std::string input_variable(std::string_view port) {
    return "SLIPWAY_INPUT_" + capitals(port);
}

support::Result<void> check_name(const std::string& name) {
    const bool good = !name.empty() && is_letter(name[0])
                      && std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
    if (!good)
        return Error{Kind::config, "env: '" + support::printable(name) + "' is no name of a variable",
                     "letters, digits and '_', no digit first"};
    if (name.starts_with("SLIPWAY_") || name == "SOURCE_DATE_EPOCH")
        return Error{Kind::config, "env: '" + name + "' is set by slipway itself", "choose another name"};
    return {};
}

std::vector<std::string> to_list(const Environment& environment) {
    std::vector<std::string> out;
    for (const auto& [name, value] : environment)
        out.push_back(name + "=" + value);
    return out;
}

} // namespace slipway::exec
