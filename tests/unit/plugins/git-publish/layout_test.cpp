// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <layout.hpp>

using namespace slipway::git_publish;
using slipway::support::Kind;

namespace {

std::string fault(const std::vector<Place>& places) {
    auto checked = check_places(places);
    return checked ? "" : checked.error().message();
}

TEST(Layout, PutsTheVariantBeforeTheName) {
    EXPECT_EQ(tree_path("{variant}{name}", {"base"}, "base.tar.zst"), "base/base.tar.zst");
    EXPECT_EQ(tree_path("{variant}{name}", {"base", "x86_64"}, "a"), "base/x86_64/a");
    EXPECT_EQ(tree_path("{variant}{name}", {}, "a"), "a");
    EXPECT_EQ(tree_path("images/{name}", {"base"}, "a"), "images/a");
    EXPECT_EQ(tree_path("{name}/{name}", {}, "a"), "a/a");
}

TEST(Layout, LeavesBracesInNamesAlone) {
    EXPECT_EQ(tree_path("{variant}{name}", {}, "{variant}"), "{variant}");
}

TEST(Layout, RefusesOtherPlaceholders) {
    EXPECT_TRUE(check_layout("{variant}{name}"));
    EXPECT_TRUE(check_layout("plain"));
    auto checked = check_layout("{varaint}{name}");
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, Kind::config);
    EXPECT_EQ(checked.error().message(),
              "layout '{varaint}{name}': unknown placeholder (hint: use {variant} and {name})");
    EXPECT_FALSE(check_layout("{name"));
}

TEST(Places, RefusesPathsThatGitCannotHold) {
    EXPECT_EQ(fault({{"/etc/passwd", "input 1 'x'"}}),
              "input 1 'x': path '/etc/passwd' in the tree is empty, absolute, or has an empty part");
    EXPECT_EQ(fault({{"", "x"}}), "x: path '' in the tree is empty, absolute, or has an empty part");
    EXPECT_EQ(fault({{"a//b", "x"}}), "x: path 'a//b' in the tree is empty, absolute, or has an empty part");
    EXPECT_EQ(fault({{"a/", "x"}}), "x: path 'a/' in the tree is empty, absolute, or has an empty part");
    EXPECT_EQ(fault({{"../a", "x"}}), "x: path '../a' in the tree has a '.' or '..' part");
    EXPECT_EQ(fault({{"a/./b", "x"}}), "x: path 'a/./b' in the tree has a '.' or '..' part");
    EXPECT_EQ(fault({{"a/.GIT/config", "x"}}), "x: path 'a/.GIT/config' in the tree has a '.git' part");
    EXPECT_EQ(fault({{"a\nb", "x"}}), "x: path 'a\\x0ab' in the tree has control characters");
    EXPECT_EQ(fault({{"a/b.c", "x"}, {"a/..b", "y"}, {".gitignore", "z"}}), "");
}

TEST(Places, RefusesTwoFilesOnOnePath) {
    EXPECT_EQ(fault({{"SHA256SUMS", "input 1 'SHA256SUMS'"}, {"b", "y"}, {"SHA256SUMS", "extra file '/x'"}}),
              "input 1 'SHA256SUMS' and extra file '/x': both at 'SHA256SUMS' (hint: put {variant} into the "
              "layout, or give the files different names)");
}

TEST(Places, RefusesAFileInsideAFile) {
    EXPECT_EQ(fault({{"a/b/c", "one"}, {"a/b", "other"}}),
              "one: path 'a/b/c' in the tree is inside the file 'a/b' (other)");
    EXPECT_EQ(fault({{"a/b", "one"}, {"a/bc", "x"}, {"a.b", "y"}}), "");
}

} // namespace
