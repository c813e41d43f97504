// SPDX-License-Identifier: GPL-3.0-or-later
#include "trees.hpp"

namespace {

using namespace slipway::test;
using testing::ElementsAre;
using testing::IsEmpty;

class LayerTest : public ::testing::Test, protected Layers {};

TEST_F(LayerTest, OneOnTopOfTheOther) {
    EXPECT_EQ(add({folder("d"), file("d/a", "1"), file("d/b", "2"), soft_link("l", "d")}), "");
    EXPECT_EQ(add({folder("d", 0700), file("d/a", "three")}), "");
    EXPECT_THAT(paths(), ElementsAre("d", "d/a", "d/b", "l"));
    EXPECT_EQ(tree.find("d/a")->entry.size, 5u);
    EXPECT_EQ(tree.find("d")->entry.mode, 0700u);
    EXPECT_THAT(lines_of(findings), IsEmpty());
}

TEST_F(LayerTest, WhiteoutsRemoveWhatOlderLayersBrought) {
    EXPECT_EQ(add({folder("d"), file("d/a"), folder("d/e"), file("d/e/f"), file("d-x"), file("d0")}), "");
    EXPECT_EQ(add({folder("d"), file("d/.wh.e"), file("d/.wh.none")}), "");
    EXPECT_THAT(paths(), ElementsAre("d", "d-x", "d/a", "d0"));
    EXPECT_EQ(add({folder("d"), file("d/new"), file("d/.wh..wh..opq"), file("d/newer")}), "");
    EXPECT_THAT(paths(), ElementsAre("d", "d-x", "d/new", "d/newer", "d0"));
    EXPECT_THAT(lines_of(findings), IsEmpty());
}

TEST_F(LayerTest, AFileInPlaceOfAFolderTakesAllBelowAlong) {
    EXPECT_EQ(add({folder("d"), file("d/a"), file("f")}), "");
    EXPECT_EQ(add({file("d", "x"), folder("f"), file("f/g")}), "");
    EXPECT_THAT(paths(), ElementsAre("d", "f", "f/g"));
    EXPECT_THAT(lines_of(findings), IsEmpty());
}

TEST_F(LayerTest, HardLinksReachIntoOlderLayersAndAreCutByNewerFiles) {
    EXPECT_EQ(add({file("a", "1")}), "");
    EXPECT_EQ(add({hard_link("b", "a"), hard_link("c", "./a")}), "");
    EXPECT_EQ(tree.linked().size(), 1u);
    EXPECT_EQ(add({file("a", "2")}), "");
    EXPECT_THAT(tree.linked().begin()->second, ElementsAre("b", "c"));
    EXPECT_THAT(lines_of(findings), IsEmpty());
}

TEST_F(LayerTest, TellsWhatEnginesTakeInDifferentWays) {
    EXPECT_EQ(add({folder("d"), soft_link("l", "d"), file("f", "1")}), "");
    EXPECT_EQ(add({file("l/x")}), "");
    EXPECT_EQ(add({file("l/.wh.y")}), "");
    EXPECT_EQ(add({file("f", "2"), file("f", "1")}), "");
    EXPECT_EQ(add({file(".wh.f"), file("f", "1")}), "");
    EXPECT_EQ(add({file("f", "1"), file(".wh.f")}), "");
    EXPECT_EQ(add({file("n/o/p")}), "");
    EXPECT_EQ(add({file("d/q"), file("d")}), "");
    EXPECT_EQ(add({file(".wh..wh.aufs"), file(".wh."), file(".wh..."), file(".wh.f", "content")}), "");
    EXPECT_EQ(add({hard_link("h", "nowhere"), file("../up")}), "");
    EXPECT_THAT(lines_of(findings),
                ElementsAre("l/x: form:  | in 'l', which is a symlink (layer 2)",
                            "l/.wh.y: form:  | in 'l', which is a symlink (layer 3)",
                            "f: form:  | two entries of one path (layer 4)",
                            "f: form:  | an entry and a whiteout of one path (layer 5)",
                            "f: form:  | an entry and a whiteout of one path (layer 6)",
                            "n: form:  | a folder without an entry of its own (layer 7)",
                            "n/o: form:  | a folder without an entry of its own (layer 7)",
                            "d: form:  | something in it, and it is no folder (layer 8)",
                            ".wh..wh.aufs: form:  | a whiteout with a special name (layer 9)",
                            ".wh.: form:  | a whiteout with a special name (layer 9)",
                            ".wh...: form:  | a whiteout with a special name (layer 9)",
                            ".wh.f: form:  | a whiteout that is no empty file (layer 9)",
                            "h: form:  | a hard link to 'nowhere', where no file is (layer 10)",
                            "../up: form:  | a name that is not in its shortest form: '../up' (layer 10)",
                            "..: form:  | a folder without an entry of its own (layer 10)"));
}

TEST_F(LayerTest, AHardLinkWithOtherAttributesChangesItsFile) {
    TarFile link = hard_link("b", "a");
    link.entry.mode = 04755;
    EXPECT_EQ(add({file("a", "1"), link}), "");
    EXPECT_THAT(lines_of(findings),
                ElementsAre("b: form:  | a hard link with other attributes than its file 'a' (layer 1)"));
}

TEST_F(LayerTest, ChildrenMayComeBeforeTheirFolder) {
    EXPECT_EQ(add({file("d/a"), folder("d")}), "");
    EXPECT_THAT(lines_of(findings), IsEmpty());
}

TEST_F(LayerTest, StopsAtItsLimits) {
    left.entries = 2;
    EXPECT_EQ(add({file("a"), file("b"), file("c")}),
              "more entries than an image may have (hint: raise max_entries if that is right)");
    left = {20000, 100};
    EXPECT_EQ(add({file("a", std::string(30000, 'x'))}),
              "it unpacks to more than an image may hold (hint: raise max_unpacked if that is right)");
}

TEST_F(LayerTest, NamesAndAttributesHaveALimit) {
    left.metadata = 100;
    TarFile large = file("a");
    large.entry.xattrs["user.x"] = std::string(200, 'x');
    EXPECT_EQ(add({large}), "more bytes of names and attributes than an image may have");
    left = {};
    left.entries = 10;
    EXPECT_THAT(add({file("a/b/c/d/e/f/g/h/i/j/k/l")}), testing::StartsWith("more entries than"));
    left = {};
    std::string deep = "d";
    while (deep.size() < 5000)
        deep += "/d";
    EXPECT_EQ(add({file(deep)}), "a name of more than 4095 bytes");
}

TEST_F(LayerTest, AnOpaqueFolderTwice) {
    EXPECT_EQ(add({folder("d"), file("d/.wh..wh..opq"), file("d/.wh..wh..opq")}), "");
    EXPECT_THAT(lines_of(findings),
                ElementsAre("d/.wh..wh..opq: form:  | two entries of one path (layer 1)"));
}

} // namespace
