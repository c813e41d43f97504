// SPDX-License-Identifier: GPL-3.0-or-later
#include <fake_host/fake_host.hpp>
#include <git_work/repository.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace slipway;
namespace json = support::json;

namespace {

constexpr const char* change = R"({"title": "archlinux: Update to 05112026", "body": "- latest: moved\n",
  "files": [{"path": "library/archlinux", "mode": "100644", "before": "1\n2\n", "after": "1\n3\n"}]})";

constexpr const char* name = "0001-archlinux-Update-to-05112026.patch";

class PatchSubmit : public testing::Test {
protected:
    PatchSubmit() : host_(std::string(SLIPWAY_STAGES) + "/patch-submit.so", "patch-submit") {}

    slipway_status run(const std::string& more = "", const std::string& input = change, unsigned flags = 0) {
        host_.add_input("change", "change.json", input, "application/vnd.slipway.change.v1+json");
        return host_.execute(R"({"author": {"name": "Ann Example", "email": "ann@example.org"})" + more + "}",
                             flags);
    }

    std::string in_directory() const { return R"(, "directory": ")" + directory() + "\""; }

    std::string directory() const { return host_.folder() + "/patches/new"; }

    json::Value submission() { return json::parse(host_.outputs["submission"].at(0).text()).value(); }

    test::FakeHost host_;
};

} // namespace

TEST_F(PatchSubmit, WritesAPatchThatGitAmTakes) {
    ASSERT_EQ(run(), SLIPWAY_OK) << host_.said();
    const test::Artifact& patch = host_.outputs["patch"].at(0);
    EXPECT_EQ(patch.name, name);
    test::Repository repository;
    repository.commit_file("library/archlinux", "1\n2\n");
    ASSERT_EQ(repository.am(patch.text()), "") << patch.text();
    EXPECT_EQ(support::read_file(repository.path("library/archlinux")).value(), "1\n3\n");
    EXPECT_EQ(submission(), json::parse(R"({"kind": "patch", "title": "archlinux: Update to 05112026",
                                             "url": "0001-archlinux-Update-to-05112026.patch", "state": "written"})")
                                .value());
    EXPECT_TRUE(host_.effects.empty());
}

TEST_F(PatchSubmit, WritesIntoTheDirectoryAndSaysSo) {
    ASSERT_EQ(run(in_directory()), SLIPWAY_OK) << host_.said();
    const std::string path = directory() + "/" + name;
    EXPECT_EQ(support::read_file(path).value(), host_.outputs["patch"].at(0).text());
    EXPECT_EQ(submission()["url"].as_string(), path);
    ASSERT_EQ(host_.effects.size(), 2u);
    EXPECT_EQ(host_.effects[0].state, SLIPWAY_EFFECT_STARTED);
    EXPECT_EQ(host_.effects[1].state, SLIPWAY_EFFECT_DONE);
    EXPECT_EQ(host_.effects[0].kind, "file.write");
    EXPECT_EQ(host_.effects[0].target, path);
    EXPECT_THAT(host_.effects[0].detail, testing::HasSubstr("-2\n+3\n"));
}

TEST_F(PatchSubmit, ThePatchThatIsThereAlreadyIsLeftAlone) {
    ASSERT_EQ(run(in_directory()), SLIPWAY_OK);
    test::FakeHost again(std::string(SLIPWAY_STAGES) + "/patch-submit.so", "patch-submit");
    again.add_input("change", "change.json", change);
    ASSERT_EQ(again.execute(R"({"author": {"name": "Ann Example", "email": "ann@example.org"})"
                            + in_directory() + "}"),
              SLIPWAY_OK);
    ASSERT_EQ(again.effects.size(), 1u);
    EXPECT_EQ(again.effects[0].state, SLIPWAY_EFFECT_SKIPPED);
}

TEST_F(PatchSubmit, ADryRunOnlyPlans) {
    ASSERT_EQ(run(in_directory(), change, SLIPWAY_JOB_DRY_RUN), SLIPWAY_OK);
    EXPECT_FALSE(std::filesystem::exists(directory()));
    ASSERT_EQ(host_.effects.size(), 1u);
    EXPECT_EQ(host_.effects[0].state, SLIPWAY_EFFECT_PLANNED);
    EXPECT_EQ(host_.outputs["patch"].size(), 1u);
}

TEST_F(PatchSubmit, AnEmptyChangeIsUnchanged) {
    ASSERT_EQ(run(in_directory(), R"({"title": "[odd] title", "body": "", "files": [
      {"path": "a", "mode": "100644", "before": "x", "after": "x"}]})"),
              SLIPWAY_OK);
    EXPECT_TRUE(host_.outputs["patch"].empty());
    EXPECT_EQ(submission()["state"].as_string(), "unchanged");
    EXPECT_EQ(submission()["url"].as_string(), "");
    EXPECT_TRUE(host_.effects.empty());
    EXPECT_FALSE(std::filesystem::exists(directory()));
}

TEST_F(PatchSubmit, NotesTheRelease) {
    host_.add_input("release", "release.json", R"({"version": "05112026", "commit": "abc"})");
    ASSERT_EQ(run(), SLIPWAY_OK);
    for (const char* port : {"patch", "submission"}) {
        const json::Value& annotations = host_.outputs[port].at(0).meta["annotations"];
        EXPECT_EQ(annotations["release"].as_string(), "05112026");
        EXPECT_EQ(annotations["commit"].as_string(), "abc");
    }
}

TEST_F(PatchSubmit, RefusesABadAuthor) {
    EXPECT_EQ(host_.configure(R"({"author": {"name": "A <x>", "email": "a@b"}})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(), "author name 'A <x>' is not usable in a commit");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/author");
}

TEST_F(PatchSubmit, RefusesABadChange) {
    EXPECT_EQ(run("", "{}"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(), "change: no title of one line");
}

TEST_F(PatchSubmit, AFolderThatCannotBeMadeIsNamed) {
    ASSERT_TRUE(support::write_file(host_.folder() + "/patches", "a file"));
    EXPECT_EQ(run(in_directory()), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host_.said(), "making folder '" + host_.folder() + "/patches/new': Not a directory");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/directory");
}
