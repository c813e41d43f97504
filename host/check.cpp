// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway check: the conformance test of a plugin, for its author.
#include "command.hpp"

#include <check/check.hpp>
#include <fmt/format.h>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <unistd.h>

namespace slipway::host {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

Result<std::int64_t> number_of(const Arguments& arguments, const std::string& option,
                               const std::string& fallback) {
    const std::string text = arguments.value(option, fallback);
    if (const auto number = whole_number(text)) return *number;
    return Error{Kind::config, "--" + option + " '" + support::printable(text) + "': not a number",
                 "a whole number, 0 or more"};
}

Result<check::Options> options_of(const Arguments& arguments) {
    check::Options options;
    options.plugin = arguments.first();
    options.cases = arguments.values("case");
    options.filter = arguments.value("filter");
    SLIPWAY_TRY_ASSIGN(const std::int64_t seed, number_of(arguments, "seed", "1"));
    options.seed = static_cast<std::uint64_t>(seed);
    SLIPWAY_TRY_ASSIGN(const std::int64_t limit, number_of(arguments, "timeout", "30"));
    if (limit == 0 || limit > 86400)
        return Error{Kind::config, "--timeout: from 1 to 86400 seconds", "30 is the default"};
    options.limit = std::chrono::seconds(limit);
    options.in_process = arguments.has("in-process");
    return options;
}

int list(const Arguments& arguments) {
    json::Array rules;
    for (const check::RuleText& rule : check::rule_texts()) {
        if (!arguments.has("json")) fmt::print("{:<22} {}\n", rule.id, rule.says);
        rules.push_back(json::Object{{"rule", rule.id}, {"says", rule.says}, {"fix", rule.fix}});
    }
    if (arguments.has("json")) fmt::print("{}", json::dump_pretty(rules));
    return exit_done;
}

int check_plugin(const Arguments& arguments) {
    if (arguments.has("list")) return list(arguments);
    if (arguments.positional().empty())
        return complain({Kind::config, "no plugin given", "slipway check PLUGIN.so"});
    auto options = options_of(arguments);
    if (!options) return complain(options.error());
    auto report = check::check_plugin(options.value());
    if (!report) {
        const int code = complain(report.error());
        return report.error().kind == Kind::cancelled ? exit_cancelled : code;
    }
    if (arguments.has("junit"))
        if (auto written = support::write_file(arguments.value("junit"), check::to_junit(report.value()));
            !written)
            return complain(written.error());
    const bool colour = ::isatty(STDOUT_FILENO) == 1;
    if (arguments.has("json"))
        fmt::print("{}", json::dump_pretty(check::to_json(report.value())));
    else
        fmt::print("{}", check::to_text(report.value(), colour ? check::Colour::on : check::Colour::off));
    return report.value().count(check::State::broken) == 0 ? exit_done : exit_failed;
}

} // namespace

Command check_command() {
    return {
        {"check",
         "PLUGIN",
         "hold a plugin against every rule of the stage ABI",
         "Tries PLUGIN (a .so) in child processes: the file, loading, hosts of other versions, options,\n"
         "and with a sample case runs, faults, cancels, leftovers, determinism, capabilities and effects.\n"
         "Tells each broken rule, what was seen, and what to do. Exits with 1 if there is one.",
         "slipway check build/my-stage.so --case check",
         {{"case", 0, "PATH", "a sample case, or a folder of *.case.json; may be repeated"},
          {"filter", 0, "TEXT", "only rules with TEXT in their id: faults, clean.descriptors"},
          {"seed", 0, "N", "of the options that are made up; default: 1"},
          {"timeout", 0, "SECONDS", "for each child process; default: 30"},
          {"in-process", 0, "", "in this process, for a debugger; the first crash ends it"},
          {"list", 0, "", "list the rules"},
          {"json", 0, "", "as JSON"},
          {"junit", 0, "FILE", "write JUnit's XML there, too"}},
         0,
         1},
        &check_plugin};
}

} // namespace slipway::host
