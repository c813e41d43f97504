// SPDX-License-Identifier: GPL-3.0-or-later
#include "inventory_of.hpp"
#include "manifest.hpp"

#include <gmock/gmock.h>

namespace {

using namespace slipway::rootfs_test;
using namespace slipway::test;
using slipway::support::Kind;
using testing::ElementsAre;

const std::vector<TarFile> tree{folder("d"), file("d/f", "x"), soft_link("l", "d/f"), hard_link("h", "d/f")};

const std::string folder_line =
    R"({"path":"d","type":"directory","mode":"0755","uid":0,"gid":0,"mtime":1700000000})";
const std::string file_line =
    R"({"path":"d/f","type":"file","mode":"0644","uid":0,"gid":0,"size":1,)"
    R"("sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","mtime":1700000000})";
const std::string link_line =
    R"({"path":"l","type":"symlink","mode":"0777","uid":0,"gid":0,"link":"d/f","mtime":1700000000})";
const std::string hardlink_line =
    R"({"path":"h","type":"hardlink","mode":"0644","uid":0,"gid":0,"link":"d/f","mtime":1700000000})";

std::string manifest(const std::vector<std::string>& lines) {
    std::string text = "{\"slipway_manifest\":1,\"entries\":[\n";
    for (const std::string& line : lines)
        text += line + (&line == &lines.back() ? "\n" : ",\n");
    return text + "]}\n";
}

std::vector<std::string> found(const std::string& text) {
    const auto fd = file_of(text);
    auto check = check_manifest(inventory_of(tree), fd.get());
    EXPECT_TRUE(check) << check.error().message();
    return lines_of(check.value());
}

TEST(Manifest, AgreesWithItsTar) {
    EXPECT_THAT(found(manifest({folder_line, file_line, link_line, hardlink_line})), ElementsAre());
}

TEST(Manifest, NamesWhatOnlyOneHas) {
    EXPECT_THAT(
        found(manifest({folder_line, file_line, link_line, R"({"path":"x","type":"file"})"})),
        ElementsAre("x: missing | there, as the manifest says", "h: hardlink | an entry of the manifest"));
    EXPECT_THAT(found(manifest({folder_line, file_line, file_line, link_line, hardlink_line})),
                ElementsAre("d/f: two entries of the manifest | one"));
}

TEST(Manifest, ComparesEveryField) {
    std::string changed = file_line;
    changed.replace(changed.find("0644"), 4, "0755");
    EXPECT_THAT(
        found(manifest({folder_line, changed, link_line, hardlink_line})),
        ElementsAre("d/f: file 0644 0:0 1 "
                    "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  | file 0755 0:0 1 "
                    "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 "));
}

TEST(Manifest, SaysWhereItIsNoManifest) {
    EXPECT_THAT(found(manifest({folder_line, R"({"path": )", file_line, link_line, hardlink_line})),
                ElementsAre(testing::MatchesRegex("manifest: 1:.* \\| an entry")));
    const auto fd = file_of(std::string((1u << 20) + 100000, 'x'));
    auto check = check_manifest(inventory_of(tree), fd.get());
    ASSERT_FALSE(check);
    EXPECT_EQ(check.error().kind, Kind::verify);
    EXPECT_EQ(check.error().message(), "manifest: a line of more than 1 MiB (hint: it has one entry a line)");
}

} // namespace
