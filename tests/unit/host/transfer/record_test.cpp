// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <transfer/record.hpp>

namespace slipway::host::transfer {
namespace {

namespace json = support::json;

const std::string digest(64, 'a');

Record sample() {
    Record record;
    record.run.id = "20261105-020000-1a2b";
    record.run.chain = "archlinux";
    record.run.version = "05112026";
    record.run.path = "chain.json";
    record.run.folder = "/srv";
    record.run.settings = json::Object{
        {"host", "0.1.0"},
        {"locked", json::Object{{"packages", json::Object{{"sha256", std::string(64, 'b')}, {"size", 7}}}}}};
    record.run.epoch = 1793836800;
    record.run.state = "done";
    record.run.created = 5;
    record.run.finished = 9;
    journal::StageRecord stage;
    stage.key = "archive[group=base]";
    stage.use = "compress";
    stage.plugin = "/usr/lib/compress.so";
    stage.state = "done";
    stage.attempts = 2;
    stage.outputs = {{"archive", "base.tar.zst", "application/zstd", digest, 12, json::Object{{"a", "b"}}}};
    record.stages = {stage};
    record.events = {{1, 6, "archive[group=base]", "log", 1, "a\nb", json::Value()},
                     {2, 7, "", "run_finished", 1, "done", json::Object{{"duration_ms", 4}}}};
    return record;
}

/// What parse_run() says of run.json with the member at `pointer` replaced.
std::string refusal(const std::string& pointer, json::Value value) {
    json::Value document = json::parse(run_text(sample(), {})).value();
    json::Value* place = document.at_pointer(pointer);
    if (place == nullptr) return "no such member";
    *place = std::move(value);
    std::vector<std::string> missing;
    const auto record = parse_run(json::dump(document), missing);
    return record ? "" : record.error().what;
}

TEST(Record, ComesBackAsItWent) {
    const Record before = sample();
    std::vector<std::string> missing;
    auto after = parse_run(run_text(before, {digest}), missing);
    ASSERT_TRUE(after) << after.error().what;
    after.value().events = parse_events(events_text(before)).value();
    EXPECT_EQ(missing, std::vector<std::string>{digest});
    EXPECT_EQ(run_text(after.value(), {digest}), run_text(before, {digest}));
    EXPECT_EQ(events_text(after.value()), events_text(before));
    EXPECT_EQ(after.value().stages.front().outputs, before.stages.front().outputs);
}

TEST(Record, KnowsItsArtifacts) {
    EXPECT_EQ(artifacts_of(sample()),
              (std::map<std::string, std::uint64_t>{{digest, 12}, {std::string(64, 'b'), 7}}));
}

TEST(Record, WhatBecomesAPathIsLookedAt) {
    for (const char* id : {"", "..", "20261105-020000-1a2", "../../105-020000-1a2b", "20261105-020000-1A2b",
                           "2026110/-020000-1a2b"})
        EXPECT_NE(refusal("/run", id), "") << id;
    for (const char* chain : {"", "../x", "a/b", "A", ".x", "a b"})
        EXPECT_NE(refusal("/chain", chain), "") << chain;
    for (const char* name : {"", "..", "a/b", "a\nb"})
        EXPECT_NE(refusal("/stages/0/outputs/0/name", name), "") << name;
    for (const std::string& sha256 :
         {std::string(), std::string(63, 'a'), std::string(64, 'A'), "../" + std::string(61, 'a')}) {
        EXPECT_NE(refusal("/stages/0/outputs/0/sha256", sha256), "") << sha256;
        EXPECT_NE(refusal("/settings/locked/packages/sha256", sha256), "") << sha256;
        EXPECT_NE(refusal("/missing", json::Array{sha256}), "") << sha256;
    }
}

TEST(Record, WhatNoSlipwayWouldWriteIsRefused) {
    EXPECT_EQ(refusal("/slipway_export", 2), "run.json: made by a newer slipway, or by none");
    EXPECT_EQ(refusal("/state", "finished"), "run.json: the run is 'finished'");
    EXPECT_EQ(refusal("/stages/0/state", "x\x1b"), "run.json: stage 'archive[group=base]' is 'x\\x1b'");
    EXPECT_NE(refusal("/stages/0/key", ""), "");
    EXPECT_NE(refusal("/stages/0/outputs/0/size", -1), "");
    EXPECT_NE(refusal("/stages/0/outputs/0/annotations", 7), "");
    EXPECT_NE(refusal("/settings", 7), "");
    std::vector<std::string> missing;
    for (const char* text : {"", "{", "[]", "{}", "null"})
        EXPECT_FALSE(parse_run(text, missing)) << text;
    EXPECT_EQ(parse_events("{}\n{\n").error().what.substr(0, 22), "events.jsonl: line 2: ");
}

TEST(Record, AStageIsThereOnce) {
    Record twice = sample();
    twice.stages.push_back(twice.stages.front());
    std::vector<std::string> missing;
    EXPECT_EQ(parse_run(run_text(twice, {}), missing).error().what,
              "run.json: stage 'archive[group=base]' is there twice");
}

} // namespace
} // namespace slipway::host::transfer
