// SPDX-License-Identifier: GPL-3.0-or-later
//
// A bare repository made by git, and a release of two small files to put into it.
#pragma once

#include <command/command.hpp>
#include <gtest/gtest.h>
#include <publication.hpp>
#include <support/fs.hpp>

#include <vector>

namespace slipway::test {

class ReleaseTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(run_command({"git", "init", "-q", "--bare", remote_}).status, 0);
        request_.remote.url = remote_;
        request_.version = "05112026";
        request_.text.tag = "05112026";
        request_.text.message = "Release 05112026";
        request_.text.time = 1793836800;
        add("base/base.tar.zst", "archive of base");
        add("base/SHA256SUMS", "sums\n");
    }

    void add(const std::string& path, const std::string& bytes) {
        const std::string file = folder_ / ("in-" + std::to_string(open_.size()));
        ASSERT_TRUE(support::write_file(file, bytes));
        open_.push_back(std::move(support::open_read(file)).value());
        request_.sources.push_back({open_.back().get(), path, "input '" + path + "'", ""});
    }

    /// Every run has an empty work folder.
    support::Result<git_publish::Publication> prepare() {
        request_.work_dir = folder_ / ("work-" + std::to_string(runs_++));
        EXPECT_TRUE(support::make_dirs(request_.work_dir));
        return git_publish::Publication::prepare(request_, meter_);
    }

    /// The whole way; the released commit.
    std::string publish() {
        auto made = prepare();
        if (!made) return made.error().message();
        auto pushed = made.value().push(meter_);
        return pushed ? made.value().release().commit : pushed.error().message();
    }

    CommandResult git(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"git", "--git-dir", remote_});
        return run_command(arguments);
    }

    std::string line(std::vector<std::string> arguments) const {
        std::string out = git(std::move(arguments)).output;
        if (out.ends_with('\n')) out.pop_back();
        return out;
    }

    /// Files in the remote: objects and refs.
    std::string remote_state() const { return run_command({"find", remote_, "-type", "f"}).output; }

    ScratchFolder folder_;
    std::string remote_ = folder_ / "remote.git";
    git_publish::Request request_;
    git_publish::Meter meter_ = [](std::uint64_t, std::uint64_t) { return true; };

private:
    std::vector<support::UniqueFd> open_;
    int runs_ = 0;
};

} // namespace slipway::test
