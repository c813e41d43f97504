// SPDX-License-Identifier: GPL-3.0-or-later
//
// The strict reader beside libarchive's: where both read, they read the same; what is odd is told or refused.
#include "trees.hpp"

#include <expected.hpp>

#include <cstring>

namespace {

using namespace slipway::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One block of a header; `edit` changes it before its checksum is made.
std::string header(const std::string& name, char type, std::size_t size = 0,
                   const std::function<void(std::string&)>& edit = {}) {
    std::string block(512, '\0');
    block.replace(0, name.size(), name);
    block.replace(100, 7, "0000644");
    block.replace(108, 7, "0000000");
    block.replace(116, 7, "0000000");
    char text[16];
    std::snprintf(text, sizeof text, "%011zo", size);
    block.replace(124, 11, text);
    block.replace(136, 11, "00000000000");
    block[156] = type;
    block.replace(257, 8, std::string("ustar\00000", 8));
    if (edit) edit(block);
    block.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : block)
        sum += static_cast<unsigned char>(c);
    std::snprintf(text, sizeof text, "%06o", sum);
    block.replace(148, 7, std::string(text) + '\0');
    return block;
}

std::string padded(std::string bytes) {
    bytes.resize((bytes.size() + 511) / 512 * 512);
    return bytes;
}

const std::string end(1024, '\0');

std::string extended(const std::string& records, char type = 'x') {
    return header("x", type, records.size()) + padded(records);
}

/// The error, or the findings.
std::string read(const std::string& tar) {
    Layers layers;
    std::string said = layers.add(tar);
    for (const std::string& line : lines_of(layers.findings))
        said += (said.empty() ? "" : "; ") + line;
    return said;
}

TEST(TarStream, ReadsWhatLibarchiveReads) {
    const std::string long_name = "d/" + std::string(200, 'n');
    TarFile odd = file("d/\xc3\xa9", "content");
    odd.entry.xattrs["security.capability"] = std::string("\1\0\0\2=\n", 6);
    odd.entry.mtime_nsec = 5000;
    odd.entry.uid = 3000000000;
    TarFile old = file("d/old");
    old.entry.mtime = -5;
    const std::string tar = tar_of({folder("d", 01777), odd, old, file("d/suid", "", 04755),
                                    file(long_name, std::string(100000, 'x')), soft_link("d/l", long_name),
                                    hard_link("d/h", long_name)});
    Layers layers;
    ASSERT_EQ(layers.add(tar), "");
    EXPECT_THAT(lines_of(layers.findings), IsEmpty());
    const auto fd = file_of(tar);
    auto other = slipway::verify::tree_of_tar(fd.get());
    ASSERT_TRUE(other);
    ASSERT_EQ(layers.tree.paths().size(), other.value().paths().size());
    for (const auto& [path, name] : other.value().paths()) {
        const auto *a = layers.tree.find(path), *b = other.value().find(path);
        ASSERT_NE(a, nullptr) << path;
        EXPECT_EQ(a->sha256, b->sha256) << path;
        EXPECT_EQ(std::tie(a->entry.mode, a->entry.uid, a->entry.gid, a->entry.mtime, a->entry.mtime_nsec,
                           a->entry.size, a->entry.link, a->entry.xattrs),
                  std::tie(b->entry.mode, b->entry.uid, b->entry.gid, b->entry.mtime, b->entry.mtime_nsec,
                           b->entry.size, b->entry.link, b->entry.xattrs))
            << path;
    }
}

TEST(TarStream, ReadsGnuLongNamesAndNumbers) {
    const std::string name(300, 'n');
    const auto gnu = [](std::string& block) { block.replace(257, 8, std::string("ustar  \0", 8)); };
    const std::string tar = header("././@LongLink", 'L', name.size() + 1, gnu) + padded(name + '\0')
                            + header("n", '0', 0,
                                     [&](std::string& block) {
                                         gnu(block);
                                         block.replace(108, 8, std::string("\x80\0\0\0\xff\xff\xff\xfe", 8));
                                     })
                            + end;
    Layers layers;
    EXPECT_EQ(layers.add(tar), "");
    ASSERT_NE(layers.tree.find(name), nullptr);
    EXPECT_EQ(layers.tree.find(name)->entry.uid, 4294967294);
    EXPECT_THAT(lines_of(layers.findings), IsEmpty());
}

