// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bad tars, and where entries are in good ones.
#include <gtest/gtest.h>
#include <tar_of/tar_of.hpp>
#include <tree.hpp>

using namespace slipway;
using oci::Tree;
using support::Kind;
using test::file;
using test::file_of;
using test::folder;
using test::hard_link;
using test::tar_of;

namespace {

/// The kind and message of the failure to read `bytes`.
std::pair<Kind, std::string> failure(const std::string& bytes) {
    const auto fd = file_of(bytes);
    auto tree = Tree::read(fd.get(), "r.tar");
    if (tree) return {Kind::internal, "read without an error"};
    return {tree.error().kind, tree.error().message()};
}

using Failure = std::pair<Kind, std::string>;

const std::string good = tar_of({folder("etc"), file("etc/a", std::string(3000, 'x'))});

TEST(Tree, EntriesCoverTheTar) {
    const std::string long_name = "etc/" + std::string(200, 'n');
    const std::string bytes = tar_of({folder("etc"), file(long_name, std::string(1000, 'x')), file("z")});
    const auto fd = file_of(bytes);
    auto tree = Tree::read(fd.get(), "r.tar");
    ASSERT_TRUE(tree) << tree.error().message();
    const auto& nodes = tree.value().nodes();
    ASSERT_EQ(nodes.size(), 3u);
    EXPECT_EQ(nodes[0].offset, 0u);
    EXPECT_EQ(nodes[1].offset, nodes[0].offset + nodes[0].length);
    EXPECT_EQ(nodes[2].offset, nodes[1].offset + nodes[1].length);
    EXPECT_GT(nodes[1].length, 512u + 1024u); // an extended header, too
    EXPECT_EQ(bytes.substr(nodes[2].offset, 1), "z");
    EXPECT_EQ(tree.value().find("etc"), &nodes[0]);
    EXPECT_EQ(tree.value().find("none"), nullptr);
}

TEST(Tree, Empty) {
    EXPECT_EQ(failure(""), Failure(Kind::verify, "'r.tar' is empty"));
    EXPECT_EQ(failure(std::string(10240, '\0')).second,
              "'r.tar' is no tar (hint: wire the root filesystem before it is compressed)");
}

TEST(Tree, NotATar) {
    const Failure expected(Kind::verify,
                           "'r.tar' is no tar (hint: wire the root filesystem before it is compressed)");
    EXPECT_EQ(failure("x"), expected);
    EXPECT_EQ(failure(std::string(100'000, 'x')), expected);
    EXPECT_EQ(failure("\x1f\x8b" + std::string(5000, 'x')), expected);
}

TEST(Tree, DamagedHeader) {
    std::string bytes = good;
    bytes[512] = 'X'; // the second entry's name: the checksum is another
    EXPECT_EQ(failure(bytes), Failure(Kind::verify, "'r.tar': Damaged tar archive"));
}

TEST(Tree, TruncatedAnywhere) {
    const std::string whole = good.substr(0, 512 + 512 + 3072 + 512);
    for (std::size_t length = 512; length < whole.size(); length += 256) {
        const auto [kind, text] = failure(whole.substr(0, length));
        EXPECT_EQ(kind, Kind::verify) << length;
        EXPECT_TRUE(text == "'r.tar' is truncated" || text.starts_with("'r.tar': Truncated "))
            << length << text;
    }
    EXPECT_EQ(failure(whole).second, "read without an error");
}

TEST(Tree, NamesThatLayersCannotHave) {
    EXPECT_EQ(failure(tar_of({file("etc/.wh.a")})),
              Failure(Kind::verify, "'r.tar': 'etc/.wh.a' has a name that means a removed file in a layer"));
    EXPECT_EQ(failure(tar_of({file("a/../../b")})),
              Failure(Kind::verify, "'r.tar': 'a/../../b' leaves the tree"));
    EXPECT_EQ(failure(tar_of({file("/etc/passwd")})),
              Failure(Kind::verify, "'r.tar': '/etc/passwd' leaves the tree"));
    EXPECT_EQ(failure(tar_of({hard_link("a", "b"), file("b")})),
              Failure(Kind::verify, "'r.tar': 'a' is a hard link to 'b', which does not come before it"));
}

TEST(Tree, HeadersOfMoreThanOneEntry) {
    std::string bytes = good;
    bytes[156] = 'g';
    unsigned sum = 0;
    bytes.replace(148, 8, "        ");
    for (std::size_t i = 0; i < 512; ++i)
        sum += static_cast<unsigned char>(bytes[i]);
    char text[9];
    std::snprintf(text, sizeof text, "%06o", sum);
    bytes.replace(148, 8, std::string(text) + std::string("\0 ", 2));
    EXPECT_EQ(failure(bytes).first, Kind::unsupported);
    EXPECT_EQ(failure(bytes).second, "'r.tar': a tar header of type 'g' at byte 0 (hint: make the tar "
                                     "without global headers, sparse files "
                                     "and volumes: tar --format=pax)");
}

} // namespace
