// SPDX-License-Identifier: GPL-3.0-or-later
#include "secret_helper.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace slipway::chain {
namespace {

namespace fs = std::filesystem;

std::string answer(const FromCommand& command, std::chrono::seconds patience = std::chrono::seconds(20)) {
    auto helper = SecretHelper::start(command);
    if (!helper) return "not started: " + helper.error().message();
    const auto found = helper.value().answer(patience);
    if (found) return std::string(found.value().view());
    std::string said = std::string(name_of(found.error().kind)) + ": " + found.error().message();
    for (const std::string& line : found.error().trace)
        said += "|" + line;
    return said;
}

FromCommand shell(const std::string& script) {
    return {{"sh", "-c", script}, {}};
}

TEST(SecretHelper, TellsWhatTheProgramPrints) {
    EXPECT_EQ(answer({{"printf", "%s", "the value"}, {}}), "the value") << "found in PATH";
    EXPECT_EQ(answer({{"/usr/bin/printf", "two\nlines\n"}, {}}), "two\nlines\n");
    EXPECT_EQ(answer(shell("cat; echo end")), "end\n") << "it is asked nothing";
}

/// git's own helper, so that it is git's protocol.
TEST(SecretHelper, SpeaksAsGitDoes) {
    std::string name = fs::temp_directory_path() / "slipway-helper.XXXXXX";
    const std::string folder = ::mkdtemp(name.data());
    std::ofstream(folder + "/store") << "https://me:the%20token@github.com\nhttps://you:other@example.org\n";
    fs::permissions(folder + "/store", fs::perms::owner_read | fs::perms::owner_write);
    FromCommand command{{"git", "credential-store", "--file", folder + "/store", "get"},
                        {{"protocol", "https"}, {"host", "github.com"}, {"username", "me"}}};
    EXPECT_EQ(answer(command), "the token");
    command.ask[1].second = "nowhere.example";
    EXPECT_EQ(answer(command), "auth: 'git' tells no password (hint: run it by hand, and see what it says)");
    fs::remove_all(folder);
}

TEST(SecretHelper, TakesThePasswordAmongOtherThings) {
    const std::string script =
        "echo protocol=https; echo username=me; echo password=a=b; echo password_expiry_utc=1";
    FromCommand command = shell(script);
    command.ask = {{"protocol", "https"}};
    EXPECT_EQ(answer(command), "a=b");
}

TEST(SecretHelper, AFailureHasItsWords) {
    EXPECT_EQ(answer(shell("echo half; echo the vault is sealed >&2; exit 3")),
              "auth: 'sh' exited with 3 (hint: run it by hand, and see what it says)|the vault is sealed");
    EXPECT_EQ(answer(shell("kill -9 $$")),
              "auth: 'sh' was killed by signal 9 (hint: run it by hand, and see what it says)");
    EXPECT_EQ(answer(shell("head -c 100000 /dev/zero")).substr(0, 10), "resource: ");
    EXPECT_EQ(answer({{"no-such-program"}, {}}).substr(0, 13), "not started: ");
}

TEST(SecretHelper, IsNotWaitedForForEver) {
    EXPECT_EQ(answer(shell("exec sleep 600"), std::chrono::seconds(1)),
              "auth: 'sh' has not answered within 1.0 s (hint: run it by hand, and see what it says)");
    EXPECT_EQ(answer(shell("exec >&-; exec sleep 600"), std::chrono::seconds(1)),
              "auth: 'sh' does not end (hint: run it by hand, and see what it says)");
}

} // namespace
} // namespace slipway::chain
