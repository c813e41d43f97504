// SPDX-License-Identifier: GPL-3.0-or-later
#include <body.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::github {
namespace {

namespace json = support::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

json::Value lock_of(int packages, const std::string& version) {
    json::Array list;
    for (int i = 0; i < packages; ++i)
        list.push_back(json::Object{{"name", "p" + std::to_string(i)},
                                    {"version", version},
                                    {"size", 1000},
                                    {"installed_size", 2000}});
    return json::Object{{"packages", std::move(list)}};
}

Facts facts() {
    Facts it;
    it.change = {"archlinux: Update to 1", "- moved\n", {}};
    it.mark = {"archlinux", "1", "RUN", 7};
    return it;
}

TEST(Body, WithoutFactsIsTheChangesOwn) {
    const auto texts = compose("{title}", usual_body, facts()).value();
    EXPECT_EQ(texts.title, "archlinux: Update to 1");
    EXPECT_EQ(texts.body, "- moved\n\n" + marker(facts().mark));
}

TEST(Body, HasEverySection) {
    Facts it = facts();
    it.release = Release{"1", "https://r.git", "refs/tags/1", "abc", {{"a|b.tar", "dd", 1'500'000}}};
    it.locks = {{"group=base", lock_of(2, "2"), "ll"}};
    it.before = {{"group=base", lock_of(1, "1"), ""}, {"group=gone", lock_of(1, "1"), ""}};
    it.mention = {"a", "@b/c"};
    const std::string body = compose("t", usual_body, it).value().body;
    for (const char* text : {"group=base\n", "upgraded    p0 1 -> 2", "added       p1 2", "| 1.5 MB | `dd` |",
                             "- lock of group=base `sha256:ll`, 2 packages", "`slipway provenance RUN`",
                             "--epoch 7", "\ncc @a @b/c"})
        EXPECT_THAT(body, HasSubstr(text));
    EXPECT_THAT(body, Not(HasSubstr("gone")));
}

TEST(Body, AThousandPackagesAreCutShort) {
    Facts it = facts();
    it.locks = {{"", lock_of(5000, "2"), "ll"}};
    it.before = {{"", lock_of(5000, "1"), ""}};
    const auto texts = compose("t", "{packages}", it);
    ASSERT_TRUE(texts) << texts.error().message();
    EXPECT_LT(texts.value().body.size(), 31000u);
    EXPECT_THAT(texts.value().body, HasSubstr(" lines more\n```"));
}

TEST(Body, FencesAreLongerThanAnyInside) {
    Facts it = facts();
    it.locks = {{"",
                 json::Object{{"packages", json::Array{json::Object{{"name", "a```b"}, {"version", "1"}}}}},
                 "l"}};
    it.before = {{"", lock_of(0, "1"), ""}};
    EXPECT_THAT(compose("t", "{packages}", it).value().body, HasSubstr("\n````\n"));
}

TEST(Body, WhatGithubWouldNotTakeIsRefused) {
    Facts it = facts();
    EXPECT_EQ(compose("a\nb", "x", it).error().kind, support::Kind::config);
    EXPECT_EQ(compose(std::string(257, 'x'), "x", it).error().kind, support::Kind::config);
    EXPECT_THAT(compose("t", std::string(65536, 'x'), it).error().what, StartsWith("body: "));
    EXPECT_THAT(compose("{x}", "", it).error().what, StartsWith("title: template:"));
}

} // namespace
} // namespace slipway::github
