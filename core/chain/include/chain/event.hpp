// SPDX-License-Identifier: GPL-3.0-or-later
//
// What happens in a run, as it happens.
//
//   kind              text                      data
//   run_started       "archlinux 05112026"      {"run", "chain", "version", "mocked", "stages": n}
//   stage_started     plugin                    {"attempt": n, "use": s}
//   sandbox           "full", "partial", "none" {"reached": [s], "missing": [s]}
//   used              path, program or address  {"need": s, "call": s, "process": s}  (`run --learn` only)
//   learned           ""                        {"memory_mb": n}                      (`run --learn` only)
//   denied            what it may not           {"call": s, "process": s}
//   log               the stage's words
//   output            a line of its standard output or error
//   diagnostic        summary                   {"code": s, "detail": s, "hint": s, "config_path": s}
//   effect            summary                   {"state": s, "kind": s, "target": s, "detail": s}
//   stage_unchanged   ""                        {"outputs": [...]}
//   stage_done        ""                        {"outputs": [...], "duration_ms": n}
//   stage_planned     why it was not run        {}        (`slipway plan` only)
//   stage_waiting     why                       {}
//   stage_failed      why                       {"code": s, "hint": s}
//   stage_cancelled   ""                        {}
//   run_finished      the run's state           {"duration_ms": n}
#pragma once

#include <journal/journal.hpp>

#include <cstdint>
#include <string>

namespace slipway::chain {

using Event = journal::EventRecord;

struct Progress {
    std::uint64_t done = 0;
    std::uint64_t total = 0; ///< 0: not known
    std::string unit;
};

/// Takes what happens in a run: the terminal, a log, a test.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void on_event(const Event& event) = 0;
    virtual void on_progress(const std::string& stage, const Progress& progress) = 0;
};

/// Names of the states of effects in events: "planned", "started", "done", "skipped".
const char* effect_state_name(std::int64_t state);

/// Now, for events.
journal::Time now_ms();

} // namespace slipway::chain
