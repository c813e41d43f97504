// SPDX-License-Identifier: GPL-3.0-or-later
//
// In a root made of this machine's own programs. Needs to be root.
#include <command/command.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <sys/socket.h>
#include <unistd.h>
#include <worker/enclosure.hpp>
#include <worker/user_namespace.hpp>

#include <csignal>
#include <filesystem>

namespace slipway::worker {
namespace {

using support::UniqueFd;

TEST(FindIdRange, TakesTheLargestOfTheUser) {
    const std::string text = "a:100:5\nb:200:65536\na:300:70000\n1000:400:9\nbroken\na:x:999999\na:5:\n";
    EXPECT_EQ(find_id_range(text, "a", 1).first, 300u);
    EXPECT_EQ(find_id_range(text, "a", 1).count, 70000u);
    EXPECT_EQ(find_id_range(text, "c", 1000).first, 400u);
    EXPECT_EQ(find_id_range(text, "c", 1).count, 0u);
    EXPECT_EQ(find_id_range("", "a", 1).count, 0u);
}

/// The programs that the tests run there, and the libraries those need.
constexpr const char* copy_programs = R"(
cd "$1"; mkdir -p tree/{bin,proc,dev,run,tmp}
for program in sh bash cat id ls mknod mount setsid sleep umount unshare; do
    path=$(PATH=/usr/bin:/bin command -v $program); cp -L "$path" tree/bin/
    ldd "$path" | grep -o '/[^ ]*' | xargs -I{} cp -Ln --parents {} tree/
done)";

class EnclosureTest : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "needs root";
        if (test::run_command({"unshare", "-mpiunf", "true"}).status != 0)
            GTEST_SKIP() << "this machine allows no namespaces";
        const auto copied = test::run_command({"bash", "-ec", copy_programs, "bash", work_.path()});
        ASSERT_EQ(copied.status, 0) << copied.output;
    }

    /// What `script` prints, and how it ended in `end_`.
    std::string run(const std::string& script, const std::string& root = "tree") {
        auto enclosure = Enclosure::start(work_.path());
        if (!enclosure) return enclosure.error().what;
        const UniqueFd input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const UniqueFd output(
            ::open((work_ / "output").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        auto socket =
            enclosure.value()->run({root, {"sh", "-c", script}, {"PATH=/bin"}, input.get(), output.get()});
        if (!socket) return socket.error().what;
        if (kill_it_) ::shutdown(socket.value().get(), SHUT_WR);
        EXPECT_EQ(::recv(socket.value().get(), &end_, sizeof end_, MSG_WAITALL), ssize_t{sizeof end_});
        return support::read_file(work_ / "output").value();
    }

    test::ScratchFolder work_;
    bool kill_it_ = false;
    slipway_enclosed_end_1 end_{};
};

TEST_F(EnclosureTest, IsAMachineOfItsOwn) {
    EXPECT_EQ(run("id -u; cat /proc/sys/kernel/hostname; echo $$; ls /dev"),
              "0\nlocalhost\n2\nfd\nfull\nnull\nrandom\nshm\nstderr\n"
              "stdin\nstdout\ntty\nurandom\nzero\n");
    EXPECT_EQ(end_.status, SLIPWAY_OK) << end_.text;
    EXPECT_EQ(end_.exit_code, 0);
    EXPECT_STREQ(end_.text, "");
}

TEST_F(EnclosureTest, CanNeitherMountNorMakeDevicesNorChangeTheMachine) {
    EXPECT_EQ(
        run("mount -t tmpfs x /tmp 2>/dev/null && echo mounted; mknod /x c 1 3 2>/dev/null && echo device\n"
            "umount /proc/sys 2>/dev/null && echo unmounted; (echo 1 >/proc/sys/kernel/printk) 2>/dev/null "
            "&& echo sysctl\n"
            "unshare -m true 2>/dev/null && echo unshared; (cd /proc/1/root && ls etc) 2>/dev/null; echo "
            "end"),
        "end\n");
}

TEST_F(EnclosureTest, TellsHowTheProgramEnded) {
    run("exit 7");
    EXPECT_EQ(end_.exit_code, 7);
    run("kill -TERM $$");
    EXPECT_EQ(end_.signal, SIGTERM);
    EXPECT_EQ(end_.exit_code, 0);
}

TEST_F(EnclosureTest, LeavesNoProcess) {
    run("sleep 61616 & sleep 0.2");
    EXPECT_STREQ(end_.text, "sleep");
    kill_it_ = true;
    run("setsid sleep 61616 & trap : TERM; sleep 61616");
    EXPECT_EQ(end_.signal, SIGKILL);
    EXPECT_EQ(test::run_command({"pgrep", "-f", "sleep 61616"}).output, "");
}

TEST_F(EnclosureTest, FollowsNoSymlinkToItsRootOrItsMounts) {
    std::filesystem::create_symlink("/", work_ / "elsewhere");
    EXPECT_EQ(run("echo ran", "elsewhere"), "");
    EXPECT_EQ(end_.status, SLIPWAY_UNSUPPORTED);
    EXPECT_STREQ(end_.text, "folder 'elsewhere': Too many levels of symbolic links");
    EXPECT_EQ(run("echo ran", "../../.."), "");
    EXPECT_NE(end_.status, SLIPWAY_OK);
    std::filesystem::remove(work_ / "tree/tmp");
    std::filesystem::create_symlink("/run", work_ / "tree/tmp");
    EXPECT_EQ(run("echo ran"), "");
    EXPECT_STREQ(end_.text, "folder 'tmp': Too many levels of symbolic links");
}

} // namespace
} // namespace slipway::worker
