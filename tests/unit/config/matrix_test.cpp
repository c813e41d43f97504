// SPDX-License-Identifier: GPL-3.0-or-later
//
// Cells that are left out, and cells that vary.
#include "helpers.hpp"

#include <config/matrix.hpp>
#include <gmock/gmock.h>

using namespace slipway::config;
using namespace slipway::config::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace json = slipway::support::json;

namespace {

const std::string two_axes = R"("variants": {"group": ["base", "devel"], "arch": ["x86_64", "aarch64"]}, )";

std::vector<std::string> keys_of(const std::string& stages, const std::string& exclude,
                                 const LoadOptions& options = at_epoch()) {
    std::vector<std::string> keys;
    for (const Instance& instance :
         expanded(loaded(chain_of(stages, two_axes + "\"exclude\": " + exclude + ", "), options)))
        keys.push_back(instance.key);
    return keys;
}

std::string
exclude_problems(const std::string& exclude,
                 const std::string& stages = R"({"id": "a", "use": "x", "each": ["group", "arch"]})") {
    return problems_of(chain_of(stages, two_axes + "\"exclude\": " + exclude + ", "));
}

/// A stage in both axes with this "vary".
std::string varying(const std::string& vary, const std::string& with = R"({"x": {"y": 1}, "z": "${arch}"})") {
    return chain_of(R"({"id": "a", "use": "x", "each": ["group", "arch"], "with": )" + with + ",\n\"vary\": ["
                        + vary + "]}",
                    two_axes);
}

std::string options_in(const std::string& key, const std::string& chain,
                       const LoadOptions& options = at_epoch()) {
    for (const Instance& instance : expanded(loaded(chain, options)))
        if (instance.key == key) return json::dump(instance.options);
    return "no such cell";
}

} // namespace

TEST(Exclude, TakesCellsOut) {
    const std::string stages =
        R"({"id": "a", "use": "x", "each": ["group", "arch"]}, {"id": "b", "use": "x", "each": ["group"]})";
    EXPECT_THAT(keys_of(stages, R"([{"group": "devel", "arch": ["aarch64"]}])"),
                ElementsAre("a[group=base,arch=x86_64]", "a[group=base,arch=aarch64]",
                            "a[group=devel,arch=x86_64]", "b[group=base]", "b[group=devel]"));
    EXPECT_THAT(keys_of(stages, R"([{"group": "devel"}])"),
                ElementsAre("a[group=base,arch=x86_64]", "a[group=base,arch=aarch64]", "b[group=base]"));
    EXPECT_THAT(keys_of(stages, R"([{"group": "devel"}, {"arch": "aarch64"}])"),
                ElementsAre("a[group=base,arch=x86_64]", "b[group=base]"));
    EXPECT_EQ(keys_of(stages, "[]").size(), 6u);
}

TEST(Exclude, CanBeSetForOneRun) {
    EXPECT_THAT(keys_of(R"({"id": "a", "use": "x", "each": ["arch"]})", "[]",
                        at_epoch({R"(exclude=[{"arch": "aarch64"}])"})),
                ElementsAre("a[arch=x86_64]"));
}

TEST(Exclude, NamesWhatThereIs) {
    EXPECT_THAT(exclude_problems(R"([{"group": "base", "arc": "x86_64"}])"),
                HasSubstr("/exclude/0/arc: unknown axis 'arc' (hint: did you mean 'arch'?)"));
    EXPECT_THAT(exclude_problems(R"([{"arch": ["aarch64", "x86"]}])"),
                HasSubstr("/exclude/0/arch/1: axis 'arch' has no value 'x86' (hint: "));
    EXPECT_THAT(
        exclude_problems(R"([{"group": "riscv"}])"),
        HasSubstr("/exclude/0/group: axis 'group' has no value 'riscv' (hint: the values are base, devel)"));
    EXPECT_THAT(exclude_problems("[{}]"), HasSubstr("/exclude/0: "));
    EXPECT_THAT(exclude_problems(R"([{"arch": []}])"), HasSubstr("/exclude/0/arch: "));
    EXPECT_THAT(exclude_problems(R"([{"arch": 1}])"), HasSubstr("/exclude/0/arch: "));
    EXPECT_THAT(problems_of(chain_of(R"({"id": "a", "use": "x"})", R"("exclude": [{"arch": "x"}], )")),
                HasSubstr("unknown axis 'arch' (hint: the chain has no 'variants')"));
}

TEST(Exclude, TakesSomethingOut) {
    EXPECT_THAT(exclude_problems(R"([{"arch": "aarch64", "group": "devel"}, {"arch": ["aarch64"]}])"),
                HasSubstr("/exclude/0: these cells are excluded by /exclude/1 already"));
    const std::string same = exclude_problems(R"([{"arch": "aarch64"}, {"arch": ["aarch64"]}])");
    EXPECT_THAT(same, HasSubstr("/exclude/1: these cells are excluded by /exclude/0 already"));
    EXPECT_THAT(same, HasSubstr("1 problem in"));
    EXPECT_EQ(
        exclude_problems(R"([{"arch": "aarch64", "group": "devel"}, {"arch": "x86_64", "group": "base"}])"),
        "");
    EXPECT_THAT(
        exclude_problems(
            R"([{"arch": "aarch64", "group": "devel"}])",
            R"({"id": "a", "use": "x", "each": ["group"]}, {"id": "b", "use": "x", "each": ["arch"]})"),
        HasSubstr("/exclude/0: no stage has such cells"));
}

