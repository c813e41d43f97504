// SPDX-License-Identifier: GPL-3.0-or-later
//
// The journal: what was run, what came of it, and every event on the way; SQLite in WAL mode. The tables
// are described in docs/reference/journal.md.
#pragma once

#include <support/json.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::journal {

/// Milliseconds since 1970-01-01 UTC.
using Time = std::int64_t;

/// A run, or the record of a `slipway plan`.
struct RunRecord {
    std::string id;
    std::string kind = "run"; ///< "run" or "plan"
    std::string chain;
    std::string version;
    std::string path;                                        ///< of the chain file, as the user named it
    std::string folder;                                      ///< where its relative paths start
    std::string text;                                        ///< the chain file
    support::json::Value settings = support::json::Object{}; ///< what the command line changed
    std::int64_t epoch = 0;                                  ///< SOURCE_DATE_EPOCH, seconds
    std::string state = "running";                           ///< running, done, failed, waiting, cancelled
    bool mocked = false;                                     ///< at least one stage was overridden
    Time created = 0;
    Time finished = 0; ///< 0 while running
    std::int64_t pid = 0;
};

/// An artifact a stage published.
struct OutputRecord {
    std::string port;
    std::string name;
    std::string type;
    std::string sha256;
    std::uint64_t size = 0;
    support::json::Value annotations = support::json::Object{};

    bool operator==(const OutputRecord&) const = default;
};

support::json::Value to_json(const OutputRecord& output);
OutputRecord parse_output(const support::json::Value& json);

/// A stage instance of a run.
struct StageRecord {
    std::string key; ///< "archive[group=base]"
    int position = 0;
    std::string use;
    std::string plugin;            ///< path of the .so
    std::string plugin_sha256;     ///< of its bytes
    std::string state = "pending"; ///< pending, running, done, unchanged, waiting, failed, cancelled, planned
    bool mocked = false;
    int attempts = 0;
    std::string cache_key; ///< "" if its result is not reused
    Time started = 0;
    Time finished = 0;
    std::string message; ///< why it failed or waits
    std::vector<OutputRecord> outputs;
};

struct EventRecord {
    std::int64_t sequence = 0; ///< filled in by the journal
    Time time = 0;
    std::string stage; ///< key of the instance, or ""
    std::string kind;  ///< "stage_started", "log", "diagnostic", "effect", ...
    int level = 1;     ///< SLIPWAY_DEBUG ... SLIPWAY_ERROR
    std::string text;
    support::json::Value data; ///< more, or null
};

/// What a deterministic stage made.
struct CacheRecord {
    std::string key;
    Time created = 0;
    std::vector<OutputRecord> outputs;
};

/// One connection; use it from one thread.
class Journal {
public:
    /// Opens or makes the file. Kind::unsupported if a newer slipway made it.
    static support::Result<Journal> open(const std::string& path);

    Journal(Journal&&) noexcept;
    Journal& operator=(Journal&&) noexcept;
    ~Journal();

    support::Result<void> add_run(const RunRecord& run, const std::vector<StageRecord>& stages);
    /// A whole run of another journal, in one step.
    support::Result<void> adopt_run(const RunRecord& run, const std::vector<StageRecord>& stages,
                                    const std::vector<EventRecord>& events);

    support::Result<void> set_run_state(const std::string& id, const std::string& state, Time finished,
                                        std::int64_t pid);

    static constexpr int all_runs = -1;

    /// Newest first.
    support::Result<std::vector<RunRecord>> runs(int limit = 1000) const;

    /// The run whose id is, starts with or ends with `id`; the newest one (that is no plan) for "".
    /// Kind::not_found if there is none, Kind::config if there are several.
    support::Result<RunRecord> find_run(const std::string& id) const;

    support::Result<std::vector<StageRecord>> stages(const std::string& run) const;

    /// Replace the record of a stage, its outputs included.
    support::Result<void> save_stage(const std::string& run, const StageRecord& stage);

    /// It may stay in memory until flush(), events(), or the next change of a run or stage: a transaction for
    /// each of a thousand log lines would take seconds.
    support::Result<void> add_event(const std::string& run, const EventRecord& event);
    support::Result<void> flush();

    /// The same, and on disk when it returns: for what must be known after a power loss.
    support::Result<void> add_event_durably(const std::string& run, const EventRecord& event);

    /// Events with a sequence above `after`, in order; of one kind, if it is named.
    support::Result<std::vector<EventRecord>> events(const std::string& run, std::int64_t after = 0,
                                                     const std::string& kind = {}) const;

    /// What a deterministic stage with this key made before.
    support::Result<std::optional<std::vector<OutputRecord>>> cached(const std::string& key) const;
    support::Result<void> remember(const std::string& key, const std::vector<OutputRecord>& outputs,
                                   Time now);

    support::Result<std::vector<CacheRecord>> cache() const;

    /// Forget runs with all that is told of them, and results, in one step. The file does not shrink: what
    /// comes next takes the room.
    support::Result<void> forget(const std::vector<std::string>& runs, const std::vector<std::string>& keys);

    /// What a plugin file said of itself when it had this identity (device, inode, size, times).
    support::Result<std::optional<support::json::Value>> described(const std::string& path,
                                                                   const std::string& identity) const;
    support::Result<void> remember_description(const std::string& path, const std::string& identity,
                                               const support::json::Value& description);

private:
    struct Impl;
    explicit Journal(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::journal
