// SPDX-License-Identifier: GPL-3.0-or-later
#include "catalog_of.hpp"

#include <chain/ending.hpp>
#include <gmock/gmock.h>
#include <slipway/stage.h>
#include <stage_inputs.hpp>

#include <filesystem>

namespace slipway::chain {
namespace {

namespace fs = std::filesystem;
namespace json = support::json;
using journal::OutputRecord;
using support::Kind;
using ::testing::HasSubstr;
using testing::Planned;

class StageInputsTest : public ::testing::Test {
protected:
    StageInputsTest() {
        EXPECT_EQ(planned_.problems, "");
        run_.id = "r1";
        run_.chain = "test";
        run_.version = "1";
        run_.epoch = 7;
        records_.resize(planned_.plan.stages.size());
    }

    ~StageInputsTest() override { fs::remove_all(root_); }

    std::size_t at(const std::string& key) const {
        for (std::size_t i = 0; i < planned_.plan.stages.size(); ++i)
            if (planned_.plan.stages[i].key() == key) return i;
        ADD_FAILURE() << key;
        return 0;
    }

    /// The stage has written this to its port.
    void wrote(const std::string& key, const std::string& port, const std::string& bytes) {
        auto draft = std::move(store_.create()).value();
        EXPECT_TRUE(support::write_all(draft.fd(), bytes, "draft"));
        const auto stored = store_.commit(std::move(store_.seal(std::move(draft))).value()).value();
        records_[at(key)].outputs.push_back(
            {port, "name", "text/plain", stored.digest.hex(), stored.size, json::Object{{"a", "b"}}});
    }

    std::string why(const std::string& key) const {
        const auto options = given_.options(at(key));
        if (options) return json::dump(options.value().values);
        EXPECT_EQ(options.error().kind, Kind::config);
        return options.error().what;
    }

    Catalog catalog_ =
        testing::catalog_of({testing::type("make", {}, {"out*:text/plain"}, SLIPWAY_DETERMINISTIC),
                             testing::type("pass", {"in*:text/plain"}, {}, SLIPWAY_DETERMINISTIC),
                             testing::type("push", {"in*:text/plain"}, {})});
    Planned planned_{catalog_,
                     R"({"id": "a", "use": "make", "each": ["v"]},
                        {"id": "b", "use": "pass", "each": ["v"], "with": {"x": "${a.out.key}"}},
                        {"id": "c", "use": "push", "needs": ["a"], "each": ["v"]})",
                     R"("variants": {"v": ["one"]}, )"};
    std::string root_ = [] {
        std::string name = fs::temp_directory_path() / "slipway-inputs.XXXXXX";
        return std::string(::mkdtemp(name.data()));
    }();
    store::Store store_ = std::move(store::Store::open(root_)).value();
    journal::RunRecord run_;
    std::vector<journal::StageRecord> records_;
    StageInputs given_{planned_.plan, run_, records_, store_};
};

TEST_F(StageInputsTest, OptionsTakeWhatAnotherStageWrote) {
    EXPECT_EQ(why("b[v=one]"), "${a.out.key}: stage 'a' has no artifact on port 'out'");
    wrote("a[v=one]", "other", R"({"key": 1})");
    wrote("a[v=one]", "out", R"({"key": "value"})");
    EXPECT_EQ(why("b[v=one]"), R"({"x":"value"})");
    wrote("a[v=one]", "out", R"({"key": "another"})");
    EXPECT_THAT(why("b[v=one]"), HasSubstr("${a.out.key}: may be one of several artifacts"));
}

TEST_F(StageInputsTest, InputsAreDescribedInTheOrderOfTheArtifacts) {
    wrote("a[v=one]", "out", "1");
    wrote("a[v=one]", "out", "22");
    const Inputs inputs = given_.inputs(at("c[v=one]"));
    EXPECT_EQ(inputs.artifacts.at("in"), records_[at("a[v=one]")].outputs);
    const auto& list = inputs.descriptions["in"].as_array();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(json::dump(list[1]), R"({"name":"name","type":"text/plain","size":2,"sha256":")"
                                       + support::Digest::of("22").hex()
                                       + R"(","stage":"a","variant":{"v":"one"},"annotations":{"a":"b"}})");
}

TEST_F(StageInputsTest, WhatIsStillBeingMadeHasNeitherSizeNorDigest) {
    EXPECT_EQ(json::dump(given_.coming(at("a[v=one]"), "out", "new")),
              R"({"name":"new","type":"text/plain","stage":"a","variant":{"v":"one"},"annotations":{}})");
}

TEST_F(StageInputsTest, PinnedArtifactsHaveNoStage) {
    const OutputRecord lock{"out", "lock", "text/plain", std::string(64, 'a'), 3, json::Object{}};
    planned_.plan.stages[at("c[v=one]")].pinned["in"] = lock;
    wrote("a[v=one]", "out", "1");
    const Inputs inputs = given_.inputs(at("c[v=one]"));
    EXPECT_EQ(inputs.artifacts.at("in"), std::vector<OutputRecord>{lock});
    EXPECT_EQ(json::dump(inputs.descriptions["in"]),
              R"([{"name":"lock","type":"text/plain","size":3,"sha256":")" + lock.sha256
                  + R"(","stage":"","variant":{},"annotations":{}}])");
}

TEST_F(StageInputsTest, OnlyAStageForTheEndGetsTheRunsDocument) {
    const OutputRecord document{"", "run.json", "text/plain", std::string(64, 'a'), 3, json::Object{}};
    PlannedStage& stage = planned_.plan.stages[at("c[v=one]")];
    plugin::Port port;
    port.name = "run";
    port.types = {ending_type};
    stage.ports.inputs.push_back(port);
    stage.on = {"done"};
    EXPECT_FALSE(given_.inputs(at("c[v=one]")).artifacts.contains("run")) << "the run goes on";
    given_.set_ending(document);
    EXPECT_EQ(given_.inputs(at("c[v=one]")).artifacts.at("run"), std::vector<OutputRecord>{document});
    EXPECT_FALSE(given_.inputs(at("c[v=one]")).artifacts.contains("in"));
    stage.on.clear();
    EXPECT_FALSE(given_.inputs(at("c[v=one]")).artifacts.contains("run")) << "it is a step";
}

TEST_F(StageInputsTest, OnlyADeterministicStageIsNotToldTheRun) {
    wrote("a[v=one]", "out", R"({"key": 1})");
    const worker::Job pass = given_.job(at("b[v=one]"), {json::Object{{"x", 1}}, {}}, json::Object{});
    EXPECT_EQ(pass.stage, "b");
    EXPECT_EQ(pass.options, R"({"x":1})");
    EXPECT_EQ(pass.variant, "{}");
    EXPECT_EQ(pass.chain, "{}");
    EXPECT_EQ(pass.epoch, 7);
    const worker::Job push = given_.job(
        at("c[v=one]"), {json::Object{}, {{"/to", "/out", config::PathUse::write}}}, json::Object{});
    EXPECT_EQ(push.variant, R"({"v":"one"})");
    EXPECT_EQ(push.chain, R"({"name":"test","version":"1"})");
    EXPECT_EQ(push.write_paths, std::vector<std::string>{"/out"});
}

TEST_F(StageInputsTest, AMockedStageHasNoKey) {
    const auto key = given_.key(at("a[v=one]"), json::Object{});
    ASSERT_TRUE(key);
    EXPECT_NE(key.value(), "");
    planned_.plan.stages[at("a[v=one]")].mocked = true;
    EXPECT_EQ(given_.key(at("a[v=one]"), json::Object{}).value(), "");
}

} // namespace
} // namespace slipway::chain
