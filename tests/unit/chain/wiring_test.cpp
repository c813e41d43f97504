// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which output goes to which input. Problems of wiring are in tests/cli/wiring_cli.py, as users see them.
#include "catalog_of.hpp"

#include <gmock/gmock.h>

namespace slipway::chain {
namespace {

using ::testing::HasSubstr;
using testing::Planned;

class WiringTest : public ::testing::Test {
protected:
    Catalog catalog_ = testing::catalog_of(
        {testing::type("make", {}, {"out:text/plain"}),
         testing::type("pass", {"in:text/plain"}, {"out:text/plain"}),
         testing::type("tar", {}, {"tar:application/x-tar", "list:text/plain"}),
         testing::type("prefer", {"in:application/x-tar|text/plain"}, {}),
         testing::type("any", {"in?:image/png"}, {}), testing::type("collect", {"in*:text/*"}, {}),
         testing::type("two", {"a:text/plain", "b:application/x-tar"}, {})});
};

TEST_F(WiringTest, TakesFromTheStageAbove) {
    const Planned p(catalog_,
                    R"({"id": "a", "use": "make"}, {"id": "b", "use": "pass"}, {"id": "c", "use": "pass"})");
    EXPECT_EQ(p.wires("b"), "in<-a.out");
    EXPECT_EQ(p.wires("c"), "in<-b.out");
}

TEST_F(WiringTest, LooksFurtherUpForWhatTheStageAboveDoesNotGive) {
    const Planned p(catalog_,
                    R"({"id": "a", "use": "make"}, {"id": "t", "use": "any"}, {"id": "c", "use": "pass"})");
    EXPECT_EQ(p.wires("c"), "in<-a.out") << p.problems;
}

TEST_F(WiringTest, TakesTheFirstOfItsTypesThatIsGiven) {
    const Planned p(catalog_, R"({"id": "t", "use": "tar"}, {"id": "p", "use": "prefer"})");
    EXPECT_EQ(p.wires("p"), "in<-t.tar");
}

TEST_F(WiringTest, TakesOfEachTypeWhatFits) {
    const Planned p(catalog_, R"({"id": "t", "use": "tar"}, {"id": "w", "use": "two"})");
    EXPECT_EQ(p.wires("w"), "a<-t.list b<-t.tar");
}

TEST_F(WiringTest, LeavesAnOptionalPortOpen) {
    const Planned p(catalog_, R"({"id": "a", "use": "make"}, {"id": "o", "use": "any"})");
    EXPECT_EQ(p.problems, "");
    EXPECT_EQ(p.wires("o"), "in<-");
}

TEST_F(WiringTest, CollectsAllThatMatch) {
    const Planned p(catalog_, R"({"id": "a", "use": "make"}, {"id": "t", "use": "tar", "needs": []},
                                 {"id": "c", "use": "collect", "needs": ["a", "t"]})");
    EXPECT_EQ(p.wires("c"), "in<-a.out,t.list");
}

TEST_F(WiringTest, DoesWhatTheFileSays) {
    const Planned p(catalog_, R"({"id": "a", "use": "make"}, {"id": "b", "use": "pass"},
                                 {"id": "c", "use": "pass", "inputs": {"in": "a.out"}},
                                 {"id": "d", "use": "collect", "inputs": {"in": ["b.out", "a.out"]}})");
    EXPECT_EQ(p.wires("c"), "in<-a.out");
    EXPECT_EQ(p.wires("d"), "in<-b.out,a.out") << "not in the order of the file";
}

TEST_F(WiringTest, RunsAfterWhatItTakesFrom) {
    const Planned p(catalog_, R"({"id": "a", "use": "make"}, {"id": "b", "use": "make", "needs": []},
                                 {"id": "c", "use": "pass", "needs": ["b"], "inputs": {"in": "a.out"}})");
    EXPECT_EQ(p.plan.stages.at(2).after, (std::vector<std::size_t>{0, 1}));
    EXPECT_TRUE(p.plan.stages.at(1).after.empty());
}

TEST_F(WiringTest, WiresCellToCell) {
    const std::string axes = R"("variants": {"x": ["1", "2"], "y": ["3", "4"]}, )";
    const Planned p(catalog_, R"({"id": "a", "use": "make", "each": ["x"]},
                                 {"id": "b", "use": "pass", "each": ["x", "y"]},
                                 {"id": "c", "use": "collect", "each": ["y"]})",
                    axes);
    EXPECT_EQ(p.problems, "");
    EXPECT_EQ(p.wires("b[x=1,y=4]"), "in<-a[x=1].out");
    EXPECT_EQ(p.wires("c[y=3]"), "in<-b[x=1,y=3].out,b[x=2,y=3].out");
}

TEST_F(WiringTest, WiresTheCellsThatAreLeft) {
    const std::string axes =
        R"("variants": {"x": ["1", "2"], "y": ["3", "4"]}, "exclude": [{"x": "2", "y": "4"}], )";
    const Planned p(catalog_, R"({"id": "a", "use": "make", "each": ["x", "y"]},
                                 {"id": "b", "use": "pass", "each": ["x", "y"]},
                                 {"id": "c", "use": "collect", "each": ["x"]}, {"id": "d", "use": "collect", "needs": ["b"]},
                                 {"id": "e", "use": "collect", "each": ["y"], "needs": ["b"]})",
                    axes);
    EXPECT_EQ(p.problems, "");
    EXPECT_EQ(p.wires("b[x=2,y=3]"), "in<-a[x=2,y=3].out");
    EXPECT_EQ(p.wires("c[x=2]"), "in<-b[x=2,y=3].out");
    EXPECT_EQ(p.wires("d"), "in<-b[x=1,y=3].out,b[x=1,y=4].out,b[x=2,y=3].out");
    EXPECT_EQ(p.wires("e[y=4]"), "in<-b[x=1,y=4].out");
}

