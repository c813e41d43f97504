// SPDX-License-Identifier: GPL-3.0-or-later
//
// Inputs and outputs that go wrong while each format is at work: the frames of a tar with segments too.
#include <command/command.hpp>
#include <compress.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <thread>

using namespace slipway;
using namespace slipway::compress;
using support::Kind;
using test::run_command;

namespace {

constexpr std::size_t buffer = 1u << 20; // compress reads as much at a time

const Meter silent = [](std::uint64_t) { return true; };

/// Arguments: the tar. Eight segments with a file each that hardly gets smaller, 6.3 MB in all.
constexpr const char* make_tar = R"(
import io, random, sys, tarfile
with tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT) as tar:
    for number in range(8):
        info = tarfile.TarInfo(str(number))
        info.size = 790000
        info.pax_headers = {"comment": "segment"}
        tar.addfile(info, io.BytesIO(random.Random(number).randbytes(info.size)))
)";

struct Way {
    const char* name;
    Settings settings;
    std::vector<std::string> reader; ///< decompresses its standard input's file to standard output
};

void PrintTo(const Way& way, std::ostream* out) {
    *out << way.name;
}

Settings settings_of(Format format, bool frames = false) {
    Settings settings;
    settings.format = format;
    settings.level = format == Format::none ? 0 : 1;
    settings.frames = frames;
    settings.threads = 2;
    return settings;
}

/// While it lives no file of the process grows beyond `limit`: write() fails with EFBIG.
class FileSizeLimit {
public:
    explicit FileSizeLimit(std::uint64_t limit) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit small{limit, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }

    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &old_); }

    FileSizeLimit(const FileSizeLimit&) = delete;

private:
    rlimit old_{};
};

class BadInput : public ::testing::TestWithParam<Way> {
protected:
    void SetUp() override {
        const auto made = run_command({"python3", "-c", make_tar, tar()});
        ASSERT_EQ(made.status, 0) << made.output;
        bytes_ = support::read_file(tar()).value();
    }

    std::string tar() const { return folder_ / "in.tar"; }

    std::string out() const { return folder_ / "out"; }

    support::Result<Archive> archive_into(int fd, const Meter& meter = silent) {
        const auto in = support::open_read(tar());
        auto encoder = make_encoder(GetParam().settings);
        if (!encoder) return encoder.error();
        return compress::compress({in.value().get(), fd, "in.tar", "out"}, *encoder.value(), meter);
    }

    support::Result<Archive> archive(const Meter& meter = silent) {
        const support::UniqueFd fd(::open(out().c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        return archive_into(fd.get(), meter);
    }

    /// The format's program gives back these bytes.
    void expect_content(std::string_view bytes) {
        ASSERT_TRUE(support::write_file(folder_ / "expected", bytes));
        std::vector<std::string> command = GetParam().reader;
        command.insert(command.end(), {out(), folder_ / "expected"});
        const auto compared = run_command(command);
        EXPECT_EQ(compared.status, 0) << compared.output;
    }

    test::ScratchFolder folder_;
    std::string bytes_;
};

std::vector<std::string> reader(const std::string& program) {
    return {"sh", "-c", program + R"( <"$1" | cmp - "$2")", "reader"};
}

INSTANTIATE_TEST_SUITE_P(Ways, BadInput,
                         ::testing::Values(Way{"zstd", settings_of(Format::zstd), reader("zstd -dc")},
                                           Way{"frames", settings_of(Format::zstd, true), reader("zstd -dc")},
                                           Way{"xz", settings_of(Format::xz), reader("xz -dc")},
                                           Way{"gzip", settings_of(Format::gzip), reader("gzip -dc")},
                                           Way{"none", settings_of(Format::none), reader("cat")}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_P(BadInput, Empty) {
    ASSERT_TRUE(support::write_file(tar(), ""));
    auto made = archive();
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made.value().in_size, 0U);
    expect_content("");
}

TEST_P(BadInput, GrowsWhileItIsRead) {
    // What is there when the end is found counts, also when that end is one of a buffer.
    for (const std::size_t size : {bytes_.size(), 3 * buffer}) {
        ASSERT_TRUE(support::write_file(tar(), bytes_.substr(0, size)));
        bool grown = false;
        auto made = archive([&](std::uint64_t) {
            if (!std::exchange(grown, true)) {
                const support::UniqueFd fd(::open(tar().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
                EXPECT_TRUE(support::write_all(fd.get(), "more", "in.tar"));
            }
            return true;
        });
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_EQ(made.value().in_size, size + 4);
        expect_content(bytes_.substr(0, size) + "more");
    }
}

TEST_P(BadInput, ShrinksWhileItIsRead) {
    // To the end of a buffer, into one, and below what has been read already.
    for (const std::size_t left : {3 * buffer, 3 * buffer + 517, std::size_t{1}}) {
        ASSERT_TRUE(support::write_file(tar(), bytes_));
        bool cut = false;
        auto made = archive([&](std::uint64_t) {
            if (!std::exchange(cut, true)) std::filesystem::resize_file(tar(), left);
            return true;
        });
        ASSERT_TRUE(made) << made.error().message();
        const std::size_t read = std::max(left, buffer); // the first was read before the cut
        EXPECT_EQ(made.value().in_size, read);
        EXPECT_EQ(made.value().sha256, support::sha256_of_file(out()).value());
        expect_content(bytes_.substr(0, read));
    }
}

TEST_P(BadInput, DiskFullAtTheLastByte) {
    auto whole = archive();
    ASSERT_TRUE(whole);
    const std::uint64_t size = whole.value().size;
    {
        const FileSizeLimit limit(size);
        auto made = archive();
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_EQ(made.value().sha256, whole.value().sha256);
    }
    for (const std::uint64_t less : {size - 1, size / 2, std::uint64_t{0}}) {
        const FileSizeLimit limit(less);
        auto made = archive();
        ASSERT_FALSE(made) << less;
        EXPECT_EQ(made.error().kind, Kind::resource);
        EXPECT_EQ(made.error().what, "writing 'out': File too large");
        EXPECT_EQ(std::filesystem::file_size(out()), less);
    }
}

TEST_P(BadInput, ReaderOfTheArchiveStops) {
    ::signal(SIGPIPE, SIG_IGN); // as the worker does
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const support::UniqueFd writer(ends[1]);
    std::thread reads([end = support::UniqueFd(ends[0])] {
        std::array<char, 10'000> some{};
        EXPECT_GT(::read(end.get(), some.data(), some.size()), 0);
    });
    auto made = archive_into(writer.get());
    reads.join();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().what, "writing 'out': Broken pipe");
}

} // namespace
