// SPDX-License-Identifier: GPL-3.0-or-later
#include "trees.hpp"

#include <against.hpp>
#include <expected.hpp>

namespace {

using namespace slipway::test;
using namespace slipway::verify;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string head = "{\"slipway_manifest\":1,\"entries\":[\n";
const std::string line =
    R"({"path":"a","type":"file","mode":"4755","uid":1,"gid":2,"size":1,"sha256":"x","xattrs":{"security.capability":"AQ=="},"mtime":5,"mtime_ns":7})";
const std::string link_line =
    R"({"path":"b","type":"hardlink","mode":"4755","uid":1,"gid":2,"link":"a","mtime":5})";

TEST(Expected, AManifestIsATree) {
    const auto fd = file_of(head + line + ",\n" + link_line + "\n]}\n");
    auto tree = tree_of_manifest(fd.get());
    ASSERT_TRUE(tree) << tree.error().message();
    const Inode* a = tree.value().find("a");
    EXPECT_EQ(a, tree.value().find("b"));
    EXPECT_EQ(a->entry.mode, 04755u);
    EXPECT_EQ(a->entry.mtime_nsec, 7);
    EXPECT_EQ(a->entry.xattrs.at("security.capability"), "\1");
}

TEST(Expected, ADamagedManifestIsNone) {
    for (const std::string& text : {head + line + ",\n", head, std::string("{}\n"), std::string(),
                                    head + line + ",\n" + line + "\n]}\n", head + link_line + "\n]}\n",
                                    head + "{\"path\":\"a\"}\n]}\n", head + line + "\n]}\nmore\n"}) {
        const auto fd = file_of(text);
        EXPECT_FALSE(tree_of_manifest(fd.get())) << text;
    }
}

TEST(Expected, ToldApartByTheirFirstBytes) {
    const auto manifest = file_of("{\"slipway_manifest\":1,\"entries\":[]}\n");
    EXPECT_TRUE(read_against(manifest.get(), "m").value().tree);
    const auto tar = file_of(tar_of({file("x")}));
    EXPECT_EQ(read_against(tar.get(), "t").value().tree->paths().size(), 1u);
    const auto lock = file_of(R"({"slipway_lock": 1, "packages": [{"name": "a", "version": "1-1"}]})");
    EXPECT_THAT(*read_against(lock.get(), "l").value().packages, ElementsAre("a-1-1"));
    const auto locks = file_of(R"({"slipway_locks": 1, "locks": {}})");
    EXPECT_THAT(read_against(locks.get(), "l").error().what, HasSubstr("several"));
    const auto garbage = file_of("garbage");
    EXPECT_THAT(read_against(garbage.get(), "g").error().message(), HasSubstr("a manifest, a tar"));
}

TEST(Expected, PackagesOfPacmansDatabase) {
    Layers layers;
    layers.add({folder("var"), folder("var/lib"), folder("var/lib/pacman"), folder("var/lib/pacman/local"),
                folder("var/lib/pacman/local/a-1-1"), file("var/lib/pacman/local/a-1-1/desc"),
                file("var/lib/pacman/local/ALPM_DB_VERSION")});
    EXPECT_THAT(packages_of_tree(layers.tree), ElementsAre("a-1-1"));
}

} // namespace
