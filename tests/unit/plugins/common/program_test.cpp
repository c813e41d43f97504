// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/program.hpp>
#include <gtest/gtest.h>

namespace slipway::common {
namespace {

TEST(RunProgram, OfUsrBinOrAWholePath) {
    EXPECT_EQ(run_program({"cat"}, "text").value(), "text");
    EXPECT_EQ(run_program({"/usr/bin/cat"}, "text").value(), "text");
}

TEST(RunProgram, SaysWhatIsMissing) {
    const auto missing = run_program({"/opt/nothing/sendmail"});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message(),
              "starting /opt/nothing/sendmail: No such file or directory (hint: is it installed?)");
    EXPECT_EQ(missing.error().kind, support::Kind::unsupported);
}

TEST(RunProgram, TellsWhatAFailureSaid) {
    const auto failed = run_program({"/bin/sh", "-c", "echo no such user >&2; exit 67"});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().what, "/bin/sh failed with status 67");
    EXPECT_EQ(failed.error().trace, std::vector<std::string>{"no such user"});
}

} // namespace
} // namespace slipway::common
