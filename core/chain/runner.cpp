// SPDX-License-Identifier: GPL-3.0-or-later
#include "joins.hpp"
#include "relay.hpp"
#include "run_log.hpp"
#include "stage_inputs.hpp"
#include "stage_job.hpp"
#include "streams.hpp"

#include <chain/ending.hpp>
#include <chain/runner.hpp>
#include <chain/waiting.hpp>
#include <slipway/stage.h>
#include <support/text.hpp>
#include <worker/sandbox.hpp>
#include <worker/user_namespace.hpp>

#include <algorithm>
#include <optional>

namespace slipway::chain {

namespace json = support::json;
using journal::OutputRecord;
using journal::RunRecord;
using journal::StageRecord;
using support::Error;
using support::Result;

namespace {

bool is_done(const StageRecord& record) {
    return record.state == "done" || record.state == "unchanged";
}

const char* state_of(slipway_status status) {
    switch (status) {
    case SLIPWAY_OK:
        return "done";
    case SLIPWAY_WAITING:
        return "waiting";
    case SLIPWAY_CANCELLED:
        return "cancelled";
    default:
        return "failed";
    }
}

} // namespace

struct Runner::Impl {
    using Index = std::size_t;

    enum class Phase { pending, running, over };

    // ------------------------------------------------------------------ the run

    RunResult run(const Plan& the_plan, const RunRecord& the_run, std::vector<StageRecord> the_records) {
        plan = &the_plan;
        if (settings.record.empty()) streams = find_streams(the_plan); // a recording keeps every artifact
        run_record = &the_run;
        records = std::move(the_records);
        given.emplace(the_plan, the_run, records, store);
        log.emplace(loop, journal, sink, the_run.id);
        jobs.resize(records.size());
        phases.resize(records.size());
        const auto started = now_ms();
        log->run_started(the_run, records.size());
        for (Index i = records.size(); i-- > 0;) // readers first: they say what their writers need
            begin(i);
        loop.post([this] { schedule(); });
        loop.run();
        const RunResult result = summary();
        settings.mode == Mode::plan ? plan_end() : end(result.state);
        log->run_finished(result.state, now_ms() - started);
        log->close();
        return result;
    }

    /// What an earlier try of this run has done stays done; everything else is to be run, whatever became of
    /// it before.
    void begin(Index i) {
        StageRecord& record = records[i];
        if (is_for_the_end(i)) {
            phases[i] = Phase::over; // until then
            record.state = "pending";
            return;
        }
        if (is_done(record) && are_there(i, record.outputs)) {
            phases[i] = Phase::over;
            return;
        }
        if (record.state == "pending") return;
        record.state = "pending";
        record.message.clear();
        log->save(record);
    }

    bool is_for_the_end(Index i) const { return !plan->stages[i].on.empty(); }

    bool is_stored(const OutputRecord& output) const {
        auto digest = support::Digest::parse(output.sha256);
        return digest && store.check(digest.value());
    }

    /// Whether the outputs of stage `i` are in the store, or are of no more use: a stream that was not kept,
    /// and whose reader is done or need not run.
    bool are_there(Index i, const std::vector<OutputRecord>& outputs) {
        return std::ranges::all_of(outputs, [&](const OutputRecord& output) {
            if (is_stored(output)) return true;
            const auto it = streams.find(i);
            return it != streams.end() && it->second.output == output.port && !it->second.keep
                   && needs_no_more(i, it->second.reader, outputs);
        });
    }

    bool needs_no_more(Index writer, Index reader, const std::vector<OutputRecord>& outputs) {
        if (phases[reader] == Phase::over) return is_done(records[reader]);
        records[writer].outputs = outputs; // what the reader would see
        const auto key = given->key(reader, given->inputs(reader).descriptions);
        if (!key || key.value().empty()) return false;
        const auto known = journal.cached(key.value());
        return known && known.value() && are_there(reader, *known.value());
    }

    RunResult summary() const {
        const auto any = [&](const char* state) {
            for (Index i = 0; i < records.size(); ++i)
                if (!is_for_the_end(i) && records[i].state == state) return true;
            return false;
        };
        if (any("failed")) return {"failed", conflict};
        if (interrupts > 0 || any("cancelled")) return {"cancelled"};
        if (any("waiting")) return {"waiting"};
        return {"done"};
    }

