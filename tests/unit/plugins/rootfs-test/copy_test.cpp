// SPDX-License-Identifier: GPL-3.0-or-later
//
// The copy as find(1) sees it, of tars that libarchive writes.
#include "inventory.hpp"

#include <command/command.hpp>
#include <copy.hpp>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <tar_of/tar_of.hpp>
#include <unistd.h>

namespace {

using namespace slipway::rootfs_test;
using namespace slipway::test;
using slipway::support::Kind;
using slipway::support::Result;
using slipway::support::TarType;
using testing::ElementsAre;

class CopyTest : public testing::Test {
protected:
    /// The test may run without root, so the owner of all is who runs it.
    Result<void> copy(std::vector<TarFile> files) {
        for (TarFile& one : files) {
            one.entry.uid = ::getuid();
            one.entry.gid = ::getgid();
        }
        const auto fd = file_of(tar_of(files));
        SLIPWAY_TRY_ASSIGN(Copy made, Copy::create(folder_.path()));
        SLIPWAY_TRY(Inventory::read(
            fd.get(), {[](const std::string&) { return false; }},
            [](std::uint64_t) { return Result<void>(); }, &made));
        return made.finish(2, {[this] { return cancelled_; }, [](const std::string&) {},
                               [this](const std::string& line) { warnings_.push_back(line); }});
    }

    std::string refusal(std::vector<TarFile> files) {
        const auto made = copy(std::move(files));
        return made ? "it is copied" : made.error().what;
    }

    /// A line for each entry but the mount points: path, type, mode, links, target.
    std::string list() const {
        return run_command(
                   {"sh", "-c",
                    "cd " + tree()
                        + " && find . -mindepth 1 ! -path ./dev ! -path ./proc ! -path ./run ! -path ./tmp"
                          " -printf '%P %y %m %n %l\\n' | LC_ALL=C sort"})
            .output;
    }

    std::string text(const std::string& path) const {
        return slipway::support::read_file(tree() + '/' + path).value();
    }

    std::string tree() const { return folder_ / "tree"; }

    ScratchFolder folder_;
    std::vector<std::string> warnings_;
    bool cancelled_ = false;
};

TEST_F(CopyTest, HoldsWhatTheTarHolds) {
    TarFile tool = file("bin/tool", "#!", 04755);
    tool.entry.xattrs["user.note"] = std::string("a\0b", 3);
    TarFile pipe = file("pipe");
    pipe.entry.type = TarType::fifo;
    const auto made = copy({folder("."), folder("bin", 0751), tool, hard_link("bin/also", "bin/tool"),
                            hard_link("bin/alias", "bin/also"), soft_link("sh", "/bin/tool"), pipe,
                            file("big", std::string(3000000, 'x'), 0400), file("empty")});
    ASSERT_TRUE(made) << made.error().what;
    EXPECT_EQ(list(), "big f 400 1 \n"
                      "bin d 751 2 \n"
                      "bin/alias f 4755 3 \n"
                      "bin/also f 4755 3 \n"
                      "bin/tool f 4755 3 \n"
                      "empty f 644 1 \n"
                      "pipe p 644 1 \n"
                      "sh l 777 1 /bin/tool\n");
    EXPECT_EQ(text("bin/alias"), "#!");
    EXPECT_EQ(text("big"), std::string(3000000, 'x'));
    char value[4] = "";
    EXPECT_EQ(::getxattr((tree() + "/bin/tool").c_str(), "user.note", value, 4), 3);

    struct stat status {};

    ASSERT_EQ(::stat((tree() + "/bin").c_str(), &status), 0);
    EXPECT_EQ(status.st_mtime, 1700000000);
    for (const char* name : {"/dev", "/proc", "/run", "/tmp"})
        EXPECT_EQ(::access((tree() + name).c_str(), F_OK), 0) << name;
    EXPECT_TRUE(warnings_.empty());
}

TEST_F(CopyTest, OfEntriesWithOnePathTheLastCounts) {
    ASSERT_TRUE(copy({file("a", "first"), folder("b"), file("a", "second", 0600), folder("b", 0700),
                      soft_link("c", "a"), file("c", "file")}));
    EXPECT_EQ(list(), "a f 600 1 \nb d 700 2 \nc f 644 1 \n");
    EXPECT_EQ(text("a"), "second");
}

TEST_F(CopyTest, FoldersThatNoEntryIsOfAreMade) {
    ASSERT_TRUE(copy({file("a/b/c/d", "x"), file("a/b-", "y"), file("a/b/e", "z")}));
    EXPECT_EQ(list(),
              "a d 755 3 \na/b d 755 3 \na/b- f 644 1 \na/b/c d 755 2 \na/b/c/d f 644 1 \na/b/e f 644 1 \n");
}

TEST_F(CopyTest, DevicesAreLeftOut) {
    TarFile device = file("dev/sda");
    device.entry.type = TarType::block_device;
    ASSERT_TRUE(copy({folder("dev"), device, file("a")}));
    EXPECT_EQ(list(), "a f 644 1 \n");
    EXPECT_THAT(warnings_, ElementsAre("'dev/sda' is a device: left out of the copy that commands run in"));
}

TEST_F(CopyTest, NothingLeavesTheTree) {
    EXPECT_EQ(refusal({file("../x")}), "entry '../x' leaves the tree with '..'");
    EXPECT_EQ(refusal({folder("a"), file("a/../../x")}), "entry 'a/../../x' leaves the tree with '..'");
    EXPECT_EQ(refusal({file("/x")}), "entry '/x' has an absolute name");
    EXPECT_EQ(refusal({file("a\nb")}), "entry 'a\\x0ab' has a control character in its name or target");
    EXPECT_EQ(refusal({soft_link("a", folder_.path()), file("a/x")}),
              "entry 'a/x' lies below 'a', which is a symlink");
    EXPECT_EQ(refusal({soft_link("a", folder_.path()), folder("a/b"), file("a/b/x")}),
              "entry 'a/b' lies below 'a', which is a symlink");
    EXPECT_EQ(refusal({file("a"), file("a/x")}), "entry 'a/x' lies below 'a', which is a file");
    EXPECT_EQ(refusal({hard_link("a", "../../etc/passwd")}),
              "hard link 'a' leads to '../../etc/passwd', which is no file before it");
    EXPECT_EQ(refusal({hard_link("a", "b"), file("b")}),
              "hard link 'a' leads to 'b', which is no file before it");
    EXPECT_EQ(refusal({folder("b"), hard_link("a", "b")}),
              "hard link 'a' leads to 'b', which is no file before it");
    EXPECT_NE(::access((folder_ / "x").c_str(), F_OK), 0);
}

TEST_F(CopyTest, AMountPointThatIsNoFolderIsTold) {
    EXPECT_EQ(refusal({soft_link("run", "/var/run")}), "'run' is no folder: no command can run here");
}

TEST_F(CopyTest, CanBeCancelled) {
    cancelled_ = true;
    const auto made = copy({file("a")});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Kind::cancelled);
}

} // namespace
