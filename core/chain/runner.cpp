// SPDX-License-Identifier: GPL-3.0-or-later
#include "cache_key.hpp"
#include "relay.hpp"
#include "stage_job.hpp"
#include "streams.hpp"

#include <chain/runner.hpp>
#include <slipway/stage.h>
#include <support/text.hpp>
#include <worker/user_namespace.hpp>

#include <algorithm>
#include <csignal>

namespace slipway::chain {

namespace json = support::json;
using journal::OutputRecord;
using journal::RunRecord;
using journal::StageRecord;
using support::Error;
using support::Kind;
using support::Result;

namespace {

bool is_done(const StageRecord& record) {
    return record.state == "done" || record.state == "unchanged";
}

json::Value outputs_json(const std::vector<OutputRecord>& outputs) {
    json::Array list;
    for (const OutputRecord& output : outputs)
        list.push_back(journal::to_json(output));
    return list;
}

json::Value cell_json(const config::Cell& cell) {
    json::Value value = json::Object{};
    for (const auto& [axis, chosen] : cell)
        value.set(axis, chosen);
    return value;
}

} // namespace

struct Runner::Impl {
    using Index = std::size_t;

    enum class Phase { pending, running, over };

    // ------------------------------------------------------------------ the run

    RunResult run(const Plan& the_plan, const RunRecord& the_run, std::vector<StageRecord> the_records) {
        plan = &the_plan;
        streams = find_streams(the_plan);
        run_record = &the_run;
        records = std::move(the_records);
        jobs.resize(records.size());
        phases.resize(records.size());
        const auto started = now_ms();
        emit({0, started, "", "run_started", SLIPWAY_INFO, the_run.chain + " " + the_run.version,
              json::Object{{"run", the_run.id},
                           {"chain", the_run.chain},
                           {"version", the_run.version},
                           {"mocked", the_run.mocked},
                           {"stages", std::int64_t(records.size())}}});
        for (Index i = records.size(); i-- > 0;) // readers first: they say what their writers need
            begin(i);
        loop.post([this] { schedule(); });
        loop.run();
        const RunResult result = summary();
        emit({0, now_ms(), "", "run_finished", SLIPWAY_INFO, result.state,
              json::Object{{"duration_ms", now_ms() - started}}});
        loop.cancel(std::exchange(flush_timer, 0));
        note(journal.flush());
        return result;
    }

    /// What an earlier try of this run has done stays done; everything else is to be run, whatever became of
    /// it before.
    void begin(Index i) {
        StageRecord& record = records[i];
        if (is_done(record) && are_there(i, record.outputs)) {
            phases[i] = Phase::over;
            return;
        }
        if (record.state == "pending") return;
        record.state = "pending";
        record.message.clear();
        note(journal.save_stage(run_record->id, record));
    }

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
        std::map<std::string, std::vector<OutputRecord>> inputs;
        const json::Value descriptions = describe_inputs(plan->stages[reader], inputs);
        const auto key = key_of(reader, descriptions);
        if (!key || key.value().empty()) return false;
        const auto known = journal.cached(key.value());
        return known && known.value() && are_there(reader, *known.value());
    }

    RunResult summary() const {
        const auto any = [&](const char* state) {
            return std::ranges::any_of(records, [&](const StageRecord& r) { return r.state == state; });
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
        return interrupts > 0
               || std::ranges::any_of(records, [](const StageRecord& r) { return r.state == "failed"; });
    }

    bool inputs_are_done(Index i) const {
        return std::ranges::all_of(plan->stages[i].after, [&](Index j) {
            return phases[j] == Phase::over && (is_done(records[j]) || records[j].state == "planned");
        });
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
            over(i, "planned",
                 {0, now_ms(), stage.key(), "stage_planned", SLIPWAY_INFO, why, json::Object{}});
            return {};
        }
        name_plugin(i);
        SLIPWAY_TRY_ASSIGN(Options options, resolved_options(stage));
        std::map<std::string, std::vector<OutputRecord>> inputs;
        const json::Value descriptions = describe_inputs(stage, inputs);
        SLIPWAY_TRY_ASSIGN(const std::string key, key_of(i, descriptions));
        records[i].cache_key = key;
        if (!key.empty()) {
            SLIPWAY_TRY_ASSIGN(const auto known, journal.cached(key));
            if (known && are_there(i, *known)) {
                records[i].outputs = *known;
                records[i].started = records[i].finished = now_ms();
                over(i, "unchanged",
                     {0, now_ms(), stage.key(), "stage_unchanged", SLIPWAY_INFO, "",
                      json::Object{{"outputs", outputs_json(*known)}}});
                return {};
            }
        }
        return launch(i, options, descriptions, std::move(inputs), writer_streams(i));
    }

