// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stages in the cells of the matrix.
#include "helpers.hpp"

#include <chrono>

using namespace slipway::config;
using namespace slipway::config::testing;
namespace json = slipway::support::json;

namespace {

std::string matrix(std::size_t stages, std::size_t values, const std::string& each) {
    std::string axis;
    for (std::size_t i = 0; i < values; ++i)
        axis += (i > 0 ? ", \"v" : "\"v") + std::to_string(i) + "\"";
    std::string text;
    for (std::size_t i = 0; i < stages; ++i)
        text += (i > 0 ? ",\n" : "") + std::string(R"({"id": "s)") + std::to_string(i)
                + R"(", "use": "mock", "each": )" + each
                + R"(, "with": {"file": "${version}/${name}", "n": [1, 2, {"x": "plain"}]}})";
    return chain_of(text,
                    R"("vars": {"name": "x"}, "variants": {"a": [)" + axis + R"(], "b": [)" + axis + "]}, ");
}

} // namespace

TEST(Expand, CellsAreInTheAxesOrder) {
    const Chain chain = loaded(chain_of(
        R"({"id": "all", "use": "mock", "each": ["arch", "group"], "with": {"f": "${group}-${arch}"}},
           {"id": "one", "use": "mock", "each": ["arch"]},
           {"id": "none", "use": "mock"})",
        R"("variants": {"group": ["base", "devel"], "arch": ["x86_64", "aarch64"]}, )"));
    std::vector<std::string> keys;
    for (const Instance& instance : expanded(chain))
        keys.push_back(instance.key + " " + std::to_string(instance.stage) + " "
                       + json::dump(instance.options));
    EXPECT_EQ(keys, (std::vector<std::string>{
                        R"(all[group=base,arch=x86_64] 0 {"f":"base-x86_64"})",
                        R"(all[group=base,arch=aarch64] 0 {"f":"base-aarch64"})",
                        R"(all[group=devel,arch=x86_64] 0 {"f":"devel-x86_64"})",
                        R"(all[group=devel,arch=aarch64] 0 {"f":"devel-aarch64"})",
                        "one[arch=x86_64] 1 {}",
                        "one[arch=aarch64] 1 {}",
                        "none 2 {}",
                    }));
    const Cell cell{{"group", "devel"}, {"arch", "x86_64"}};
    EXPECT_EQ(expanded(chain)[2].cell, cell);
}

TEST(Expand, OptionsKeepTheirPlaces) {
    const Chain chain = loaded(chain_of(
        R"({"id": "a", "use": "mock", "with": {"x": "${version}", "n": "${n}"}})", R"("vars": {"n": 1}, )"));
    const json::Value options = expanded(chain)[0].options;
    EXPECT_EQ(json::place_of(chain.text, options["x"].position()).column, 42u);
    EXPECT_EQ(json::place_of(chain.text, options["n"].position()).column, 61u);
}

TEST(Expand, ReportsWhatAChainMadeByHandHolds) {
    Chain chain = loaded(chain_of(R"({"id": "a", "use": "mock", "with": {"x": "${version}"}})"));
    chain.stages[0].with.set("x", "${oops}");
    const auto result = expand(chain);
    ASSERT_TRUE(std::holds_alternative<Problems>(result));
    EXPECT_EQ(render(std::get<Problems>(result)), "chain.json: /stages/0/with/x: unknown variable '${oops}' "
                                                  "(hint: set it in 'vars'; write '$${' for a plain "
                                                  "'${')\n1 problem in chain.json\n");
}

// 500 stages in a matrix of 10 by 10. About 25 ms here; the bound is for sanitizers on a busy machine.
TEST(Expand, ManyStagesTakeNoTime) {
    const Chain chain = loaded(matrix(500, 10, R"(["b", "a"])"));
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(expanded(chain).size(), 50000u);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    RecordProperty("milliseconds", std::to_string(took.count()));
    EXPECT_LT(took.count(), 2000);
}
