// SPDX-License-Identifier: GPL-3.0-or-later
#include <edits.hpp>
#include <gtest/gtest.h>

using namespace slipway;
using namespace slipway::rootfs;

namespace {

std::string result(const Edit& edit, const std::string& text) {
    auto after = edited(edit, text);
    return after ? after.value() : "refused: " + after.error().what;
}

Edit of(decltype(Edit::change) change) {
    return {"f", std::move(change)};
}

} // namespace

TEST(Edited, LocksAPasswordAsPasswdDoes) {
    const Edit lock = of(LockPassword{"root"});
    EXPECT_EQ(result(lock, "root::19000:0:\n"), "root:!:19000:0:\n");
    EXPECT_EQ(result(lock, "a:x:\nroot:$6$hash:1:\n"), "a:x:\nroot:!$6$hash:1:\n");
    EXPECT_EQ(result(lock, "root:*:1:\n"), "root:!*:1:\n");
    EXPECT_EQ(result(lock, "root:!:1:\n"), "refused: edit of 'f': it changes nothing");
    EXPECT_EQ(result(lock, "groot::1:\n"), "refused: edit of 'f': it has no user 'root'");
}

TEST(Edited, ReplacesLiterally) {
    const std::string text = "#a\n#ab\nx#a\n#a";
    EXPECT_EQ(result(of(Replace{"#a", "a"}), text), "a\nab\nxa\na");
    EXPECT_EQ(result(of(Replace{"#a", "a", Where::line}), text), "a\n#ab\nx#a\na");
    EXPECT_EQ(result(of(Replace{"#a", "a", Where::line_start}), text), "a\nab\nx#a\na");
    EXPECT_EQ(result(of(Replace{".*", "a"}), text), "refused: edit of 'f': it changes nothing");
    EXPECT_EQ(result(of(Replace{"aa", "a"}), "aaaaa"), "aaa");
}

TEST(Edited, WhatIsOptionalMayChangeNothing) {
    Edit edit = of(LockPassword{"nobody"});
    edit.optional = true;
    EXPECT_EQ(result(edit, "root::\n"), "root::\n");
}

TEST(EditsTest, AreAppliedInTheirOrder) {
    Edits edits({{"f", Append{"b"}}, {"g", Append{"x"}}, {"f", Replace{"ab", "c"}}});
    EXPECT_TRUE(edits.wants("f"));
    EXPECT_FALSE(edits.wants("h"));
    EXPECT_EQ(edits.apply("f", "a").value(), "c");
    const auto rest = edits.rest();
    ASSERT_FALSE(rest);
    EXPECT_EQ(rest.error().what, "edit of 'g': there is no such file");
}

TEST(EditsTest, ContentMakesAFile) {
    Edits edits({{"d/f", SetContent{"one\n"}, 0640}, {"d/f", Append{"two\n"}}, {"e", SetContent{""}}});
    const auto rest = edits.rest();
    ASSERT_TRUE(rest) << rest.error().what;
    ASSERT_EQ(rest.value().size(), 2u);
    EXPECT_EQ(rest.value()[0].text, "one\ntwo\n");
    EXPECT_EQ(rest.value()[0].mode, 0640u);
    EXPECT_EQ(rest.value()[1].mode, 0644u);
    EXPECT_FALSE(edits.wants("d/f")); // it is done
}

TEST(EditsTest, RemoveTakesWhatIsBelow) {
    Edits edits({{"a/b", Remove{}}, {"gone", Remove{}, {}, true}});
    EXPECT_FALSE(edits.removes("a"));
    EXPECT_FALSE(edits.removes("a/bc"));
    ASSERT_FALSE(edits.rest());
    EXPECT_TRUE(edits.removes("a/b/c"));
    EXPECT_TRUE(edits.removes("a/b"));
    EXPECT_TRUE(edits.rest());
}

TEST(EditsTest, OnlyFilesHaveText) {
    const Edits edits({{"f", Append{"b"}}});
    EXPECT_TRUE(edits.refuse_other("g", "symlink"));
    EXPECT_EQ(edits.refuse_other("f", "symlink").error().what,
              "edit of 'f': it is a symlink, and not a file");
}
