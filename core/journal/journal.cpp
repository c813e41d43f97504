// SPDX-License-Identifier: GPL-3.0-or-later
#include "sqlite.hpp"

#include <journal/journal.hpp>

#include <chrono>
#include <thread>

namespace slipway::journal {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::int64_t schema_version = 1;

/// Events in memory, at most.
constexpr std::size_t most_pending = 512;

constexpr const char* schema = R"sql(
CREATE TABLE runs (
  id TEXT PRIMARY KEY, kind TEXT, chain TEXT, version TEXT, path TEXT, folder TEXT, text TEXT, settings TEXT,
  epoch INTEGER, state TEXT, mocked INTEGER, created INTEGER, finished INTEGER, pid INTEGER);
CREATE TABLE stages (
  run TEXT REFERENCES runs(id), key TEXT, position INTEGER, use TEXT, plugin TEXT, plugin_sha256 TEXT, state TEXT,
  mocked INTEGER, attempts INTEGER, cache_key TEXT, started INTEGER, finished INTEGER, message TEXT,
  PRIMARY KEY (run, key));
CREATE TABLE outputs (
  run TEXT, stage TEXT, position INTEGER, port TEXT, name TEXT, type TEXT, sha256 TEXT, size INTEGER, annotations TEXT,
  PRIMARY KEY (run, stage, position));
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY, run TEXT REFERENCES runs(id), time INTEGER, stage TEXT, kind TEXT, level INTEGER,
  text TEXT, data TEXT);
CREATE INDEX events_of_run ON events (run, sequence);
CREATE TABLE cache (key TEXT PRIMARY KEY, created INTEGER, outputs TEXT);
CREATE TABLE plugins (path TEXT PRIMARY KEY, identity TEXT, description TEXT);
)sql";

constexpr const char* run_columns =
    "id, kind, chain, version, path, folder, text, settings, epoch, state, mocked, created, finished, pid";

json::Value parse_or_null(const std::string& text) {
    auto value = json::parse(text);
    return value ? std::move(value).value() : json::Value();
}

RunRecord read_run(const Statement& row) {
    return {row.text(0),    row.text(1),   row.text(2),         row.text(3),
            row.text(4),    row.text(5),   row.text(6),         parse_or_null(row.text(7)),
            row.number(8),  row.text(9),   row.number(10) != 0, row.number(11),
            row.number(12), row.number(13)};
}

OutputRecord read_output(const Statement& row) {
    return {row.text(0),
            row.text(1),
            row.text(2),
            row.text(3),
            static_cast<std::uint64_t>(row.number(4)),
            parse_or_null(row.text(5))};
}

} // namespace

struct Journal::Impl {
    explicit Impl(Database opened) : database(std::move(opened)) {}

    ~Impl() { (void)flush(); }

    Database database;
    std::vector<std::pair<std::string, EventRecord>> pending; ///< run and event, not written yet

    /// In one transaction. Events that cannot be written are lost: what has run must not be lost for a log
    /// line.
    Result<void> flush() {
        if (pending.empty()) return {};
        const auto events = std::exchange(pending, {});
        SLIPWAY_TRY_ASSIGN(Transaction transaction, Transaction::begin(database));
        for (const auto& [run, event] : events)
            SLIPWAY_TRY(write_event(run, event));
        return transaction.commit();
    }

    Result<std::vector<RunRecord>> select_runs(const std::string& where,
                                               const std::vector<std::string>& values, int limit) const {
        SLIPWAY_TRY_ASSIGN(Statement query,
                           database.prepare(std::string("SELECT ") + run_columns + " FROM runs " + where
                                            + " ORDER BY created DESC, id DESC LIMIT "
                                            + std::to_string(limit)));
        for (const std::string& value : values)
            query.bind(value);
        std::vector<RunRecord> out;
        for (;;) {
            SLIPWAY_TRY_ASSIGN(const bool row, query.step());
            if (!row) return out;
            out.push_back(read_run(query));
        }
    }

