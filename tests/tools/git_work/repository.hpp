// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real git repository in a temporary folder, free of the machine's git configuration.
#pragma once

#include <gtest/gtest.h>
#include <support/fs.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace slipway::test {

class Repository {
public:
    Repository() {
        std::string pattern = testing::TempDir() + "slipway-am-XXXXXX";
        dir_ = ::mkdtemp(pattern.data());
        git("init -q -b main .");
        git("commit -q --allow-empty -m start");
    }

    ~Repository() { EXPECT_TRUE(support::remove_tree(dir_)); }

    Repository(const Repository&) = delete;

    std::string path(const std::string& name) const { return dir_ + "/" + name; }

    void commit_file(const std::string& name, const std::string& text, unsigned mode = 0644) {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        ASSERT_TRUE(support::write_file(path(name), text, mode));
        git("add -A");
        git("commit -q -m before");
    }

    /// Apply a mail; what git says if it does not take it.
    std::string am(const std::string& mail) {
        EXPECT_TRUE(support::write_file(dir_ + "/.git/mail", mail));
        return git("am -q .git/mail 2>&1", false);
    }

    /// Standard output of `git ARGUMENTS`.
    std::string git(const std::string& arguments, bool must_work = true) {
        const std::string command =
            "cd '" + dir_
            + "' && env -i PATH=\"$PATH\" HOME=. GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=t "
              "GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t git "
            + arguments;
        FILE* pipe = ::popen(command.c_str(), "r");
        std::string out;
        std::array<char, 4096> buffer{};
        while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe))
            out.append(buffer.data(), n);
        const int status = ::pclose(pipe);
        if (must_work) {
            EXPECT_EQ(status, 0) << arguments << ": " << out;
        }
        return status == 0 ? out : "failed: " + out;
    }

private:
    std::string dir_;
};

} // namespace slipway::test
