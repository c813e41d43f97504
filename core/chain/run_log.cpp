// SPDX-License-Identifier: GPL-3.0-or-later
#include "run_log.hpp"

#include "stage_result.hpp"

#include <chrono>
#include <utility>

namespace slipway::chain {

namespace json = support::json;
using journal::StageRecord;
using support::Result;

namespace {

json::Value outputs_of(const StageRecord& record) {
    json::Array list;
    for (const journal::OutputRecord& output : record.outputs)
        list.push_back(journal::to_json(output));
    return list;
}

} // namespace

void RunLog::emit(const Event& event) {
    note(journal_.add_event(run_, event));
    if (flush_timer_ == 0)
        flush_timer_ = loop_.after(std::chrono::milliseconds(100), [this] {
            flush_timer_ = 0;
            note(journal_.flush());
        });
    sink_.on_event(event);
}

void RunLog::run_started(const journal::RunRecord& run, std::size_t stages) {
    emit({0, now_ms(), "", "run_started", SLIPWAY_INFO, run.chain + " " + run.version,
          json::Object{{"run", run.id},
                       {"chain", run.chain},
                       {"version", run.version},
                       {"mocked", run.mocked},
                       {"stages", std::int64_t(stages)}}});
}

void RunLog::run_finished(const std::string& state, journal::Time duration_ms) {
    emit({0, now_ms(), "", "run_finished", SLIPWAY_INFO, state, json::Object{{"duration_ms", duration_ms}}});
}

void RunLog::stage_started(const StageRecord& record, const PlannedStage& stage) {
    const std::string& use = stage.plugin->type.id;
    emit({0, record.started, record.key, "stage_started", SLIPWAY_INFO, use,
          json::Object{{"attempt", record.attempts}, {"use", use}, {"mocked", stage.mocked}}});
}

void RunLog::stage_planned(const StageRecord& record, const std::string& why) {
    emit({0, now_ms(), record.key, "stage_planned", SLIPWAY_INFO, why, json::Object{}});
}

void RunLog::stage_unchanged(const StageRecord& record) {
    emit({0, now_ms(), record.key, "stage_unchanged", SLIPWAY_INFO, "",
          json::Object{{"outputs", outputs_of(record)}}});
}

void RunLog::stage_over(const StageRecord& record, slipway_status status, const std::string& hint) {
    Event event{0, record.finished, record.key, "", SLIPWAY_INFO, record.message, json::Object{}};
    switch (status) {
    case SLIPWAY_OK:
        event.kind = "stage_done";
        event.data =
            json::Object{{"outputs", outputs_of(record)}, {"duration_ms", record.finished - record.started}};
        break;
    case SLIPWAY_WAITING:
        event.kind = "stage_waiting";
        break;
    case SLIPWAY_CANCELLED:
        event.kind = "stage_cancelled";
        break;
    default:
        event.kind = "stage_failed";
        event.level = SLIPWAY_ERROR;
        event.data = json::Object{{"code", status_name(status)}, {"hint", hint}};
    }
    emit(event);
}

Result<void> RunLog::emit_durably(const Event& event) {
    sink_.on_event(event);
    return journal_.add_event_durably(run_, event);
}

void RunLog::save(const journal::StageRecord& record) {
    note(journal_.save_stage(run_, record));
}

void RunLog::note(const Result<void>& written) {
    if (written || failed_) return;
    failed_ = true;
    sink_.on_event({0, now_ms(), "", "diagnostic", SLIPWAY_ERROR, written.error().what,
                    json::Object{{"code", support::name_of(written.error().kind)},
                                 {"detail", ""},
                                 {"hint", written.error().hint},
                                 {"config_path", ""}}});
}

void RunLog::close() {
    loop_.cancel(std::exchange(flush_timer_, 0));
    note(journal_.flush());
}

} // namespace slipway::chain
