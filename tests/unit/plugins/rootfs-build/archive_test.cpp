// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_package.hpp"

#include <archive.hpp>
#include <command/command.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <packed.hpp>
#include <sys/mman.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::rootfs;
using namespace slipway::test;
using support::Kind;
using support::Result;

namespace {

Result<std::unique_ptr<PackageReader>> open_bytes(const std::string& bytes, std::uint64_t max_content) {
    support::UniqueFd memory(::memfd_create("package", 0));
    SLIPWAY_TRY(support::write_all(memory.get(), bytes, "memory"));
    SLIPWAY_TRY_ASSIGN(auto source, open_packed(std::move(memory), std::make_shared<UnpackRoom>()));
    return PackageReader::open(std::move(source), {}, max_content);
}

/// Everything that a merge would take from a package.
Result<std::string> read(const std::string& bytes, std::uint64_t max_content = 1u << 20) {
    SLIPWAY_TRY_ASSIGN(const auto reader, open_bytes(bytes, max_content));
    std::string text;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const std::optional<Entry> entry, reader->next());
        if (!entry) break;
        text += entry->slashed() + ' ' + name_of(entry->type) + ' ' + std::to_string(entry->mode) + ' '
                + std::to_string(entry->mtime.seconds) + ' ' + entry->link + '\n';
        SLIPWAY_TRY(reader->content([&](std::string_view piece) {
            text += piece;
            return Result<void>();
        }));
    }
    SLIPWAY_TRY(reader->finish());
    return text;
}

const std::vector<TestEntry> sample{dir("d"), {.path = "d/x", .content = "content"}};

} // namespace

TEST(PackageReader, ReadsEveryCompression) {
    const auto plain = read(make_package(sample, Filter::none));
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain.value(), "d/ directory 493 1600000000 \nd/x file 420 1600000000 \ncontent");
    for (const Filter filter : {Filter::gzip, Filter::xz, Filter::zstd}) {
        const auto text = read(make_package(sample, filter));
        ASSERT_TRUE(text) << text.error().what;
        EXPECT_EQ(text.value(), plain.value());
    }
}

TEST(PackageReader, EveryFlippedBitIsFoundOrHarmless) {
    // xz has a checksum over everything, as makepkg's zstd has; libarchive does not look at gzip's.
    const std::string whole = make_package(sample, Filter::xz);
    const std::string sound = read(whole).value();
    std::size_t found = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        std::string bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        const auto text = read(bytes);
        if (text) {
            ASSERT_EQ(text.value(), sound) << "bit " << bit;
            continue;
        }
        ++found;
        ASSERT_EQ(text.error().kind, Kind::verify) << "bit " << bit << ": " << text.error().what;
    }
    EXPECT_GT(found, 7 * whole.size());
}

TEST(PackageReader, BoundsWhatIsUnpacked) {
    const std::string package = make_package(
        {{.path = "a", .content = std::string(600, 'a')}, {.path = "b", .content = std::string(600, 'b')}});
    EXPECT_TRUE(read(package, 1200));
    const auto over = read(package, 1199);
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().what,
              "entry 'b' makes it larger than 1199 bytes unpacked, far more than its installed size");
}

TEST(PackageReader, PulsesInAHole) {
    // A hole may be as long as `max_content`, and nothing is read meanwhile.
    const ScratchFolder folder;
    const std::string sparse = folder / "sparse";
    ASSERT_TRUE(support::write_file(sparse, "head"));
    ASSERT_EQ(::truncate(sparse.c_str(), 1u << 20), 0);
    const auto tar =
        run_command({"tar", "-S", "--format=pax", "-C", folder.path(), "-cf", folder / "tar", "sparse"});
    ASSERT_EQ(tar.status, 0) << tar.output;
    auto fd = support::open_read(folder / "tar");
    ASSERT_TRUE(fd);
    auto source = Decompressor::open(std::move(fd).value());
    ASSERT_TRUE(source);
    bool cancelled = false;
    const Pulse pulse = [&](std::uint64_t) {
        return cancelled ? Result<void>(support::Error{Kind::cancelled, "cancelled"}) : Result<void>();
    };
    const auto reader = PackageReader::open(std::move(source).value(), pulse, 1u << 20);
    ASSERT_TRUE(reader);
    ASSERT_TRUE(reader.value()->next());
    std::size_t done = 0;
    const auto read = reader.value()->content([&](std::string_view piece) {
        done += piece.size();
        cancelled = true;
        return Result<void>();
    });
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Kind::cancelled);
    EXPECT_LT(done, 1u << 17);
}

TEST(Mtree, ListsFilesAndFolders) {
    const auto paths = mtree_paths("#mtree\n/set type=file uid=0\n./.PKGINFO size=1\n./usr type=dir\n"
                                   "./usr/\\303\\274 size=2\n./usr/l type=link link=x\n");
    ASSERT_TRUE(paths) << paths.error().what;
    EXPECT_THAT(paths.value(), testing::ElementsAre("usr/", "usr/\xc3\xbc", "usr/l"));
}

TEST(Mtree, RefusesWhatIsNone) {
    EXPECT_FALSE(mtree_paths("no mtree"));
    EXPECT_FALSE(mtree_paths("#mtree\n./a/../b type=file\n"));
    const auto many = mtree_paths("#mtree\n" + std::string(max_entries, '\n'));
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().what, "more than 1000000 lines");
}