    /// Start what can be started. After a failure or an interrupt only what is running goes on.
    void schedule() {
        for (Index i = 0; i < records.size() && running < settings.jobs; ++i)
            if (phases[i] == Phase::pending && inputs_are_done(i) && !stopping()) start(i);
        if (running == 0) loop.stop();
    }

    bool stopping() const {
        if (ended) return interrupts > 0;
        return interrupts > 0
               || std::ranges::any_of(records, [](const StageRecord& r) { return r.state == "failed"; });
    }

    bool inputs_are_done(Index i) const {
        return std::ranges::all_of(plan->stages[i].after, [&](Index j) {
            return phases[j] == Phase::over && (is_done(records[j]) || records[j].state == "planned");
        });
    }

    // ------------------------------------------------------------------ its end

    /// Run the stages that are there for an end like this one. What becomes of them changes nothing about the
    /// run.
    void end(const std::string& state) {
        for (Index i = 0; i < records.size(); ++i) // steps that were not begun will not be
            phases[i] = std::ranges::count(plan->stages[i].on, state) > 0 ? Phase::pending : Phase::over;
        if (std::ranges::count(phases, Phase::pending) == 0 || !put_ending(state)) return;
        ended = true;
        interrupts = 0; // the one that ended the run has done its work
        loop.post([this] { schedule(); });
        loop.run();
    }

    bool put_ending(const std::string& state) {
        const auto events = journal.events(run_record->id);
        if (!events) return log->note(events.error()), false;
        RunRecord run = *run_record;
        run.state = state;
        run.finished = now_ms();
        std::vector<StageRecord> steps;
        for (Index i = 0; i < records.size(); ++i)
            if (!is_for_the_end(i)) steps.push_back(records[i]);
        const Waiting waiting = waiting_of(events.value(), run.finished);
        const std::string text = json::dump_pretty(ending_of(run, waiting.since, steps));
        const auto stored = store.put(text);
        if (!stored) return log->note(stored.error()), false;
        given->set_ending(
            {"", "run.json", ending_type, stored.value().digest.hex(), text.size(), json::Object{}});
        return true;
    }

    void plan_end() {
        for (Index i = 0; i < records.size(); ++i) {
            if (!is_for_the_end(i)) continue;
            records[i].state = "planned";
            log->save(records[i]);
            log->stage_planned(records[i], "when the run has ended: " + support::join_or(plan->stages[i].on));
        }
    }

    // ------------------------------------------------------------------ one stage

    void start(Index i) {
        phases[i] = Phase::running;
        ++running;
        if (auto prepared = prepare(i); !prepared) {
            const Error& e = prepared.error();
            finish(i, {static_cast<slipway_status>(e.kind), e.what, e.hint, {}});
        }
    }

    /// Why a stage cannot be run in a plan, or "".
    std::string unplannable(const PlannedStage& stage) const {
        if (settings.mode != Mode::plan) return {};
        for (const Index j : stage.after)
            if (records[j].state == "planned") return "known when '" + records[j].key + "' has run";
        const plugin::StageType& type = stage.plugin->type;
        if (type.has(SLIPWAY_EXTERNAL_EFFECTS) && !type.has(SLIPWAY_DRY_RUN))
            return "it may have effects, and cannot tell them before";
        return {};
    }

    Result<void> prepare(Index i) {
        const PlannedStage& stage = plan->stages[i];
        if (std::string why = unplannable(stage); !why.empty()) {
            over(i, "planned");
            log->stage_planned(records[i], why);
            return {};
        }
        name_plugin(i);
        SLIPWAY_TRY_ASSIGN(const Options options, given->options(i));
        Inputs inputs = given->inputs(i);
        SLIPWAY_TRY_ASSIGN(const std::string key, given->key(i, inputs.descriptions));
        records[i].cache_key = key;
        if (!key.empty() && !watched() && settings.record.empty()) {
            SLIPWAY_TRY_ASSIGN(const auto known, journal.cached(key));
            if (known && are_there(i, *known)) {
                records[i].outputs = *known;
                records[i].started = records[i].finished = now_ms();
                over(i, "unchanged");
                log->stage_unchanged(records[i]);
                return {};
            }
        }
        return launch(i, options, std::move(inputs), writer_streams(i));
    }

    /// What is watched must run, and is no result to keep: it may do more than it declares.
    bool watched() const { return settings.sandbox == worker::name_of(worker::SandboxMode::learn); }

