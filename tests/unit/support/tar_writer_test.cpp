// SPDX-License-Identifier: GPL-3.0-or-later
//
// Archives, as GNU tar and zstd read them.
#include <command/command.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/tar_writer.hpp>
#include <unistd.h>

namespace slipway::support {
namespace {

using test::run_command;
using test::ScratchFolder;

UniqueFd create(const std::string& path) {
    return UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

void write(const std::string& path, const std::string& content) {
    const UniqueFd fd = create(path);
    auto writer = TarWriter::create(fd.get(), 1793836800);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer.value().add("run/a.json", "{}\n"));
    ASSERT_TRUE(write_file(path + ".content", content));
    const UniqueFd from = open_read(path + ".content").value();
    ASSERT_TRUE(writer.value().add("run/ä", from.get(), content.size()));
    ASSERT_TRUE(writer.value().add("run/empty", ""));
    ASSERT_TRUE(writer.value().finish());
}

TEST(TarWriter, TarReadsIt) {
    const ScratchFolder folder;
    std::string content(3'000'000, 'x');
    for (std::size_t i = 0; i < content.size(); i += 7)
        content[i] = static_cast<char>('a' + i % 23);
    write(folder / "a.tar.zst", content);
    const auto list = run_command(
        {"tar", "--zstd", "--full-time", "--quoting-style=literal", "-tvf", folder / "a.tar.zst"});
    EXPECT_EQ(list.output, "-rw-r--r-- 0/0               3 2026-11-05 00:00:00 run/a.json\n"
                           "-rw-r--r-- 0/0         3000000 2026-11-05 00:00:00 run/ä\n"
                           "-rw-r--r-- 0/0               0 2026-11-05 00:00:00 run/empty\n");
    EXPECT_EQ(run_command({"tar", "--zstd", "-xOf", folder / "a.tar.zst", "run/ä"}).output, content);
}

TEST(TarWriter, TheSameContentGivesTheSameBytes) {
    const ScratchFolder folder;
    write(folder / "a.tar.zst", "content");
    write(folder / "b.tar.zst", "content");
    EXPECT_EQ(read_file(folder / "a.tar.zst").value(), read_file(folder / "b.tar.zst").value());
}

TEST(TarWriter, AFileMustBeAsLongAsItIsSaidToBe) {
    const ScratchFolder folder;
    ASSERT_TRUE(write_file(folder / "content", "12345"));
    for (const std::uint64_t size : {4u, 6u}) {
        const UniqueFd fd = create(folder / "a"), from = open_read(folder / "content").value();
        auto writer = TarWriter::create(fd.get(), 0);
        const auto added = writer.value().add("a", from.get(), size);
        ASSERT_FALSE(added);
        EXPECT_EQ(added.error().what, "'a' is not as long as it should be");
    }
}

TEST(TarWriter, AFullDiskIsSaidToBeOne) {
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    auto writer = TarWriter::create(full.get(), 0);
    ASSERT_TRUE(writer);
    (void)writer.value().add("a", "b");
    const auto finished = writer.value().finish();
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().kind, Kind::resource) << finished.error().what;
}

} // namespace
} // namespace slipway::support
