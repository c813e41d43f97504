// SPDX-License-Identifier: GPL-3.0-or-later
//
// compress.hpp and the encoders, judged by the zstd, xz, gzip and sha256sum programs.
#include <command/command.hpp>
#include <compress.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <unistd.h>

#include <filesystem>
#include <random>

namespace slipway::compress {

void PrintTo(Format format, std::ostream* out) {
    *out << suffix_of(format);
}

} // namespace slipway::compress

using namespace slipway;
using namespace slipway::compress;
using support::Kind;
using test::run_command;

namespace {

const Meter silent = [](std::uint64_t) { return true; };

/// Text that compresses to about a quarter, with repeats far apart.
std::string sample(std::size_t size, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::string text;
    text.reserve(size + 64);
    while (text.size() < size) {
        if (text.size() > 100000 && random() % 400 == 0)
            text += text.substr(random() % (text.size() - 5000), 1000 + random() % 4000);
        else
            text += "usr/lib/" + std::to_string(random()) + ".so\n";
    }
    text.resize(size);
    return text;
}

support::UniqueFd create(const std::string& path) {
    return support::UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

std::string tool_of(Format format) {
    return format == Format::zstd ? "zstd" : format == Format::xz ? "xz" : "gzip";
}

class CompressTest : public ::testing::TestWithParam<Format> {
protected:
    std::string in() const { return folder_ / "in"; }

    std::string out(const std::string& stem = "out") const {
        return folder_ / (stem + suffix_of(settings_.format));
    }

    void SetUp() override {
        settings_.format = GetParam();
        settings_.level = 1;
    }

    support::Result<Archive> archive_into(int out_fd, const Meter& meter = silent) {
        auto in_fd = support::open_read(in());
        auto encoder = make_encoder(settings_);
        if (!encoder) return encoder.error();
        return compress::compress({in_fd.value().get(), out_fd, "in", "out"}, *encoder.value(), meter);
    }

    support::Result<Archive> archive(const std::string& stem = "out") {
        return archive_into(create(out(stem)).get());
    }

    /// The real tool finds no fault in it, gives the same bytes back, and the digest is the file's.
    void expect_sound(const Archive& made, const std::string& stem = "out") {
        const std::string tool = tool_of(settings_.format);
        const auto test = run_command({tool, "-t", out(stem)});
        EXPECT_EQ(test.status, 0) << test.output;
        EXPECT_EQ(run_command({tool, "-q", "-d", "-k", "-f", out(stem)}).status, 0);
        EXPECT_EQ(run_command({"cmp", in(), folder_ / stem}).output, "");
        const auto sum = run_command({"sha256sum", "-b", out(stem)});
        EXPECT_EQ(sum.output.substr(0, 64), made.sha256.hex());
        EXPECT_EQ(made.size, std::filesystem::file_size(out(stem)));
        EXPECT_EQ(made.in_size, std::filesystem::file_size(in()));
    }

    void round_trip(const std::string& bytes) {
        ASSERT_TRUE(support::write_file(in(), bytes));
        auto made = archive();
        ASSERT_TRUE(made) << made.error().message();
        expect_sound(made.value());
    }

    test::ScratchFolder folder_;
    Settings settings_;
};

INSTANTIATE_TEST_SUITE_P(Formats, CompressTest, ::testing::Values(Format::zstd, Format::xz, Format::gzip),
                         [](const auto& each) { return tool_of(each.param); });

TEST_P(CompressTest, EmptyInput) {
    round_trip("");
}

TEST_P(CompressTest, OneByte) {
    round_trip("x");
}

TEST_P(CompressTest, ExactlyOneBuffer) {
    round_trip(sample(1u << 20));
}

TEST_P(CompressTest, LargerThanBuffersAndBlocks) {
    round_trip(sample(5'300'001));
}

TEST_P(CompressTest, EveryLevel) {
    const Levels levels = levels_of(GetParam());
    for (settings_.level = levels.least; settings_.level <= levels.most; ++settings_.level) {
        SCOPED_TRACE(settings_.level);
        round_trip(sample(300'000));
    }
}

TEST_P(CompressTest, BytesDoNotDependOnThreads) {
    ASSERT_TRUE(support::write_file(in(), sample(16'000'000)));
    std::vector<std::string> digests;
    for (const unsigned threads : {1u, 2u, 7u, 0u}) {
        settings_.threads = threads;
        auto made = archive();
        ASSERT_TRUE(made) << made.error().message();
        digests.push_back(made.value().sha256.hex());
    }
    EXPECT_EQ(digests, std::vector<std::string>(4, digests[0]));
}

TEST_P(CompressTest, BytesDoNotDependOnHowAPipeTrickles) {
    const std::string bytes = sample(2'500'000);
    ASSERT_TRUE(support::write_file(in(), bytes));
    auto whole = archive();
    ASSERT_TRUE(whole);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const support::UniqueFd reader(ends[0]);
    const pid_t writer = ::fork();
    if (writer == 0) {
        for (std::size_t at = 0; at < bytes.size(); at += 7001)
            if (::write(ends[1], bytes.data() + at, std::min<std::size_t>(7001, bytes.size() - at)) < 0)
                ::_exit(1);
        ::_exit(0);
    }
    ::close(ends[1]);
    auto encoder = make_encoder(settings_);
    const auto fd = create(out("piped"));
    auto piped = compress::compress({reader.get(), fd.get(), "in", "out"}, *encoder.value(), silent);
    ASSERT_TRUE(piped) << piped.error().message();
    EXPECT_EQ(piped.value().sha256, whole.value().sha256);
}

/// gzip always has one.
class Checked : public CompressTest {};

INSTANTIATE_TEST_SUITE_P(Formats, Checked, ::testing::Values(Format::zstd, Format::xz),
                         [](const auto& each) { return tool_of(each.param); });

TEST_P(Checked, ChecksumCanBeLeftOut) {
    ASSERT_TRUE(support::write_file(in(), sample(100'000)));
    auto with = archive("with");
    settings_.checksum = false;
    auto without = archive();
    ASSERT_TRUE(with && without);
    expect_sound(without.value());
    const std::string tool = tool_of(GetParam());
    const std::string mark = GetParam() == Format::zstd ? "XXH64" : "CRC64";
    EXPECT_NE(run_command({tool, "-l", "-v", out("with")}).output.find(mark), std::string::npos);
    EXPECT_EQ(run_command({tool, "-l", "-v", out()}).output.find(mark), std::string::npos);
}

TEST_P(CompressTest, MeterStopsTheWork) {
    ASSERT_TRUE(support::write_file(in(), sample(3'000'000)));
    const auto fd = create(out());
    auto made = archive_into(fd.get(), [](std::uint64_t done) { return done < 1'000'000; });
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Kind::cancelled);
    EXPECT_EQ(made.error().what, "compressing 'in': cancelled");
}

TEST_P(CompressTest, MeterIsHeardTheLastTime) {
    ASSERT_TRUE(support::write_file(in(), sample(3'000'000)));
    int asked = 0;
    const auto first = create(out("first"));
    ASSERT_TRUE(archive_into(first.get(), [&](std::uint64_t) { return ++asked > 0; }));
    const int last = std::exchange(asked, 0);
    bool told = false;
    const auto second = create(out("second"));
    const auto made = archive_into(second.get(), [&](std::uint64_t) {
        told = told || ++asked == last;
        return !told;
    });
    EXPECT_EQ(!made, told) << "it was asked " << asked << " times, and " << last << " before";
}

TEST_P(CompressTest, MeterSeesTheWholeInput) {
    ASSERT_TRUE(support::write_file(in(), sample(3'000'000)));
    std::uint64_t last = 0;
    const auto fd = create(out());
    ASSERT_TRUE(archive_into(fd.get(), [&](std::uint64_t done) {
        EXPECT_GE(done, last);
        last = done;
        return true;
    }));
    EXPECT_EQ(last, 3'000'000u);
}

TEST_P(CompressTest, FullDisk) {
    ASSERT_TRUE(support::write_file(in(), sample(100'000)));
    const support::UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    auto made = archive_into(full.get());
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Kind::resource);
    EXPECT_EQ(made.error().what, "writing 'out': No space left on device");
}

TEST_P(CompressTest, UnreadableInput) {
    auto encoder = make_encoder(settings_);
    const auto fd = create(out());
    const support::UniqueFd folder(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    auto made = compress::compress({folder.get(), fd.get(), "in", "out"}, *encoder.value(), silent);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().what, "reading 'in': Is a directory");
}

TEST(Zstd, LongDistanceFindsWhatTheWindowOfTheLevelCannot) {
    test::ScratchFolder folder;
    const std::string block = sample(1'000'000, 7);
    ASSERT_TRUE(support::write_file(folder / "in", block + sample(12'000'000, 8) + block));
    std::uint64_t sizes[2];
    for (const bool long_distance : {false, true}) {
        auto encoder = make_encoder({Format::zstd, 1, long_distance, true, 0});
        const auto in = support::open_read(folder / "in");
        const auto out = create(folder / "out.zst");
        auto made = compress::compress({in.value().get(), out.get(), "in", "out"}, *encoder.value(), silent);
        ASSERT_TRUE(made);
        sizes[long_distance ? 1 : 0] = made.value().size;
    }
    EXPECT_LT(sizes[1] + 200'000, sizes[0]);
}

TEST(Zstd, AsSmallAsTheProgram) {
    test::ScratchFolder folder;
    ASSERT_TRUE(support::write_file(folder / "in", sample(20'000'000)));
    auto encoder = make_encoder({Format::zstd, 8, true, true, 0});
    const auto in = support::open_read(folder / "in");
    const auto out = create(folder / "out.zst");
    auto made = compress::compress({in.value().get(), out.get(), "in", "out"}, *encoder.value(), silent);
    ASSERT_TRUE(made);
    ASSERT_EQ(
        run_command({"zstd", "-q", "--long", "-T0", "-8", "-o", folder / "ref.zst", folder / "in"}).status,
        0);
    const auto reference = static_cast<double>(std::filesystem::file_size(folder / "ref.zst"));
    EXPECT_LE(static_cast<double>(made.value().size), reference * 1.005);
}

TEST(None, TheInputAsItIs) {
    test::ScratchFolder folder;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{1} << 20, std::size_t{2'500'000}}) {
        ASSERT_TRUE(support::write_file(folder / "in", sample(size)));
        auto encoder = make_encoder({.format = Format::none, .level = 0});
        const auto in = support::open_read(folder / "in");
        const auto out = create(folder / "out");
        ASSERT_TRUE(compress::compress({in.value().get(), out.get(), "in", "out"}, *encoder.value(), silent));
        EXPECT_EQ(run_command({"cmp", folder / "in", folder / "out"}).output, "");
    }
}

TEST(Levels, OutOfRange) {
    EXPECT_EQ(level_for(Format::zstd, std::nullopt).value(), 8);
    EXPECT_EQ(level_for(Format::xz, std::nullopt).value(), 6);
    EXPECT_EQ(level_for(Format::xz, 0).value(), 0);
    EXPECT_EQ(level_for(Format::zstd, 22).value(), 22);
    auto high = level_for(Format::xz, 10);
    ASSERT_FALSE(high);
    EXPECT_EQ(high.error().kind, Kind::config);
    EXPECT_EQ(high.error().message(), "level: 10 is out of the range of xz (hint: use a number from 0 to 9)");
    EXPECT_EQ(level_for(Format::zstd, 0).error().message(),
              "level: 0 is out of the range of zstd (hint: use a number from 1 to 22)");
    EXPECT_EQ(level_for(Format::gzip, 13).error().message(),
              "level: 13 is out of the range of gzip (hint: use a number from 1 to 12)");
    EXPECT_FALSE(level_for(Format::zstd, (std::int64_t{1} << 32) + 8));
}

TEST(MaxSize, RefusesWithSizesAndAdvice) {
    const Archive archive{364'000'000, 100'000'001, support::Digest::of("")};
    EXPECT_TRUE(check_size("a.zst", archive, 0));
    EXPECT_TRUE(check_size("a.zst", archive, 100'000'001));
    auto over = check_size("a.zst", archive, 95'000'000);
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().kind, Kind::resource);
    EXPECT_EQ(
        over.error().message(),
        "'a.zst': 100000001 bytes (100.0 MB), but max_size is 95000000 (95.0 MB) (hint: try a higher level, "
        "the format xz, or fewer packages: the input has 364.0 MB)");
}

TEST(ChecksumLine, CoreutilsReadsItBack) {
    test::ScratchFolder folder;
    for (const std::string name : {"plain.zst", " two  words ", "back\\slash", "line\nbreak", "car\rriage"}) {
        ASSERT_TRUE(support::write_file(folder / name, name));
        ASSERT_TRUE(
            support::write_file(folder / "SHA256SUMS", checksum_line(support::Digest::of(name), name)));
        const auto check =
            run_command({"env", "-C", folder.path(), "sha256sum", "--strict", "-c", "SHA256SUMS"});
        EXPECT_EQ(check.status, 0) << check.output;
    }
}

} // namespace
