// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway doctor: what is missing on this machine, and how to get it.
#include "command.hpp"
#include "machine.hpp"
#include "needs.hpp"
#include "session.hpp"
#include "units.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

namespace slipway::host {

namespace json = support::json;
using doctor::Finding;
using doctor::Findings;
using doctor::Health;

namespace {

/// What the journal knows, which is opened only if it is there: looking makes nothing.
struct History {
    std::int64_t newest_run = 0;  ///< seconds
    std::uint64_t last_bytes = 0; ///< that the newest run of the chain which is done has stored
};

std::uint64_t bytes_of(const journal::Journal& journal, const std::string& run) {
    std::map<std::string, std::uint64_t> sizes; // the same artifact is stored once
    auto stages = journal.stages(run);
    if (!stages) return 0;
    for (const auto& stage : stages.value())
        for (const auto& output : stage.outputs)
            sizes[output.sha256] = static_cast<std::uint64_t>(output.size);
    std::uint64_t sum = 0;
    for (const auto& [digest, size] : sizes)
        sum += size;
    return sum;
}

History history_of(const Arguments& arguments, const std::string& chain) {
    History history;
    const std::string path = state_folder(arguments) + "/journal.db";
    if (!std::filesystem::exists(path)) return history;
    auto journal = journal::Journal::open(path);
    if (!journal) return history;
    auto runs = journal.value().runs();
    if (!runs) return history;
    for (const auto& run : runs.value()) {
        history.newest_run = std::max(history.newest_run, run.created / 1000);
        if (history.last_bytes == 0 && run.kind == "run" && run.chain == chain && run.state == "done")
            history.last_bytes = bytes_of(journal.value(), run.id);
    }
    return history;
}

Findings of_plugins(const chain::Catalog& catalog) {
    Findings out;
    if (catalog.entries().empty())
        out.push_back({Health::missing, "plugins", "none is installed",
                       "looked in " + support::join(catalog.folders(), ", ")
                           + "; install slipway-plugins, or name a folder with --plugin-dir"});
    else
        out.push_back({Health::ok, "plugins", fmt::format("{} stage types", catalog.entries().size()), ""});
    for (const support::Error& failure : catalog.failures())
        out.push_back({Health::warning, "plugins", failure.what, failure.hint});
    return out;
}

Findings of_machine(const Arguments& arguments, const std::string& chain) {
    const std::string folder = state_folder(arguments);
    const History history = history_of(arguments, chain);
    return {judge(doctor::look_at_sandbox()), judge(doctor::look_at_clock(history.newest_run)),
            judge(doctor::look_at_state(folder)), judge(doctor::look_at_space(folder, history.last_bytes))};
}

/// Without a chain nobody knows whether one will need it.
Finding user_namespaces() {
    auto problem = doctor::look_at_user_namespace();
    if (!problem) return {Health::ok, "user namespace", "stages can be root over their trees", ""};
    problem->state = Health::warning;
    return *problem;
}

Findings of_chain(const Arguments& arguments, const config::LoadOptions& options,
                  const chain::Catalog& catalog, std::string& name) {
    auto chain = config::load(arguments.first(), options);
    if (const auto* problems = std::get_if<config::Problems>(&chain)) return doctor::of_problems(*problems);
    name = std::get<config::Chain>(chain).name;
    auto plan = chain::make_plan(std::move(std::get<config::Chain>(chain)), catalog);
    if (const auto* problems = std::get_if<config::Problems>(&plan)) return doctor::of_problems(*problems);
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    chain::Secrets secrets(chain::SecretSources{{}, credentials != nullptr ? credentials : ""});
    Findings findings = doctor::look_at_needs(std::get<chain::Plan>(plan), secrets, credentials_folder);
    if (std::get<chain::Plan>(plan).chain.sandbox == "required" && !doctor::look_at_sandbox().missing.empty())
        findings.push_back({Health::missing, "sandbox", "the chain requires all of it",
                            "run it where all of it can be had, or with --sandbox best-effort"});
    return findings;
}

Findings operator+(Findings a, const Findings& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

int examine(const Arguments& arguments) {
    auto options = load_options(arguments);
    if (!options) return complain(options.error());
    worker::Loop loop;
    const chain::Catalog catalog = open_catalog(arguments, loop, nullptr);
    std::string chain;
    Findings needs = arguments.first().empty() ? Findings{user_namespaces()}
                                               : of_chain(arguments, options.value(), catalog, chain);
    const Findings findings = of_machine(arguments, chain) + of_plugins(catalog) + needs;
    const std::size_t missing = count(findings, Health::missing), warnings = count(findings, Health::warning);
    if (arguments.has("json")) {
        fmt::print("{}", json::dump_pretty(to_json(findings, chain)));
    } else {
        using doctor::Show;
        fmt::print("{}", to_text(findings, arguments.has("quiet") ? Show::problems : Show::all));
        if (!arguments.has("quiet") || missing + warnings > 0)
            fmt::print("{} missing, {} warning{}\n", missing, warnings, warnings == 1 ? "" : "s");
    }
    return missing == 0 ? exit_done : exit_failed;
}

} // namespace

Command doctor_command() {
    auto options = chain_options();
    std::erase_if(options, [](const Option& option) { return option.name == "no-mocks"; });
    return {
        {"doctor", "[CHAIN]", "tell what is missing on this machine, and how to get it",
         "Looks at the kernel, the clock, the state folder, disk space and plugins; and for CHAIN at the\n"
         "programs, secrets, files and rights that its stages need. Changes nothing, and asks no server.\n"
         "Run it as the user who will run the chain. Exits with 1 if something is missing.",
         "slipway doctor archlinux.json",
         std::vector<Option>{{"quiet", 'q', "", "only what is missing or could be better"},
                             {"json", 0, "", "as JSON"}}
             + options + plugin_options() + state_options(),
         0, 1},
        &examine};
}

} // namespace slipway::host
