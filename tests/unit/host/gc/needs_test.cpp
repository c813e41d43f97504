// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/needs.hpp"
#include "scratch_state.hpp"

#include <gmock/gmock.h>

namespace slipway::host::gc {
namespace {

namespace json = support::json;
using support::Digest;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr journal::Time now = 1'000'000;

class NeedsTest : public ScratchState {
protected:
    Needs needs(const Retention& retention) {
        const auto runs = state_->journal.runs(journal::Journal::all_runs).value();
        return Needs::of(state_->journal, runs, shares_of(runs, retention, now)).value();
    }

    static bool needed(const Needs& needs, const std::string& text, journal::Time stored = now) {
        return needs.artifact(Digest::of(text), stored);
    }
};

TEST_F(NeedsTest, WhatRunsName) {
    add_run(run("a", 10), {artifact("old")});
    add_run(run("b", 20), {artifact("new")}, "better");
    const Needs all = needs({});
    EXPECT_TRUE(needed(all, "old") && needed(all, "new"));
    EXPECT_FALSE(needed(all, "nobody's"));
    EXPECT_THAT(all.unneeded_results(), IsEmpty());
    const Needs some = needs({.newest = 1, .forget = true});
    EXPECT_TRUE(needed(some, "new"));
    EXPECT_FALSE(needed(some, "old"));
    EXPECT_THAT(some.unneeded_results(), ElementsAre("key of a"));
    EXPECT_TRUE(some.stage_type("better"));
    EXPECT_FALSE(some.stage_type("good"));
}

TEST_F(NeedsTest, WhatSeveralRunsNameStaysForOne) {
    add_run(run("a", 10), {artifact("shared")});
    add_run(run("b", 20), {artifact("shared"), artifact("own")});
    EXPECT_TRUE(needed(needs({.newest = 1}), "shared"));
}

TEST_F(NeedsTest, AnOldReleaseKeepsItsDocuments) {
    add_run(run("a", 10), {artifact("lock", "application/vnd.slipway.lock.v1+json"),
                           artifact("sbom", "text/spdx+json"), artifact("tar", "application/x-tar")});
    add_run(run("b", 20), {});
    const Needs some = needs({.newest = 1});
    EXPECT_TRUE(needed(some, "lock") && needed(some, "sbom"));
    EXPECT_FALSE(needed(some, "tar"));
    EXPECT_THAT(some.contents_of("a"), ElementsAre(Digest::of("tar").hex()));
    EXPECT_TRUE(some.stage_type("good"));
    EXPECT_FALSE(needed(needs({.newest = 1, .forget = true}), "lock"));
}

TEST_F(NeedsTest, WhatARunWasGiven) {
    auto given = run("a", 10, "waiting");
    given.settings = json::Object{
        {"locked", json::Object{{"packages", json::Object{{"sha256", Digest::of("l").hex()}, {"size", 1}}}}}};
    add_run(given, {});
    EXPECT_TRUE(needed(needs({}), "l"));
}

TEST_F(NeedsTest, WhatABrokenOffRunMayHaveStored) {
    add_run(run("a", 100), {});
    EXPECT_FALSE(needed(needs({}), "nobody's"));
    add_run(run("b", 200, "failed"), {});
    EXPECT_TRUE(needed(needs({}), "nobody's", 200));
    EXPECT_FALSE(needed(needs({}), "nobody's", 199)) << "it was there before the run";
    add_run(run("c", 300), {});
    EXPECT_FALSE(needed(needs({}), "nobody's", 200)) << "its chain is released, nobody resumes it";
}

TEST_F(NeedsTest, WhatGoesWithItsRunIsNotABrokenOffRuns) {
    auto plan = run("p", 300);
    plan.kind = "plan";
    add_run(run("b", 200, "failed"), {});
    add_run(plan, {artifact("planned")});
    EXPECT_FALSE(needed(needs({.newest = 0}), "planned", 300));
}

TEST_F(NeedsTest, AResultThatNoRunNames) {
    ASSERT_TRUE(state_->journal.remember("orphan", {artifact("result")}, 250));
    add_run(run("a", 200, "failed"), {});
    EXPECT_THAT(needs({}).unneeded_results(), IsEmpty()) << "the run may have been killed after it";
    EXPECT_TRUE(needed(needs({}), "result", 0));
    ASSERT_TRUE(state_->journal.set_run_state("a", "done", 300, 0));
    EXPECT_THAT(needs({}).unneeded_results(), ElementsAre("orphan"));
    EXPECT_FALSE(needed(needs({}), "result", 0));
}

TEST(Document, IsJson) {
    EXPECT_TRUE(is_document("application/json"));
    EXPECT_TRUE(is_document("application/vnd.slipway.release.v1+json"));
    EXPECT_FALSE(is_document("application/zstd"));
    EXPECT_FALSE(is_document("json"));
}

} // namespace
} // namespace slipway::host::gc
