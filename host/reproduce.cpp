// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway reproduce: build a run again from its lock, in a fresh state folder, and compare every artifact.
#include "command.hpp"
#include "reproduction.hpp"
#include "session.hpp"

#include <chain/pin.hpp>
#include <fmt/format.h>
#include <slipway/stage.h>
#include <unistd.h>
#include <worker/user_namespace.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace slipway::host {

namespace json = support::json;
using chain::Locks;
using chain::Plan;
using journal::RunRecord;
using journal::StageRecord;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::size_t shown_differences = 50; // of one artifact

/// The run to rebuild, and what it made.
struct Original {
    RunRecord run;
    std::vector<StageRecord> stages;
    Locks locks;
};

Result<Original> original_of(const State& state, RunRecord run) {
    SLIPWAY_TRY_ASSIGN(auto stages, state.journal.stages(run.id));
    SLIPWAY_TRY_ASSIGN(Locks locks, chain::made_locks(stages, state.store));
    return Original{std::move(run), std::move(stages), std::move(locks)};
}

/// The newest run that made what the lock file says.
Result<Original> run_of_lock(const State& state, const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(path));
    auto wanted = chain::split_locks(text);
    if (!wanted) return std::move(wanted).error().in("'" + path + "'");
    SLIPWAY_TRY_ASSIGN(const std::vector<RunRecord> runs, state.journal.runs());
    for (const RunRecord& run : runs) {
        if (run.kind != "run" || run.state != "done") continue;
        auto original = original_of(state, run);
        // An old run's lock may be gone from the store.
        if (original && chain::join_locks(original.value().locks) == chain::join_locks(wanted.value()))
            return original;
    }
    return Error{Kind::not_found, "'" + path + "': no run that is done has made this lock",
                 "make one: slipway run --locked " + path + " CHAIN"};
}

Result<Original> find_original(const State& state, const std::string& what) {
    if (!what.empty() && std::filesystem::exists(what)) return run_of_lock(state, what);
    SLIPWAY_TRY_ASSIGN(RunRecord run, state.journal.find_run(what));
    if (run.kind != "run")
        return Error{Kind::config, "'" + run.id + "' is a plan, not a run", "slipway runs lists them"};
    return original_of(state, std::move(run));
}

bool has_effects(const chain::PlannedStage& stage) {
    return stage.plugin->type.has(SLIPWAY_EXTERNAL_EFFECTS);
}

const StageRecord* done_stage(const Original& original, const std::string& key) {
    const auto it = std::ranges::find(original.stages, key, &StageRecord::key);
    const bool done = it != original.stages.end() && (it->state == "done" || it->state == "unchanged");
    return done ? &*it : nullptr;
}

/// The stages that can be built again: those with effects only lend what they gave the run, so one that the
/// run has not done takes all that need it along.
std::set<std::size_t> rebuildable(const Plan& plan, const Original& original) {
    std::set<std::size_t> kept;
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
        const chain::PlannedStage& stage = plan.stages[i];
        if (!stage.on.empty()) continue; // it is no part of what was built
        const bool needs = std::ranges::all_of(stage.after, [&](std::size_t j) { return kept.contains(j); });
        if (needs && (!has_effects(stage) || done_stage(original, stage.key()) != nullptr)) kept.insert(i);
    }
    return kept;
}

/// Copy an artifact, if the old store has it; what it has not is made or fetched again.
Result<void> lend(const State& from, const State& to, const std::string& sha256) {
    SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(sha256));
    auto artifact = from.store.open_artifact(digest);
    if (!artifact || to.store.check(digest)) return {};
    SLIPWAY_TRY_ASSIGN(store::Draft draft, to.store.create());
    std::vector<char> block(1u << 20);
    for (;;) {
        const ssize_t n = ::read(artifact.value().get(), block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return support::errno_error("reading artifact " + sha256, errno);
        if (n == 0) break;
        SLIPWAY_TRY(support::write_all(draft.fd(), {block.data(), static_cast<std::size_t>(n)},
                                       "copying artifact " + sha256));
    }
    SLIPWAY_TRY(to.store.commit(std::move(draft))); // under the digest of what was read
    return {};
}

/// Everything the rebuild starts from: packages by digest, and what stages with effects gave the run.
Result<std::vector<StageRecord>> prepare(const State& from, const State& to, const Plan& plan,
                                         const Original& original) {
    for (const auto& [key, lock] : original.locks)
        for (const json::Value& package : lock["packages"].as_array())
            SLIPWAY_TRY(lend(from, to, package["sha256"].as_string()));
    std::vector<StageRecord> records = chain::new_records(plan);
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!has_effects(plan.stages[i])) continue;
        records[i].outputs = done_stage(original, records[i].key)->outputs;
        records[i].state = "done";
        for (const auto& output : records[i].outputs) {
            SLIPWAY_TRY(lend(from, to, output.sha256));
            SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(output.sha256));
            // Without it the stage would not count as done, and run.
            if (!to.store.check(digest))
                return Error{Kind::not_found, "stage '" + records[i].key
                                                  + "' has effects and cannot be run again, and '"
                                                  + output.name + "', which it made, is gone from the store"};
        }
    }
    return records;
}

Result<void> pin_locks(Plan& plan, RunRecord& run, const State& fresh, const Original& original) {
    Locks locks = original.locks;
    std::erase_if(locks, [&](const auto& lock) {
        return std::ranges::none_of(plan.stages, [&](const auto& s) { return s.key() == lock.first; });
    });
    if (locks.empty()) return {};
    SLIPWAY_TRY_ASSIGN(json::Value pinned,
                       chain::pin(plan, json::dump(chain::join_locks(locks)), fresh.store));
    run.settings.set("locked", std::move(pinned));
    return {};
}