    /// Who does the stage, or did it if it is unchanged.
    void name_plugin(Index i) {
        records[i].plugin = plan->stages[i].plugin->path;
        records[i].plugin_sha256 = plan->stages[i].plugin->sha256;
    }

    // ------------------------------------------------------------------ two stages, joined

    Streams writer_streams(Index writer) {
        const auto it = streams.find(writer);
        if (it == streams.end() || !reader_can_start(writer, it->second.reader)) return {};
        Streams joined;
        joined.output = it->second.output;
        joined.open = [this, writer, &stream = it->second](const std::string& name) {
            return join(writer, stream, name);
        };
        return joined;
    }

    bool reader_can_start(Index writer, Index reader) {
        const auto& after = plan->stages[reader].after;
        const bool others_done = std::ranges::all_of(
            after, [&](Index j) { return j == writer || (phases[j] == Phase::over && is_done(records[j])); });
        // An option that waits for the writer's document makes the reader wait, too.
        return phases[reader] == Phase::pending && others_done && given->options(reader);
    }

    Result<std::shared_ptr<Relay>> join(Index writer, const Stream& stream, const std::string& name) {
        std::optional<store::Draft> kept;
        if (stream.keep) {
            SLIPWAY_TRY_ASSIGN(kept, store.create());
        }
        SLIPWAY_TRY_ASSIGN(auto relay, Relay::start(std::move(kept)));
        joins.add(writer, stream.reader, relay);
        phases[stream.reader] = Phase::running;
        ++running;
        if (auto started = start_reader(writer, stream, name, relay); !started) {
            const Error& e = started.error();
            finish(stream.reader, {static_cast<slipway_status>(e.kind), e.what, e.hint, {}});
        }
        return relay;
    }

    Result<void> start_reader(Index writer, const Stream& stream, const std::string& name,
                              std::shared_ptr<Relay> relay) {
        name_plugin(stream.reader);
        SLIPWAY_TRY_ASSIGN(const Options options, given->options(stream.reader));
        Inputs inputs = given->inputs(stream.reader);
        inputs.descriptions.set(stream.input, json::Array{given->coming(writer, stream.output, name)});
        Streams joined;
        joined.input = stream.input;
        joined.from = std::move(relay);
        return launch(stream.reader, options, std::move(inputs), std::move(joined));
    }

    /// The writer is over: what its reader made counts, or never will.
    void part(Index writer) {
        auto parted = joins.writer_is_over(writer, records[writer].key, is_done(records[writer]));
        if (!parted) return;
        if (parted->held)
            finish(parted->reader, std::move(*parted->held));
        else if (parted->broken && jobs[parted->reader])
            jobs[parted->reader]->kill();
    }

    /// False: the result is held until the writer is over.
    bool settle(Index reader, StageResult& result) {
        const Joins::Verdict verdict = joins.reader_is_over(reader, result);
        if (verdict == Joins::Verdict::counts && result.status == SLIPWAY_OK) {
            const auto key = given->key(reader, given->inputs(reader).descriptions);
            if (key) records[reader].cache_key = key.value();
        }
        return verdict != Joins::Verdict::held;
    }

    // ------------------------------------------------------------------ the worker

    Result<worker::Job> make_order(Index i, const Options& options, const json::Value& descriptions) {
        worker::Job order = given->job(i, options, descriptions);
        order.host_version = settings.host_version;
        order.sandbox = settings.sandbox.empty() ? plan->chain.sandbox : settings.sandbox;
        if (settings.mode == Mode::plan) order.flags = SLIPWAY_JOB_DRY_RUN;
        order.attempt = static_cast<std::uint32_t>(records[i].attempts);
        order.work_dir = work_folder(i);
        order.cache_dir = settings.state_folder + "/cache/" + order.stage_id;
        SLIPWAY_TRY(worker::remove_work_folder(order.work_dir));
        SLIPWAY_TRY(support::make_dirs(order.work_dir, 0700));
        SLIPWAY_TRY(support::make_dirs(order.cache_dir, 0700));
        return order;
    }

    std::string work_folder(Index i) const {
        return settings.state_folder + "/work/" + run_record->id + "/" + std::to_string(i);
    }

