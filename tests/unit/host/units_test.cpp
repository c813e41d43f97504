// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is quoted how; that systemd takes it is tests/cli/units_cli.py's to judge.
#include "units.hpp"

#include <gmock/gmock.h>

namespace {

using namespace slipway::host;
using testing::HasSubstr;
using testing::Not;

ChainUnit unit() {
    ChainUnit unit;
    unit.name = "arch";
    unit.path = "/etc/slipway/chains/arch.json";
    return unit;
}

TEST(UnitWord, PlainWordsStayAsTheyAre) {
    EXPECT_EQ(unit_word("/usr/bin/slipway"), "/usr/bin/slipway");
    EXPECT_EQ(unit_word("--set"), "--set");
    EXPECT_EQ(unit_word("vars.format=xz"), "vars.format=xz");
}

TEST(UnitWord, QuotesWhatSystemdWouldTakeAsItsOwn) {
    EXPECT_EQ(unit_word(""), "\"\"");
    EXPECT_EQ(unit_word("a b"), "\"a b\"");
    EXPECT_EQ(unit_word("100%"), "\"100%%\"");
    EXPECT_EQ(unit_word("${date:%d}"), "\"$${date:%%d}\"");
    EXPECT_EQ(unit_word("say \"a\\b\""), "\"say \\\"a\\\\b\\\"\"");
    EXPECT_EQ(unit_word("two\nlines"), "\"two\\x0alines\"");
    EXPECT_EQ(unit_word(";"), "\";\"");
    EXPECT_EQ(unit_word("'"), "\"'\"");
    EXPECT_EQ(unit_word("$x %", Dollar::plain), "\"$x %%\"");
}

TEST(CommonUnits, StartTheProgram) {
    const auto units = common_units("/opt/my tools/slipway");
    ASSERT_EQ(units.size(), 4u);
    EXPECT_EQ(units[0].path, "slipway@.service");
    EXPECT_THAT(units[0].text, HasSubstr("\nExecStart=\"/opt/my tools/slipway\" run --wait --no-mocks "));
    EXPECT_THAT(units[2].text, HasSubstr("\nExecStart=\"/opt/my tools/slipway\" resume --wait --parked\n"));
    for (const UnitFile& unit : units)
        EXPECT_THAT(unit.text, Not(HasSubstr("@SLIPWAY"))) << unit.path;
}

TEST(ChainUnits, NameTheChainTheSecretsAndThePaths) {
    ChainUnit chain = unit();
    chain.arguments = {"--set", "version=${date:%Y}"};
    chain.secrets = {"GITHUB_TOKEN"};
    chain.write_paths = {"/srv/50% $x"};
    const auto units = chain_units(chain, "/usr/bin/slipway");
    ASSERT_EQ(units.size(), 2u);
    EXPECT_EQ(units[0].path, "slipway@arch.service.d/slipway.conf");
    EXPECT_THAT(units[0].text,
                HasSubstr("\nExecStart=\nExecStart=/usr/bin/slipway run --wait --no-mocks --set "
                          "\"version=$${date:%%Y}\" /etc/slipway/chains/arch.json\n"));
    EXPECT_EQ(units[1].path, "slipway-resume.service.d/arch.conf");
    EXPECT_THAT(units[1].text, Not(HasSubstr("ExecStart")));
    for (const UnitFile& file : units) {
        EXPECT_THAT(file.text,
                    HasSubstr("\nLoadCredential=GITHUB_TOKEN:/etc/slipway/credentials/GITHUB_TOKEN\n"));
        EXPECT_THAT(file.text, HasSubstr("\nReadWritePaths=\"/srv/50%% $x\"\n"));
        EXPECT_THAT(file.text, Not(HasSubstr("NoNewPrivileges")));
    }
}

TEST(ChainUnits, RootAndTheCalendarOnlyIfTheChainHasThem) {
    ChainUnit chain = unit();
    chain.root = true;
    chain.calendar = "Mon *-*-* 06:00";
    const auto units = chain_units(chain, "/usr/bin/slipway");
    ASSERT_EQ(units.size(), 3u);
    EXPECT_THAT(units[0].text, HasSubstr("\nNoNewPrivileges=no\n"));
    EXPECT_THAT(units[1].text, HasSubstr("\nNoNewPrivileges=no\n"));
    EXPECT_EQ(units[2].path, "slipway@arch.timer.d/slipway.conf");
    EXPECT_THAT(units[2].text, HasSubstr("[Timer]\nOnCalendar=\nOnCalendar=Mon *-*-* 06:00\n"));
}

} // namespace
