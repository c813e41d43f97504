// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <journal/journal.hpp>
#include <sqlite3.h>
#include <support/fs.hpp>

#include <filesystem>

namespace slipway::journal {
namespace {

namespace fs = std::filesystem;
namespace json = support::json;
using support::Kind;

class JournalTest : public ::testing::Test {
protected:
    JournalTest() {
        std::string name = fs::temp_directory_path() / "slipway-journal.XXXXXX";
        folder_ = ::mkdtemp(name.data());
        path_ = folder_ + "/journal.db";
    }

    ~JournalTest() override { fs::remove_all(folder_); }

    Journal open() const {
        auto journal = Journal::open(path_);
        EXPECT_TRUE(journal);
        return std::move(journal).value();
    }

    static RunRecord run(const std::string& id, Time created = 1000) {
        RunRecord record;
        record.id = id;
        record.chain = "arch";
        record.version = "05112026";
        record.path = "chain.json";
        record.folder = "/srv";
        record.text = "{\"name\": \"gr\xc3\xbc\xc3\x9f\"}";
        record.settings = json::Object{{"settings", json::Array{1, "two", nullptr}}};
        record.epoch = 1793836800;
        record.mocked = true;
        record.created = created;
        record.pid = 42;
        return record;
    }

    static StageRecord stage(const std::string& key, int position) {
        StageRecord record;
        record.key = key;
        record.position = position;
        record.use = "compress";
        record.plugin = "/lib/compress.so";
        record.plugin_sha256 = std::string(64, 'a');
        record.state = "done";
        record.mocked = true;
        record.attempts = 3;
        record.cache_key = "key";
        record.started = 5;
        record.finished = 9;
        record.message = "why";
        record.outputs = {
            {"archive", "base.tar.zst", "application/zstd", std::string(64, 'b'), 1u << 30,
             json::Object{{"a", "b"}}},
            {"sums", "SHA256SUMS", "text/x-sha256sum", std::string(64, 'c'), 0, json::Object{}}};
        return record;
    }

