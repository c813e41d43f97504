// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <run_log.hpp>
#include <slipway/stage.h>

#include <filesystem>

namespace slipway::chain {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

struct Shown : EventSink {
    void on_event(const Event& event) override {
        lines.push_back(event.stage + ' ' + event.kind + ' ' + std::to_string(event.level) + " '" + event.text
                        + "' " + support::json::dump(event.data));
    }

    void on_progress(const std::string&, const Progress&) override {}

    std::vector<std::string> lines;
};

class RunLogTest : public ::testing::Test {
protected:
    RunLogTest() {
        journal::RunRecord run;
        run.id = "r1";
        record_.key = "a";
        record_.state = "done";
        record_.started = 10;
        record_.finished = 15;
        record_.message = "why";
        EXPECT_TRUE(journal_.add_run(run, {record_}));
    }

    ~RunLogTest() override { fs::remove_all(folder_); }

    std::string folder_ = [] {
        std::string name = fs::temp_directory_path() / "slipway-log.XXXXXX";
        return std::string(::mkdtemp(name.data()));
    }();
    journal::Journal journal_ = std::move(journal::Journal::open(folder_ + "/journal.db")).value();
    journal::StageRecord record_;
    worker::Loop loop_;
    Shown shown_;
    RunLog log_{loop_, journal_, shown_, "r1"};
};

TEST_F(RunLogTest, TellsHowAStageEnded) {
    log_.stage_over(record_, SLIPWAY_OK, "");
    log_.stage_over(record_, SLIPWAY_WAITING, "");
    log_.stage_over(record_, SLIPWAY_CANCELLED, "");
    log_.stage_over(record_, SLIPWAY_NET_TRANSIENT, "try again");
    log_.close();
    EXPECT_THAT(shown_.lines,
                ElementsAre(R"(a stage_done 1 'why' {"outputs":[],"duration_ms":5})",
                            "a stage_waiting 1 'why' {}", "a stage_cancelled 1 'why' {}",
                            R"(a stage_failed 3 'why' {"code":"net_transient","hint":"try again"})"));
}

TEST_F(RunLogTest, WhatIsShownIsInTheJournal) {
    log_.stage_planned(record_, "because");
    log_.close();
    const auto events = journal_.events("r1");
    ASSERT_TRUE(events);
    ASSERT_EQ(events.value().size(), 1u);
    EXPECT_EQ(events.value()[0].kind, "stage_planned");
    EXPECT_EQ(events.value()[0].text, "because");
}

TEST_F(RunLogTest, AJournalThatCannotBeWrittenIsToldOnce) {
    log_.note(support::Error{support::Kind::resource, "disk full", "make room"});
    log_.note(support::Error{support::Kind::io, "disk gone"});
    EXPECT_THAT(shown_.lines,
                ElementsAre(R"( diagnostic 3 'disk full' {"code":"resource","detail":"","hint":"make room",)"
                            R"("config_path":""})"));
}

} // namespace
} // namespace slipway::chain
