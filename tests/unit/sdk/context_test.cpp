// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway::context and slipway::output over a hand-made host.
#include "hand_made_host.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <slipway/stage.hpp>

#include <cerrno>
#include <cstdio>

namespace {

using testing::ElementsAre;

class Context : public testing::Test {
protected:
    HandMadeHost host;
    slipway_job job{sizeof(slipway_job), SLIPWAY_JOB_DRY_RUN,    3,   0, "run-1",
                    "archive",           R"({"group": "base"})", "{}"};
    slipway::context context{&host.abi, &job};

    /// The host will give away this end of a new temporary file.
    std::FILE* file = std::tmpfile();

    void SetUp() override { host.given_fd = ::fcntl(fileno(file), F_DUPFD_CLOEXEC, 0); }

    void TearDown() override { std::fclose(file); }
};

TEST_F(Context, TellsOfTheJob) {
    EXPECT_TRUE(context.dry_run());
    job.flags = 0;
    EXPECT_FALSE(context.dry_run());
    EXPECT_EQ(context.attempt(), 3u);
    EXPECT_STREQ(context.run_id(), "run-1");
    EXPECT_STREQ(context.stage_id(), "archive");
    EXPECT_STREQ(context.variant_json(), R"({"group": "base"})");
    EXPECT_STREQ(context.chain_json(), "{}");
    EXPECT_EQ(context.host(), &host.abi);
    ::close(host.given_fd);
}

TEST_F(Context, PassesPlainCallsOn) {
    context.info("hello");
    context.warn("careful");
    context.progress(1, 2, "files");
    EXPECT_THAT(host.calls, ElementsAre("log 1 hello", "log 2 careful", "progress 1/2 files"));
    EXPECT_FALSE(context.cancelled());
    host.cancel = 1;
    EXPECT_TRUE(context.cancelled());
    EXPECT_EQ(context.epoch(), 1793836800);
    EXPECT_EQ(context.work_dir(), "/work-dir");
    EXPECT_EQ(context.cache_dir(), "/cache-dir");
    EXPECT_EQ(context.input_count("in"), 2u);
    EXPECT_EQ(context.input_count("none"), 0u);
    ::close(host.given_fd);
}

TEST_F(Context, OwnsAnOpenInput) {
    {
        auto input = context.open_input("in", 1);
        ASSERT_TRUE(input);
        EXPECT_EQ(input.value().get(), host.given_fd);
    }
    EXPECT_EQ(::fcntl(host.given_fd, F_GETFD), -1);
    EXPECT_THAT(host.calls, ElementsAre("input_open in 1"));
}

TEST_F(Context, WritesAndCommitsAnOutput) {
    auto output = context.create_output("archive", "base.tar");
    ASSERT_TRUE(output);
    slipway::output moved = std::move(output).value();
    ASSERT_TRUE(moved.write("some "));
    ASSERT_TRUE(moved.write("bytes"));
    ASSERT_TRUE(moved.commit(R"({"type": "application/zstd"})"));
    EXPECT_EQ(::fcntl(host.given_fd, F_GETFD), -1) << "closed before the host was asked";
    EXPECT_THAT(host.calls, ElementsAre("output_create archive base.tar",
                                        R"(output_commit archive {"type": "application/zstd"})"));
    char written[11] = {};
    std::rewind(file);
    EXPECT_EQ(std::fread(written, 1, sizeof written, file), 10u);
    EXPECT_STREQ(written, "some bytes");
}

TEST_F(Context, CommitsWithoutADescription) {
    ASSERT_TRUE(context.create_output("a", "b").value().commit());
    EXPECT_EQ(host.calls.back(), "output_commit a NULL");
}

TEST_F(Context, SaysWhyAWriteFailed) {
    ::close(host.given_fd);
    host.given_fd = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    auto full = context.create_output("a", "b").value().write("x");
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, SLIPWAY_RESOURCE);
    EXPECT_EQ(full.error().summary, "writing output 'a': No space left on device");
    host.given_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    auto unwritable = context.create_output("a", "b").value().write("x");
    ASSERT_FALSE(unwritable);
    EXPECT_EQ(unwritable.error().code, SLIPWAY_IO);
    EXPECT_EQ(unwritable.error().summary, "writing output 'a': Bad file descriptor");
}