TEST(Exclude, LeavesSomething) {
    EXPECT_THAT(exclude_problems(R"([{"group": ["base", "devel"], "arch": ["x86_64", "aarch64"]}])"),
                HasSubstr("/stages/0: every cell of the stage is excluded"));
}

TEST(Vary, GivesSomeCellsOtherOptions) {
    const std::string chain =
        varying(R"({"for": {"arch": "aarch64"}, "with": {"x": {"v": "${group}"}, "n": 2}},
                   {"for": {"arch": "aarch64", "group": ["devel"]}, "with": {"n": 3}})");
    EXPECT_EQ(options_in("a[group=base,arch=x86_64]", chain), R"({"x":{"y":1},"z":"x86_64"})");
    EXPECT_EQ(options_in("a[group=base,arch=aarch64]", chain), R"({"x":{"v":"base"},"z":"aarch64","n":2})");
    EXPECT_EQ(options_in("a[group=devel,arch=aarch64]", chain), R"({"x":{"v":"devel"},"z":"aarch64","n":3})");
}

TEST(Vary, CanBeSetForOneRun) {
    const std::string chain = varying(R"({"for": {"arch": "aarch64"}, "with": {"n": 2}})");
    EXPECT_EQ(options_in("a[group=base,arch=aarch64]", chain,
                         at_epoch({"stages.a.vary.0.with.n=7", "stages.a.with.z=q"})),
              R"({"x":{"y":1},"z":"q","n":7})");
    EXPECT_EQ(options_in("a[group=base,arch=aarch64]", chain, at_epoch({"stages.a.with.n=7"})),
              R"({"x":{"y":1},"z":"aarch64","n":2})")
        << "the cell's own counts";
}

TEST(Vary, IsForCellsOfTheStage) {
    const auto problems = [](const std::string& vary, const std::string& more = two_axes) {
        return problems_of(
            chain_of(R"({"id": "a", "use": "x", "each": ["group"], "vary": [)" + vary + "]}", more));
    };
    EXPECT_THAT(problems(R"({"for": {"arch": "x86_64"}, "with": {"n": 1}})"),
                HasSubstr("/stages/0/vary/0/for/arch: stage 'a' does not run for each 'arch' (hint: add "));
    EXPECT_THAT(
        problems(R"({"for": {"group": "bse"}, "with": {"n": 1}})"),
        HasSubstr(
            "/stages/0/vary/0/for/group: axis 'group' has no value 'bse' (hint: did you mean 'base'?)"));
    EXPECT_THAT(problems(R"({"for": {"group": "devel"}, "with": {"n": 1}})",
                         two_axes + R"("exclude": [{"group": "devel"}], )"),
                HasSubstr("/stages/0/vary/0/for: every cell that this is for is excluded"));
    EXPECT_THAT(problems(R"({"for": {}, "with": {"n": 1}})"), HasSubstr("/stages/0/vary/0/for: "));
    EXPECT_THAT(problems(R"({"for": {"group": "base"}, "with": {}})"), HasSubstr("/stages/0/vary/0/with: "));
    EXPECT_THAT(problems(R"({"with": {"n": 1}})"), HasSubstr("/stages/0/vary/0: "));
    EXPECT_THAT(problems(R"({"for": {"group": "base"}})"), HasSubstr("/stages/0/vary/0: "));
}

