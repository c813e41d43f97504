// SPDX-License-Identifier: GPL-3.0-or-later
//
// Variables in strings: their values, and each message about a wrong one.
#include "helpers.hpp"

using namespace slipway::config;
using namespace slipway::config::testing;

namespace {

/// The problem with one option string of a stage below a stage `first`.
std::string problem_in(const std::string& string) {
    const std::string text =
        problems_of(chain_of(R"({"id": "first", "use": "mock"},
{"id": "a", "use": "mock", "with": {"x": ")"
                                 + string + R"("}},
{"id": "last", "use": "mock"})",
                             R"("variants": {"group": ["base"]}, "vars": {"level": 3}, )"));
    return text.substr(0, text.find('\n'));
}

} // namespace

TEST(Variables, Values) {
    EXPECT_EQ(options_of(R"({"a": "${date:%Y-%m-%d}", "b": ["x${version}y"], "c": {"${version}": "${who}"}})",
                         R"("vars": {"who": "me"}, )"),
              R"({"a":"2026-11-05","b":["x05112026y"],"c":{"${version}":"me"}})");
}

TEST(Variables, AVariableAloneKeepsItsType) {
    EXPECT_EQ(
        options_of(R"({"a": "${level}", "b": "${fast}", "c": "-${level}", "d": "${text}", "e": "${half}"})",
                   R"("vars": {"level": 19, "fast": false, "text": "7", "half": 0.5}, )"),
        R"({"a":19,"b":false,"c":"-19","d":"7","e":0.5})");
}