TEST(TarStream, RefusesWhatCanBeReadInTwoWays) {
    EXPECT_EQ(read(header("a", '0')), "layer 1: form:  | no end of the archive");
    EXPECT_EQ(read(header("a", '0', 5)), "it ends within an entry");
    EXPECT_EQ(read(header("a", '0') + end + header("b", '0')), "bytes after the end of the archive");
    EXPECT_EQ(read(header("a", '0') + std::string(512, '\0') + header("b", '0') + end),
              "an entry after a block of zeros");
    EXPECT_EQ(read(header("a", 'g', 5) + end), "an entry of type 'g'");
    EXPECT_EQ(read(header("a", '7') + end), "an entry of type '7'");
    EXPECT_EQ(read(header("a", '5', 10) + end), "'a' has content and is no file");
    EXPECT_EQ(read(header("", '0') + end), "an entry without a name");
    EXPECT_EQ(read(header("a", '0', 0, [](std::string& b) { b.replace(257, 8, 8, '\0'); }) + end),
              "a header of an unknown kind");
    EXPECT_EQ(
        read(header("a", '0', 0, [](std::string& b) { b.replace(508, 4, std::string("tar\0", 4)); }) + end),
        "a header of an unknown kind");
    EXPECT_EQ(read(header("a", '0', 0, [](std::string& b) { b.replace(124, 4, "x123"); }) + end),
              "a number that is none");
    EXPECT_EQ(read("no tar" + std::string(600, ' ')), "a header whose checksum is wrong");
    std::string wrong = header("a", '0');
    wrong[0] = 'b';
    EXPECT_EQ(read(wrong + end), "a header whose checksum is wrong");
}

TEST(TarStream, RefusesExtendedHeadersThatCanBeReadInTwoWays) {
    EXPECT_EQ(read(extended("9 path=b\n") + header("a", '0') + end), "");
    EXPECT_EQ(read(extended("9 path=b\n")), "it ends within an entry");
    EXPECT_EQ(read(extended("9 path=b\n") + end), "an extended header without an entry");
    EXPECT_EQ(read(extended("9 path=b\n") + extended("9 path=c\n") + header("a", '0') + end),
              "two extended headers of one kind for one entry");
    EXPECT_EQ(read(extended("9 path=b\n9 path=c\n") + header("a", '0') + end),
              "c: form:  | the extended header 'path' twice (layer 1)");
    EXPECT_EQ(read(extended("8 path=\n") + header("a", '0') + end),
              "a: form:  | the extended header 'path' without a value (layer 1)");
    EXPECT_EQ(read(extended("9 path=b") + header("a", '0') + end), "a broken extended header");
    EXPECT_EQ(read(extended(std::string("9 path=\0\n", 9)) + header("a", '0') + end),
              "a broken extended header");
    EXPECT_EQ(read(extended("22 GNU.sparse.major=1\n") + header("a", '0') + end), "a sparse file");
    EXPECT_EQ(read(extended("11 size=-1\n") + header("a", '0') + end),
              "'-1' in an extended header is no number");
    EXPECT_EQ(read(extended("14 mtime=1.-5\n") + header("a", '0') + end), "a broken extended header");
    EXPECT_EQ(read(extended("32 mtime=-9223372036854775808.5\n") + header("a", '0') + end),
              "a broken extended header");
    EXPECT_THAT(read(extended("9 path=b\n") + header("x", 'L', 2) + padded(std::string("c\0", 2))
                     + header("a", '0') + end),
                HasSubstr("two long names for one entry"));
    EXPECT_EQ(read(extended("25 SCHILY.acl.access=abc\n") + header("a", '0') + end),
              "a: form:  | the extended header 'SCHILY.acl.access' (layer 1)");
}

TEST(TarStream, TellsOddNamesAndModes) {
    for (const char* name : {"./a/./b", "a//b", "a/../b", "/a", "..", "a/"})
        EXPECT_THAT(read(header(name, '0') + end), HasSubstr("a name that is not in its shortest form"))
            << name;
    EXPECT_EQ(read(header("a/", '5') + end), "");
    EXPECT_EQ(read(header("./a", '0') + end), "");
    EXPECT_EQ(read(header("./", '5') + end), "");
    EXPECT_EQ(read(header("a", '0', 0, [](std::string& b) { b.replace(100, 7, "0100644"); }) + end), "");
    EXPECT_EQ(read(header("a", '0', 0, [](std::string& b) { b.replace(100, 7, "0040755"); }) + end),
              "a: form:  | a mode that is another type's (layer 1)");
    EXPECT_EQ(read(header("a", '0', 0, [](std::string& b) { b[3] = 'x'; }) + end),
              "a: form:  | bytes after the end of a name (layer 1)");
}

} // namespace
