// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <tree.hpp>

using namespace slipway::rootfs;
using slipway::support::Kind;

namespace {

const std::string one = "one-1-1";
const std::string two = "two-1-1";

Entry file(const std::string& path) {
    return {.path = path};
}

Entry folder(const std::string& path, unsigned mode = 0755) {
    return {.path = path, .type = Type::directory, .mode = mode};
}

Entry symlink(const std::string& path) {
    return {.path = path, .type = Type::symlink, .link = "x"};
}

Entry hardlink(const std::string& path, const std::string& target) {
    return {.path = path, .type = Type::hardlink, .link = target};
}

Placed placed(Tree& tree, const Entry& entry, const std::string& owner, Presence presence = Presence::shown) {
    auto done = tree.add(entry, presence, &owner);
    EXPECT_TRUE(done) << done.error().what;
    return done ? done.value() : Placed::kept;
}

} // namespace

TEST(Tree, FirstFolderWins) {
    Tree tree;
    EXPECT_EQ(placed(tree, folder("usr", 0755), one), Placed::created);
    EXPECT_EQ(placed(tree, folder("usr", 0755), two), Placed::kept);
    EXPECT_EQ(placed(tree, folder("usr", 0700), two), Placed::kept_different);
    EXPECT_EQ(tree.find("usr")->mode, 0755u);
    EXPECT_EQ(tree.find("usr")->owner, &one);
}

TEST(Tree, TwoPackagesShareNothingButFolders) {
    Tree tree;
    placed(tree, file("etc/x"), one);
    placed(tree, folder("usr"), one);
    EXPECT_EQ(tree.add(file("etc/x"), Presence::shown, &two).error().what,
              "file conflict: 'etc/x' of package 'two-1-1' is a file of package 'one-1-1'");
    EXPECT_EQ(tree.add(folder("etc/x"), Presence::shown, &two).error().what,
              "file conflict: 'etc/x/' of package 'two-1-1' is a file of package 'one-1-1'");
    EXPECT_EQ(tree.add(symlink("usr"), Presence::shown, &two).error().what,
              "file conflict: 'usr' of package 'two-1-1' is a directory of package 'one-1-1'");
    EXPECT_EQ(tree.add(file("etc/x"), Presence::shown, &one).error().what,
              "package 'one-1-1': entry 'etc/x' comes twice");
}

TEST(Tree, WhatIsNotExtractedStillConflicts) {
    Tree tree;
    placed(tree, file("usr/man/x"), one, Presence::listed);
    EXPECT_FALSE(tree.add(file("usr/man/x"), Presence::listed, &two));
}

TEST(Tree, AFolderThatIsOnlyListedCanComeLater) {
    Tree tree;
    placed(tree, folder("usr"), one);
    placed(tree, folder("usr/doc", 0700), one, Presence::listed);
    EXPECT_EQ(tree.missing_parents("usr/doc/copyright", &one).value(), std::vector<std::string>{"usr/doc"});
    EXPECT_EQ(placed(tree, folder("usr/doc", 0755), one), Placed::created);
    EXPECT_EQ(tree.find("usr/doc")->mode, 0755u);
    EXPECT_EQ(placed(tree, folder("usr/doc", 0700), two, Presence::listed), Placed::kept);
}

TEST(Tree, MissingParentsComeOutermostFirst) {
    Tree tree;
    placed(tree, folder("a"), one);
    EXPECT_EQ(tree.missing_parents("a/b/c/d", &one).value(), (std::vector<std::string>{"a/b", "a/b/c"}));
    EXPECT_EQ(tree.missing_parents("top", &one).value(), std::vector<std::string>{});
}

TEST(Tree, NothingIsWrittenThroughALink) {
    Tree tree;
    placed(tree, symlink("bin"), one);
    const auto parents = tree.missing_parents("bin/deep/x", &two);
    ASSERT_FALSE(parents);
    EXPECT_EQ(parents.error().kind, Kind::verify);
    EXPECT_EQ(
        parents.error().what,
        "package 'two-1-1': 'bin/deep/x' would be written through 'bin', a symlink of package 'one-1-1'");
}

TEST(Tree, HardLinksStayInTheirPackage) {
    Tree tree;
    placed(tree, file("usr/a"), one);
    EXPECT_TRUE(tree.link_target(hardlink("usr/b", "usr/a"), Presence::shown, &one));
    const auto stolen = tree.link_target(hardlink("usr/c", "usr/a"), Presence::shown, &two);
    EXPECT_EQ(stolen.error().what,
              "package 'two-1-1': hard link 'usr/c' to 'usr/a': no file of this package that came before it");
    EXPECT_FALSE(tree.link_target(hardlink("usr/b", "etc/passwd"), Presence::shown, &one));
}

TEST(Tree, AHardLinkNeedsItsFileInTheTar) {
    Tree tree;
    placed(tree, file("tmp/a"), one, Presence::hidden);
    EXPECT_EQ(tree.link_target(hardlink("usr/b", "tmp/a"), Presence::shown, &one).error().kind, Kind::config);
    EXPECT_TRUE(tree.link_target(hardlink("tmp/b", "tmp/a"), Presence::hidden, &one));
}
