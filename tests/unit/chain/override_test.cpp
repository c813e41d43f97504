// SPDX-License-Identifier: GPL-3.0-or-later
//
// A mock in another stage's place has that stage's description.
#include "catalog_of.hpp"

#include <gmock/gmock.h>

using namespace slipway;
using namespace slipway::chain;
using namespace slipway::chain::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

plugin::StageType real() {
    plugin::StageType type = chain::testing::type("real", {"in:text/plain"}, {"out:text/html"});
    type.schema = R"({"type": "object", "additionalProperties": false, "properties": {
        "level": {"type": "integer"}, "file": {"type": "string", "slipwayPath": "file"}, "token": {"type": "object"},
        "ports": {"type": "object"}}})";
    type.ports.declared_by = "/ports";
    return type;
}

plugin::StageType mock() {
    plugin::StageType type = chain::testing::type("mock", {}, {});
    type.schema = R"({"type": "object", "additionalProperties": false, "properties": {
        "ports": {"type": "object"}, "replaces": {"type": "object"}, "log": {"type": "array"}}})";
    type.ports.declared_by = "/ports";
    return type;
}

/// A plan of `make` and then a stage "x" of type real with these options, done by a mock.
std::variant<Plan, config::Problems> planned(const Catalog& catalog, const std::string& with,
                                             const std::string& change) {
    const std::string text = R"({"slipway": 1, "name": "t", "stages": [{"id": "make", "use": "make"},
{"id": "x", "use": "real", "with": )"
                             + with + "}]}";
    config::LoadOptions options;
    options.overrides = {config::parse_override(change).value()};
    auto loaded = config::load_text(text, "chain.json", options);
    if (auto* problems = std::get_if<config::Problems>(&loaded)) return std::move(*problems);
    return make_plan(std::get<config::Chain>(std::move(loaded)), catalog);
}

const Catalog catalog = catalog_of({type("make", {}, {"text:text/plain"}), real(), mock()});

std::string problems_of(const std::string& with, const std::string& change = "x=mock") {
    const auto plan = planned(catalog, with, change);
    const auto* problems = std::get_if<config::Problems>(&plan);
    return problems != nullptr ? config::render(*problems) : "";
}

} // namespace

TEST(MockedStage, HasThePortsOfTheOther) {
    const Plan plan = std::get<Plan>(planned(catalog, "{}", "x=mock"));
    ASSERT_EQ(plan.stages.size(), 2u);
    ASSERT_NE(plan.stages[1].ports.input("in"), nullptr);
    ASSERT_NE(plan.stages[1].ports.output("out"), nullptr);
    EXPECT_THAT(plan.stages[1].after, ElementsAre(0u)) << "its input is wired";
    EXPECT_TRUE(plan.stages[1].mocked);
    EXPECT_EQ(plan.stages[1].overridden, "real");
}

TEST(MockedStage, AlsoThoseThatItsOptionsDeclare) {
    const Plan plan = std::get<Plan>(planned(
        catalog, R"({"ports": {"outputs": [{"name": "other", "type": "a/b"}]}})", "x=mock:{\"log\": []}"));
    EXPECT_NE(plan.stages[1].ports.output("other"), nullptr);
    EXPECT_EQ(plan.stages[1].ports.input("in"), nullptr);
}

TEST(MockedStage, KeepsTheOptionsOfTheOtherChecked) {
    EXPECT_EQ(problems_of(R"({"level": 3})"), "");
    EXPECT_EQ(problems_of(R"({"levle": 3, "file": 1})"),
              "chain.json:2:37: /stages/1/with/levle: unknown option 'levle' (hint: did you mean 'level'?)\n"
              "chain.json:2:57: /stages/1/with/file: expected a string, found an integer\n"
              "2 problems in chain.json\n");
    EXPECT_EQ(problems_of(R"({"level": "${make.nothing.x}"})"), "");
    EXPECT_EQ(problems_of(R"({"level": "${later.text}"})"),
              "chain.json:2:47: /stages/1/with/level: unknown stage 'later'\n1 problem in chain.json\n");
}

// The mock's own options are checked as ever, and told apart from those.
TEST(MockedStage, KeepsItsOwnOptionsChecked) {
    EXPECT_EQ(
        problems_of("{}", "x=mock:{\"lgo\": []}"),
        "--override x=mock:{...}: /stages/1/with/lgo: unknown option 'lgo' (hint: did you mean 'log'?)\n"
        "1 problem in --override x=mock:{...}\n");
}

TEST(MockedStage, NeedsNoSecretsOfTheOther) {
    const Plan plan = std::get<Plan>(planned(catalog, R"({"token": {"secret": "TOKEN"}})", "x=mock"));
    EXPECT_THAT(plan.stages[1].secrets, IsEmpty());
}

TEST(MockedStage, KnowsWhatItStandsInFor) {
    const Plan plan = std::get<Plan>(planned(catalog, R"({"file": "/x/../y"})", "x=mock"));
    const auto& options = plan.stages[1].instance.options;
    EXPECT_EQ(options["replaces"]["use"].as_string(), "real");
    EXPECT_EQ(options["replaces"]["with"]["file"].as_string(), "/y");
}

TEST(MockedStage, OfAnUnknownPluginHasNothingToCheck) {
    const Catalog without = catalog_of({type("make", {}, {"text:text/plain"}), mock()});
    const auto plan = planned(without, R"({"whatever": 1})", "x=mock");
    EXPECT_NE(std::get_if<Plan>(&plan), nullptr);
}

TEST(MockedStage, KeepsTheOptionsOfEachCellChecked) {
    const std::string text = R"({"slipway": 1, "name": "t", "variants": {"v": ["1", "2"]}, "stages": [
{"id": "make", "use": "make"}, {"id": "x", "use": "real", "each": ["v"], "with": {"level": 1},
"vary": [{"for": {"v": "2"}, "with": {"levle": 3}}]}]})";
    config::LoadOptions options;
    options.overrides = {config::parse_override("x=mock").value()};
    const auto made =
        make_plan(std::get<config::Chain>(config::load_text(text, "chain.json", options)), catalog);
    const auto* problems = std::get_if<config::Problems>(&made);
    ASSERT_NE(problems, nullptr);
    EXPECT_EQ(config::render(*problems),
              "chain.json:3:39: /stages/1/vary/0/with/levle: unknown option 'levle' "
              "(hint: did you mean 'level'?)\n1 problem in chain.json\n");
}
