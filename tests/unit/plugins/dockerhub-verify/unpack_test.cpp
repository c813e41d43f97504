// SPDX-License-Identifier: GPL-3.0-or-later
//
// Undone what gzip and zstd have made.
#include <command/command.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <unpack.hpp>

#include <random>

using namespace slipway;
using namespace slipway::verify;

namespace {

class Unpack : public ::testing::Test {
protected:
    std::string packed(const std::string& bytes, const std::vector<std::string>& command) {
        const std::string path = folder_.path() + "/bytes";
        EXPECT_TRUE(support::write_file(path, bytes));
        std::vector<std::string> all = command;
        all.push_back(path);
        return test::run_command(all).output;
    }

    static std::string unpacked(Compression compression, const std::string& bytes, std::size_t piece) {
        std::string out;
        auto unpacker = make_unpacker(compression, [&](std::string_view more) {
            out += more;
            return support::Result<void>();
        });
        for (std::size_t at = 0; at < bytes.size(); at += piece)
            if (auto fed = unpacker.value()->feed(std::string_view(bytes).substr(at, piece)); !fed)
                return fed.error().what;
        auto done = unpacker.value()->finish();
        return done ? out : done.error().what;
    }

    static std::string text() {
        std::mt19937 random(7);
        std::string bytes;
        for (int i = 0; i < 300000; ++i)
            bytes += static_cast<char>(random() % 20);
        return bytes + std::string(1u << 20, '\0');
    }

    test::ScratchFolder folder_;
};

TEST_F(Unpack, WhatGzipAndZstdHaveMade) {
    const std::string bytes = text();
    for (const std::size_t piece : {1000u, 65536u, 1u << 30}) {
        EXPECT_TRUE(unpacked(Compression::gzip, packed(bytes, {"gzip", "-c"}), piece) == bytes);
        EXPECT_TRUE(unpacked(Compression::zstd, packed(bytes, {"zstd", "-qc"}), piece) == bytes);
        EXPECT_TRUE(unpacked(Compression::none, bytes, piece) == bytes);
    }
    EXPECT_EQ(unpacked(Compression::gzip, packed("", {"gzip", "-c"}), 1), "");
    EXPECT_EQ(unpacked(Compression::zstd, packed("", {"zstd", "-qc"}), 1), "");
}

TEST_F(Unpack, SeveralMembersAreOneContent) {
    const std::string a = packed("one ", {"gzip", "-c"}), b = packed("two", {"gzip", "-c"});
    EXPECT_EQ(unpacked(Compression::gzip, a + b, 1), "one two");
    const std::string c = packed(std::string(131072, 'x'), {"zstd", "-qc"}),
                      d = packed("two", {"zstd", "-qc"});
    EXPECT_EQ(unpacked(Compression::zstd, c + d, 3), std::string(131072, 'x') + "two");
    EXPECT_EQ(unpacked(Compression::zstd, c, 1u << 20), std::string(131072, 'x'));
}

TEST_F(Unpack, DamageIsTold) {
    const std::string gzip = packed(text(), {"gzip", "-c"}), zstd = packed(text(), {"zstd", "-qc"});
    EXPECT_EQ(unpacked(Compression::gzip, gzip.substr(0, gzip.size() - 1), 1000),
              "gzip data that ends too early");
    EXPECT_EQ(unpacked(Compression::zstd, zstd.substr(0, zstd.size() - 5), 1000),
              "zstd data that ends too early");
    EXPECT_EQ(unpacked(Compression::gzip, gzip + "garbage", 1000), "damaged gzip data");
    EXPECT_EQ(unpacked(Compression::gzip, "", 1), "gzip data that ends too early");
    EXPECT_EQ(unpacked(Compression::zstd, "", 1), "zstd data that ends too early");
    std::string wrong = gzip;
    wrong[wrong.size() / 2] = static_cast<char>(wrong[wrong.size() / 2] ^ 1);
    EXPECT_EQ(unpacked(Compression::gzip, wrong, 1000), "damaged gzip data");
    EXPECT_FALSE(compression_of("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"));
    EXPECT_FALSE(compression_of("application/vnd.oci.image.layer.nondistributable.v1.tar"));
}

} // namespace
