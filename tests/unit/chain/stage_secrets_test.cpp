// SPDX-License-Identifier: GPL-3.0-or-later
#include "stage_secrets.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>

namespace slipway::chain {
namespace {

TEST(StageSecrets, AreHandedOverInAPipe) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{5000}, support::SecretBytes::largest}) {
        const support::SecretBytes secret(std::string(size, 'x'));
        auto pipe = pipe_with(secret);
        ASSERT_TRUE(pipe);
        const auto read = support::SecretBytes::read(pipe.value().get(), "the pipe");
        ASSERT_TRUE(read);
        EXPECT_EQ(read.value().view(), secret.view());
    }
}

TEST(StageSecrets, AnArtifactWithOneIsRefused) {
    support::Redactor secrets;
    secrets.add("correct-horse", "TOKEN");
    const auto look = [&](const std::string& text) -> std::string {
        const support::UniqueFd fd(::memfd_create("artifact", MFD_CLOEXEC));
        EXPECT_TRUE(support::write_all(fd.get(), text, "artifact"));
        const auto checked = check_for_secrets(secrets, fd.get());
        return checked ? "clean" : std::string(name_of(checked.error().kind)) + ": " + checked.error().what;
    };
    EXPECT_EQ(look("correct-hors"), "clean");
    EXPECT_EQ(look("<correct-horse>"), "denied: it holds the value of secret 'TOKEN', at byte 1");
    EXPECT_EQ(look("correct%2Dhorse"), "denied: it holds the value of secret 'TOKEN', at byte 0");
    EXPECT_EQ(look("  636f72726563742d686f727365"),
              "denied: it holds the value of secret 'TOKEN' in hex, at byte 2");
    EXPECT_EQ(look("Y29ycmVjdC1ob3JzZQ=="),
              "denied: it holds the value of secret 'TOKEN' in base64, at byte 0");
}

TEST(StageSecrets, AreNotLeftInAFolder) {
    namespace fs = std::filesystem;
    std::string name = fs::temp_directory_path() / "slipway-stage-secrets.XXXXXX";
    const std::string folder = ::mkdtemp(name.data());
    support::Redactor secrets;
    secrets.add("correct-horse", "TOKEN");
    fs::create_directories(folder + "/a/b");
    for (const auto& [path, text] :
         std::map<std::string, std::string>{{"clean", "battery"},
                                            {"a/held", "x correct-horse"},
                                            {"a/b/hex", "636f72726563742d686f727365"},
                                            {"a/correct-horse", "staple"}})
        std::ofstream(folder + "/" + path) << text;
    ASSERT_EQ(::symlink("/etc/passwd", (folder + "/link").c_str()), 0);
    const auto now = std::time(nullptr);
    EXPECT_TRUE(remove_files_with(secrets, folder, now + 10).empty()) << "older than the stage";
    auto removed = remove_files_with(secrets, folder, now - 10);
    std::ranges::sort(removed);
    EXPECT_EQ(removed, (std::vector<std::string>{"a/***", "a/b/hex", "a/held"}));
    EXPECT_TRUE(fs::exists(folder + "/clean") && fs::is_symlink(folder + "/link"));
    EXPECT_FALSE(fs::exists(folder + "/a/held"));
    EXPECT_TRUE(remove_files_with(secrets, folder + "/none", 0).empty());
    fs::remove_all(folder);
}

} // namespace
} // namespace slipway::chain
