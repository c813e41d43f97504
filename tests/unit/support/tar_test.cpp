// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <support/tar.hpp>
#include <tar_of/tar_of.hpp>

namespace {

using namespace slipway::support;
using slipway::test::file;
using slipway::test::file_of;
using slipway::test::folder;
using slipway::test::hard_link;
using slipway::test::soft_link;
using slipway::test::tar_of;
using slipway::test::TarFile;

struct Read {
    TarEntry entry;
    std::string content;
};

std::vector<Read> read_all_entries(const std::string& bytes) {
    const UniqueFd fd = file_of(bytes);
    auto reader = TarReader::open(fd.get());
    EXPECT_TRUE(reader) << reader.error().message();
    std::vector<Read> entries;
    for (;;) {
        auto entry = reader.value().next();
        EXPECT_TRUE(entry) << entry.error().message();
        if (!entry || !entry.value()) return entries;
        auto text = reader.value().text(1u << 20);
        EXPECT_TRUE(text) << text.error().message();
        entries.push_back({*entry.value(), text.value()});
    }
}

TEST(TarReader, GivesEveryField) {
    TarFile ping = file("./usr/bin/ping", "program", 04755);
    ping.entry.uid = 3000000; // more than the ustar field holds
    ping.entry.gid = 7;
    ping.entry.mtime_nsec = 123456789;
    ping.entry.xattrs["security.capability"] = std::string("\1\0\0\2", 4);
    const auto entries = read_all_entries(
        tar_of({folder("usr/"), ping, soft_link("bin", "usr/bin"),
                hard_link("usr/bin/ping6", "./usr/bin/ping"), file("usr/\xc3\xa9t\xc3\xa9", "")}));
    ASSERT_EQ(entries.size(), 5u);
    EXPECT_EQ(entries[0].entry.path, "usr");
    EXPECT_EQ(entries[0].entry.type, TarType::directory);
    const TarEntry& e = entries[1].entry;
    EXPECT_EQ(e.path, "usr/bin/ping");
    EXPECT_EQ(e.type, TarType::file);
    EXPECT_EQ(e.mode, 04755u);
    EXPECT_EQ(e.uid, 3000000);
    EXPECT_EQ(e.gid, 7);
    EXPECT_EQ(e.mtime, 1700000000);
    EXPECT_EQ(e.mtime_nsec, 123456789);
    EXPECT_EQ(e.size, 7u);
    EXPECT_EQ(e.xattrs.at("security.capability"), std::string("\1\0\0\2", 4));
    EXPECT_EQ(entries[1].content, "program");
    EXPECT_EQ(entries[2].entry.link, "usr/bin");
    EXPECT_EQ(entries[3].entry.type, TarType::hardlink);
    EXPECT_EQ(entries[3].entry.link, "usr/bin/ping");
    EXPECT_EQ(entries[4].entry.path, "usr/\xc3\xa9t\xc3\xa9");
}

TEST(TarReader, TheRootIsADot) {
    const auto entries = read_all_entries(tar_of({folder("./")}));
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].entry.path, ".");
}

TEST(TarReader, RefusesWhatIsNoTar) {
    for (const std::string& bytes : {std::string("hello, world"), std::string(4096, 'x')}) {
        const UniqueFd fd = file_of(bytes);
        auto reader = TarReader::open(fd.get());
        auto entry = reader ? reader.value().next() : Result<std::optional<TarEntry>>(reader.error());
        ASSERT_FALSE(entry);
        EXPECT_EQ(entry.error().kind, Kind::verify);
    }
}

TEST(TarReader, RefusesATruncatedTar) {
    const std::string whole = tar_of({file("a", std::string(100000, 'a'))});
    const UniqueFd fd = file_of(whole.substr(0, 50000));
    auto reader = TarReader::open(fd.get());
    ASSERT_TRUE(reader);
    ASSERT_TRUE(reader.value().next());
    auto text = reader.value().text(1u << 20);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, Kind::verify);
}

TEST(TarReader, BoundsATextByItsHeader) {
    const UniqueFd fd = file_of(tar_of({file("a", "12345")}));
    auto reader = TarReader::open(fd.get());
    ASSERT_TRUE(reader);
    ASSERT_TRUE(reader.value().next());
    auto text = reader.value().text(4);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().message(), "larger than 4 bytes");
}

} // namespace
