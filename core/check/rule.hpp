// SPDX-License-Identifier: GPL-3.0-or-later
//
// A rule as data, and its verdict.
#pragma once

#include <check/check.hpp>

#include <optional>
#include <span>
#include <string>
#include <utility>

namespace slipway::check {

class Trial;

struct Verdict {
    State state = State::kept;
    std::string what = {};
};

inline Verdict kept() {
    return {};
}

inline Verdict broken(std::string what) {
    return {State::broken, std::move(what)};
}

inline Verdict not_tried(std::string why) {
    return {State::not_tried, std::move(why)};
}

/// What a rule is tried on; each needs what the one before it needs.
enum class Scope {
    file,   ///< the file, which is not loaded
    plugin, ///< once a plugin; it loads
    stage,  ///< once a stage type
    sample  ///< once a sample case
};

/// What a broken rule means for those after it.
enum class Breaks { nothing, loading, stage, sample };

struct Rule {
    const char* id;
    const char* says; ///< what holds when the rule is kept; one line
    const char* fix;  ///< what to do when it is not
    Scope scope;
    Verdict (*judge)(Trial& trial);
    Breaks breaks = Breaks::nothing;
};

// The rules of each family, in the order in which they are tried.
std::span<const Rule> static_rules();
std::span<const Rule> load_rules();
std::span<const Rule> describe_rules();
std::span<const Rule> host_rules();
std::span<const Rule> options_rules();
std::span<const Rule> run_rules();
std::span<const Rule> fault_rules();
std::span<const Rule> clean_rules();
std::span<const Rule> same_rules();
std::span<const Rule> effect_rules();

std::vector<Rule> all_rules();

} // namespace slipway::check