TEST(Variables, DollarsThatAreNone) {
    EXPECT_EQ(options_of(R"({"a": "$5", "b": "$$", "c": "a$", "d": "${version}$", "e": "}{"})"),
              R"({"a":"$5","b":"$$","c":"a$","d":"05112026$","e":"}{"})");
    // Escapes stay until resolve().
    EXPECT_EQ(options_of(R"({"a": "$${x}", "b": "$$${version}", "c": "$${${version}"})"),
              R"({"a":"$${x}","b":"$$${version}","c":"$${05112026"})");
}

TEST(Variables, WhatAValueHoldsIsNotExpandedAgain) {
    EXPECT_EQ(options_of(R"({"a": "${x}"})", R"("vars": {"x": "$${version}"}, )"), R"({"a":"$${version}"})");
}

TEST(Variables, RuntimeReferencesStay) {
    const Chain chain = loaded(chain_of(R"({"id": "p", "use": "mock"}, {"id": "m", "use": "mock"},
        {"id": "s", "use": "mock", "needs": [], "with": {"a": "${version} ${p.release.files.0.path}"}})"));
    EXPECT_EQ(slipway::support::json::dump(expanded(chain)[2].options),
              R"({"a":"05112026 ${p.release.files.0.path}"})");
    EXPECT_EQ(chain.stages[2].needs, std::vector<std::string>{"p"});
}

TEST(VariableProblem, Names) {
    EXPECT_EQ(problem_in("${levle}"),
              "chain.json:3:43: /stages/1/with/x: unknown variable '${levle}' (hint: did you mean 'level'?)");
    EXPECT_EQ(
        problem_in("${ version }"),
        "chain.json:3:43: /stages/1/with/x: unknown variable '${ version }' (hint: did you mean 'version'?)");
    EXPECT_EQ(problem_in("${HOME}"),
              "chain.json:3:43: /stages/1/with/x: unknown variable '${HOME}' (hint: set it in "
              "'vars'; write '$${' for a plain '${')");
    EXPECT_EQ(problem_in("${group}"), "chain.json:3:43: /stages/1/with/x: '${group}' is not set here: stage "
                                      "'a' does not run for each 'group' "
                                      "(hint: add \"each\": [\"group\"] to the stage)");
}

TEST(VariableProblem, Forms) {
    EXPECT_EQ(problem_in("ab ${version"),
              "chain.json:3:46: /stages/1/with/x: a '${' without its '}' (hint: write '$${' "
              "for a plain '${')");
    EXPECT_EQ(
        problem_in("${}"),
        "chain.json:3:43: /stages/1/with/x: a variable without a name (hint: write '$${' for a plain '${')");
    EXPECT_EQ(problem_in("${date}"),
              "chain.json:3:43: /stages/1/with/x: a date without a format (hint: such as "
              "${date:%d%m%Y}; see strftime(3))");
    EXPECT_EQ(problem_in("${date:}"),
              "chain.json:3:43: /stages/1/with/x: a date without a format (hint: such as "
              "${date:%d%m%Y}; see strftime(3))");
    EXPECT_EQ(problem_in("${date:%c%c%c%c%c%c%c%c%c%c%c%c}"),
              "chain.json:3:43: /stages/1/with/x: a date in the format '%c%c%c%c%c%c%c%c%c%c%c%c' is empty "
              "or too long "
              "(hint: see strftime(3))");
    EXPECT_EQ(problem_in("${date:${version}}"),
              "chain.json:3:43: /stages/1/with/x: a variable inside a variable in "
              "'${date:${version}' (hint: variables do not nest)");
    EXPECT_EQ(problem_in("${first..x}"), "chain.json:3:43: /stages/1/with/x: an empty name in '${first..x}' "
                                         "(hint: write ${STAGE.PORT.MEMBER})");
}

TEST(VariableProblem, RuntimeReferences) {
    EXPECT_EQ(problem_in("${frist.out.x}"),
              "chain.json:3:43: /stages/1/with/x: unknown stage 'frist' (hint: did you mean 'first'?)");
    EXPECT_EQ(problem_in("${vars.level}"),
              "chain.json:3:43: /stages/1/with/x: unknown stage 'vars' (hint: a var is written ${NAME})");
    EXPECT_EQ(problem_in("${a.out.x}"),
              "chain.json:3:43: /stages/1/with/x: stage 'a' cannot use itself (hint: a stage "
              "may only use the stages above it)");
    EXPECT_EQ(problem_in("${last.out.x}"),
              "chain.json:3:43: /stages/1/with/x: stage 'last' comes after this one (hint: "
              "a stage may only use the stages above it)");
}

TEST(VariableProblem, PlacesAreThoseInTheString) {
    EXPECT_EQ(problem_in("ok ${version} ${x}").substr(0, 16), "chain.json:3:57:");
    // After an escape the place is the string's start.
    EXPECT_EQ(problem_in("\\t ${x}").substr(0, 16), "chain.json:3:42:");
}

TEST(VariableProblem, VarsAndVersion) {
    EXPECT_EQ(
        problems_of(R"({ "slipway": 1, "name": "a", "variants": {"group": ["base"]},
  "vars": { "a": "${b}", "b": "x", "v": "${version}", "r": "${s.out.x}" },
  "version": "${group}-${bb}",
  "stages": [ { "id": "s", "use": "mock" } ] })"),
        "chain.json:2:19: /vars/a: unknown variable '${b}' (hint: set it in 'vars'; write '$${' for a plain "
        "'${')\n"
        "chain.json:2:42: /vars/v: '${version}' is not known yet (hint: 'vars' are worked out first, then "
        "'version')\n"
        "chain.json:2:61: /vars/r: '${s.out.x}' is not known before the run (hint: use it in the options of "
        "a "
        "stage)\n"
        "chain.json:3:15: /version: '${group}' is an axis: it has a value only in a stage (hint: use it in a "
        "stage that has it in 'each')\n"
        "chain.json:3:24: /version: unknown variable '${bb}' (hint: did you mean 'b'?)\n"
        "5 problems in chain.json\n");
}

TEST(VariableProblem, AnEmptyVersion) {
    EXPECT_EQ(
        problems_of(chain_of(R"({"id": "a", "use": "b"})", R"("vars": {"x": ""}, "version": "${x}", )")),
        "chain.json:1:62: /version: the version is empty (hint: '${x}' has no text)\n1 problem in "
        "chain.json\n");
}
