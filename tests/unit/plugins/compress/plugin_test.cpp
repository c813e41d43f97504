// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `compress` as the host sees it.
#include <command/command.hpp>
#include <fake_host/fake_host.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/hash.hpp>

#include <filesystem>

using namespace slipway;
using test::FakeHost;
using test::run_command;

namespace {

const std::string plugin = SLIPWAY_STAGES "/compress.so";

class CompressStage : public ::testing::Test {
protected:
    /// base.tar, with an etc/os-release.
    void add_tar() {
        ASSERT_TRUE(support::make_dirs(folder_ / "root/etc"));
        ASSERT_TRUE(support::write_file(folder_ / "root/etc/os-release", "NAME=Test\n"));
        ASSERT_EQ(run_command({"tar", "-C", folder_ / "root", "-cf", folder_ / "base.tar", "etc"}).status, 0);
        host_.add_input_file("file", folder_ / "base.tar", "application/x-tar");
    }

    test::ScratchFolder folder_;
    FakeHost host_{plugin, "compress"};
};

TEST_F(CompressStage, TarBecomesZstdWithItsSums) {
    add_tar();
    ASSERT_EQ(host_.execute("{}"), SLIPWAY_OK) << host_.said();

    ASSERT_EQ(host_.outputs["archive"].size(), 1u);
    const test::Artifact& archive = host_.outputs["archive"][0];
    EXPECT_EQ(archive.name, "base.tar.zst");
    EXPECT_EQ(archive.type, "application/zstd");
    const std::string digest = support::sha256_of_file(archive.path).value().hex();
    EXPECT_EQ(archive.meta["sha256"].as_string(), digest);
    EXPECT_EQ(run_command({"zstd", "-t", archive.path}).status, 0);
    EXPECT_EQ(run_command({"tar", "--zstd", "-xOf", archive.path, "etc/os-release"}).output, "NAME=Test\n");

    ASSERT_EQ(host_.outputs["sums"].size(), 1u);
    EXPECT_EQ(host_.outputs["sums"][0].name, "SHA256SUMS");
    EXPECT_EQ(host_.outputs["sums"][0].text(), digest + "  base.tar.zst\n");
}

TEST_F(CompressStage, XzWithAName) {
    host_.add_input("file", "base.tar", std::string(100'000, 'a'));
    ASSERT_EQ(host_.execute(R"({"format": "xz", "level": 9, "name": "rootfs.xz"})"), SLIPWAY_OK)
        << host_.said();
    const test::Artifact& archive = host_.outputs["archive"].at(0);
    EXPECT_EQ(archive.name, "rootfs.xz");
    EXPECT_EQ(archive.type, "application/x-xz");
    const auto tested = run_command({"xz", "-t", archive.path});
    EXPECT_EQ(tested.status, 0) << tested.output;
    EXPECT_EQ(host_.outputs["sums"].at(0).text().substr(64), "  rootfs.xz\n");
}

TEST_F(CompressStage, Gzip) {
    add_tar();
    ASSERT_EQ(host_.execute(R"({"format": "gzip"})"), SLIPWAY_OK) << host_.said();
    const test::Artifact& archive = host_.outputs["archive"].at(0);
    EXPECT_EQ(archive.name, "base.tar.gz");
    EXPECT_EQ(archive.type, "application/gzip");
    EXPECT_EQ(run_command({"pigz", "-t", archive.path}).output, "");
    EXPECT_EQ(run_command({"gzip", "-l", archive.path}).status, 0);
    EXPECT_EQ(run_command({"bsdtar", "-xOf", archive.path, "etc/os-release"}).output, "NAME=Test\n");
    const auto python =
        run_command({"python3", "-c",
                     "import sys, tarfile; "
                     "print(tarfile.open(sys.argv[1], 'r:gz').extractfile('etc/os-release').read())",
                     archive.path});
    EXPECT_EQ(python.output, "b'NAME=Test\\n'\n");
}

TEST_F(CompressStage, NoneKeepsTheName) {
    host_.add_input("file", "base.tar", "some bytes");
    ASSERT_EQ(host_.execute(R"({"format": "none"})"), SLIPWAY_OK) << host_.said();
    EXPECT_EQ(host_.outputs["archive"].at(0).name, "base.tar");
    EXPECT_EQ(host_.outputs["archive"].at(0).type, "application/octet-stream");
    EXPECT_EQ(host_.outputs["archive"].at(0).text(), "some bytes");
}

TEST_F(CompressStage, LevelOutOfRange) {
    struct Case {
        std::string options, said, hint;
    };

    for (const Case& each : std::vector<Case>{
             {R"({"level": 0})", "level: 0 is out of the range of zstd", "use a number from 1 to 22"},
             {R"({"format": "xz", "level": 19})", "level: 19 is out of the range of xz",
              "use a number from 0 to 9"},
             {R"({"format": "gzip", "level": 0})", "level: 0 is out of the range of gzip",
              "use a number from 1 to 12"},
             {R"({"format": "gzip", "level": 13})", "level: 13 is out of the range of gzip",
              "use a number from 1 to 12"},
             {R"({"format": "none", "level": 1})", "level: 1 is out of the range of none",
              "leave the option out"},
         }) {
        SCOPED_TRACE(each.options);
        EXPECT_EQ(host_.configure(each.options), SLIPWAY_CONFIG);
        EXPECT_EQ(host_.said(), each.said);
        EXPECT_EQ(host_.diagnostics.back().hint, each.hint);
        EXPECT_EQ(host_.diagnostics.back().config_path, "/level");
    }
}

TEST_F(CompressStage, InputThatHasChanged) {
    add_tar(); // 10240 bytes
    for (const std::uintmax_t size : {10241U, 10239U, 0U}) {
        std::filesystem::resize_file(folder_ / "base.tar", size);
        EXPECT_EQ(host_.execute("{}"), SLIPWAY_VERIFY);
        EXPECT_EQ(host_.said(), "'base.tar': has changed while it was read: " + std::to_string(size)
                                    + " bytes, and not 10240");
        EXPECT_EQ(host_.diagnostics.back().hint, "let nothing else write to it and try again");
        EXPECT_TRUE(host_.outputs.empty());
    }
}

TEST_F(CompressStage, TooBig) {
    std::string noise(50'000, '\0');
    for (std::size_t i = 0; i < noise.size(); ++i)
        noise[i] = support::Digest::of(std::to_string(i)).hex()[0];
    host_.add_input("file", "base.tar", noise);
    EXPECT_EQ(host_.execute(R"({"max_size": 1000})"), SLIPWAY_RESOURCE);
    EXPECT_TRUE(host_.said().starts_with("'base.tar.zst': ")) << host_.said();
    EXPECT_TRUE(host_.said().ends_with("but max_size is 1000 (1.0 kB)")) << host_.said();
    EXPECT_EQ(host_.diagnostics.back().hint,
              "try a higher level, the format xz, or fewer packages: the input has 50.0 kB");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/max_size");
    EXPECT_TRUE(host_.outputs.empty());
}

TEST_F(CompressStage, Cancelled) {
    host_.add_input("file", "base.tar", "x");
    host_.cancelled = true;
    EXPECT_EQ(host_.execute("{}"), SLIPWAY_CANCELLED);
    EXPECT_EQ(host_.said(), "compressing 'base.tar': cancelled");
    EXPECT_TRUE(host_.outputs.empty());
}

} // namespace