    Result<void> write_run(const RunRecord& r) const {
        SLIPWAY_TRY_ASSIGN(Statement insert,
                           database.prepare("INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
        insert.bind(r.id).bind(r.kind).bind(r.chain).bind(r.version).bind(r.path).bind(r.folder).bind(r.text);
        insert.bind(json::dump(r.settings)).bind(r.epoch).bind(r.state).bind(r.mocked).bind(r.created);
        return insert.bind(r.finished).bind(r.pid).run();
    }

    Result<void> write_stage(const std::string& run, const StageRecord& s) const {
        SLIPWAY_TRY_ASSIGN(
            Statement insert,
            database.prepare("INSERT OR REPLACE INTO stages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"));
        insert.bind(run)
            .bind(s.key)
            .bind(s.position)
            .bind(s.use)
            .bind(s.plugin)
            .bind(s.plugin_sha256)
            .bind(s.state);
        insert.bind(s.mocked)
            .bind(s.attempts)
            .bind(s.cache_key)
            .bind(s.started)
            .bind(s.finished)
            .bind(s.message);
        SLIPWAY_TRY(insert.run());
        SLIPWAY_TRY_ASSIGN(Statement clear,
                           database.prepare("DELETE FROM outputs WHERE run = ? AND stage = ?"));
        SLIPWAY_TRY(clear.bind(run).bind(s.key).run());
        std::int64_t position = 0;
        for (const OutputRecord& o : s.outputs) {
            SLIPWAY_TRY_ASSIGN(Statement output,
                               database.prepare("INSERT INTO outputs VALUES (?,?,?,?,?,?,?,?,?)"));
            output.bind(run)
                .bind(s.key)
                .bind(position++)
                .bind(o.port)
                .bind(o.name)
                .bind(o.type)
                .bind(o.sha256);
            SLIPWAY_TRY(output.bind(static_cast<std::int64_t>(o.size)).bind(json::dump(o.annotations)).run());
        }
        return {};
    }

    Result<void> write_event(const std::string& run, const EventRecord& e) const {
        SLIPWAY_TRY_ASSIGN(
            Statement insert,
            database.prepare(
                "INSERT INTO events (run, time, stage, kind, level, text, data) VALUES (?,?,?,?,?,?,?)"));
        insert.bind(run).bind(e.time).bind(e.stage).bind(e.kind).bind(e.level).bind(e.text);
        return insert.bind(json::dump(e.data)).run();
    }
};

json::Value to_json(const OutputRecord& o) {
    return json::Object{{"port", o.port},     {"name", o.name}, {"type", o.type},
                        {"sha256", o.sha256}, {"size", o.size}, {"annotations", o.annotations}};
}

OutputRecord parse_output(const json::Value& v) {
    return {v["port"].as_string(),
            v["name"].as_string(),
            v["type"].as_string(),
            v["sha256"].as_string(),
            static_cast<std::uint64_t>(v["size"].as_integer()),
            v["annotations"]};
}

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

namespace {

/// A new file becomes WAL under a lock that SQLite's busy timeout does not wait for, lest two who upgrade
/// theirs wait for each other (sqlite3_busy_handler()): another host may be making the same journal just now.
Result<void> use_wal(const Database& database) {
    constexpr auto step = std::chrono::milliseconds(5), patience = std::chrono::milliseconds(10'000);
    Result<void> usable;
    for (auto waited = step; waited < patience; waited += step) {
        usable = database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
        if (usable || !database.is_busy()) break;
        std::this_thread::sleep_for(step);
    }
    return usable;
}

} // namespace

Result<Journal> Journal::open(const std::string& path) {
    SLIPWAY_TRY_ASSIGN(Database database, Database::open(path));
    if (auto usable = use_wal(database); !usable)
        return Error{usable.error().kind, "'" + path + "': " + usable.error().what,
                     "see that it is a journal and can be written, or use another --state folder"};
    SLIPWAY_TRY_ASSIGN(Transaction transaction, Transaction::begin(database));
    {
        SLIPWAY_TRY_ASSIGN(Statement version, database.prepare("PRAGMA user_version"));
        SLIPWAY_TRY(version.step());
        const std::int64_t found = version.number(0);
        if (found > schema_version)
            return Error{Kind::unsupported, "journal '" + path + "': made by a newer slipway",
                         "use that one, or another --state folder"};
        if (found == 0)
            SLIPWAY_TRY(
                database.execute(schema + ("PRAGMA user_version = " + std::to_string(schema_version))));
    }
    SLIPWAY_TRY(transaction.commit());
    return Journal(std::make_unique<Impl>(std::move(database)));
}

Result<void> Journal::add_run(const RunRecord& run, const std::vector<StageRecord>& stages) {
    return adopt_run(run, stages, {});
}

Result<void> Journal::adopt_run(const RunRecord& run, const std::vector<StageRecord>& stages,
                                const std::vector<EventRecord>& events) {
    SLIPWAY_TRY(flush());
    SLIPWAY_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database));
    SLIPWAY_TRY(impl_->write_run(run));
    for (const StageRecord& stage : stages)
        SLIPWAY_TRY(impl_->write_stage(run.id, stage));
    for (const EventRecord& event : events)
        SLIPWAY_TRY(impl_->write_event(run.id, event));
    return transaction.commit();
}

Result<void> Journal::set_run_state(const std::string& id, const std::string& state, Time finished,
                                    std::int64_t pid) {
    SLIPWAY_TRY(flush());
    SLIPWAY_TRY_ASSIGN(
        Statement update,
        impl_->database.prepare("UPDATE runs SET state = ?, finished = ?, pid = ? WHERE id = ?"));
    return update.bind(state).bind(finished).bind(pid).bind(id).run();
}

Result<std::vector<RunRecord>> Journal::runs(int limit) const {
    return impl_->select_runs("", {}, limit);
}

Result<RunRecord> Journal::find_run(const std::string& id) const {
    if (id.empty()) {
        SLIPWAY_TRY_ASSIGN(auto newest, impl_->select_runs("WHERE kind = 'run'", {}, 1));
        if (newest.empty()) return Error{Kind::not_found, "nothing has been run yet", "slipway run CHAIN"};
        return newest.front();
    }
    SLIPWAY_TRY_ASSIGN(auto found, impl_->select_runs("WHERE id = ?1 OR substr(id, 1, length(?1)) = ?1 "
                                                      "OR substr(id, -length(?1)) = ?1",
                                                      {id}, 3));
    if (found.empty()) return Error{Kind::not_found, "no run '" + id + "'", "slipway runs lists them"};
    if (found.size() > 1 && found.front().id != id)
        return Error{Kind::config, "'" + id + "' may be " + found[0].id + " or " + found[1].id,
                     "say more of it"};
    return found.front();
}

Result<std::vector<StageRecord>> Journal::stages(const std::string& run) const {
    SLIPWAY_TRY_ASSIGN(
        Statement query,
        impl_->database.prepare(
            "SELECT key, position, use, plugin, plugin_sha256, state, mocked, attempts, cache_key, "
            "started, finished, message FROM stages WHERE run = ? ORDER BY position"));
    query.bind(run);
    std::vector<StageRecord> out;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const bool row, query.step());
        if (!row) break;
        out.push_back({query.text(0),
                       static_cast<int>(query.number(1)),
                       query.text(2),
                       query.text(3),
                       query.text(4),
                       query.text(5),
                       query.number(6) != 0,
                       static_cast<int>(query.number(7)),
                       query.text(8),
                       query.number(9),
                       query.number(10),
                       query.text(11),
                       {}});
    }
    for (StageRecord& stage : out) {
        SLIPWAY_TRY_ASSIGN(
            Statement outputs,
            impl_->database.prepare("SELECT port, name, type, sha256, size, annotations FROM outputs "
                                    "WHERE run = ? AND stage = ? ORDER BY position"));
        outputs.bind(run).bind(stage.key);
        for (;;) {
            SLIPWAY_TRY_ASSIGN(const bool row, outputs.step());
            if (!row) break;
            stage.outputs.push_back(read_output(outputs));
        }
    }
    return out;
}

