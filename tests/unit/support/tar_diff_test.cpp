// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <support/tar_diff.hpp>
#include <tar_of/tar_of.hpp>

namespace {

using namespace slipway::support;
using slipway::test::file;
using slipway::test::file_of;
using slipway::test::folder;
using slipway::test::soft_link;
using slipway::test::tar_of;
using slipway::test::TarFile;
using testing::ElementsAre;

std::vector<std::string> diff(const std::vector<TarFile>& before, const std::vector<TarFile>& after,
                              std::size_t limit = 100) {
    const UniqueFd a = file_of(tar_of(before)), b = file_of(tar_of(after));
    auto found = diff_tars(a.get(), b.get(), limit);
    EXPECT_TRUE(found) << found.error().message();
    std::vector<std::string> lines;
    for (const TarDifference& d : found.value().list)
        lines.push_back(d.path + ": " + d.field + ": " + d.before + " -> " + d.after);
    if (found.value().total > lines.size()) lines.push_back(std::to_string(found.value().total) + " in all");
    return lines;
}

TEST(TarDiff, EqualTarsHaveNone) {
    EXPECT_THAT(diff({folder("a"), file("a/b", "x")}, {folder("a"), file("a/b", "x")}), ElementsAre());
}

TEST(TarDiff, NamesEveryField) {
    TarFile changed = file("f", "abd", 0600);
    changed.entry.uid = 1;
    changed.entry.gid = 2;
    changed.entry.mtime = 1700000001;
    changed.entry.mtime_nsec = 5;
    changed.entry.xattrs["user.x"] = "\xff";
    EXPECT_THAT(diff({file("f", "abc")}, {changed}),
                ElementsAre("f: mode: 0644 -> 0600", "f: owner: 0:0 -> 1:2",
                            "f: mtime: 2023-11-14T22:13:20Z -> 2023-11-14T22:13:21Z +5 ns",
                            // printf abc | sha256sum; printf abd | sha256sum
                            "f: content: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad -> "
                            "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9",
                            "f: xattrs:  -> user.x=ff"));
    EXPECT_THAT(diff({soft_link("l", "a")}, {soft_link("l", "b\n")}), ElementsAre("l: link: a -> b\\x0a"));
}

TEST(TarDiff, NamesATypeAndWhatOnlyOneHas) {
    EXPECT_THAT(diff({folder("a"), file("b"), folder("d")}, {soft_link("a", "x"), file("c"), folder("d")}),
                ElementsAre("a: type: directory -> symlink", "a: mode: 0755 -> 0777", "a: link:  -> x",
                            "b: entry: file -> missing", "c: entry: missing -> file"));
}

TEST(TarDiff, TellsTheOrderOnlyWhereNothingElseDiffers) {
    EXPECT_THAT(diff({file("a"), file("b"), file("c")}, {file("a"), file("c"), file("b")}),
                ElementsAre("b: order: entry 2 is b -> entry 2 is c"));
    EXPECT_THAT(diff({file("a"), file("b")}, {file("b", "x"), file("a")}).size(),
                2u); // size and content of b
    EXPECT_THAT(diff({file("a")}, {file("a"), file("a")}),
                ElementsAre("a: order: entry 2 is nothing -> entry 2 is a"));
}

TEST(TarDiff, CountsWhatItDoesNotList) {
    EXPECT_THAT(diff({file("a"), file("b"), file("c")}, {}, 2),
                ElementsAre("a: entry: file -> missing", "b: entry: file -> missing", "3 in all"));
}

} // namespace