TEST_F(WiringTest, ATakerWhoseGiverIsExcludedIsTold) {
    const std::string axes =
        R"("variants": {"x": ["1", "2"], "y": ["3", "4"]}, "exclude": [{"x": "2", "y": ["3", "4"]}], )";
    const Planned wired(catalog_, R"({"id": "a", "use": "make", "each": ["x", "y"]},
                                     {"id": "b", "use": "collect", "each": ["x"]})",
                        axes);
    EXPECT_THAT(wired.problems,
                HasSubstr("/stages/1: input 'in': every cell of stage 'a' that goes with 'b[x=2]' is "
                          "excluded (hint: exclude that one, too)"));
    const Planned named(catalog_, R"({"id": "a", "use": "make", "each": ["x", "y"]},
                                     {"id": "b", "use": "any", "each": ["x"], "with": {"n": "${a.out.z}"}})",
                        axes);
    EXPECT_THAT(named.problems,
                HasSubstr("'${a.out.z}': every cell of stage 'a' that goes with 'b[x=2]' is excluded"));
    const Planned open(catalog_, R"({"id": "a", "use": "make", "each": ["x", "y"]},
                                    {"id": "b", "use": "any", "each": ["x"]})",
                       axes);
    EXPECT_EQ(open.problems, "") << "an optional input stays open";
}

TEST_F(WiringTest, GivesTheSameInEveryCell) {
    plugin::StageType declared = testing::type("declared", {}, {});
    declared.ports.declared_by = "/ports";
    const Catalog catalog = testing::catalog_of({declared});
    const auto ports = [](const std::string& name) {
        return R"({"ports": {"outputs": [{"name": ")" + name + R"(", "type": "a/b"}]}})";
    };
    const std::string axes = R"("variants": {"x": ["1", "2"]}, )";
    const std::string stage = R"({"id": "a", "use": "declared", "each": ["x"], "with": )" + ports("one");
    const Planned p(catalog, stage + R"(, "vary": [{"for": {"x": "2"}, "with": )" + ports("two") + "}]}",
                    axes);
    EXPECT_THAT(p.problems, HasSubstr("/stages/0: its outputs in 'a[x=2]' are not those in 'a[x=1]'"));
    const Planned bad(catalog,
                      stage + R"(, "vary": [{"for": {"x": "2"}, "with": {"ports": {"outputs": 1}}}]})", axes);
    EXPECT_THAT(bad.problems, HasSubstr("/stages/0/vary/0/with/ports: "));
}

TEST_F(WiringTest, OneArtifactCannotComeFromManyCells) {
    const Planned p(catalog_, R"({"id": "a", "use": "make", "each": ["x"]}, {"id": "b", "use": "pass"})",
                    R"("variants": {"x": ["1", "2"]}, )");
    EXPECT_THAT(p.problems, HasSubstr("input 'in' takes one artifact, but stage 'a' runs in 2 cells"));
}

TEST_F(WiringTest, DoesNotChooseBetweenTwo) {
    const Planned p(catalog_, R"({"id": "a", "use": "make"}, {"id": "b", "use": "make", "needs": []},
                                 {"id": "c", "use": "pass", "needs": ["a", "b"]})");
    EXPECT_THAT(p.problems, HasSubstr("input 'in' may take a.out or b.out (hint: say which: "));
}

TEST_F(WiringTest, OneCellIsOneArtifact) {
    const Planned p(catalog_, R"({"id": "a", "use": "make", "each": ["x"]}, {"id": "b", "use": "pass"})",
                    R"("variants": {"x": ["1"]}, )");
    EXPECT_EQ(p.wires("b"), "in<-a[x=1].out") << p.problems;
}

TEST_F(WiringTest, TellsATroubleOfEveryCellOnce) {
    const Planned p(catalog_, R"({"id": "b", "use": "pass", "each": ["x"]})",
                    R"("variants": {"x": ["1", "2"]}, )");
    EXPECT_EQ(p.problems.find("takes text/plain"), p.problems.rfind("takes text/plain")) << p.problems;
    EXPECT_THAT(p.problems, HasSubstr("1 problem in chain.json"));
}

TEST_F(WiringTest, TellsEveryStageItCannotWire) {
    const Planned p(catalog_, R"({"id": "a", "use": "pass"}, {"id": "b", "use": "prefer", "needs": []})");
    EXPECT_THAT(p.problems, HasSubstr("/stages/0: "));
    EXPECT_THAT(p.problems, HasSubstr("/stages/1: "));
}

} // namespace
} // namespace slipway::chain
