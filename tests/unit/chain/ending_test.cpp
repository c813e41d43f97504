// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/ending.hpp>
#include <gtest/gtest.h>

namespace slipway::chain {
namespace {

TEST(Ending, TellsTheRunAndItsSteps) {
    journal::RunRecord run;
    run.id = "20261105-000000-0001";
    run.chain = "arch";
    run.version = "05112026";
    run.state = "failed";
    run.created = 5;
    run.finished = 9;
    journal::StageRecord stage;
    stage.key = "rootfs[group=base]";
    stage.use = "rootfs-build";
    stage.state = "failed";
    stage.message = "no space";
    const support::json::Value ending = ending_of(run, 7, {stage});
    EXPECT_EQ(ending["slipway_run"].as_integer(), 1);
    EXPECT_EQ(ending["run"].as_string(), run.id);
    EXPECT_EQ(ending["state"].as_string(), "failed");
    EXPECT_EQ(ending["ended_ms"].as_integer(), 9);
    EXPECT_EQ(ending["waiting_since_ms"].as_integer(), 7);
    ASSERT_EQ(ending["stages"].as_array().size(), 1u);
    EXPECT_EQ(ending["stages"].as_array()[0]["message"].as_string(), "no space");
}

} // namespace
} // namespace slipway::chain