    /// Empty: its result is not reused.
    Result<std::string> key_of(Index i, const json::Value& inputs) {
        const PlannedStage& stage = plan->stages[i];
        if (stage.mocked) return std::string();
        SLIPWAY_TRY_ASSIGN(const Options options, resolved_options(stage));
        return cache_key(stage, options.values, options.paths, inputs, run_record->epoch);
    }

    /// Who does the stage, or did it if it is unchanged.
    void name_plugin(Index i) {
        records[i].plugin = plan->stages[i].plugin->path;
        records[i].plugin_sha256 = plan->stages[i].plugin->sha256;
    }

    // ------------------------------------------------------------------ two stages, joined

    /// The reader starts when the writer begins the artifact, and its result counts when the writer is done.
    struct Join {
        std::shared_ptr<Relay> relay;
        std::optional<StageResult> held;   ///< the reader's, until the writer is over
        std::optional<StageResult> broken; ///< what becomes of the reader, whose input will never be whole
    };

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
        return phases[reader] == Phase::pending && others_done && resolved_options(plan->stages[reader]);
    }

    Result<std::shared_ptr<Relay>> join(Index writer, const Stream& stream, const std::string& name) {
        std::optional<store::Draft> kept;
        if (stream.keep) {
            SLIPWAY_TRY_ASSIGN(kept, store.create());
        }
        SLIPWAY_TRY_ASSIGN(auto relay, Relay::start(std::move(kept)));
        joins[writer] = Join{relay, {}, {}};
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
        const PlannedStage& from = plan->stages[writer];
        const PlannedStage& stage = plan->stages[stream.reader];
        name_plugin(stream.reader);
        SLIPWAY_TRY_ASSIGN(const Options options, resolved_options(stage));
        std::map<std::string, std::vector<OutputRecord>> inputs;
        json::Value descriptions = describe_inputs(stage, inputs);
        // Neither size nor digest: they are not known yet (stage.h, input_meta).
        descriptions.set(stream.input,
                         json::Array{json::Object{{"name", name},
                                                  {"type", from.ports.output(stream.output)->types.front()},
                                                  {"stage", plan->chain.stages[from.instance.stage].id},
                                                  {"variant", cell_json(from.instance.cell)},
                                                  {"annotations", json::Object{}}}});
        Streams joined;
        joined.input = stream.input;
        joined.from = std::move(relay);
        return launch(stream.reader, options, descriptions, std::move(inputs), std::move(joined));
    }

    /// The writer whose stream `reader` reads now.
    std::optional<Index> writer_of(Index reader) const {
        for (const auto& [writer, join] : joins)
            if (streams.at(writer).reader == reader) return writer;
        return std::nullopt;
    }

    /// The writer is over: what its reader made counts, or never will.
    void part(Index writer) {
        const auto it = joins.find(writer);
        if (it == joins.end()) return;
        const Index reader = streams.at(writer).reader;
        const std::string& key = records[writer].key;
        if (!is_done(records[writer]))
            it->second.broken =
                StageResult{SLIPWAY_CANCELLED, "'" + key + "', which it reads, was not finished", "", {}};
        else if (!it->second.relay->published())
            it->second.broken = StageResult{
                SLIPWAY_NOT_FOUND, "'" + key + "' has not finished the artifact that it reads", "", {}};
        if (it->second.held) {
            StageResult result = std::move(*it->second.held);
            finish(reader, std::move(result));
        } else if (it->second.broken && jobs[reader]) {
            jobs[reader]->kill();
        }
    }

    /// False: the result is held until the writer is over.
    bool settle(Index reader, StageResult& result) {
        const auto writer = writer_of(reader);
        if (!writer) return true;
        Join& join = joins.at(*writer);
        (void)join.relay->take_reader(); // it may have ended without reading
        if (phases[*writer] != Phase::over) {
            join.held = std::move(result);
            return false;
        }
        if (join.broken) result = std::move(*join.broken);
        joins.erase(*writer);
        if (result.status != SLIPWAY_OK) return true;
        std::map<std::string, std::vector<OutputRecord>> inputs;
        const auto key = key_of(reader, describe_inputs(plan->stages[reader], inputs));
        if (key) records[reader].cache_key = key.value();
        return true;
    }

    /// What a plugin gets: options whose every value is known, and the paths among them.
    struct Options {
        json::Value values;
        std::vector<config::OptionPath> paths;
    };

    Result<Options> resolved_options(const PlannedStage& stage) {
        Options options;
        SLIPWAY_TRY_ASSIGN(options.values,
                           config::resolve(stage.instance.options, [&](const auto& reference) {
                               return document(stage, reference);
                           }));
        // What another stage wrote may not fit.
        for (const config::Problem& problem : stage.schema->validate(options.values))
            return Error{Kind::config, "option '" + problem.pointer + "': " + problem.what, problem.hint};
        options.paths = config::complete_options(options.values, *stage.schema, stage.folder);
        return options;
    }

    Result<json::Value> document(const PlannedStage& stage, const config::RuntimeReference& reference) {
        const OutputRecord* found = nullptr;
        for (const Index j : stage.after) {
            if (plan->chain.stages[plan->stages[j].instance.stage].id != reference.stage) continue;
            for (const OutputRecord& output : records[j].outputs)
                if (output.port == reference.port) {
                    if (found)
                        return Error{Kind::config, reference.text + " may be one of several artifacts"};
                    found = &output;
                }
        }
        if (found == nullptr)
            return Error{Kind::config, reference.text + ": stage '" + reference.stage
                                           + "' has no artifact on port '" + reference.port + "'"};
        SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(found->sha256));
        SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, store.open_artifact(digest));
        SLIPWAY_TRY_ASSIGN(const std::string text, support::read_all(fd.get(), reference.text));
        return json::parse(text);
    }

    /// What the plugin sees of its inputs; the artifacts themselves go to `artifacts`, in the same order.
    json::Value describe_inputs(const PlannedStage& stage,
                                std::map<std::string, std::vector<OutputRecord>>& artifacts) const {
        json::Value all = json::Object{};
        for (const Wire& wire : stage.wires) {
            json::Array list;
            for (const Source& source : wire.sources)
                for (const OutputRecord& output : records[source.stage].outputs) {
                    if (output.port != source.port) continue;
                    const PlannedStage& from = plan->stages[source.stage];
                    list.push_back(json::Object{{"name", output.name},
                                                {"type", output.type},
                                                {"size", output.size},
                                                {"sha256", output.sha256},
                                                {"stage", plan->chain.stages[from.instance.stage].id},
                                                {"variant", cell_json(from.instance.cell)},
                                                {"annotations", output.annotations}});
                    artifacts[wire.port].push_back(output);
                }
            if (!list.empty()) all.set(wire.port, std::move(list));
        }
        for (const auto& [port, output] : stage.pinned) {
            all.set(port, json::Array{json::Object{{"name", output.name},
                                                   {"type", output.type},
                                                   {"size", output.size},
                                                   {"sha256", output.sha256},
                                                   {"stage", ""},
                                                   {"variant", json::Object{}},
                                                   {"annotations", output.annotations}}});
            artifacts[port] = {output};
        }
        return all;
    }

    Result<worker::Job> make_order(Index i, const Options& options, const json::Value& inputs) {
        const PlannedStage& stage = plan->stages[i];
        const plugin::StageType& type = stage.plugin->type;
        worker::Job order;
        order.plugin = stage.plugin->path;
        order.stage_id = type.id;
        order.options = json::dump(options.values);
        order.run_id = run_record->id;
        order.stage = plan->chain.stages[stage.instance.stage].id;
        if (!type.has(SLIPWAY_DETERMINISTIC)) {
            order.variant = json::dump(cell_json(stage.instance.cell));
            order.chain =
                json::dump(json::Object{{"name", run_record->chain}, {"version", run_record->version}});
        }
        order.host_version = settings.host_version;
        if (settings.mode == Mode::plan) order.flags = SLIPWAY_JOB_DRY_RUN;
        order.attempt = static_cast<std::uint32_t>(records[i].attempts);
        order.epoch = run_record->epoch;
        order.work_dir = work_folder(i);
        order.cache_dir = settings.state_folder + "/cache/" + type.id;
        for (const config::OptionPath& path : options.paths)
            if (path.use == config::PathUse::write) order.write_paths.push_back(path.path);
        order.inputs = inputs;
        order.capabilities = plugin::to_json(plugin::capabilities_of(type.capabilities, options.values));
        SLIPWAY_TRY(worker::remove_work_folder(order.work_dir));
        SLIPWAY_TRY(support::make_dirs(order.work_dir, 0700));
        SLIPWAY_TRY(support::make_dirs(order.cache_dir, 0700));
        return order;
    }

    std::string work_folder(Index i) const {
        return settings.state_folder + "/work/" + run_record->id + "/" + std::to_string(i);
    }

    Result<void> launch(Index i, const Options& options, const json::Value& inputs,
                        std::map<std::string, std::vector<OutputRecord>> artifacts, Streams joined) {
        const PlannedStage& stage = plan->stages[i];
        StageRecord& record = records[i];
        record.state = "running";
        record.attempts += 1;
        record.started = now_ms();
        record.message.clear();
        SLIPWAY_TRY(journal.save_stage(run_record->id, record));
        SLIPWAY_TRY_ASSIGN(worker::Job order, make_order(i, options, inputs));
        emit({0, record.started, stage.key(), "stage_started", SLIPWAY_INFO, stage.plugin->type.id,
              json::Object{
                  {"attempt", record.attempts}, {"use", stage.plugin->type.id}, {"mocked", stage.mocked}}});
        jobs[i] = std::make_unique<StageJob>(context, stage, std::move(order), std::move(artifacts),
                                             std::move(joined), [this, i](StageResult result) {
                                                 loop.post([this, i] { jobs[i].reset(); });
                                                 finish(i, std::move(result));
                                             });
        jobs[i]->start();
        return {};
    }

    void finish(Index i, StageResult result) {
        if (!settle(i, result)) return;
        conclude(i, std::move(result));
        part(i);
    }

    void conclude(Index i, StageResult result) {
        StageRecord& record = records[i];
        const std::string key = plan->stages[i].key();
        (void)worker::remove_work_folder(work_folder(i));
        record.finished = now_ms();
        record.message = result.message;
        record.outputs = std::move(result.outputs);
        Event event{0, record.finished, key, "", SLIPWAY_INFO, result.message, json::Object{}};
        switch (result.status) {
        case SLIPWAY_OK:
            event.kind = "stage_done";
            event.data = json::Object{{"outputs", outputs_json(record.outputs)},
                                      {"duration_ms", record.finished - record.started}};
            if (!record.cache_key.empty()) note(journal.remember(record.cache_key, record.outputs, now_ms()));
            return over(i, "done", std::move(event));
        case SLIPWAY_WAITING:
            event.kind = "stage_waiting";
            return over(i, "waiting", std::move(event));
        case SLIPWAY_CANCELLED:
            event.kind = "stage_cancelled";
            return over(i, "cancelled", std::move(event));
        default:
            event.kind = "stage_failed";
            event.level = SLIPWAY_ERROR;
            event.data = json::Object{{"code", status_name(result.status)}, {"hint", result.hint}};
            conflict = conflict || result.status == SLIPWAY_CONFLICT;
            return over(i, "failed", std::move(event));
        }
    }

    void over(Index i, const std::string& state, Event event) {
        records[i].state = state;
        phases[i] = Phase::over;
        --running;
        note(journal.save_stage(run_record->id, records[i]));
        emit(std::move(event));
        loop.post([this] { schedule(); });
    }

    // ------------------------------------------------------------------ events

    void emit(const Event& event) {
        note(journal.add_event(run_record->id, event));
        if (flush_timer == 0)
            flush_timer = loop.after(std::chrono::milliseconds(100), [this] {
                flush_timer = 0;
                note(journal.flush());
            });
        sink.on_event(event);
    }

    Result<void> emit_durably(const Event& event) {
        sink.on_event(event);
        return journal.add_event_durably(run_record->id, event);
    }

    /// The journal cannot be written: say so once; what runs goes on and will be run again on resume.
    void note(const Result<void>& written) {
        if (written || journal_failed) return;
        journal_failed = true;
        sink.on_event({0, now_ms(), "", "diagnostic", SLIPWAY_ERROR, written.error().what,
                       json::Object{{"code", support::name_of(written.error().kind)},
                                    {"detail", ""},
                                    {"hint", written.error().hint},
                                    {"config_path", ""}}});
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
    std::map<Index, Stream> streams{}; ///< that could be, by writer
    std::map<Index, Join> joins{};     ///< that are, by writer
    std::vector<Phase> phases{};
    std::vector<std::unique_ptr<StageJob>> jobs{};
    int running = 0;
    int interrupts = 0;
    bool conflict = false;
    bool journal_failed = false;
    worker::Loop::Id flush_timer = 0;
};

Runner::Runner(worker::Loop& loop, store::Store& store, journal::Journal& journal, Secrets& secrets,
               EventSink& sink, const RunSettings& settings)
    : impl_(new Impl{loop, store, journal, sink, settings,
                     JobContext{loop, store, secrets, settings.placement, {}, {}, {}}}) {
    impl_->context.emit = [this](const Event& event) { impl_->emit(event); };
    impl_->context.emit_durably = [this](const Event& event) { return impl_->emit_durably(event); };
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