Result<void> Journal::save_stage(const std::string& run, const StageRecord& stage) {
    SLIPWAY_TRY(flush());
    SLIPWAY_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database));
    SLIPWAY_TRY(impl_->write_stage(run, stage));
    return transaction.commit();
}

Result<void> Journal::add_event(const std::string& run, const EventRecord& event) {
    impl_->pending.emplace_back(run, event);
    return impl_->pending.size() < most_pending ? Result<void>() : flush();
}

Result<void> Journal::flush() {
    return impl_->flush();
}

Result<void> Journal::add_event_durably(const std::string& run, const EventRecord& event) {
    SLIPWAY_TRY(flush());
    SLIPWAY_TRY(impl_->database.execute("PRAGMA synchronous = FULL"));
    auto written = impl_->write_event(run, event);
    SLIPWAY_TRY(impl_->database.execute("PRAGMA synchronous = NORMAL"));
    return written;
}

Result<std::vector<EventRecord>> Journal::events(const std::string& run, std::int64_t after,
                                                 const std::string& kind) const {
    SLIPWAY_TRY(impl_->flush());
    SLIPWAY_TRY_ASSIGN(
        Statement query,
        impl_->database.prepare("SELECT sequence, time, stage, kind, level, text, data FROM events "
                                "WHERE run = ? AND sequence > ? AND (? = '' OR kind = ?) ORDER BY sequence"));
    query.bind(run).bind(after).bind(kind).bind(kind);
    std::vector<EventRecord> out;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const bool row, query.step());
        if (!row) return out;
        out.push_back({query.number(0), query.number(1), query.text(2), query.text(3),
                       static_cast<int>(query.number(4)), query.text(5), parse_or_null(query.text(6))});
    }
}

