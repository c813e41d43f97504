// SPDX-License-Identifier: GPL-3.0-or-later
//
// Frames for the segments of a tar: tars are made by Python's tarfile, archives read by zstd.
#include <command/command.hpp>
#include <common/segments.hpp>
#include <compress.hpp>
#include <fcntl.h>
#include <frame_cache.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <unistd.h>

#include <filesystem>
#include <set>

using namespace slipway;
using namespace slipway::compress;
using test::run_command;

namespace {

/// Arguments: the tar, then NAME:BYTES:SEED of each file. A name that starts with '+' begins a segment.
constexpr const char* make_tar = R"(
import io, random, sys, tarfile
with tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT) as tar:
    for argument in sys.argv[2:]:
        name, size, seed = argument.split(":")
        info = tarfile.TarInfo(name.lstrip("+"))
        info.size = int(size)
        if name.startswith("+"):
            info.pax_headers = {"comment": "segment"}
        words = random.Random(int(seed)).randbytes(4096) + bytes(4096)
        tar.addfile(info, io.BytesIO((words * (info.size // len(words) + 1))[:info.size]))
)";

class Frames : public ::testing::Test {
protected:
    Frames() { settings_.level = 1; }

    void make(const std::vector<std::string>& files) {
        std::vector<std::string> command{"python3", "-c", make_tar, tar()};
        command.insert(command.end(), files.begin(), files.end());
        const auto made = run_command(command);
        ASSERT_EQ(made.status, 0) << made.output;
    }

    /// The archive's digest, after zstd has given the tar back from it.
    std::string archive() {
        const support::UniqueFd out(::open(zst().c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        const auto in = support::open_read(tar());
        auto encoder = make_encoder(settings_);
        auto made = compress::compress({in.value().get(), out.get(), "in", "out"}, *encoder.value(),
                                       [](std::uint64_t) { return true; });
        EXPECT_TRUE(made) << made.error().message();
        summary_ = encoder.value()->summary();
        EXPECT_EQ(run_command({"zstd", "-dqf", zst(), "-o", folder_ / "back"}).status, 0);
        EXPECT_EQ(run_command({"cmp", folder_ / "back", tar()}).status, 0);
        return made.value().sha256.hex();
    }

    /// As zstd counts them.
    std::string frames() const {
        const auto listed = run_command({"zstd", "-lv", zst()});
        const auto at = listed.output.find("# Zstandard Frames: ");
        return listed.output.substr(at + 20, listed.output.find('\n', at) - at - 20);
    }

    static std::optional<std::string> find(const FrameCache& kept, const std::string& name) {
        PieceBuffer frame(100);
        if (!kept.find(name, frame)) return std::nullopt;
        return std::string(frame.view());
    }

    std::string tar() const { return folder_ / "in.tar"; }

    std::string zst() const { return folder_ / "out.zst"; }

    std::string cache() const { return folder_ / "cache"; }

    test::ScratchFolder folder_;
    Settings settings_;
    std::string summary_;
};

std::vector<std::uint64_t> starts_of(const std::string& bytes, std::size_t step) {
    common::SegmentFinder finder;
    std::vector<std::uint64_t> starts;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
        const std::size_t before = starts.size();
        const std::uint64_t settled = finder.settled();
        finder.feed(std::string_view(bytes).substr(i, step), starts);
        for (std::size_t j = before; j < starts.size(); ++j)
            EXPECT_GE(starts[j], settled);
    }
    return starts;
}

} // namespace

TEST_F(Frames, SegmentsAreFoundHoweverTheBytesCome) {
    make({"+a/:0:1", "a/x:700:2", "+b:0:3", "c:513:4", "+" + std::string(150, 'd') + ":9000:5"});
    const std::string bytes = support::read_file(tar()).value();
    const auto starts = starts_of(bytes, bytes.size());
    ASSERT_EQ(starts.size(), 3U);
    EXPECT_EQ(starts[0], 0U);
    // "./a" and its content, after a pax header, its records and the header of "a/".
    EXPECT_EQ(starts[1], 3 * 512 + 3 * 512U);
    for (const std::size_t step : {1U, 511U, 512U, 513U, 7000U})
        EXPECT_EQ(starts_of(bytes, step), starts) << step;
}

// The checksum's field is shorter than the eight bytes of GNU's large numbers.
TEST_F(Frames, AChecksumThatIsNone) {
    make({"+a/:0:1", "a/x:700:2"});
    std::string bytes = support::read_file(tar()).value();
    bytes[148] = '\x80';
    EXPECT_TRUE(starts_of(bytes, bytes.size()).empty());
}

TEST_F(Frames, OneForEachSegment) {
    make({"+a:70000:1", "+b:100:2", "c:200000:3", "+d:5:4"});
    archive();
    EXPECT_EQ(frames(), "3");
    EXPECT_EQ(summary_, "3 frames, 0 of them from earlier");
}

TEST_F(Frames, LevelsWithParametersOfTheirOwn) {
    make({"+a:3000000:1", "+b:100:2"});
    std::set<std::string> digests;
    for (settings_.level = 6; settings_.level <= 9; ++settings_.level) {
        digests.insert(archive());
        EXPECT_EQ(frames(), "2") << settings_.level;
    }
    EXPECT_EQ(digests.size(), 4U);
}

TEST_F(Frames, ATarWithoutSegmentsIsOneStream) {
    make({"a:70000:1", "+b:100:2"}); // what comes before the first segment belongs to none
    archive();
    EXPECT_EQ(frames(), "1");
    EXPECT_EQ(summary_, "");
    settings_.frames = false;
    make({"+a:70000:1", "+b:100:2"});
    archive();
    EXPECT_EQ(frames(), "1");
}

TEST_F(Frames, ALongSegmentIsCut) {
    make({"+a:70000000:1", "+b:100:2"});
    archive();
    EXPECT_EQ(frames(), "4"); // 32 MiB, 32 MiB, the rest; b
}

TEST_F(Frames, TheBytesDependOnNothingElse) {
    make({"+a:40000000:1", "+b:100:2", "+c:3000000:3", "+d:9000000:4", "+e:1:5"});
    settings_.threads = 1;
    const std::string digest = archive();
    for (const unsigned threads : {2U, 7U}) {
        settings_.threads = threads;
        settings_.cache = cache();
        EXPECT_EQ(archive(), digest);
        EXPECT_EQ(archive(), digest);
        EXPECT_EQ(summary_, "6 frames, 6 of them from earlier");
    }
}

TEST_F(Frames, OnlyWhatChangedIsMadeAgain) {
    settings_.cache = cache();
    make({"+a:70000:1", "+b:100:2", "+c:3000:3"});
    archive();
    make({"+a:70000:1", "+b:101:2", "+c:3000:3"});
    archive();
    // b's header has changed; the blocks that end the tar are c's.
    EXPECT_EQ(summary_, "3 frames, 2 of them from earlier");
    settings_.level = 2;
    archive();
    EXPECT_EQ(summary_, "3 frames, 0 of them from earlier");
}

TEST_F(Frames, ADamagedFrameIsMadeAgain) {
    settings_.cache = cache();
    make({"+a:70000:1", "+b:100000:2", "+c:300000:3"});
    const std::string digest = archive();
    unsigned number = 0;
    for (const auto& entry : std::filesystem::directory_iterator(cache())) {
        if (entry.path().filename() == "key") continue;
        std::string bytes = support::read_file(entry.path()).value();
        if (++number == 1) bytes.back() = static_cast<char>(~bytes.back());
        if (number == 2) bytes.clear();
        if (number == 3) bytes.assign(bytes.size(), '\0'); // after a power loss
        ASSERT_TRUE(support::write_file(entry.path(), bytes));
    }
    EXPECT_EQ(number, 3U);
    EXPECT_EQ(archive(), digest);
    EXPECT_EQ(summary_, "3 frames, 0 of them from earlier");
}

TEST_F(Frames, OldFramesGo) {
    const FrameCache kept(cache());
    const std::string name = kept.name_of("recipe", "content");
    kept.keep(name, "frame");
    kept.remove_old();
    EXPECT_EQ(find(kept, name), "frame");
    const auto age = [&](const std::string& file) {
        ASSERT_EQ(run_command({"touch", "-d", "101 days ago", cache() + "/" + file}).status, 0);
    };
    age("key");
    kept.remove_old();
    EXPECT_EQ(find(FrameCache(cache()), name), "frame");
    age(name);
    kept.remove_old();
    EXPECT_EQ(find(kept, name), std::nullopt);
}

TEST_F(Frames, NamesDependOnTheFoldersKey) {
    const FrameCache kept(cache());
    const std::string name = kept.name_of("recipe", "content");
    EXPECT_EQ(name.size(), 32U);
    EXPECT_NE(name, kept.name_of("recipe", "contents"));
    EXPECT_EQ(name, FrameCache(cache()).name_of("recipe", "content"));
    kept.keep(name, "frame");
    ASSERT_TRUE(support::write_file(cache() + "/key", "short"));
    const FrameCache after(cache());
    EXPECT_NE(name, after.name_of("recipe", "content"));
    EXPECT_EQ(find(after, name), std::nullopt); // its check is of the old key
    EXPECT_EQ(FrameCache("").name_of("recipe", "content"), "");
}
