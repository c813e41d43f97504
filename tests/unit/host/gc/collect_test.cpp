// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/collect.hpp"
#include "scratch_state.hpp"

#include <gmock/gmock.h>

namespace slipway::host::gc {
namespace {

using support::Change;

constexpr journal::Time now = 1'000'000;

class CollectTest : public ScratchState {
protected:
    Collected collect(const Retention& retention, Change change = Change::made) {
        auto collected = gc::collect(*state_, retention, change, now);
        EXPECT_TRUE(collected) << collected.error().message();
        return std::move(collected).value();
    }

    static std::string ids(const std::vector<journal::RunRecord>& runs) {
        std::string text;
        for (const auto& one : runs)
            text += (text.empty() ? "" : " ") + one.id;
        return text;
    }

    /// Two releases, a failure between them, a draft and something that nobody knows.
    void fill() {
        add_run(run("a", 10), {artifact("first"), artifact("lock", "application/json")});
        add_run(run("b", 20, "failed"), {artifact("half")});
        add_run(run("c", 30), {artifact("second")});
        (void)artifact("orphan");
        write("store/tmp/draft", "12345");
        write("work/b/0/file", "123");
        write("provenance/a.json");
        write("provenance/b.json");
    }
};

TEST_F(CollectTest, AnEmptyStateFolder) {
    const Collected collected = collect({.newest = 0});
    EXPECT_EQ(collected.total().files, 0u);
}

TEST_F(CollectTest, OnlyWhatNobodyNames) {
    fill();
    const Collected collected = collect({});
    EXPECT_EQ(collected.artifacts.files, 1u);
    EXPECT_EQ(collected.artifacts.bytes, 6u);
    EXPECT_EQ(collected.leftovers.bytes, 8u);
    EXPECT_EQ(collected.total().files, 3u);
    EXPECT_TRUE(is_stored("first") && is_stored("half") && is_stored("second"));
    EXPECT_FALSE(is_stored("orphan") || exists("store/tmp/draft") || exists("work/b"));
    EXPECT_EQ(collect({}).total().files, 0u);
}

TEST_F(CollectTest, OldRuns) {
    fill();
    const Collected collected = collect({.newest = 1});
    EXPECT_EQ(ids(collected.forgotten), "b");
    EXPECT_EQ(ids(collected.emptied), "a");
    EXPECT_TRUE(is_stored("lock") && is_stored("second"));
    EXPECT_FALSE(is_stored("first") || is_stored("half"));
    EXPECT_TRUE(exists("provenance/a.json"));
    EXPECT_FALSE(exists("provenance/b.json"));
    EXPECT_EQ(ids(state_->journal.runs().value()), "c a");
    EXPECT_FALSE(state_->journal.cached("key of a").value().has_value());
    EXPECT_TRUE(state_->journal.cached("key of c").value().has_value());
    const Collected again = collect({.newest = 1});
    EXPECT_EQ(again.total().files + again.emptied.size() + again.forgotten.size(), 0u);
}

TEST_F(CollectTest, TellsTheSameAndDoesNothing) {
    fill();
    const auto before = support::measure_tree(state_->folder);
    const Collected told = collect({.newest = 1}, Change::told);
    EXPECT_EQ(support::measure_tree(state_->folder).files, before.files);
    EXPECT_EQ(ids(state_->journal.runs().value()), "c b a");
    const Collected made = collect({.newest = 1});
    EXPECT_EQ(told.total().files, made.total().files);
    EXPECT_EQ(told.total().bytes, made.total().bytes);
    EXPECT_EQ(ids(told.forgotten), ids(made.forgotten));
    EXPECT_EQ(ids(told.emptied), ids(made.emptied));
}

TEST_F(CollectTest, WhatAKillLeftIsFoundAgain) {
    fill();
    ASSERT_TRUE(state_->journal.forget({"b"}, {"key of a", "key of b"})); // and no further
    const Collected collected = collect({.newest = 1});
    EXPECT_FALSE(is_stored("first") || is_stored("half") || exists("provenance/b.json"));
    EXPECT_EQ(ids(collected.emptied), "a");
}

TEST_F(CollectTest, AlreadyEmptiedReleasesAreNotToldOfAgain) {
    fill();
    (void)collect({.newest = 1});
    (void)artifact("orphan");
    const Collected collected = collect({.newest = 1});
    EXPECT_EQ(collected.artifacts.files, 1u);
    EXPECT_EQ(ids(collected.emptied), "");
}

} // namespace
} // namespace slipway::host::gc