/// STATE/reproduce/RUN-XXXXXX, empty.
Result<State> fresh_state(const State& state, const std::string& run) {
    SLIPWAY_TRY(support::make_dirs(state.folder + "/reproduce"));
    std::string folder = state.folder + "/reproduce/" + run + "-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return support::errno_error("making '" + folder + "'", errno);
    SLIPWAY_TRY_ASSIGN(store::Store store, store::Store::open(folder + "/store"));
    SLIPWAY_TRY_ASSIGN(journal::Journal journal, journal::Journal::open(folder + "/journal.db"));
    return State{folder, std::move(store), std::move(journal)};
}

class Reproducer {
public:
    Reproducer(const Arguments& arguments, State& state, const Original& original)
        : arguments_(arguments), progress_arguments_(arguments.without("json")), state_(state),
          original_(original) {}

    int run() {
        const chain::Catalog catalog = open_catalog(arguments_, loop_, &state_.journal);
        const config::LoadOptions options = parse_load_options(original_.run.settings, original_.run.epoch);
        auto planned_or_code = planned(load(options), catalog, arguments_);
        if (const int* code = std::get_if<int>(&planned_or_code)) return *code;
        Plan plan = std::move(std::get<Plan>(planned_or_code));
        std::vector<std::string> all;
        for (const chain::PlannedStage& stage : plan.stages)
            if (stage.on.empty()) all.push_back(stage.key());
        const std::set<std::size_t> wanted = rebuildable(plan, original_);
        plan = chain::only_stages(std::move(plan), wanted);
        std::erase_if(all, [&](const std::string& key) {
            return std::ranges::any_of(plan.stages, [&](const auto& s) { return s.key() == key; });
        });
        auto fresh = fresh_state(state_, original_.run.id);
        if (!fresh) return complain(fresh.error());
        const int code = rebuild(fresh.value(), plan, options, all);
        if (!kept_) (void)worker::remove_work_folder(fresh.value().folder);
        return code;
    }

private:
    std::variant<config::Chain, config::Problems> load(const config::LoadOptions& options) const {
        if (arguments_.positional().size() == 2) return config::load(arguments_.positional()[1], options);
        auto chain = config::load_text(original_.run.text, original_.run.path, options);
        if (auto* loaded = std::get_if<config::Chain>(&chain)) loaded->folder = original_.run.folder;
        return chain;
    }

    int rebuild(State& fresh, Plan& plan, const config::LoadOptions& options,
                const std::vector<std::string>& left_out) {
        auto settings = run_settings(arguments_, fresh, chain::Mode::run);
        if (!settings) return complain(settings.error());
        auto held = StateLock::take(fresh, arguments_);
        if (!held) return complain(held.error());
        RunRecord record = new_run(plan, options, "plan", fresh.journal);
        if (auto pinned = pin_locks(plan, record, fresh, original_); !pinned) return complain(pinned.error());
        auto records = prepare(state_, fresh, plan, original_);
        if (!records) return complain(records.error());
        if (auto added = fresh.journal.add_run(record, records.value()); !added)
            return complain(added.error());
        const int code = execute(progress_arguments_, fresh, loop_, plan, record, std::move(records).value(),
                                 settings.value());
        if (code != exit_done && code != exit_failed) return code;
        auto made = fresh.journal.stages(record.id);
        if (!made) return complain(made.error());
        const int verdict =
            report(compare_runs({plan, original_.stages, made.value(), state_.store, fresh.store},
                                shown_differences),
                   fresh, left_out);
        return code == exit_done ? verdict : code;
    }

    int report(Reproduction result, const State& fresh, const std::vector<std::string>& left_out) {
        for (const std::string& key : left_out)
            result.not_rebuilt.emplace_back(key, "it needs a stage with effects that the run has not done");
        const bool differs = kept_ = result.different() > 0;
        if (arguments_.has("json")) {
            json::Value all = reproduction_json(result);
            all.set("run", original_.run.id);
            all.set("mocked", original_.run.mocked);
            all.set("kept", differs ? fresh.folder : "");
            fmt::print("{}", json::dump_pretty(all));
            return differs ? exit_differs : exit_done;
        }
        fmt::print("run {} of {} {}{}, built again:\n{}", original_.run.id, original_.run.chain,
                   original_.run.version, original_.run.mocked ? ", MOCKED" : "", reproduction_text(result));
        if (differs) fmt::print("the rebuilt artifacts are kept in {}\n", fresh.folder);
        return differs ? exit_differs : exit_done;
    }

    const Arguments& arguments_;
    Arguments progress_arguments_; // --json is the report's
    State& state_;
    const Original& original_;
    worker::Loop loop_{};
    bool kept_ = false; // the fresh state folder, to look at
};

int reproduce(const Arguments& arguments) {
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    auto original = find_original(state.value(), arguments.first());
    if (!original) return complain(original.error());
    return Reproducer(arguments, state.value(), original.value()).run();
}

} // namespace

Command reproduce_command() {
    auto options = execute_options() + plugin_options() + state_options();
    for (Option& option : options)
        if (option.name == "json") option.help = "the comparison as JSON on standard output";
    return {{"reproduce", "[RUN|LOCK] [CHAIN]", "build a run again and compare every artifact bit by bit",
             "Builds RUN (default: the newest), or the newest run that made the lock file LOCK, again from "
             "its lock\n"
             "in a fresh state folder, with the chain, the settings and the epoch it had, or with CHAIN "
             "instead.\n"
             "Compares the artifacts of every deterministic stage, and shows which entries of a tar differ "
             "in which\n"
             "fields. Stages with effects do not run. Exits with 4 if something differs.",
             "slipway reproduce 20261105-0200", std::move(options), 0, 2},
            &reproduce};
}

} // namespace slipway::host