TEST_F(Context, KeepsTheHostsStatus) {
    auto output = context.create_output("a", "b");
    host.answer = SLIPWAY_VERIFY;
    EXPECT_EQ(output.value().commit().error().code, SLIPWAY_VERIFY);
    EXPECT_EQ(context.create_output("a", "b").error().code, SLIPWAY_VERIFY);
    EXPECT_EQ(context.open_input("in").error().code, SLIPWAY_VERIFY);
    EXPECT_EQ(context.input_meta("in").error().code, SLIPWAY_VERIFY);
    EXPECT_EQ(context.secret("T").error().code, SLIPWAY_VERIFY);
    EXPECT_EQ(context.adopt("a", "b", "c").error().code, SLIPWAY_VERIFY);
    EXPECT_EQ(context.effect(SLIPWAY_EFFECT_DONE, "k", "t", "s").error().code, SLIPWAY_VERIFY);
}

TEST_F(Context, ReadsDescriptionsAndSecrets) {
    host.given_text = R"({"name": "x"})";
    EXPECT_EQ(context.input_meta("in").value(), R"({"name": "x"})");
    host.given_text = "s3cret";
    EXPECT_EQ(context.secret("TOKEN").value(), "s3cret");
    EXPECT_THAT(host.calls, ElementsAre("input_meta in 0", "secret_get TOKEN"));
    ::close(host.given_fd);
}

TEST_F(Context, UsesExtensions) {
    EXPECT_TRUE(context.stored("c"));
    EXPECT_TRUE(context.adopt("a", "b", "c").value());
    EXPECT_TRUE(context.adopt("a", "b", "c", "{}").value());
    host.answer = SLIPWAY_NOT_FOUND;
    EXPECT_FALSE(context.stored("c"));
    EXPECT_FALSE(context.adopt("a", "b", "c").value()) << "the store does not hold it: no failure";
    host.answer = SLIPWAY_OK;
    EXPECT_TRUE(context.effect(SLIPWAY_EFFECT_PLANNED, "git.push", "there", "push"));
    EXPECT_TRUE(context.effect(SLIPWAY_EFFECT_DONE, "git.push", "there", "push", "diff"));
    EXPECT_THAT(host.calls, ElementsAre("contains c", "adopt a b c NULL", "adopt a b c {}", "contains c",
                                        "adopt a b c NULL", "effect 0 git.push there push NULL",
                                        "effect 2 git.push there push diff"));
    ::close(host.given_fd);
}

TEST_F(Context, WorksWithoutExtensions) {
    host.has_extensions = false;
    EXPECT_FALSE(context.stored("c"));
    EXPECT_FALSE(context.adopt("a", "b", "c").value());
    EXPECT_TRUE(context.effect(SLIPWAY_EFFECT_DONE, "k", "t", "s"));
    EXPECT_THAT(host.calls, ElementsAre());
    ::close(host.given_fd);
}

TEST_F(Context, ReportsTheTextItWasGiven) {
    const std::string summary(1000, 's'); // too long for the text to lie in the string itself
    context.report(SLIPWAY_INFO, summary, "a hint");
    EXPECT_THAT(host.calls, ElementsAre("report 0 " + summary + " | a hint | NULL | NULL"));
    host.calls.clear();
    context.expires("/token", "2026-12-01T10:00:00Z");
    EXPECT_EQ(host.calls.size(), 1u);
    EXPECT_THAT(host.calls.front(),
                testing::HasSubstr("the secret of '/token' expires 2026-12-01T10:00:00Z"));
    EXPECT_THAT(host.calls.front(), testing::HasSubstr("expires=2026-12-01T10:00:00Z | /token"));
    ::close(host.given_fd);
}

} // namespace
