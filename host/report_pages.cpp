// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway report: a run, or all of them, for people who were not there.
#include "command.hpp"
#include "session.hpp"

#include <chain/event.hpp>
#include <fmt/format.h>
#include <reports/facts.hpp>
#include <reports/history.hpp>
#include <reports/render.hpp>

namespace slipway::host {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

Result<std::string> text_of(const State& state, const std::string& id, const std::string& format) {
    SLIPWAY_TRY_ASSIGN(const auto run, state.journal.find_run(id));
    SLIPWAY_TRY_ASSIGN(const json::Value facts, reports::facts_of(state, run, chain::now_ms()));
    if (format == "json") return json::dump_pretty(facts);
    return format == "html" ? reports::run_page(facts) : reports::run_markdown(facts);
}

Result<void> write_site(const State& state, const std::string& folder) {
    SLIPWAY_TRY_ASSIGN(const json::Value history, reports::history_of(state, chain::now_ms()));
    SLIPWAY_TRY(support::make_dirs(folder));
    for (const json::Value& chain : history["chains"].as_array())
        for (const json::Value& run : chain["runs"].as_array()) {
            const std::string& id = run["run"].as_string();
            SLIPWAY_TRY_ASSIGN(const std::string page, text_of(state, id, "html"));
            SLIPWAY_TRY(support::write_file(folder + "/" + id + ".html", page));
        }
    return support::write_file(folder + "/index.html",
                               reports::site_page(history)); // last: its links lead somewhere
}

Result<void> check(const Arguments& arguments, const std::string& format) {
    if (format != "html" && format != "markdown" && format != "json")
        return Error{Kind::config, "--format: '" + format + "' is not known", "html, markdown or json"};
    if (!arguments.has("site")) return {};
    for (const char* option : {"output", "format"})
        if (arguments.has(option))
            return Error{Kind::config, std::string("--site and --") + option + " exclude each other",
                         "--site DIR writes HTML pages into DIR"};
    if (!arguments.positional().empty())
        return Error{Kind::config, "--site is about all runs", "leave '" + arguments.first() + "' out"};
    return {};
}

int make_report(const Arguments& arguments) {
    const std::string format = arguments.value("format", "html");
    if (auto fine = check(arguments, format); !fine) return complain(fine.error());
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    if (arguments.has("site")) {
        auto written = write_site(state.value(), arguments.value("site"));
        return written ? int{exit_done} : complain(written.error());
    }
    return deliver(arguments, text_of(state.value(), arguments.first(), format));
}

} // namespace

Command report_command() {
    return {{"report", "[RUN]", "write the report of a run, or of all of them, as pages",
             "Tells what RUN (an id or the beginning of one; default: the newest run) did: the chain as a "
             "picture,\n"
             "changed packages, sizes, digests and how to check them, provenance and logs. The page is one "
             "file,\n"
             "without scripts, that needs nothing from elsewhere. --site writes a page for each run and "
             "index.html\n"
             "with the history of every chain.",
             "slipway report 20261105-0200 -o release.html",
             std::vector<Option>{{"format", 0, "FORMAT", "html (default), markdown or json"},
                                 {"output", 'o', "FILE", "where to write; default: standard output"},
                                 {"site", 0, "DIR", "write the pages of all runs and their history into DIR"}}
                 + state_options(),
             0, 1},
            &make_report};
}

} // namespace slipway::host
