// SPDX-License-Identifier: GPL-3.0-or-later
//
// The conformance test of `slipway check`: one plugin against every rule of stage.h that can be tried. What
// each rule says is in docs/reference/check.md.
#pragma once

#include <support/json.hpp>
#include <support/result.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::check {

struct Options {
    std::string plugin;             ///< path of the .so
    std::vector<std::string> cases; ///< sample cases: files, or folders of *.case.json
    std::string filter;             ///< only rules whose id has this part; "" for all
    std::uint64_t seed = 1;         ///< of the options that are made up
    std::chrono::seconds limit{30}; ///< for one child process
    bool in_process = false;        ///< run the plugin in this process, for a debugger
};

enum class State { kept, broken, not_tried };

/// One rule, tried on one stage type or sample case (or on the file as a whole).
struct Result {
    std::string rule;
    std::string subject; ///< "stage 'x'", "case 'y'", or ""
    State state = State::kept;
    std::string what; ///< what was seen, or why the rule was not tried
    std::string fix;  ///< what to do; only of a broken one
    std::chrono::milliseconds took{0};
};

struct Report {
    std::string plugin;
    std::uint64_t seed = 0;
    std::vector<Result> results;

    std::size_t count(State state) const;
};

/// An Error if the check itself cannot be done: no such file, a case that is no case, no such rule.
support::Result<Report> check_plugin(const Options& options);

struct RuleText {
    std::string id, says, fix;
};

/// Every rule, in the order in which they are tried.
std::vector<RuleText> rule_texts();

enum class Colour { off, on };

/// Broken rules with what was seen and the fix, and one line that counts.
std::string to_text(const Report& report, Colour colour);
support::json::Value to_json(const Report& report);

/// JUnit's XML: one test case for each result.
std::string to_junit(const Report& report);

} // namespace slipway::check
