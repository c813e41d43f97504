// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a delta holds. That a real program makes the tree of it is the end-to-end test's.
#include <content.hpp>
#include <gtest/gtest.h>
#include <tar_header.hpp>
#include <tar_of/tar_of.hpp>

using namespace slipway;
using namespace slipway::oci;
using test::file;
using test::folder;
using test::hard_link;
using test::soft_link;
using test::TarFile;

namespace {

struct Opened {
    support::UniqueFd fd;
    Tree tree;
};

Opened tree_of(const std::vector<TarFile>& files) {
    auto fd = test::file_of(test::tar_of(files));
    auto tree = Tree::read(fd.get(), "t.tar");
    EXPECT_TRUE(tree) << tree.error().message();
    return {std::move(fd), std::move(tree).value()};
}

/// Paths of the delta; a minus is a whiteout.
std::vector<std::string> delta_of(const std::vector<TarFile>& before, const std::vector<TarFile>& after) {
    const Opened base = tree_of(before), tree = tree_of(after);
    auto content = delta(base.tree, tree.tree, 0);
    EXPECT_TRUE(content);
    std::vector<std::string> paths;
    for (const Item& item : content.value().items)
        paths.push_back((item.node == nullptr ? "-" : "") + item.path);
    return paths;
}

using Paths = std::vector<std::string>;

TEST(Delta, NothingForTheSame) {
    const std::vector<TarFile> files{folder("etc"), file("etc/a", "a"), hard_link("etc/b", "etc/a"),
                                     soft_link("l", "etc")};
    EXPECT_EQ(delta_of(files, files), Paths());
}

TEST(Delta, NewAndChanged) {
    EXPECT_EQ(delta_of({file("same", "s"), file("content", "a"), file("mode"), soft_link("link", "a")},
                       {file("same", "s"), file("content", "b"), file("mode", "", 0755),
                        soft_link("link", "b"), file("new")}),
              Paths({"content", "mode", "link", "new"}));
}

TEST(Delta, EveryAttributeCounts) {
    const TarFile plain = file("a", "a");
    std::vector<TarFile> others(4, plain);
    others[0].entry.uid = 1;
    others[1].entry.gid = 1;
    others[2].entry.mtime += 1;
    others[3].entry.xattrs["user.x"] = "1";
    for (const TarFile& other : others)
        EXPECT_EQ(delta_of({plain}, {other}), Paths({"a"}));
}

TEST(Delta, ContentBehindTheFirstMegabyte) {
    std::string before(3'000'000, 'x'), after = before;
    after.back() = 'y';
    EXPECT_EQ(delta_of({file("a", before)}, {file("a", after)}), Paths({"a"}));
    EXPECT_EQ(delta_of({file("a", before)}, {file("a", before)}), Paths());
}

TEST(Delta, OnlyTheTopOfWhatIsGone) {
    EXPECT_EQ(delta_of({folder("d"), folder("d/e"), file("d/e/f"), file("x"), folder("k"), file("k/gone"),
                        file("k/stays")},
                       {folder("k"), file("k/stays")}),
              Paths({"-d", "-k/gone", "-x"}));
}

TEST(Delta, AFolderThatBecameAFileTakesItsContentAlong) {
    EXPECT_EQ(delta_of({folder("d"), file("d/a")}, {file("d", "now a file")}), Paths({"d"}));
    EXPECT_EQ(delta_of({file("d")}, {folder("d"), file("d/a")}), Paths({"d", "d/a"}));
}

TEST(Delta, HardLinksComeAllOrNotAtAll) {
    const std::vector<TarFile> before{file("a", "1"), hard_link("b", "a"), file("other", "o"),
                                      hard_link("p", "other")};
    EXPECT_EQ(
        delta_of(before, {file("a", "2"), hard_link("b", "a"), file("other", "o"), hard_link("p", "other")}),
        Paths({"a", "b"}));
    EXPECT_EQ(delta_of(before, {file("a", "1"), hard_link("b", "a"), hard_link("c", "a"), file("other", "o"),
                                hard_link("p", "other")}),
              Paths({"a", "b", "c"}));
    EXPECT_EQ(delta_of(before, {file("a", "1"), file("b", "1"), file("other", "o"), hard_link("p", "other")}),
              Paths({"b"}));
}

TEST(Delta, WhiteoutsAreFilesWithAPrefix) {
    const Opened base = tree_of({folder("d"), file("d/gone"), file("x")}), tree = tree_of({folder("d")});
    auto content = delta(base.tree, tree.tree, 7);
    ASSERT_TRUE(content);
    ASSERT_EQ(content.value().items.size(), 2u);
    const std::string tar = content.value().items[0].made + content.value().items[1].made + tar_end();
    const auto fd = test::file_of(tar);
    auto reader = support::TarReader::open(fd.get());
    for (const std::string name : {"d/.wh.gone", ".wh.x"}) {
        const auto entry = reader.value().next();
        ASSERT_TRUE(entry && entry.value());
        EXPECT_EQ(entry.value()->path, name);
        EXPECT_EQ(entry.value()->type, support::TarType::file);
        EXPECT_EQ(entry.value()->size, 0u);
        EXPECT_EQ(entry.value()->mtime, 7);
        EXPECT_EQ(entry.value()->mode, 0644u);
    }
    EXPECT_FALSE(reader.value().next().value());
}

TEST(TarHeader, LongAndForeignNames) {
    for (const std::string& name :
         {std::string(100, 'n'), std::string(101, 'n'), std::string("d/") + std::string(3000, 'n'),
          std::string("stra\xc3\x9f"
                      "e"),
          std::string(84, 'n') + "\xc3\x9f"}) {
        const auto fd = test::file_of(tar_file_header(name, 3, 1) + "abc" + tar_padding(3) + tar_end());
        auto reader = support::TarReader::open(fd.get());
        const auto entry = reader.value().next();
        ASSERT_TRUE(entry && entry.value()) << name;
        EXPECT_EQ(entry.value()->path, name);
        EXPECT_EQ(reader.value().text(10).value(), "abc");
    }
}

TEST(FoldersAbove, ThoseThatTheLayerDoesNotHave) {
    const Opened opened =
        tree_of({folder("a"), folder("a/b"), file("a/b/c"), folder("d"), file("d/e"), file("top")});
    const Content content = all_of(opened.tree);
    const auto names = [&](std::size_t begin, std::size_t end) {
        Paths paths;
        for (const Node* node : folders_above(content, begin, end))
            paths.push_back(node->entry.path);
        return paths;
    };
    EXPECT_EQ(names(0, 6), Paths());
    EXPECT_EQ(names(2, 3), Paths({"a", "a/b"}));
    EXPECT_EQ(names(1, 5), Paths({"a"}));
    EXPECT_EQ(names(5, 6), Paths());
}

} // namespace
