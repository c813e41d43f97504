// SPDX-License-Identifier: GPL-3.0-or-later
//
// A tar, the tree of it, changes to the tree, and the tar of those: judged by tar(1).
#include <command/command.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <rootfs/tree_writer.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <tar_writer.hpp>
#include <tree_scan.hpp>
#include <unistd.h>

#include <filesystem>

using namespace slipway;
using namespace slipway::rootfs;
using testing::ElementsAre;

namespace {

constexpr std::int64_t epoch = 1600000000;

class TreeScanTest : public testing::Test {
protected:
    TreeScanTest() {
        std::filesystem::create_directory(folder_ / "tree");
        root_ = support::UniqueFd(::open((folder_ / "tree").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        base_ = open_new("base.tar");
        base_out_.emplace(base_.get(), "base");
        writer_.emplace(
            root_.get(), base_.get(), [this] { return base_out_->flush(); }, 2);
        ledger_.emplace([this](Record& record) { return writer_->add(record); });
        tar_.emplace(*base_out_, &*ledger_);
    }

    support::UniqueFd open_new(const std::string& name) {
        return support::UniqueFd(
            ::open((folder_ / name).c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    }

    void add(Entry entry, const std::string& text = "") {
        entry.uid = ::getuid();
        entry.gid = ::getgid();
        entry.size = text.size();
        entry.mtime = {1500000000, 5};
        ASSERT_TRUE(tar_->begin(entry));
        ASSERT_TRUE(tar_->write(text));
        ASSERT_TRUE(tar_->end());
        const auto added = ledger_->finish(base_out_->size(), "digest-of-" + entry.path, nullptr);
        ASSERT_TRUE(added) << added.error().what;
    }

    void add_usual() {
        add({.path = "d", .type = Type::directory, .mode = 0555});
        add({.path = "d/a", .mode = 0644}, "aaa");
        add({.path = "d/link", .type = Type::hardlink, .mode = 0644, .link = "d/a"});
        add({.path = "d/s", .type = Type::symlink, .mode = 0777, .link = "/etc"});
        add({.path = "d/p", .type = Type::fifo, .mode = 0600});
        add({.path = "z", .mode = 0600}, std::string(100000, 'z'));
        const auto finished = writer_->finish();
        ASSERT_TRUE(finished) << finished.error().what;
    }

    /// The listing that tar makes of the new tar, without owners. The tar goes through a pipe.
    std::string finish(std::vector<std::string> exclude = {}, bool only_epoch = false) {
        auto added = scan(root_.get(), ledger_->records(), [this](const auto& w) { warnings_.push_back(w); });
        if (!added) return added.error().what;
        const Finish how{root_.get(), base_.get(), Exclude(std::move(exclude)),
                         {epoch, 0},  only_epoch,  epoch + 1};
        const auto list_fd = open_new("list");
        std::FILE* const pipe = ::popen(("cat >" + (folder_ / "out.tar")).c_str(), "we");
        Output out(::fileno(pipe), "out"), list_out(list_fd.get(), "list");
        Manifest list(list_out);
        auto finished = finish_tree(ledger_->records(), std::move(added).value(), how, out, list);
        ::pclose(pipe);
        if (!finished) return finished.error().what;
        auto listing = test::run_command(
            {"sh", "-c",
             "tar -tvf " + (folder_ / "out.tar")
                 + " --full-time --numeric-owner | sed -E 's/ [0-9]+\\/[0-9]+ +/ /' | tr -s ' '"});
        return listing.output;
    }

    std::string at(const std::string& path) const { return folder_ / ("tree/" + path); }

    std::string bytes(const std::string& name) const { return support::read_file(folder_ / name).value(); }

    test::ScratchFolder folder_;
    support::UniqueFd root_, base_;
    std::optional<Output> base_out_;
    std::optional<TreeWriter> writer_;
    std::optional<Ledger> ledger_;
    std::optional<TarWriter> tar_;
    std::vector<std::string> warnings_;
};

TEST_F(TreeScanTest, WhatNobodyTouchedIsCopied) {
    add_usual();
    ASSERT_TRUE(tar_->finish());
    ASSERT_TRUE(base_out_->flush());
    EXPECT_THAT(finish(), testing::HasSubstr("d/link link to d/a"));
    EXPECT_EQ(bytes("out.tar"), bytes("base.tar"));
    EXPECT_THAT(bytes("list"), testing::HasSubstr("digest-of-z"));
}

TEST_F(TreeScanTest, AllNamesOfAFileStayNamesOfIt) {
    add({.path = "a", .mode = 0644}, "aaa");
    add({.path = "b", .type = Type::hardlink, .mode = 0644, .link = "a"});
    add({.path = "c", .type = Type::hardlink, .mode = 0644, .link = "a"});
    add({.path = "d", .type = Type::hardlink, .mode = 0644, .link = "b"});
    ASSERT_TRUE(writer_->finish());
    ASSERT_TRUE(tar_->finish());
    ASSERT_TRUE(base_out_->flush());
    const std::string listing = finish();
    for (const char* line : {"b link to a", "c link to a", "d link to b"})
        EXPECT_THAT(listing, testing::HasSubstr(line));
    EXPECT_TRUE(bytes("out.tar") == bytes("base.tar"));
}

TEST_F(TreeScanTest, AFileIsCopiedToAFile) {
    add_usual();
    ASSERT_TRUE(base_out_->flush());
    const auto fd = open_new("copy");
    Output out(fd.get(), "out");
    ASSERT_TRUE(out.write("front "));
    ASSERT_TRUE(out.copy(base_.get(), 512, 1000));
    ASSERT_TRUE(out.write(" back"));
    ASSERT_TRUE(out.flush());
    EXPECT_EQ(out.size(), 1011u);
    EXPECT_EQ(bytes("copy"), "front " + bytes("base.tar").substr(512, 1000) + " back");
}

TEST_F(TreeScanTest, SegmentsBeginWhereTheyDidOrWithTheNextEntry) {
    const auto comments = [this] { // names of the entries with a comment
        return test::run_command({"python3", "-c",
                                  "import sys, tarfile\n"
                                  "for m in tarfile.open(sys.argv[1]):\n"
                                  "    if m.pax_headers.get('comment'): print(m.name, end=' ')",
                                  folder_ / "out.tar"})
            .output;
    };
    tar_->begin_segment();
    add({.path = "a", .mode = 0644}, "a");
    add({.path = "b", .mode = 0644}, "b");
    tar_->begin_segment();
    add({.path = "c", .mode = 0644}, "c");
    add({.path = "d", .mode = 0644}, "d");
    ASSERT_TRUE(writer_->finish());
    ASSERT_EQ(::chmod(at("c").c_str(), 0600), 0);
    finish();
    EXPECT_EQ(comments(), "a c ");
    finish({"a", "c"});
    EXPECT_EQ(comments(), "b d ");
    EXPECT_EQ(test::run_command({"tar", "-xOf", folder_ / "out.tar"}).output, "bd");
}

TEST_F(TreeScanTest, EveryTimeCanBeTheEpoch) {
    add_usual();
    ASSERT_EQ(::chmod(at("z").c_str(), 0400), 0);
    EXPECT_THAT(finish({}, true), testing::HasSubstr("-r-------- 100000 2020-09-13 12:26:40 z\n"));
}

TEST_F(TreeScanTest, TheTreeIsAsTheTarSays) {
    add_usual();

    struct stat folder {
    }, file{}, link{};

    ASSERT_EQ(::stat(at("d").c_str(), &folder), 0);
    ASSERT_EQ(::stat(at("d/a").c_str(), &file), 0);
    ASSERT_EQ(::stat(at("d/link").c_str(), &link), 0);
    EXPECT_EQ(folder.st_mode & 07777, 0555u);
    EXPECT_EQ(folder.st_mtim.tv_sec, 1500000000);
    EXPECT_EQ(folder.st_mtim.tv_nsec, 5);
    EXPECT_EQ(file.st_ino, link.st_ino);
    EXPECT_EQ(support::read_file(at("d/link")).value(), "aaa");
    EXPECT_EQ(std::filesystem::read_symlink(at("d/s")), "/etc");
}

TEST_F(TreeScanTest, ChangesStayInPlaceAndWhatIsNewComesLast) {
    add_usual();
    ASSERT_EQ(::chmod(at("d").c_str(), 0755), 0);
    ASSERT_TRUE(support::write_file(at("new2"), "n", 0640));
    std::filesystem::create_directory(at("new1"));
    ASSERT_TRUE(support::write_file(at("new1/x"), "n"));
    ASSERT_EQ(::unlink(at("d/p").c_str()), 0);
    ASSERT_EQ(::chmod(at("z").c_str(), 0400), 0);
    EXPECT_EQ(finish(), "drwxr-xr-x 0 2020-09-13 12:26:40 d/\n"
                        "-rw-r--r-- 3 2017-07-14 02:40:00.000000005 d/a\n"
                        "hrw-r--r-- 0 2017-07-14 02:40:00.000000005 d/link link to d/a\n"
                        "lrwxrwxrwx 0 2017-07-14 02:40:00.000000005 d/s -> /etc\n"
                        "-r-------- 100000 2017-07-14 02:40:00.000000005 z\n"
                        "drwxr-xr-x 0 2020-09-13 12:26:40 new1/\n"
                        "-rw-r--r-- 1 2020-09-13 12:26:40 new1/x\n"
                        "-rw-r----- 1 2020-09-13 12:26:40 new2\n");
}

TEST_F(TreeScanTest, AContentOfTheSameSizeAndTimeIsSeen) {
    add_usual();
    const timespec times[2] = {{1500000000, 5}, {1500000000, 5}};
    {
        const support::UniqueFd fd(::open(at("z").c_str(), O_WRONLY | O_CLOEXEC));
        ASSERT_EQ(::pwrite(fd.get(), "Z", 1, 50000), 1);
        ASSERT_EQ(::futimens(fd.get(), times), 0);
    }
    finish();
    EXPECT_EQ(test::run_command({"tar", "-xOf", folder_ / "out.tar", "z"}).output.substr(49999, 3), "zZz");
}

TEST_F(TreeScanTest, HardLinksOutliveTheirFirstName) {
    add_usual();
    ASSERT_EQ(::chmod(at("d").c_str(), 0755), 0);
    ASSERT_EQ(::link(at("d/a").c_str(), at("b").c_str()), 0);
    ASSERT_EQ(::unlink(at("d/a").c_str()), 0);
    ASSERT_EQ(::link(at("z").c_str(), at("z2").c_str()), 0);
    const std::string listing = finish();
    EXPECT_THAT(listing, testing::HasSubstr("-rw-r--r-- 3 2017-07-14 02:40:00.000000005 d/link\n"));
    EXPECT_THAT(listing, testing::HasSubstr(" b link to d/link\n"));
    EXPECT_THAT(listing, testing::HasSubstr(" z2 link to z\n"));
}

TEST_F(TreeScanTest, ExcludesHoldForAllAndALinkTakesTheContent) {
    add_usual();
    ASSERT_TRUE(support::write_file(at("new"), "n"));
    EXPECT_EQ(finish({"d/a", "new", "d/p", "z"}), "dr-xr-xr-x 0 2017-07-14 02:40:00.000000005 d/\n"
                                                  "-rw-r--r-- 3 2017-07-14 02:40:00.000000005 d/link\n"
                                                  "lrwxrwxrwx 0 2017-07-14 02:40:00.000000005 d/s -> /etc\n");
}

TEST_F(TreeScanTest, AFolderBecomesALink) {
    add_usual();
    ASSERT_TRUE(support::remove_tree(at("d")));
    ASSERT_EQ(::symlink("z", at("d").c_str()), 0);
    EXPECT_EQ(finish({"z"}), "lrwxrwxrwx 0 2020-09-13 12:26:40 d -> z\n");
}

TEST_F(TreeScanTest, SocketsAreLeftOutAndUnusableNamesRefused) {
    add_usual();
    const support::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    at("S.agent").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_THAT(finish(), testing::Not(testing::HasSubstr("S.agent")));
    EXPECT_THAT(warnings_, ElementsAre("'S.agent' is a socket: left out"));
    ASSERT_TRUE(support::write_file(at("a\nb"), ""));
    EXPECT_EQ(finish(), "entry 'a\\x0ab' has a control character in its name or target");
}

TEST_F(TreeScanTest, NothingIsWrittenThroughASymlink) {
    add({.path = "s", .type = Type::symlink, .mode = 0777, .link = folder_ / "outside"});
    std::filesystem::create_directory(folder_ / "outside");
    Record record{.entry = {.path = "s/x", .mode = 0644}};
    (void)writer_->add(record);
    const auto finished = writer_->finish();
    ASSERT_FALSE(finished);
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "outside"));
}

} // namespace
