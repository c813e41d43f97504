// SPDX-License-Identifier: GPL-3.0-or-later
#include <environment.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace slipway;
using namespace slipway::exec;

TEST(Environment, HasWhatIsPromisedAndNothingElse) {
    const auto variant = support::json::parse(R"({"group": "base-devel", "cpu-arch": "x86_64"})").value();
    EXPECT_THAT(to_list(base_environment("/w", 12, "s", "05112026", variant)),
                testing::ElementsAre("HOME=/w", "LC_ALL=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin",
                                     "SLIPWAY_OUTPUT_DIR=/w/outputs", "SLIPWAY_STAGE=s",
                                     "SLIPWAY_VARIANT_CPU_ARCH=x86_64", "SLIPWAY_VARIANT_GROUP=base-devel",
                                     "SLIPWAY_VERSION=05112026", "SOURCE_DATE_EPOCH=12", "TMPDIR=/w",
                                     "TZ=UTC"));
}

TEST(Environment, NamesInputsInCapitals) {
    EXPECT_EQ(input_variable("root-fs_2"), "SLIPWAY_INPUT_ROOT_FS_2");
}

TEST(Environment, RefusesBadNames) {
    EXPECT_TRUE(check_name("_a9"));
    EXPECT_TRUE(check_name("PATH"));
    EXPECT_EQ(check_name("9a").error().what, "env: '9a' is no name of a variable");
    EXPECT_EQ(check_name("a=b").error().what, "env: 'a=b' is no name of a variable");
    EXPECT_EQ(check_name("").error().what, "env: '' is no name of a variable");
    EXPECT_EQ(check_name("SLIPWAY_STAGE").error().what, "env: 'SLIPWAY_STAGE' is set by slipway itself");
    EXPECT_EQ(check_name("SOURCE_DATE_EPOCH").error().what,
              "env: 'SOURCE_DATE_EPOCH' is set by slipway itself");
}
