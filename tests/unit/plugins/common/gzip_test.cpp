// SPDX-License-Identifier: GPL-3.0-or-later
//
// common/gzip.hpp, judged by gzip, pigz and Python's zlib.
#include <command/command.hpp>
#include <common/gzip.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/hash.hpp>

#include <algorithm>
#include <random>

using namespace slipway;
using common::Gzip;
using test::run_command;

namespace {

constexpr std::size_t mebi = 1u << 20;

/// Half of it words, half noise; the two change places.
std::string sample(std::size_t size) {
    std::mt19937 random(5);
    std::string text;
    while (text.size() < size) {
        if (random() % 2000 == 0)
            for (auto i = 0ul, n = random() % 20000; i < n; ++i)
                text += static_cast<char>(random());
        text += "usr/lib/" + std::to_string(random() % 5000) + ".so\n";
    }
    text.resize(size);
    return text;
}

/// `step`: bytes given at a time.
std::string gzipped(std::string_view text, int level, unsigned threads, std::size_t step = 300'000) {
    auto gzip = Gzip::create(level, threads);
    EXPECT_TRUE(gzip);
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(step, text.size())))
        EXPECT_TRUE(gzip.value().write(text.substr(0, step), out));
    EXPECT_TRUE(gzip.value().finish(out));
    return out;
}

class Judged : public ::testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(Sizes, Judged,
                         ::testing::Values(0, 1, 511, mebi - 1, mebi, mebi + 1, 2 * mebi, 5 * mebi + 12345));

TEST_P(Judged, EveryReaderGivesItBack) {
    test::ScratchFolder folder;
    const std::string text = sample(GetParam());
    for (const int level : {1, 7, 12}) {
        SCOPED_TRACE(level);
        const std::string made = gzipped(text, level, 2);
        ASSERT_TRUE(support::write_file(folder / "text", text));
        ASSERT_TRUE(support::write_file(folder / "text.gz", made));
        for (const std::vector<std::string>& command :
             {std::vector<std::string>{"gzip", "-t", folder / "text.gz"},
              {"pigz", "-t", folder / "text.gz"}}) {
            const auto judged = run_command(command);
            EXPECT_EQ(judged.output, "");
            EXPECT_EQ(judged.status, 0);
        }
        // One member only: zlib's decompressobj stops after the first.
        const auto python = run_command({"python3", "-c", R"(
import sys, zlib
data = open(sys.argv[1] + ".gz", "rb").read()
reader = zlib.decompressobj(wbits=31)
text = reader.decompress(data)
assert reader.eof and not reader.unused_data, "not one member"
assert text == open(sys.argv[1], "rb").read(), "other content"
)",
                                         folder / "text"});
        EXPECT_EQ(python.output, "");
        EXPECT_EQ(python.status, 0);
    }
}

TEST(Gzip, HasNoNameNoTimeAndNoSystem) {
    EXPECT_EQ(gzipped("", 7, 1), std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", 20));
}

TEST(Gzip, BytesDoNotDependOnThreadsOrSteps) {
    const std::string text = sample(9 * mebi + 7);
    const auto digest = support::Digest::of(gzipped(text, 7, 1));
    for (const unsigned threads : {2u, 7u})
        for (const std::size_t step : {std::size_t{4099}, mebi, text.size()})
            EXPECT_EQ(support::Digest::of(gzipped(text, 7, threads, step)), digest) << threads << " " << step;
}

TEST(Gzip, NoiseGrowsByLittle) {
    std::mt19937 random(1);
    std::string noise(3 * mebi, '\0');
    std::generate(noise.begin(), noise.end(), [&] { return static_cast<char>(random()); });
    EXPECT_LT(gzipped(noise, 7, 2).size(), noise.size() + noise.size() / 1000);
}

TEST(Gzip, HigherLevelsAreSmaller) {
    const std::string text = sample(3 * mebi);
    EXPECT_LT(gzipped(text, 7, 2).size(), gzipped(text, 1, 2).size());
    EXPECT_LT(gzipped(text, 12, 2).size(), gzipped(text, 7, 2).size());
}

TEST(Gzip, SmallerThanPigz) {
    test::ScratchFolder folder;
    const std::string text = sample(6 * mebi);
    ASSERT_TRUE(support::write_file(folder / "text", text));
    ASSERT_EQ(run_command({"pigz", "-9", "-n", folder / "text"}).status, 0);
    const auto pigz = support::read_file(folder / "text.gz");
    EXPECT_LE(static_cast<double>(gzipped(text, 9, 2).size()),
              1.005 * static_cast<double>(pigz.value().size()));
}

TEST(Gzip, GoesAwayUnfinished) {
    auto gzip = Gzip::create(7, 3);
    ASSERT_TRUE(gzip);
    std::string out;
    ASSERT_TRUE(gzip.value().write(sample(8 * mebi), out));
}

TEST(Gzip, OutComesWhileInputGoesIn) {
    auto gzip = Gzip::create(1, 2);
    ASSERT_TRUE(gzip);
    const std::string some = sample(mebi);
    std::string out;
    for (int i = 0; i < 12; ++i) // twice as many as can be under way
        ASSERT_TRUE(gzip.value().write(some, out));
    EXPECT_GT(out.size(), 10u);
}

} // namespace