TEST(Vary, SaysNothingInVain) {
    EXPECT_THAT(
        problems_of(varying(R"({"for": {"arch": "aarch64", "group": "base"}, "with": {"n": 2, "m": 1}},
                                       {"for": {"arch": "aarch64"}, "with": {"n": 3}})")),
        HasSubstr("/stages/0/vary/0/with/n: 'n' never counts: /vary/1 of this stage"));
    EXPECT_EQ(problems_of(varying(R"({"for": {"arch": "aarch64"}, "with": {"n": 2}},
                                     {"for": {"arch": "aarch64", "group": "base"}, "with": {"n": 3}})")),
              "");
}

TEST(Vary, ItsVariablesAreChecked) {
    EXPECT_EQ(
        problems_of(varying(R"({"for": {"arch": "aarch64"}, "with": {"n": "a ${nothing}"}})")),
        "chain.json:3:56: /stages/0/vary/0/with/n: unknown variable '${nothing}' (hint: set it in 'vars'; "
        "write '$${' for a plain '${')\n1 problem in chain.json\n");
    EXPECT_THAT(problems_of(varying(R"({"for": {"arch": "aarch64"}, "with": {"n": "${later.out}"}})")),
                HasSubstr("/stages/0/vary/0/with/n: unknown stage 'later'"));
}

TEST(Vary, ItsReferencesAreNeeds) {
    const Chain chain = loaded(chain_of(R"({"id": "a", "use": "x"}, {"id": "b", "use": "x"},
{"id": "c", "use": "x", "each": ["group"], "vary": [{"for": {"group": "base"}, "with": {"x": "${a.out.y}"}}]})",
                                        two_axes));
    EXPECT_EQ(chain.stages[2].needs, (std::vector<std::string>{"b", "a"}));
}

TEST(Vary, IsNothingForTheEndOfARun) {
    EXPECT_THAT(
        problems_of(chain_of(
            R"({"id": "a", "use": "x"}, {"id": "b", "use": "x", "on": ["done"], "vary": [{"for": {"arch": "aarch64"}, "with": {"n": 1}}]})",
            two_axes)),
        HasSubstr("/stages/1/vary: a stage with 'on' has no 'vary'"));
}

TEST(Vary, GoesWithTheOptionsItIsAbout) {
    const Folder folder;
    const std::string file = folder.write("options.json", R"({"q": 1})");
    const std::string chain = varying(R"({"for": {"arch": "aarch64"}, "with": {"n": 2}})", R"({"n": 1})");
    const std::string cell = "a[group=base,arch=aarch64]";
    EXPECT_EQ(options_in(cell, chain, at_epoch({}, {"a=y:" + file})), R"({"q":1})");
    EXPECT_EQ(options_in(cell, chain, at_epoch({}, {"a=y"})), R"({"n":2})");
    EXPECT_EQ(options_in(cell, chain, at_epoch({}, {"a=mock"})),
              R"({"replaces":{"use":"x","with":{"n":2}}})");
    EXPECT_EQ(options_in(cell, chain, at_epoch({}, {"a=mock:{\"n\": 5}"})),
              R"({"n":5,"replaces":{"use":"x","with":{"n":2}}})");
}

TEST(Vary, ItsPlaceIsKnown) {
    const Chain chain = loaded(varying(R"({"for": {"arch": "aarch64"}, "with": {"n~/": {"deep": 2}}})"));
    const Instance plain = expanded(chain).at(0);
    EXPECT_EQ(pointer_in(chain, plain, "/n~0~1/deep"), "/stages/0/with/n~0~1/deep");
    const Instance other = expanded(chain).at(1);
    EXPECT_EQ(pointer_in(chain, other, "/n~0~1/deep"), "/stages/0/vary/0/with/n~0~1/deep");
    EXPECT_EQ(pointer_in(chain, other, "/n~0~1er"), "/stages/0/with/n~0~1er");
    EXPECT_EQ(pointer_in(chain, other, ""), "/stages/0/with");
}

TEST(Vary, AMistakeIsShownWhereItStands) {
    const Schema schema =
        Schema::parse(
            R"({"type": "object", "additionalProperties": false, "properties": {"n": {"type": "integer"}}})")
            .value();
    const auto problems = [&](const std::string& vary, const LoadOptions& options) {
        const Chain chain = loaded(varying(vary, R"({"n": 1})"), options);
        Problems all;
        for (const Instance& instance : expanded(chain))
            for (Problem& problem : validate_options(chain, instance, schema))
                all.push_back(std::move(problem));
        return all.size() == 1 ? all[0].message() : std::to_string(all.size());
    };
    EXPECT_EQ(problems(R"({"for": {"arch": "aarch64", "group": "base"}, "with": {"n": "x"}})", at_epoch()),
              "chain.json:3:70: /stages/0/vary/0/with/n: expected an integer, found a string");
    EXPECT_EQ(problems(R"({"for": {"arch": "aarch64", "group": "base"}, "with": {"m": 1}})", at_epoch()),
              "chain.json:3:65: /stages/0/vary/0/with/m: unknown option 'm' (hint: did you mean 'n'?)");
    EXPECT_EQ(problems(R"({"for": {"arch": "aarch64", "group": "base"}, "with": {"n": 1}})",
                       at_epoch({"stages.a.vary.0.with.n=x", "stages.a.with.n=3"})),
              "--set stages.a.vary.0.with.n: /stages/0/vary/0/with/n: expected an integer, found a string");
}

TEST(Matrix, NeedsGoPastWhatIsExcluded) {
    const Chain chain =
        loaded(chain_of(R"({"id": "a", "use": "x"}, {"id": "b", "use": "x", "each": ["group", "arch"]},
{"id": "c", "use": "x", "each": ["group"]})",
                        two_axes + R"("exclude": [{"group": "devel", "arch": ["x86_64", "aarch64"]}], )"));
    Matrix matrix(chain);
    for (const Instance& instance : expanded(chain))
        matrix.add(instance.stage, instance.cell);
    EXPECT_THAT(matrix.needed(2, {{"group", "base"}}), ElementsAre(1u, 2u));
    EXPECT_THAT(matrix.needed(2, {{"group", "devel"}}), ElementsAre(0u)) << "it would run too early";
}
