// SPDX-License-Identifier: GPL-3.0-or-later
#include <archive.h>
#include <command/command.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/archive.hpp>
#include <support/fs.hpp>
#include <support/tar.hpp>
#include <unistd.h>

using namespace slipway;
using namespace slipway::support;

namespace {

constexpr std::size_t hole = 300'000; // more than one block of zeros, and no multiple of it
const std::string head(4096, 'h');
const std::string tail(5000, 't');

std::string expected_content() {
    return head + std::string(hole, '\0') + tail + std::string(hole, '\0');
}

/// GNU tar's archive of one sparse file: a head, a hole, a tail, a hole.
std::string sparse_tar(const test::ScratchFolder& folder) {
    const std::string name = folder / "sparse";
    EXPECT_TRUE(write_file(name, head));
    EXPECT_EQ(::truncate(name.c_str(), static_cast<off_t>(head.size() + hole)), 0);
    const UniqueFd fd(::open(name.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    EXPECT_TRUE(write_all(fd.get(), tail, name));
    EXPECT_EQ(::truncate(name.c_str(), static_cast<off_t>(expected_content().size())), 0);
    const auto tar = test::run_command(
        {"tar", "-S", "--format=pax", "-C", folder.path(), "-cf", folder / "tar", "sparse"});
    EXPECT_EQ(tar.status, 0) << tar.output;
    const auto bytes = read_file(folder / "tar");
    EXPECT_TRUE(bytes);
    EXPECT_LT(bytes.value().size(), hole) << "the file system has no holes";
    return bytes.value();
}

/// A tar in memory with its first header read.
ArchiveHandle at_first_entry(const std::string& tar) {
    ArchiveHandle handle = new_archive_reader();
    archive_read_support_format_tar(handle.get());
    archive_entry* e = nullptr;
    EXPECT_EQ(archive_read_open_memory(handle.get(), tar.data(), tar.size()), ARCHIVE_OK);
    EXPECT_EQ(archive_read_next_header(handle.get(), &e), ARCHIVE_OK);
    return handle;
}

} // namespace

TEST(ArchiveContent, HolesAreZeros) {
    const test::ScratchFolder folder;
    const std::string tar = sparse_tar(folder);
    const ArchiveHandle handle = at_first_entry(tar);
    ArchiveContent content(handle.get(), expected_content().size());
    std::string data;
    std::string all;
    for (;;) {
        const auto bytes = content.next();
        ASSERT_TRUE(bytes) << bytes.error().message();
        if (bytes.value().empty()) break;
        all += bytes.value();
        if (!content.in_hole()) data += bytes.value();
    }
    EXPECT_EQ(all, expected_content());
    EXPECT_LT(data.size(), hole);
    EXPECT_NE(data.find(tail), std::string::npos);
    const auto again = content.next();
    EXPECT_TRUE(again && again.value().empty());
}

TEST(ArchiveContent, IsOneText) {
    const test::ScratchFolder folder;
    const std::string tar = sparse_tar(folder);
    const ArchiveHandle handle = at_first_entry(tar);
    const std::size_t size = expected_content().size();
    const auto small = ArchiveContent(handle.get(), size).text(size - 1);
    ASSERT_FALSE(small);
    EXPECT_EQ(small.error().kind, Kind::resource);
    const auto text = ArchiveContent(handle.get(), size).text(size);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_EQ(text.value(), expected_content());
}

TEST(ArchiveContent, IsNoLargerThanItsHeaderSays) {
    const test::ScratchFolder folder;
    const std::string tar = sparse_tar(folder);
    const ArchiveHandle handle = at_first_entry(tar);
    const auto text = ArchiveContent(handle.get(), head.size() - 1).text(1u << 20);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, Kind::verify);
    EXPECT_EQ(text.error().message(), "content larger than its header says");
}

TEST(ArchiveContent, SaysWhatIsDamaged) {
    const test::ScratchFolder folder;
    const std::string tar = sparse_tar(folder).substr(0, 4096);
    const ArchiveHandle handle = at_first_entry(tar);
    const auto text = ArchiveContent(handle.get(), expected_content().size()).text(1u << 20);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, Kind::verify);
    EXPECT_EQ(text.error().message(), archive_failure(handle.get()).message());
}

TEST(TarReader, GivesTheHolesOfASparseFile) {
    const test::ScratchFolder folder;
    sparse_tar(folder);
    const auto fd = open_read(folder / "tar");
    ASSERT_TRUE(fd);
    auto reader = TarReader::open(fd.value().get());
    ASSERT_TRUE(reader);
    ASSERT_TRUE(reader.value().next());
    const auto text = reader.value().text(1u << 20);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_EQ(text.value(), expected_content());
}