namespace {

std::vector<OutputRecord> parse_outputs(const std::string& text) {
    std::vector<OutputRecord> outputs;
    const json::Value list = parse_or_null(text);
    for (const json::Value& item : list.as_array())
        outputs.push_back(parse_output(item));
    return outputs;
}

} // namespace

Result<std::optional<std::vector<OutputRecord>>> Journal::cached(const std::string& key) const {
    SLIPWAY_TRY_ASSIGN(Statement query, impl_->database.prepare("SELECT outputs FROM cache WHERE key = ?"));
    query.bind(key);
    SLIPWAY_TRY_ASSIGN(const bool row, query.step());
    if (!row) return std::optional<std::vector<OutputRecord>>();
    return std::optional(parse_outputs(query.text(0)));
}

Result<std::vector<CacheRecord>> Journal::cache() const {
    SLIPWAY_TRY_ASSIGN(Statement query, impl_->database.prepare("SELECT key, created, outputs FROM cache"));
    std::vector<CacheRecord> out;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const bool row, query.step());
        if (!row) return out;
        out.push_back({query.text(0), query.number(1), parse_outputs(query.text(2))});
    }
}

Result<void> Journal::forget(const std::vector<std::string>& runs, const std::vector<std::string>& keys) {
    SLIPWAY_TRY(flush());
    SLIPWAY_TRY_ASSIGN(Transaction transaction, Transaction::begin(impl_->database));
    const auto remove = [this](const char* sql, const std::vector<std::string>& values) -> Result<void> {
        for (const std::string& value : values) {
            SLIPWAY_TRY_ASSIGN(Statement statement, impl_->database.prepare(sql));
            SLIPWAY_TRY(statement.bind(value).run());
        }
        return {};
    };
    for (const char* sql : {"DELETE FROM events WHERE run = ?", "DELETE FROM outputs WHERE run = ?",
                            "DELETE FROM stages WHERE run = ?", "DELETE FROM runs WHERE id = ?"})
        SLIPWAY_TRY(remove(sql, runs));
    SLIPWAY_TRY(remove("DELETE FROM cache WHERE key = ?", keys));
    return transaction.commit();
}

Result<void> Journal::remember(const std::string& key, const std::vector<OutputRecord>& outputs, Time now) {
    json::Array list;
    for (const OutputRecord& output : outputs)
        list.push_back(to_json(output));
    SLIPWAY_TRY_ASSIGN(Statement insert,
                       impl_->database.prepare("INSERT OR REPLACE INTO cache VALUES (?,?,?)"));
    return insert.bind(key).bind(now).bind(json::dump(list)).run();
}

Result<std::optional<json::Value>> Journal::described(const std::string& path,
                                                      const std::string& identity) const {
    SLIPWAY_TRY_ASSIGN(
        Statement query,
        impl_->database.prepare("SELECT description FROM plugins WHERE path = ? AND identity = ?"));
    query.bind(path).bind(identity);
    SLIPWAY_TRY_ASSIGN(const bool row, query.step());
    if (!row) return std::optional<json::Value>();
    return std::optional(parse_or_null(query.text(0)));
}

Result<void> Journal::remember_description(const std::string& path, const std::string& identity,
                                           const json::Value& description) {
    SLIPWAY_TRY_ASSIGN(Statement insert,
                       impl_->database.prepare("INSERT OR REPLACE INTO plugins VALUES (?,?,?)"));
    return insert.bind(path).bind(identity).bind(json::dump(description)).run();
}

} // namespace slipway::journal
