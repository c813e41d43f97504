// SPDX-License-Identifier: GPL-3.0-or-later
#include <archive.h>
#include <archive_entry.h>
#include <command/command.hpp>
#include <gmock/gmock.h>
#include <support/fs.hpp>
#include <support/mtree.hpp>

#include <vector>

using namespace slipway;
using namespace slipway::support;

namespace {

/// "path mode" of each entry, or the error.
Result<std::vector<std::string>> entries_of(const std::string& bytes) {
    const ArchiveHandle handle = new_archive_reader();
    archive_read_support_filter_gzip(handle.get());
    std::vector<std::string> entries;
    SLIPWAY_TRY(read_mtree(handle, bytes, [&](std::string path, archive_entry* entry) -> Result<void> {
        if (path.starts_with("stop")) return Error{Kind::cancelled, "stopped"};
        entries.push_back(path + ' ' + std::to_string(archive_entry_perm(entry)));
        return {};
    }));
    return entries;
}

} // namespace

TEST(Mtree, IsReadAsBsdtarWritesIt) {
    const test::ScratchFolder folder;
    ASSERT_TRUE(make_dirs(folder / "tree/d", 0700));
    ASSERT_TRUE(write_file(folder / "tree/d/\xc3\xa4 b", "text", 0640));
    const auto wrote = test::run_command({"bsdtar", "-C", folder / "tree", "--format=mtree", "--options",
                                          "!all,type,mode", "-czf", folder / "mtree", "d"});
    ASSERT_EQ(wrote.status, 0) << wrote.output;
    const auto bytes = read_file(folder / "mtree");
    ASSERT_TRUE(bytes);
    const auto entries = entries_of(bytes.value());
    ASSERT_TRUE(entries) << entries.error().message();
    EXPECT_THAT(entries.value(), testing::ElementsAre("d 448", "d/\xc3\xa4 b 416"));
}

TEST(Mtree, EndsWithTheErrorOfItsSink) {
    const auto entries = entries_of("#mtree\n./a mode=600 type=file\n./stop mode=600 type=file\n");
    ASSERT_FALSE(entries);
    EXPECT_EQ(entries.error().message(), "stopped");
}

TEST(Mtree, RefusesWhatIsNone) {
    const auto entries = entries_of("no mtree");
    ASSERT_FALSE(entries);
    EXPECT_EQ(entries.error().kind, Kind::verify);
    EXPECT_EQ(entries.error().hint, "");
}
