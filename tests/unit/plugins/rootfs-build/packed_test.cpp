// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files packed by the zstd, xz and gzip programs, whole and damaged.
#include <command/command.hpp>
#include <gtest/gtest.h>
#include <packed.hpp>
#include <support/hash.hpp>

#include <filesystem>

using namespace slipway;
using namespace slipway::rootfs;
using test::run_command;

namespace {

class Packed : public ::testing::Test {
protected:
    /// What seq prints: about 2 MB.
    void pack(const std::string& packer) {
        const auto done =
            run_command({"bash", "-c", "set -o pipefail; seq 300000 | " + packer + " >" + file()});
        ASSERT_EQ(done.status, 0) << done.output;
    }

    void change(const std::string& script) {
        ASSERT_EQ(run_command({"bash", "-c", "cd " + folder_.path() + " && " + script}).status, 0);
    }

    /// Its content's digest, or the error.
    std::string unpack() {
        auto fd = support::open_read(file());
        auto source = open_packed(std::move(fd).value(), room_);
        if (!source) return source.error().what;
        support::Sha256 hash;
        for (;;) {
            const auto bytes = source.value()->next();
            if (!bytes) return bytes.error().what;
            if (bytes.value().empty()) break;
            hash.update(bytes.value());
        }
        EXPECT_EQ(source.value()->packed(), std::filesystem::file_size(file()));
        return hash.finish().hex();
    }

    std::string expected(const std::string& command = "seq 300000") {
        return run_command({"bash", "-c", command + " | sha256sum"}).output.substr(0, 64);
    }

    std::string file() const { return folder_ / "file"; }

    test::ScratchFolder folder_;
    std::shared_ptr<UnpackRoom> room_ = std::make_shared<UnpackRoom>();
};

TEST_F(Packed, EveryFormat) {
    for (const char* packer : {"zstd -3", "zstd --ultra -20 --long=27", "xz -1", "gzip", "bzip2", "cat"}) {
        pack(packer);
        EXPECT_EQ(unpack(), expected()) << packer;
    }
}

TEST_F(Packed, FramesOneAfterTheOther) {
    pack("zstd");
    // A frame that readers skip: RFC 8878, 3.1.2.
    change("printf '\\x50\\x2a\\x4d\\x18\\x03\\0\\0\\0abc' >skipped && cat file skipped file >two && mv two "
           "file");
    EXPECT_EQ(unpack(), expected("for i in 1 2; do seq 300000; done"));
}

TEST_F(Packed, TheRoomServesOneFileAfterADamagedOne) {
    pack("zstd");
    const std::string digest = expected();
    change("cp file whole && truncate -s -1 file");
    EXPECT_EQ(unpack(), "zstd: the file ends too early");
    change("head -c 100000 whole >file");
    EXPECT_EQ(unpack(), "zstd: the file ends too early");
    change("cp whole file");
    EXPECT_EQ(unpack(), digest);
    change("printf garbage >>file");
    EXPECT_EQ(unpack(), "zstd: Unknown frame descriptor");
    change("head -c 4 whole >file");
    EXPECT_EQ(unpack(), "zstd: the file ends too early");
}

TEST_F(Packed, AFlippedBitIsFound) {
    pack("zstd");
    change("printf '\\xff' | dd of=file bs=1 seek=200000 conv=notrunc status=none");
    EXPECT_NE(unpack().find("zstd: "), std::string::npos);
}

TEST_F(Packed, AWindowOfTooMuchMemoryIsRefused) {
    pack("zstd -1 --long=31");
    EXPECT_EQ(unpack(), "zstd: Frame requires too much memory for decoding");
}

} // namespace
