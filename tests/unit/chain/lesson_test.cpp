// SPDX-License-Identifier: GPL-3.0-or-later
#include "catalog_of.hpp"

#include <chain/lesson.hpp>
#include <gmock/gmock.h>

namespace slipway::chain {
namespace {

namespace json = support::json;
using ::testing::ElementsAre;
using testing::Planned;

plugin::StageType stage_type() {
    plugin::StageType type = testing::type("stage", {}, {});
    type.schema = R"({"type": "object", "properties": {
        "plain": {"type": "string"}, "file": {"type": "string", "slipwayPath": "file"},
        "folder": {"type": "string", "slipwayPath": "write"}, "list": {"type": "array", "items": {"type": "string"}}}})";
    return type;
}

Event watched(const std::string& stage) {
    return {0, 0, stage, "sandbox", 0, "watched", json::Object{}};
}

Event used(const std::string& stage, const std::string& need, const std::string& subject) {
    return {0, 0, stage, "used", 0, subject, json::Object{{"need", need}}};
}

class LessonTest : public ::testing::Test {
protected:
    static std::string stage(const std::string& id, const std::string& options) {
        return R"({"id": ")" + id + R"(", "use": "stage", "with": )" + options + "}";
    }

    std::vector<Lesson> of(const plugin::StageType& type, const std::string& stages,
                           const std::vector<Event>& events) {
        const Catalog catalog = testing::catalog_of({type});
        const Planned planned(catalog, stages);
        EXPECT_EQ(planned.problems, "");
        return lessons(planned.plan, events, "/state");
    }

    static std::string smallest(const Lesson& lesson) { return json::dump(plugin::to_json(lesson.smallest)); }
};

TEST_F(LessonTest, ProposesWhatWasUsedByAnyStageOfTheType) {
    plugin::StageType type = stage_type();
    type.capabilities.root = true;
    type.capabilities.timeout_s = 9;
    const auto found =
        of(type, stage("a", "{}") + "," + stage("b", "{}"),
           {watched("a"), used("a", "network", ""), used("a", "network", "192.0.2.1 port 443"), watched("b"),
            used("b", "exec", "/usr/bin/tar"), used("b", "exec", "/usr/bin/gzip"),
            used("b", "read", "/nowhere/x"), used("b", "write", "/nowhere/y"),
            used("b", "read", "/state/store/sha256/00/0"), used("unknown", "read", "/nowhere/z")});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].watched);
    EXPECT_EQ(smallest(found[0]), R"({"network":true,"exec":["/usr/bin/gzip","/usr/bin/tar"],"root":true,)"
                                  R"("read":["/nowhere/x"],"write":["/nowhere/y"],"timeout_s":9})");
    EXPECT_THAT(found[0].because, ElementsAre("network: 192.0.2.1 port 443"));
    EXPECT_THAT(found[0].advice, ElementsAre());
}

TEST_F(LessonTest, TakesBackWhatWasNotUsed) {
    plugin::StageType type = stage_type();
    type.capabilities.network = type.capabilities.exec = true;
    type.capabilities.hosts = {"example.org:443"};
    type.capabilities.read = {"/srv"};
    EXPECT_EQ(smallest(of(type, stage("a", "{}"), {watched("a")}).at(0)), "{}");
}

TEST_F(LessonTest, LeavesTheHostsThatAreDeclared) {
    plugin::StageType type = stage_type();
    type.capabilities.network = true;
    type.capabilities.hosts = {"/remote"};
    EXPECT_EQ(smallest(of(type, stage("a", "{}"), {watched("a"), used("a", "network", "")}).at(0)),
              R"({"network":["/remote"]})");
}

TEST_F(LessonTest, ProposesAQuarterMoreMemoryThanWasUsed) {
    plugin::StageType type = stage_type();
    type.capabilities.memory_mb = 4096;
    const auto memory_for = [&](int most) {
        const Event learned{0, 0, "a", "learned", 0, {}, json::Object{{"memory_mb", most}}};
        return of(type, stage("a", "{}"), {watched("a"), learned}).at(0).smallest.memory_mb;
    };
    EXPECT_EQ(memory_for(1), 16);
    EXPECT_EQ(memory_for(100), 128);
    EXPECT_EQ(memory_for(8000), 10016);
}

TEST_F(LessonTest, TellsOfOptionsThatNamePathsAndDoNotSaySo) {
    const auto found =
        of(stage_type(), stage("a", R"({"plain": "/nowhere/a", "file": "/nowhere/f", "folder": "/nowhere/w",
                                         "list": ["x", "/nowhere/b", "/usr"]})"),
           {watched("a"), used("a", "read", "/nowhere/f"), used("a", "read", "/nowhere/b"),
            used("a", "read", "/usr/x"), used("a", "write", "/nowhere/a/x"), used("a", "write", "/nowhere/w"),
            used("a", "write", "/nowhere/ab")});
    EXPECT_THAT(found.at(0).advice,
                ElementsAre("option 'list/1' was read; declare \"slipwayPath\": \"file\"",
                            "option 'list/2' was read; declare \"slipwayPath\": \"tree\"",
                            "option 'plain' was written to; declare \"slipwayPath\": \"write\""));
    EXPECT_EQ(smallest(found[0]), R"({"write":["/nowhere/ab"]})");
}

TEST_F(LessonTest, TellsOfOptionsThatSayTooMuch) {
    const auto found = of(stage_type(), stage("a", R"({"file": "/nowhere/f", "folder": "/usr"})"),
                          {watched("a"), used("a", "read", "/usr/x")});
    EXPECT_THAT(
        found.at(0).advice,
        ElementsAre("option 'file' is declared as \"file\" and was not touched",
                    "option 'folder' was read and not written to; if that is always so, \"tree\" is enough"));
}

TEST_F(LessonTest, SaysWhereNothingCouldBeWatched) {
    const Event none{0, 0, "a", "sandbox", 0, "none", json::Object{}};
    EXPECT_FALSE(of(stage_type(), stage("a", "{}"), {none}).at(0).watched);
    EXPECT_TRUE(of(stage_type(), stage("a", "{}"), {}).empty());
}

} // namespace
} // namespace slipway::chain