    std::string folder_, path_;
};

TEST_F(JournalTest, GivesARunBack) {
    const RunRecord written = run("20261105-020000-abcd");
    {
        Journal journal = open();
        ASSERT_TRUE(journal.add_run(written, {stage("archive[group=base]", 1), stage("rootfs", 0)}));
    }
    Journal journal = open();
    auto read = journal.find_run("");
    ASSERT_TRUE(read);
    const RunRecord& r = read.value();
    EXPECT_EQ(std::tie(r.id, r.kind, r.chain, r.version, r.path, r.folder, r.text),
              std::tie(written.id, written.kind, written.chain, written.version, written.path, written.folder,
                       written.text));
    EXPECT_EQ(r.settings, written.settings);
    EXPECT_EQ(std::tie(r.epoch, r.state, r.mocked, r.created, r.finished, r.pid),
              std::tie(written.epoch, written.state, written.mocked, written.created, written.finished,
                       written.pid));
    auto stages = journal.stages(written.id);
    ASSERT_TRUE(stages);
    ASSERT_EQ(stages.value().size(), 2u);
    EXPECT_EQ(stages.value()[0].key, "rootfs") << "not in the order of positions";
    const StageRecord &s = stages.value()[1], expected = stage("archive[group=base]", 1);
    EXPECT_EQ(std::tie(s.key, s.use, s.plugin, s.plugin_sha256, s.state, s.mocked, s.attempts),
              std::tie(expected.key, expected.use, expected.plugin, expected.plugin_sha256, expected.state,
                       expected.mocked, expected.attempts));
    EXPECT_EQ(std::tie(s.cache_key, s.started, s.finished, s.message, s.outputs),
              std::tie(expected.cache_key, expected.started, expected.finished, expected.message,
                       expected.outputs));
}

TEST_F(JournalTest, ReplacesAStageWithItsOutputs) {
    Journal journal = open();
    ASSERT_TRUE(journal.add_run(run("r"), {stage("a", 0)}));
    StageRecord changed = stage("a", 0);
    changed.state = "failed";
    changed.outputs.clear();
    ASSERT_TRUE(journal.save_stage("r", changed));
    const auto stages = journal.stages("r").value();
    ASSERT_EQ(stages.size(), 1u);
    EXPECT_EQ(stages[0].state, "failed");
    EXPECT_TRUE(stages[0].outputs.empty());
}

TEST_F(JournalTest, FindsRunsByEitherEndOfTheirId) {
    Journal journal = open();
    for (const char* id : {"20261105-020000-aaaa", "20261105-030000-bbbb", "20261106-020000-cccc"})
        ASSERT_TRUE(journal.add_run(run(id, id[7]), {}));
    EXPECT_EQ(journal.find_run("20261106").value().id, "20261106-020000-cccc");
    EXPECT_EQ(journal.find_run("bbbb").value().id, "20261105-030000-bbbb");
    auto two = journal.find_run("20261105");
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().kind, Kind::config);
    EXPECT_THAT(two.error().what, ::testing::StartsWith("'20261105' may be 20261105-0"));
    EXPECT_EQ(journal.find_run("%").error().message(), "no run '%' (hint: slipway runs lists them)");
}

TEST_F(JournalTest, TheNewestRunIsNoPlan) {
    Journal journal = open();
    EXPECT_EQ(journal.find_run("").error().kind, Kind::not_found);
    RunRecord plan = run("plan", 2000);
    plan.kind = "plan";
    ASSERT_TRUE(journal.add_run(run("run", 1000), {}));
    ASSERT_TRUE(journal.add_run(plan, {}));
    EXPECT_EQ(journal.find_run("").value().id, "run");
    EXPECT_EQ(journal.runs().value().front().id, "plan");
    EXPECT_EQ(journal.runs(1).value().size(), 1u);
}

TEST_F(JournalTest, ChangesTheStateOfARun) {
    Journal journal = open();
    ASSERT_TRUE(journal.add_run(run("r"), {}));
    ASSERT_TRUE(journal.set_run_state("r", "waiting", 77, 0));
    const RunRecord r = journal.find_run("r").value();
    EXPECT_EQ(r.state, "waiting");
    EXPECT_EQ(r.finished, 77);
    EXPECT_EQ(r.pid, 0);
}

TEST_F(JournalTest, KeepsEventsInOrder) {
    Journal journal = open();
    ASSERT_TRUE(journal.add_run(run("r"), {}));
    const std::string text("bytes \x01 and \"quotes\"\nand lines");
    ASSERT_TRUE(journal.add_event("r", {0, 1, "a", "log", 2, text, json::Value()}));
    ASSERT_TRUE(
        journal.add_event_durably("r", {0, 2, "", "effect", 1, "t", json::Object{{"state", "done"}}}));
    ASSERT_TRUE(journal.add_event("other", {0, 3, "", "log", 1, "not ours", {}}));
    const auto events = journal.events("r").value();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(std::tie(events[0].time, events[0].stage, events[0].kind, events[0].level, events[0].text),
              std::make_tuple(Time{1}, "a", "log", 2, text));
    EXPECT_TRUE(events[0].data.is_null());
    EXPECT_EQ(events[1].data["state"].as_string(), "done");
    EXPECT_EQ(journal.events("r", events[0].sequence).value().size(), 1u);
    EXPECT_EQ(journal.events("r", 0, "log").value().size(), 1u);
    EXPECT_EQ(journal.events("r", events[0].sequence, "log").value().size(), 0u);
}

TEST_F(JournalTest, EventsAreThereBeforeAnythingThatCameLater) {
    Journal journal = open(), reader = open();
    ASSERT_TRUE(journal.add_run(run("r"), {}));
    const auto add = [&] { ASSERT_TRUE(journal.add_event("r", {0, 1, "a", "log", 1, "text", {}})); };
    const auto seen = [&] { return reader.events("r").value().size(); };
    add();
    ASSERT_TRUE(journal.save_stage("r", stage("a", 0)));
    EXPECT_EQ(seen(), 1u);
    add();
    ASSERT_TRUE(journal.set_run_state("r", "done", 1, 0));
    EXPECT_EQ(seen(), 2u);
    add();
    ASSERT_TRUE(journal.add_event_durably("r", {0, 2, "", "effect", 1, "t", {}}));
    EXPECT_EQ(seen(), 4u);
    EXPECT_EQ(reader.events("r").value().back().kind, "effect");
    add();
    ASSERT_TRUE(journal.flush());
    EXPECT_EQ(seen(), 5u);
    add();
    journal = open();
    EXPECT_EQ(seen(), 6u) << "lost when the journal was closed";
    for (int i = 0; i < 512; ++i)
        add();
    EXPECT_EQ(seen(), 518u) << "kept in memory without a limit";
}

TEST_F(JournalTest, RemembersWhatAKeyMade) {
    Journal journal = open();
    EXPECT_FALSE(journal.cached("k").value());
    ASSERT_TRUE(journal.remember("k", stage("a", 0).outputs, 1));
    EXPECT_EQ(*journal.cached("k").value(), stage("a", 0).outputs);
    ASSERT_TRUE(journal.remember("k", {}, 2));
    EXPECT_TRUE(journal.cached("k").value()->empty()) << "the newer one counts";
}

TEST_F(JournalTest, RemembersAPluginUntilItsFileChanges) {
    Journal journal = open();
    ASSERT_TRUE(journal.remember_description("/a.so", "identity 1", json::Object{{"path", "/a.so"}}));
    EXPECT_EQ((*journal.described("/a.so", "identity 1").value())["path"].as_string(), "/a.so");
    EXPECT_FALSE(journal.described("/a.so", "identity 2").value());
    EXPECT_FALSE(journal.described("/b.so", "identity 1").value());
}

TEST_F(JournalTest, RefusesOneThatANewerSlipwayMade) {
    (void)open();
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    auto refused = Journal::open(path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::unsupported);
    EXPECT_EQ(refused.error().message(),
              "journal '" + path_
                  + "': made by a newer slipway (hint: use that one, or another --state folder)");
}

TEST_F(JournalTest, RefusesWhatIsNoDatabase) {
    ASSERT_TRUE(support::write_file(path_, std::string(8192, 'x')));
    auto refused = Journal::open(path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "'" + path_
                                             + "': journal: file is not a database (hint: see that it is a "
                                               "journal and can be written, or use another "
                                               "--state folder)");
}

TEST_F(JournalTest, TwoConnectionsSeeEachOther) {
    Journal one = open(), two = open();
    ASSERT_TRUE(one.add_run(run("r"), {}));
    EXPECT_TRUE(two.find_run("r"));
}

TEST_F(JournalTest, AdoptsARunAsAWhole) {
    Journal journal = open();
    const EventRecord event{0, 5, "a", "log", 1, "text", json::Object{{"x", 1}}};
    ASSERT_TRUE(journal.adopt_run(run("r"), {stage("a", 0), stage("b", 1)}, {event, event}));
    EXPECT_EQ(journal.stages("r").value().size(), 2u);
    ASSERT_EQ(journal.events("r").value().size(), 2u);
    EXPECT_EQ(journal.events("r").value().back().data, event.data);
    EXPECT_FALSE(journal.adopt_run(run("r"), {stage("c", 0)}, {event})) << "it is there";
    EXPECT_EQ(journal.stages("r").value().size(), 2u);
    EXPECT_EQ(journal.events("r").value().size(), 2u);
}

TEST_F(JournalTest, ForgetsRunsAndResults) {
    Journal journal = open();
    for (const char* id : {"run-a", "run-b"}) {
        ASSERT_TRUE(journal.add_run(run(id), {stage("archive", 0)}));
        ASSERT_TRUE(journal.add_event(id, {0, 1, "archive", "log", 1, "text", {}}));
    }
    for (const char* key : {"key", "other"})
        ASSERT_TRUE(journal.remember(key, stage("archive", 0).outputs, 7));
    ASSERT_TRUE(journal.forget({"run-a", "unknown"}, {"key"}));
    EXPECT_FALSE(journal.find_run("run-a"));
    EXPECT_TRUE(journal.stages("run-a").value().empty());
    EXPECT_TRUE(journal.events("run-a").value().empty());
    EXPECT_EQ(journal.stages("run-b").value().front().outputs.size(), 2u);
    EXPECT_EQ(journal.events("run-b").value().size(), 1u);
    const auto results = journal.cache().value();
    ASSERT_EQ(results.size(), 1u);
    EXPECT_EQ(results.front().key, "other");
    EXPECT_EQ(results.front().created, 7);
    EXPECT_EQ(results.front().outputs, stage("archive", 0).outputs);
}

TEST_F(JournalTest, GivesAllRuns) {
    Journal journal = open();
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(journal.add_run(run("run-" + std::to_string(i), i), {}));
    EXPECT_EQ(journal.runs(2).value().size(), 2u);
    EXPECT_EQ(journal.runs(Journal::all_runs).value().size(), 3u);
}

} // namespace
} // namespace slipway::journal
