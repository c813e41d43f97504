// SPDX-License-Identifier: GPL-3.0-or-later
#include <fake_host/fake_host.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>

using namespace slipway;

namespace {

std::string run_document(const std::string& state, long waited_ms = 0) {
    return R"({"slipway_run": 1, "run": "r", "chain": "arch", "version": "7", "state": ")" + state
           + R"(", "ended_ms": 1793844180000, "waiting_since_ms": )"
           + (waited_ms > 0 ? std::to_string(1793844180000 - waited_ms) : "0") + R"(, "stages": []})";
}

class Notify : public testing::Test {
protected:
    Notify() : host_(std::string(SLIPWAY_STAGES) + "/notify.so", "notify") {
        const std::string program = host_.folder() + "/sendmail";
        EXPECT_TRUE(support::write_file(program, "#!/bin/sh\ncat >>\"$0.mail\"\n", 0755));
        options_ =
            R"({"mail": {"to": ["ann@example.org"], "from": "slipway@example.org", "subject": "{headline}", "body": "{state}",
            "sendmail": [")"
            + program + R"("]}, "waiting": "3d"})";
    }

    slipway_status tell(const std::string& document) {
        host_.add_input("run", "run.json", document, "application/vnd.slipway.run.v1+json");
        return host_.execute(options_);
    }

    std::string mails() const { return support::read_file(host_.folder() + "/sendmail.mail").value(); }

    test::FakeHost host_;
    std::string options_;
};

} // namespace

TEST_F(Notify, TellsOfAnEnd) {
    ASSERT_EQ(tell(run_document("failed")), SLIPWAY_OK) << host_.said();
    EXPECT_NE(mails().find("Subject: arch 7 has failed\n"), std::string::npos);
    ASSERT_EQ(host_.effects.size(), 2u);
    EXPECT_EQ(host_.effects[0].kind, "notify.mail");
    EXPECT_EQ(host_.effects[0].target, "ann@example.org");
    EXPECT_EQ(host_.effects[1].state, SLIPWAY_EFFECT_DONE);
}

TEST_F(Notify, WaitsBeforeItTellsOfWaiting) {
    ASSERT_EQ(tell(run_document("waiting", 3 * 86400'000L - 1)), SLIPWAY_OK) << host_.said();
    EXPECT_TRUE(host_.effects.empty());
}

TEST_F(Notify, TellsOfWaitingTooLong) {
    ASSERT_EQ(tell(run_document("waiting", 3 * 86400'000L)), SLIPWAY_OK) << host_.said();
    EXPECT_NE(mails().find("Subject: arch 7 has waited for 3 d 0 h\n"), std::string::npos);
}

TEST_F(Notify, NeedsAnEnd) {
    EXPECT_EQ(host_.execute(options_), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(), "there is no end of a run to tell of");
}
