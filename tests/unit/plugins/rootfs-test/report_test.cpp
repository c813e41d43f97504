// SPDX-License-Identifier: GPL-3.0-or-later
#include "inventory_of.hpp"
#include "report.hpp"

#include <gmock/gmock.h>

namespace {

using namespace slipway::rootfs_test;
using namespace slipway::test;
using slipway::support::Kind;
using testing::ElementsAre;

const Check good{"absent", "nothing matches 'x'"};
const Check bad{
    "setuid", "no setuid file", {{"a\n", "mode 4755", "no setuid"}, {"b", "mode 2755", "no setuid"}}};

TEST(Report, ListsTheChecks) {
    EXPECT_EQ(
        slipway::support::json::dump(report_json({good}, inventory_of({file("a", "123"), folder("b")}))),
        R"({"slipway_test_report":1,"passed":true,"entries":2,"size":3,"checks":[)"
        R"({"check":"absent","expects":"nothing matches 'x'","passed":true}]})");
}

TEST(Report, LinesAreReadableAndBounded) {
    EXPECT_THAT(report_lines(good), ElementsAre("ok: absent: nothing matches 'x'"));
    EXPECT_THAT(report_lines(bad, 1),
                ElementsAre("FAILED: setuid: no setuid file", "  a\\x0a: found mode 4755, expected no setuid",
                            "  and 1 more"));
}

TEST(Report, AFailedCheckIsAVerifyError) {
    EXPECT_TRUE(verdict({good}));
    auto failed = verdict({good, bad});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, Kind::verify);
    EXPECT_EQ(failed.error().what,
              "1 of 2 checks failed: setuid: a\\x0a: found mode 4755, expected no setuid (and more)");
    EXPECT_THAT(failed.error().trace,
                ElementsAre("FAILED: setuid: no setuid file", "  a\\x0a: found mode 4755, expected no setuid",
                            "  b: found mode 2755, expected no setuid"));
}

} // namespace
