// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <reports/graph.hpp>

namespace slipway::host::reports {
namespace {

namespace json = support::json;
using Before = std::vector<std::vector<std::size_t>>;

/// What comes before what, in a chain with these stages and these keys in the journal.
Before before_of(const std::string& stages, const std::vector<std::string>& keys,
                 const std::string& more = "") {
    journal::RunRecord run;
    run.text = R"({"slipway": 1, "name": "a", "variants": {"v": ["1", "2"], "w": ["3"]}, )" + more
               + R"("stages": [)" + stages + "]}";
    run.path = "chain.json";
    std::vector<journal::StageRecord> records;
    for (const std::string& key : keys)
        records.emplace_back().key = key;
    return before(run, records);
}

TEST(Graph, AStageComesAfterWhatItNeeds) {
    EXPECT_EQ(
        before_of(
            R"({"id": "a", "use": "x"}, {"id": "b", "use": "x"}, {"id": "c", "use": "x", "needs": ["a"]},
                           {"id": "d", "use": "x", "needs": [], "with": {"t": "${b.out}"}})",
            {"a", "b", "c", "d"}),
        (Before{{}, {0}, {0}, {1}}));
}

TEST(Graph, CellsComeAfterTheirOwn) {
    EXPECT_EQ(
        before_of(
            R"({"id": "a", "use": "x", "each": ["v"]}, {"id": "b", "use": "x", "each": ["v"]}, {"id": "c", "use": "x"})",
            {"a[v=1]", "a[v=2]", "b[v=1]", "b[v=2]", "c"}),
        (Before{{}, {}, {0}, {1}, {2, 3}}));
}

TEST(Graph, GoesPastWhatIsExcluded) {
    EXPECT_EQ(
        before_of(
            R"({"id": "a", "use": "x"}, {"id": "b", "use": "x", "each": ["v", "w"]}, {"id": "c", "use": "x", "each": ["v"]})",
            {"a", "b[v=1,w=3]", "c[v=1]", "c[v=2]"}, R"("exclude": [{"v": "2", "w": "3"}], )"),
        (Before{{}, {0}, {1}, {0}}));
}

TEST(Graph, WhatIsSaidThroughAnotherIsLeftOut) {
    EXPECT_EQ(
        before_of(
            R"({"id": "a", "use": "x"}, {"id": "b", "use": "x"}, {"id": "c", "use": "x", "needs": ["a", "b"]})",
            {"a", "b", "c"}),
        (Before{{}, {0}, {1}}));
}

TEST(Graph, TheEndComesAfterAll) {
    EXPECT_EQ(
        before_of(
            R"({"id": "a", "use": "x"}, {"id": "b", "use": "x", "needs": []}, {"id": "tell", "use": "x", "on": ["done"]})",
            {"a", "b", "tell"}),
        (Before{{}, {}, {0, 1}}));
}

TEST(Graph, AChainThatNoLongerLoadsIsALine) {
    EXPECT_EQ(before_of(R"({"id": "a")", {"a", "b", "c"}), (Before{{}, {0}, {1}}));
    EXPECT_EQ(before_of(R"({"id": "a", "use": "x"})", {"a", "other"}), (Before{{}, {}}));
}

} // namespace
} // namespace slipway::host::reports
