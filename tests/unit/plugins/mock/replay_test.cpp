// SPDX-License-Identifier: GPL-3.0-or-later
#include <fake_host/fake_host.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <replay.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

using namespace slipway;
namespace json = support::json;
using testing::HasSubstr;

namespace {

const std::string content = "made then\n";

/// A folder as --record writes it, of one stage.
class Replays : public testing::Test {
protected:
    Replays()
        : host_(std::string(SLIPWAY_STAGES) + "/mock.so", "mock"), folder_(host_.folder() + "/recorded") {
        EXPECT_TRUE(support::make_dirs(folder_));
        EXPECT_TRUE(support::write_file(folder_ + "/" + digest_, content));
    }

    void record(const std::string& name, const std::string& more, const std::string& steps = "",
                const std::string& status = "ok", const std::string& message = "") {
        EXPECT_TRUE(support::write_file(folder_ + "/" + name,
                                        R"({"slipway_record": 1, "variant": {}, "inputs": {}, "hint": "",
            "status": ")" + status + R"(", "message": ")"
                                            + message + R"(", )" + more + R"(, "steps": [)" + steps + "]}"));
    }

    slipway_status play(const std::string& more = "", unsigned flags = 0) {
        return host_.execute(
            R"({"replay": ")" + folder_
                + R"(", "ports": {"inputs": [{"name": "in", "type": "*/*", "optional": true}],
                                "outputs": [{"name": "out", "type": "*/*"}]})"
                + more + "}",
            flags);
    }

    const std::string digest_ = support::Digest::of(content).hex();
    test::FakeHost host_;
    std::string folder_;
};

std::string chosen(const std::string& folder, std::int64_t attempt, bool dry_run) {
    const auto replay = mock::read_replay(folder, {json::Object{}, attempt, dry_run});
    return replay ? replay.value().message : replay.error().what;
}

} // namespace

TEST_F(Replays, DoesWhatWasDone) {
    record("all.1.json", R"("attempt": 1)",
           R"(
        {"did": "log", "level": 2, "text": "careful"},
        {"did": "effect", "state": "started", "kind": "git.push", "target": "t", "summary": "s", "detail": "d"},
        {"did": "effect", "state": "done", "kind": "git.push", "target": "t", "summary": "s", "detail": "d"},
        {"did": "secret", "name": "TOKEN", "status": "ok"},
        {"did": "publish", "port": "out", "name": "a.txt", "type": "text/plain", "sha256": ")"
               + digest_ + R"(", "annotations": {"k": "v"}})");
    ASSERT_EQ(play(), SLIPWAY_OK) << host_.said();
    ASSERT_EQ(host_.outputs["out"].size(), 1u);
    EXPECT_EQ(host_.outputs["out"][0].text(), content);
    EXPECT_EQ(host_.outputs["out"][0].type, "text/plain");
    EXPECT_EQ(host_.outputs["out"][0].meta["annotations"]["k"].as_string(), "v");
    ASSERT_EQ(host_.effects.size(), 2u);
    EXPECT_EQ(host_.effects[1].state, SLIPWAY_EFFECT_DONE);
}

TEST_F(Replays, OnlyPlansInADryRun) {
    record("all.1.json", R"("attempt": 1)", R"(
        {"did": "effect", "state": "started", "kind": "k", "target": "t", "summary": "s", "detail": ""},
        {"did": "effect", "state": "done", "kind": "k", "target": "t", "summary": "s", "detail": ""})");
    ASSERT_EQ(play("", SLIPWAY_JOB_DRY_RUN), SLIPWAY_OK) << host_.said();
    ASSERT_EQ(host_.effects.size(), 1u);
    EXPECT_EQ(host_.effects[0].state, SLIPWAY_EFFECT_PLANNED);
}

TEST_F(Replays, FailsAndWaitsAsThen) {
    record("all.1.json", R"("attempt": 1)", "", "auth", "worn out");
    EXPECT_EQ(play(), SLIPWAY_AUTH);
    EXPECT_THAT(host_.said(), HasSubstr("worn out"));
}

TEST_F(Replays, WaitsAsThen) {
    record("all.1.json", R"("attempt": 1)", "", "waiting", "for a merge");
    EXPECT_EQ(play(), SLIPWAY_WAITING);
}

// What only the host may say of a stage.
TEST_F(Replays, ACrashIsToldAsABug) {
    record("all.1.json", R"("attempt": 1)", "", "crashed", "SIGSEGV");
    EXPECT_EQ(play(), SLIPWAY_INTERNAL);
    EXPECT_THAT(host_.said(), HasSubstr("what was recorded: SIGSEGV"));
}

TEST_F(Replays, TheRecordOfTheAttempt) {
    for (const char* attempt : {"1", "2", "4"})
        record(std::string("all.") + attempt + ".json", std::string(R"("attempt": )") + attempt);
    for (const auto& [asked, path] : {std::pair{1, "1"}, {2, "2"}, {3, "2"}, {9, "4"}}) {
        const auto replay = mock::read_replay(folder_, {json::Object{}, asked, false});
        ASSERT_TRUE(replay);
        EXPECT_THAT(replay.value().path, HasSubstr(std::string("/all.") + path + ".json")) << asked;
    }
}

TEST_F(Replays, ADryRunsRecordIsNoRealOnes) {
    record("all.1.plan.json", R"("attempt": 1, "dry_run": true)");
    EXPECT_THAT(chosen(folder_, 1, false), HasSubstr("has no record of the variant {}"));
    record("all.1.json", R"("attempt": 1)");
    const auto dry = mock::read_replay(folder_, {json::Object{}, 1, true});
    EXPECT_THAT(dry.value().path, HasSubstr("plan"));
}

TEST_F(Replays, OtherInputsAreRefused) {
    host_.add_input("in", "a.txt", "now");
    record("all.1.json", R"("attempt": 1)");
    EXPECT_EQ(play(), SLIPWAY_VERIFY);
    EXPECT_THAT(host_.said(), HasSubstr("replay: other artifacts on the input port 'in' than '" + folder_));
    test::FakeHost again(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
    EXPECT_EQ(again.execute(R"({"replay_inputs": "any", "replay": ")" + folder_ + "\"}"), SLIPWAY_OK)
        << again.said();
}

TEST_F(Replays, WhatIsNoRecord) {
    EXPECT_THAT(chosen(folder_, 1, false), HasSubstr("has no record"));
    EXPECT_THAT(chosen(folder_ + "/none", 1, false), HasSubstr("No such file"));
    EXPECT_TRUE(support::write_file(folder_ + "/all.1.json", "{}"));
    EXPECT_THAT(chosen(folder_, 1, false), HasSubstr("not a record of version 1"));
    EXPECT_TRUE(support::write_file(folder_ + "/all.1.json", "{"));
    EXPECT_THAT(chosen(folder_, 1, false), HasSubstr("all.1.json': 1:2"));
}

TEST_F(Replays, HasNoOutputsOfItsOwn) {
    EXPECT_EQ(play(R"(, "status": "auth")"), SLIPWAY_CONFIG);
    EXPECT_THAT(host_.said(), HasSubstr("status: what is replayed has its own"));
}
