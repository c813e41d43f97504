// SPDX-License-Identifier: GPL-3.0-or-later
#include "trees.hpp"

#include <compare.hpp>

namespace {

using namespace slipway::test;
using namespace slipway::verify;
using testing::ElementsAre;
using testing::IsEmpty;

Tree tree_of(const std::vector<TarFile>& files) {
    Tree tree;
    for (const auto& [entry, content] : files) {
        const bool is_file = entry.type == slipway::support::TarType::file;
        Inode inode{entry, is_file ? slipway::support::Digest::of(content).hex() : ""};
        inode.entry.size = content.size();
        if (entry.type == slipway::support::TarType::hardlink)
            EXPECT_TRUE(tree.link(entry.path, entry.link, 0));
        else
            tree.put(entry.path, std::move(inode), 0);
    }
    return tree;
}

TarFile at(TarFile file, std::int64_t time) {
    file.entry.mtime = time;
    return file;
}

std::vector<std::string> differences(const std::vector<TarFile>& a, const std::vector<TarFile>& b,
                                     const CompareRules& rules = {}) {
    Findings findings;
    compare(tree_of(a), tree_of(b), rules, findings);
    return lines_of(findings);
}

TEST(Compare, NamesWhatOnlyOneHasAndWhatIsOther) {
    EXPECT_THAT(differences({folder("d"), file("d/a", "1"), soft_link("l", "d")},
                            {folder("d"), file("d/a", "1"), soft_link("l", "d")}),
                IsEmpty());
    EXPECT_THAT(
        differences({file("a"), file("b", "1")}, {file("b", "2"), file("c", "", 04755)}),
        ElementsAre("a: entry: file 0644 0:0, 0 bytes, sha256 "
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 | missing",
                    "b: content: sha256 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b | "
                    "sha256 d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35",
                    "c: entry: missing | file 4755 0:0, 0 bytes, sha256 "
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

TEST(Compare, HardLinksInAnyOrderButNotOtherOnes) {
    EXPECT_THAT(differences({file("a", "1"), hard_link("b", "a")}, {file("b", "1"), hard_link("a", "b")}),
                IsEmpty());
    EXPECT_THAT(differences({file("a", "1"), hard_link("b", "a")}, {file("a", "1"), file("b", "1")}),
                ElementsAre("a: hard links: a, b | none", "b: hard links: a, b | none"));
}

TEST(Compare, TimesUnlessTheBuilderHasNotKeptThem) {
    const std::vector<TarFile> built{at(file("a"), 10), at(file("b"), 20)};
    EXPECT_THAT(differences(built, {at(file("a"), 10), at(file("b"), 21)}),
                ElementsAre("b: mtime: 1970-01-01T00:00:20Z | 1970-01-01T00:00:21Z"));
    EXPECT_THAT(differences(built, {at(file("a"), 0), at(file("b"), 0)}), IsEmpty());
    EXPECT_EQ(differences(built, {at(file("a"), 0), at(file("b"), 0)}, {{}, Times::compare}).size(), 2u);
    EXPECT_THAT(differences(built, {at(file("a"), 1), at(file("b"), 2)}, {{}, Times::ignore}), IsEmpty());
}

TEST(Compare, FractionsOfSecondsWhereTheImageHasThem) {
    TarFile fine = at(file("a"), 10), other = at(file("a"), 10);
    fine.entry.mtime_nsec = 5, other.entry.mtime_nsec = 6;
    const TarFile b = at(file("b"), 20);
    EXPECT_THAT(differences({fine, b}, {at(file("a"), 10), b}), IsEmpty());
    EXPECT_EQ(differences({fine, b}, {other, b}).size(), 1u);
    EXPECT_EQ(differences({at(file("a"), 10), b}, {other, b}).size(), 1u);
}

TEST(Compare, AllowsWhatIsDeclaredAndTheTimesOfItsFolders) {
    const std::vector<TarFile> built{at(folder("etc"), 10), at(file("etc/hostname", "a"), 10),
                                     at(file("x"), 20)};
    const std::vector<TarFile> found{at(folder("etc"), 99), at(file("etc/hostname", "b"), 99),
                                     at(file("x"), 20)};
    EXPECT_THAT(differences(built, found, {{"etc/hostname"}}), IsEmpty());
    EXPECT_THAT(differences(built, found, {{"etc/host?"}}).size(), 3u);
    Findings findings;
    compare(tree_of(built), tree_of(found), {{"etc/hostname"}}, findings);
    EXPECT_EQ(findings.total(), 0u);
    EXPECT_EQ(findings.allowed(), 3u);
}

TEST(Compare, TheTimeOfAFolderWhoseAllowedEntryHasComeAndGone) {
    const std::vector<TarFile> built{at(folder("run"), 10), at(file("x"), 20)};
    const std::vector<TarFile> found{at(folder("run"), 99), at(file("x"), 20)};
    EXPECT_THAT(differences(built, found, {{"run/.containerenv"}}), IsEmpty());
    EXPECT_THAT(differences(built, found, {{"run/*env"}}).size(), 1u); // a pattern names no folder
    EXPECT_THAT(differences(built, {at(folder("run", 0777), 99), at(file("x"), 20)}, {{"run/.containerenv"}}),
                ElementsAre("run: mode: 0755 | 0777"));
    EXPECT_THAT(differences(built, {at(folder("run"), 99), at(file("run/a"), 99), at(file("x"), 20)},
                            {{"run/.containerenv"}})
                    .size(),
                1u);
}

TEST(Compare, AWildcardAllowsNothingThatGivesRights) {
    const std::vector<TarFile> built{folder("k")};
    TarFile setuid = file("k/a"), capable = file("k/a"), device = file("k/a");
    setuid.entry.mode = 04755;
    capable.entry.xattrs["security.capability"] = "x";
    device.entry.type = slipway::support::TarType::block_device;
    for (const TarFile& hidden : {setuid, capable, device}) {
        EXPECT_EQ(differences(built, {folder("k"), hidden}, {{"k/*"}}).size(), 1u);
        EXPECT_THAT(differences(built, {folder("k"), hidden}, {{"k/a"}}), IsEmpty());
    }
    EXPECT_THAT(differences(built, {folder("k"), file("k/a")}, {{"k/*"}}), IsEmpty());
}

TEST(Compare, TheRootIsPlainIfNobodySaysOtherwise) {
    EXPECT_THAT(differences({file("a")}, {folder("."), file("a")}), IsEmpty());
    EXPECT_THAT(differences({file("a")}, {folder(".", 0777), file("a")}),
                ElementsAre(".: mode: 0755 | 0777"));
}

TEST(Compare, KeepsSoManyFindingsAndCountsTheRest) {
    std::vector<TarFile> many;
    for (int i = 0; i < 1500; ++i)
        many.push_back(file("f" + std::to_string(i)));
    Findings findings;
    compare(tree_of({}), tree_of(many), {}, findings);
    EXPECT_EQ(findings.total(), 1500u);
    EXPECT_EQ(findings.list().size(), Findings::most);
}

} // namespace
