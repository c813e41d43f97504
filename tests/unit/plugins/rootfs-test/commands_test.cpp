// SPDX-License-Identifier: GPL-3.0-or-later
#include "inventory_of.hpp"

#include <commands.hpp>
#include <gmock/gmock.h>
#include <local_enclosure.hpp>
#include <report.hpp>
#include <settings.hpp>

namespace {

using namespace slipway::rootfs_test;
using namespace slipway::test;
using slipway::support::Kind;
using slipway::support::Result;
namespace json = slipway::support::json;
using testing::ElementsAre;

class CommandsTest : public testing::Test {
protected:
    Result<Check> run(const std::string& script, int exit_code = 0, std::optional<std::string> matches = {}) {
        CommandRule rule{{"'sh'", {"/bin/sh", "-c", script}}, exit_code, std::move(matches)};
        rule.command.timeout = std::chrono::seconds(1);
        return check_command(
            rule, local_.enclosure(), 42,
            {[this] { return cancelled_; }, [](const std::string&) {}, [](const std::string&) {}});
    }

    std::vector<std::string> findings(const std::string& script, int exit_code = 0,
                                      std::optional<std::string> matches = {}) {
        auto done = run(script, exit_code, std::move(matches));
        return done ? lines_of(done.value()) : std::vector{done.error().what};
    }

    LocalEnclosure local_;
    bool cancelled_ = false;
};

TEST_F(CommandsTest, PassIfTheCodeIsTheOneExpected) {
    EXPECT_THAT(findings("true"), ElementsAre());
    EXPECT_THAT(findings("exit 3", 3), ElementsAre());
    EXPECT_THAT(findings("exit 3"), ElementsAre("'sh': exit code 3 | exit code 0"));
    EXPECT_THAT(findings("true", 3), ElementsAre("'sh': exit code 0 | exit code 3"));
}

TEST_F(CommandsTest, PassIfWhatTheyPrintMatches) {
    EXPECT_THAT(findings("echo one; echo two >&2", 0, "^two$"), ElementsAre());
    EXPECT_THAT(findings("echo one", 0, "^on$"),
                ElementsAre("'sh': no line that does | output that matches '^on$'"));
    EXPECT_THAT(findings("true", 0, "x"), ElementsAre("'sh': no output | output that matches 'x'"));
    EXPECT_THAT(findings("echo x; exit 2", 0, "x"), ElementsAre("'sh': exit code 2 | exit code 0"));
    // Far from the last lines.
    EXPECT_THAT(findings("echo first; seq 1000", 0, "^first$"), ElementsAre());
}

TEST_F(CommandsTest, FailIfTheyEndOtherwise) {
    EXPECT_THAT(findings("kill -TERM $$"),
                ElementsAre("'sh': that it was killed by signal 15 (Terminated) | exit code 0"));
    EXPECT_THAT(findings("exec sleep 100"),
                ElementsAre("'sh': that it was stopped after 1.0 s | exit code 0"));
    local_.ended.failure = "starting 'sh': No such file or directory";
    local_.ended.failure_kind = Kind::not_found;
    EXPECT_THAT(findings("true"),
                ElementsAre("'sh': starting 'sh': No such file or directory | exit code 0"));
}

TEST_F(CommandsTest, AreNoCheckWhereNoProgramCanRun) {
    local_.ended.failure = "new namespaces: Operation not permitted";
    const auto refused = run("true");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::unsupported);
    EXPECT_EQ(refused.error().what, "'sh': new namespaces: Operation not permitted");
    local_.ended.failure.clear();
    cancelled_ = true;
    EXPECT_EQ(run("exec sleep 100").error().kind, Kind::cancelled);
}

TEST_F(CommandsTest, AreReportedWithWhatTheyPrinted) {
    auto done = run("echo a; printf 'b\\033'", 0, "b");
    ASSERT_TRUE(done);
    const json::Value report = report_json({done.value()}, inventory_of({}));
    EXPECT_EQ(
        json::dump(report["checks"]),
        R"([{"check":"commands","expects":"'sh' has exit code 0 and output that matches 'b'","passed":true,)"
        R"("run":["/bin/sh","-c","echo a; printf 'b\\033'"],"exit":0,"output":["a","b\\x1b"]}])");
    done = run("seq 30; exit 1");
    ASSERT_TRUE(done);
    const auto lines = report_lines(done.value());
    ASSERT_EQ(lines.size(), 22u);
    EXPECT_EQ(lines[1], "  'sh': found exit code 1, expected exit code 0");
    EXPECT_EQ(lines[2], "  | 11");
    EXPECT_EQ(lines.back(), "  | 30");
}

TEST(ParseCommands, TakesWhatTheSchemaAllows) {
    const auto parse = [](const std::string& text) { return parse_commands(json::parse(text).value()); };
    const auto rules = parse(
        R"({"commands": [{"run": ["a", "b c"], "exit": 3, "matches": "x", "timeout": 5, "env": {"A": "b"}}, {"run": ["d"]}]})");
    ASSERT_TRUE(rules);
    ASSERT_EQ(rules.value().size(), 2u);
    const CommandRule& rule = rules.value().front();
    EXPECT_EQ(rule.command.name, "'a b c'");
    EXPECT_THAT(rule.command.arguments, ElementsAre("a", "b c"));
    EXPECT_EQ(rule.command.timeout, std::chrono::seconds(5));
    EXPECT_EQ(rule.command.environment.at("A"), "b");
    EXPECT_EQ(rule.exit_code, 3);
    EXPECT_EQ(rule.matches, "x");
    EXPECT_EQ(rules.value().back().exit_code, 0);
    EXPECT_EQ(rules.value().back().command.timeout, std::chrono::seconds(300));
    EXPECT_TRUE(parse("{}").value().empty());
    EXPECT_EQ(parse(R"({"commands": [{"run": ["a"]}, {"run": ["a"], "matches": "a)("}]})")
                  .error()
                  .what.substr(0, 34),
              "option 'commands/1/matches': 'a)('");
}

} // namespace
