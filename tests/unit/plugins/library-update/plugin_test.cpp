// SPDX-License-Identifier: GPL-3.0-or-later
#include <fake_host/fake_host.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>

using namespace slipway;
namespace json = support::json;

namespace {

const std::string folder = std::string(SLIPWAY_TEST_DATA) + "/library/";

constexpr const char* release =
    R"({"version": "05112026", "remote": "https://github.com/archlinux/archlinux-docker",
  "tag": "05112026", "ref": "refs/tags/05112026", "commit": "abcdefabcdefabcdefabcdefabcdefabcdefabcd"})";

class LibraryUpdate : public testing::Test {
protected:
    LibraryUpdate() : host_(std::string(SLIPWAY_STAGES) + "/library-update.so", "library-update") {}

    slipway_status run(const std::string& file, const std::string& more = "",
                       const std::string& input = release) {
        host_.add_input("release", "release.json", input, "application/vnd.slipway.release.v1+json");
        return host_.execute(R"({"file": ")" + file + "\"" + more + "}");
    }

    json::Value change() { return json::parse(host_.outputs["change"].at(0).text()).value(); }

    test::FakeHost host_;
};

} // namespace

TEST_F(LibraryUpdate, MakesAChangeAndTheEditedFile) {
    ASSERT_EQ(run(folder + "variants", R"(, "keep": 1)"), SLIPWAY_OK) << host_.said();
    const json::Value doc = change();
    EXPECT_EQ(doc["title"].as_string(), "variants: Update to 05112026");
    const json::Value& file = doc["files"].as_array().at(0);
    EXPECT_EQ(file["path"].as_string(), "library/variants");
    EXPECT_EQ(file["mode"].as_string(), "100644");
    EXPECT_EQ(file["before"].as_string(), support::read_file(folder + "variants").value());
    EXPECT_EQ(file["after"].as_string(), host_.outputs["file"].at(0).text());
    EXPECT_NE(file["after"].as_string(), file["before"].as_string());
    EXPECT_EQ(host_.outputs["file"].at(0).name, "variants");
    EXPECT_EQ(doc["body"].as_string(), "- latest: refs/tags/29102026 (111111111111) to refs/tags/05112026 "
                                       "(abcdefabcdef); the former stays as an "
                                       "entry of its own\n"
                                       "- base-devel: refs/tags/29102026 (111111111111) to "
                                       "refs/tags/05112026 (abcdefabcdef); the former stays as "
                                       "an entry of its own\n");
    EXPECT_THAT(host_.log, testing::ElementsAre("'variants': 2 entries moved to refs/tags/05112026"));
}

TEST_F(LibraryUpdate, TakesTitlePathAndTag) {
    ASSERT_EQ(
        run(folder + "custom-tag", R"(, "title": "New", "path": "library/archlinux", "tag": "2026.11.05")"),
        SLIPWAY_OK);
    EXPECT_EQ(change()["title"].as_string(), "New");
    EXPECT_EQ(change()["files"].as_array().at(0)["path"].as_string(), "library/archlinux");
    EXPECT_THAT(host_.outputs["file"].at(0).text(),
                testing::HasSubstr("Tags: latest, base-2026.11.05, 26\n"));
}

TEST_F(LibraryUpdate, AlreadyThereIsNoChange) {
    ASSERT_EQ(run(folder + "already-there"), SLIPWAY_OK);
    const json::Value doc = change();
    EXPECT_EQ(doc["files"].as_array().at(0)["before"], doc["files"].as_array().at(0)["after"]);
    EXPECT_EQ(doc["body"].as_string(), "");
    EXPECT_THAT(host_.log,
                testing::ElementsAre("'already-there' is at refs/tags/05112026 already: nothing to change"));
}

TEST_F(LibraryUpdate, WarnsOfDoubtfulLines) {
    ASSERT_EQ(run(folder + "line-of-blanks"), SLIPWAY_OK);
    EXPECT_THAT(host_.log,
                testing::Contains("line 4: 'Tags' stands again in line 9 of the same paragraph, and only "
                                  "that one counts"));
}

TEST_F(LibraryUpdate, NamesFileLineAndOptionOfAProblem) {
    EXPECT_EQ(run(folder + "bad-duplicate-tag"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(),
              "'" + folder + "bad-duplicate-tag': line 8: tag 'latest' is used twice (first in line 4)");
    EXPECT_EQ(host_.diagnostics.back().hint, "correct the file by hand; nothing was changed");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/file");
    EXPECT_TRUE(host_.outputs.empty());
}

TEST_F(LibraryUpdate, AMissingFileIsNotFound) {
    EXPECT_EQ(run("/nonexistent/archlinux"), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host_.said(), "opening '/nonexistent/archlinux': No such file or directory");
}

TEST_F(LibraryUpdate, AnUnknownEntryIsNotFound) {
    EXPECT_EQ(run(folder + "variants", R"(, "entries": ["base-devle"])"), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host_.diagnostics.back().hint, "did you mean 'base-devel'?");
}

TEST_F(LibraryUpdate, TheReleaseMustBeOne) {
    EXPECT_EQ(run(folder + "plain", "", "{\"version\": \"1\"}"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(), "release: no 'remote'");
}

TEST_F(LibraryUpdate, TheReleaseMustBeJson) {
    EXPECT_EQ(run(folder + "plain", "", "<html>"), SLIPWAY_CONFIG);
    EXPECT_THAT(host_.said(), testing::StartsWith("release: 1:1: "));
}