    Result<void> launch(Index i, const Options& options, Inputs inputs, Streams joined) {
        const PlannedStage& stage = plan->stages[i];
        StageRecord& record = records[i];
        record.state = "running";
        record.attempts += 1;
        record.started = now_ms();
        record.message.clear();
        SLIPWAY_TRY(journal.save_stage(run_record->id, record));
        SLIPWAY_TRY_ASSIGN(worker::Job order, make_order(i, options, inputs.descriptions));
        log->stage_started(record, stage);
        auto recording = recording_of(stage, order);
        jobs[i] = std::make_unique<StageJob>(context, stage, std::move(order), std::move(inputs.artifacts),
                                             std::move(joined), [this, i](StageResult result) {
                                                 loop.post([this, i] { jobs[i].reset(); });
                                                 finish(i, std::move(result));
                                             });
        jobs[i]->record(std::move(recording));
        jobs[i]->start();
        return {};
    }

    std::unique_ptr<Recording> recording_of(const PlannedStage& stage, const worker::Job& order) const {
        if (settings.record.empty()) return nullptr;
        return std::make_unique<Recording>(settings.record, stage,
                                           plan->chain.stages[stage.instance.stage].id, order);
    }

    void finish(Index i, StageResult result) {
        if (!settle(i, result)) return;
        conclude(i, std::move(result));
        part(i);
    }

    void conclude(Index i, StageResult result) {
        StageRecord& record = records[i];
        (void)worker::remove_work_folder(work_folder(i));
        if (is_for_the_end(i) && result.status == SLIPWAY_WAITING)
            result = {SLIPWAY_UNSUPPORTED, "it would wait, and the run has ended", "leave its 'on' out", {}};
        record.finished = now_ms();
        record.message = result.message;
        record.outputs = std::move(result.outputs);
        if (result.status == SLIPWAY_OK && !record.cache_key.empty() && !watched())
            log->note(journal.remember(record.cache_key, record.outputs, record.finished));
        conflict = conflict || (!ended && result.status == SLIPWAY_CONFLICT);
        if (settings.mode == Mode::plan && result.status == SLIPWAY_WAITING) { // nothing is parked by a plan
            over(i, "planned");
            return log->stage_planned(record, "it would wait: " + record.message);
        }
        over(i, state_of(result.status));
        log->stage_over(record, result.status, result.hint);
    }

    void over(Index i, const char* state) {
        records[i].state = state;
        phases[i] = Phase::over;
        --running;
        log->save(records[i]);
        loop.post([this] { schedule(); });
    }

    void interrupt() {
        ++interrupts;
        for (auto& job : jobs)
            if (job) interrupts == 1 ? job->cancel() : job->kill();
        if (running == 0) loop.stop();
    }

    worker::Loop& loop;
    store::Store& store;
    journal::Journal& journal;
    EventSink& sink;
    RunSettings settings;
    JobContext context;
    const Plan* plan = nullptr;
    const RunRecord* run_record = nullptr;
    std::vector<StageRecord> records{};
    std::optional<StageInputs> given{}; ///< from them
    std::optional<RunLog> log{};
    std::map<Index, Stream> streams{}; ///< that could be, by writer
    Joins joins{};                     ///< that are
    std::vector<Phase> phases{};
    std::vector<std::unique_ptr<StageJob>> jobs{};
    int running = 0;
    int interrupts = 0;
    bool conflict = false;
    bool ended = false; ///< only stages for the end are left
};

Runner::Runner(worker::Loop& loop, store::Store& store, journal::Journal& journal, Secrets& secrets,
               EventSink& sink, const RunSettings& settings)
    : impl_(new Impl{loop, store, journal, sink, settings,
                     JobContext{loop, store, secrets, settings.placement, {}, {}, {}}}) {
    impl_->context.emit = [this](const Event& event) { impl_->log->emit(event); };
    impl_->context.emit_durably = [this](const Event& event) { return impl_->log->emit_durably(event); };
    impl_->context.progress = [this](const std::string& stage, const Progress& p) {
        impl_->sink.on_progress(stage, p);
    };
}

Runner::~Runner() = default;

RunResult Runner::run(const Plan& plan, const RunRecord& run, std::vector<StageRecord> records) {
    return impl_->run(plan, run, std::move(records));
}

void Runner::interrupt() {
    impl_->interrupt();
}

std::vector<StageRecord> new_records(const Plan& plan) {
    std::vector<StageRecord> records;
    for (const PlannedStage& stage : plan.stages) {
        StageRecord record;
        record.key = stage.key();
        record.position = static_cast<int>(records.size());
        record.use = stage.plugin->type.id;
        record.mocked = stage.mocked;
        records.push_back(std::move(record));
    }
    return records;
}

} // namespace slipway::chain
