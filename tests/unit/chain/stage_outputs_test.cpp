// SPDX-License-Identifier: GPL-3.0-or-later
#include "catalog_of.hpp"

#include <stage_outputs.hpp>

namespace slipway::chain {
namespace {

namespace json = support::json;
using support::Kind;

class StageOutputsTest : public ::testing::Test {
protected:
    StageOutputsTest() {
        for (const char* text : {"one:text/plain", "many*:text/*", "either:text/plain|application/x-tar"})
            ports_.outputs.push_back(testing::port(text));
    }

    std::string refusal(const std::string& port, const std::string& name) {
        const auto checked = outputs_.check(port, name);
        return checked ? ""
                       : std::string(support::name_of(checked.error().kind)) + ": " + checked.error().what;
    }

    std::string recorded(const std::string& port, const std::string& description) {
        const auto output = outputs_.record(port, "name", stored_, description);
        return output ? output.value().type + ' ' + json::dump(output.value().annotations)
                      : output.error().message();
    }

    plugin::Ports ports_;
    StageOutputs outputs_{ports_};
    store::Stored stored_{support::Digest::of("bytes"), 5};
};

TEST_F(StageOutputsTest, APortForOneTakesOne) {
    EXPECT_EQ(refusal("one", "a"), "");
    outputs_.add({"one", "a", "text/plain", stored_.digest.hex(), 5, {}});
    EXPECT_EQ(refusal("one", "b"), "conflict: output port 'one' takes one artifact, and has it");
    outputs_.add({"many", "a", "text/plain", stored_.digest.hex(), 5, {}});
    EXPECT_EQ(refusal("many", "a"), "");
    EXPECT_EQ(refusal("none", "a"), "not_found: there is no output port 'none'");
    EXPECT_EQ(outputs_.take().size(), 2u);
}

TEST_F(StageOutputsTest, NamesAreFileNames) {
    for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"),
                                    std::string("a\nb"), std::string(256, 'a')})
        EXPECT_EQ(refusal("one", name),
                  "config: '" + name.substr(0, 255) + "' is no file name for an artifact");
    EXPECT_EQ(refusal("one", std::string(255, 'a')), "");
}

TEST_F(StageOutputsTest, TheTypeMustBeOneThePortGives) {
    EXPECT_EQ(recorded("one", ""), "text/plain {}");
    EXPECT_EQ(recorded("many", R"({"type": "text/html", "annotations": {"a": 1}})"), R"(text/html {"a":1})");
    EXPECT_EQ(recorded("many", ""), "output 'many': type '' is not one it gives (hint: it gives text/*)");
    EXPECT_EQ(recorded("many", R"({"type": "text/*"})"),
              "output 'many': type 'text/*' is not one it gives (hint: it gives text/*)");
    EXPECT_EQ(
        recorded("either", "{}"),
        "output 'either': type '' is not one it gives (hint: it gives text/plain or application/x-tar)");
}

TEST_F(StageOutputsTest, TheDescriptionMustFitTheBytes) {
    EXPECT_EQ(recorded("one", "[]"), "output 'one': the description is no JSON object");
    EXPECT_EQ(recorded("one", "{"), "output 'one': the description is no JSON object");
    EXPECT_EQ(recorded("one", R"({"sha256": ")" + stored_.digest.hex() + R"("})"), "text/plain {}");
    EXPECT_EQ(recorded("one", R"({"sha256": "0"})"),
              "output 'one': the bytes have digest " + stored_.digest.hex() + ", the stage says 0");
}

} // namespace
} // namespace slipway::chain
