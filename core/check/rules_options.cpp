// SPDX-License-Identifier: GPL-3.0-or-later
//
// Options: what the schema lets through must be taken, or refused with CONFIG and the option's pointer.
#include "random_options.hpp"
#include "rule.hpp"
#include "trial.hpp"

#include <support/text.hpp>

#include <algorithm>

namespace slipway::check {

namespace json = support::json;
using json::Value;

namespace {

constexpr int made_up_sets = 200;

const json::Object& options_of(const Trial& trial) {
    return trial.schema->document()["properties"].as_object();
}

std::string shown(const Value& options) {
    const std::string text = json::dump(options);
    return text.size() > 200 ? text.substr(0, 200) + "..." : text;
}

/// The error that counts, or null.
const Value& last_error(const Value& record) {
    static const Value none;
    const auto& reports = record["reports"].as_array();
    for (auto it = reports.rbegin(); it != reports.rend(); ++it)
        if ((*it)["severity"].as_integer() == SLIPWAY_ERROR) return *it;
    return none;
}

/// The schema of the option that the pointer names, or names something in; null for none.
const Value& option_at(const Trial& trial, const std::string& pointer) {
    static const Value none;
    for (const json::Member& option : options_of(trial)) {
        const std::string own = "/" + json::pointer_token(option.key);
        if (pointer == own || pointer.starts_with(own + "/")) return option.value;
    }
    return none;
}

/// CONFIG, or UNSUPPORTED for what would make sense elsewhere; a path may lead to what is not there, or
/// cannot be read.
bool is_refusal(slipway_status status, const Value& option) {
    if (status == SLIPWAY_CONFIG || status == SLIPWAY_UNSUPPORTED) return true;
    return option.find("slipwayPath") != nullptr && status != SLIPWAY_INTERNAL && status < SLIPWAY_OK;
}

/// What is wrong with how configure() took the options, or "".
std::string complaint(const Trial& trial, const Value& record) {
    const auto status = static_cast<slipway_status>(record["status"].as_integer());
    if (!record["threw"].as_string().empty()) return record["threw"].as_string();
    if (status == SLIPWAY_OK) return "";
    const Value& error = last_error(record);
    if (error.is_null()) return "ended with " + status_name(status) + " without a report";
    const std::string& pointer = error["config_path"].as_string();
    const Value& option = option_at(trial, pointer);
    if (option.is_null())
        return "refused with the path '" + pointer + "', which is no option: " + error["summary"].as_string();
    return is_refusal(status, option) ? "" : "ended with " + status_name(status) + ", not with config";
}

/// configure() with each set that the schema lets through.
Verdict take_all(Trial& trial, const std::vector<Value>& sets) {
    std::vector<Value> valid;
    for (const Value& options : sets)
        if (trial.schema->validate(options).empty()) valid.push_back(options);
    if (valid.empty()) return kept();
    const Ran ran = trial.configure(valid);
    if (const std::string failure = ran.failure(); !failure.empty()) return broken(failure);
    const auto& records = ran.record().as_array();
    for (std::size_t i = 0; i < records.size(); ++i)
        if (const std::string what = complaint(trial, records[i]); !what.empty())
            return broken("configure() with " + shown(valid[i]) + " " + what);
    return records.size() == valid.size() ? kept() : broken("create() failed");
}

/// The schema must refuse it with this pointer, or else configure() must.
Verdict refused(Trial& trial, const Value& options, const std::string& pointer) {
    const auto problems = trial.schema->validate(options);
    if (!problems.empty()) {
        const bool right = std::ranges::any_of(
            problems, [&](const config::Problem& problem) { return pointer.starts_with(problem.pointer); });
        return right ? kept() : broken(shown(options) + " is refused at '" + problems.front().pointer + "'");
    }
    const Ran ran = trial.configure({options});
    if (const std::string failure = ran.failure(); !failure.empty()) return broken(failure);
    if (ran.record().as_array().empty()) return broken("create() failed");
    const Value& record = ran.record().as_array().front();
    if (record["status"].as_integer() == SLIPWAY_OK) return broken(shown(options) + " is taken");
    const std::string what = complaint(trial, record);
    return what.empty() ? kept() : broken("configure() with " + shown(options) + " " + what);
}

Verdict empty(Trial& trial) {
    Value options = json::Object{};
    config::complete_options(options, *trial.schema, "/nonexistent");
    return take_all(trial, {options});
}

Verdict unknown_key(Trial& trial) {
    const auto base = trial.base_options();
    if (!base) return not_tried("no options to start from: give a sample case");
    Value options = *base;
    options.set("no-such-option", 1);
    return refused(trial, options, "/no-such-option");
}

Verdict wrong_type(Trial& trial) {
    const auto base = trial.base_options();
    if (!base) return not_tried("no options to start from: give a sample case");
    for (const json::Member& option : options_of(trial)) {
        std::vector<Value> taken;
        for (const Value& value : one_of_each_type()) {
            Value options = *base;
            options.set(option.key, value);
            if (trial.schema->validate(options).empty()) taken.push_back(options);
        }
        if (taken.size() < one_of_each_type().size()) continue;
        // The schema does not care, so configure() must: not every type can make sense.
        const Ran ran = trial.configure(taken);
        if (const std::string failure = ran.failure(); !failure.empty()) return broken(failure);
        const bool all = std::ranges::all_of(ran.record().as_array(), [](const Value& record) {
            return record["status"].as_integer() == SLIPWAY_OK;
        });
        if (all) return broken("option '" + option.key + "' takes every type of value");
    }
    return kept();
}

Verdict required(Trial& trial) {
    const auto base = trial.base_options();
    if (!base) return not_tried("no options to start from: give a sample case");
    std::vector<Value> without;
    for (const json::Member& option : base->as_object()) {
        Value options = *base;
        options.remove(option.key);
        without.push_back(std::move(options));
    }
    for (const Value& key : trial.schema->document()["required"].as_array()) {
        Value options = *base;
        options.remove(key.as_string());
        if (Verdict verdict = refused(trial, options, "/" + json::pointer_token(key.as_string()));
            verdict.state != State::kept)
            return verdict;
    }
    return take_all(trial, without);
}

Verdict large(Trial& trial) {
    const auto base = trial.base_options();
    if (!base) return not_tried("no options to start from: give a sample case");
    std::vector<Value> sets;
    for (const json::Member& option : options_of(trial)) {
        Value options = *base;
        options.set(option.key, std::string(1u << 20, 'x'));
        sets.push_back(options);
        options.set(option.key, json::Array(1u << 10, Value(std::string(1u << 10, 'x'))));
        sets.push_back(options);
    }
    return take_all(trial, sets);
}

Verdict values(Trial& trial) {
    const auto base = trial.base_options();
    if (!base) return not_tried("no options to start from: give a sample case");
    std::mt19937_64 random(trial.options().seed);
    std::vector<Value> sets;
    for (int i = 0; i < made_up_sets && !options_of(trial).empty(); ++i) {
        Value options = *base;
        for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
            const json::Member& option = options_of(trial)[random() % options_of(trial).size()];
            options.set(option.key, odd_value(option.value, random));
        }
        sets.push_back(std::move(options));
    }
    return take_all(trial, sets);
}

constexpr const char* refuse =
    "report() with code CONFIG and config_path \"/option\", then return SLIPWAY_CONFIG";

constexpr Rule rules[] = {
    {"options.empty", "no options at all are taken, or refused with the one that is missing", refuse,
     Scope::stage, &empty},
    {"options.unknown", "an unknown option is refused", "\"additionalProperties\": false", Scope::stage,
     &unknown_key},
    {"options.type", "an option of a wrong type is refused", "give every option a \"type\"", Scope::stage,
     &wrong_type},
    {"options.required", "an option that is missing is refused with its name, or not needed", refuse,
     Scope::stage, &required},
    {"options.large", "options of 1 MiB are taken, or refused", "no buffers of fixed size; or \"maxLength\"",
     Scope::stage, &large},
    {"options.values", "odd values that the schema lets through are taken, or refused", refuse, Scope::stage,
     &values},
};

} // namespace

std::span<const Rule> options_rules() {
    return rules;
}

} // namespace slipway::check
