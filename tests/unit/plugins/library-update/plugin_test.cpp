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
        // The release above is nowhere: preflight_test.cpp looks into repositories.
        const std::string level =
            more.find("preflight") == std::string::npos ? R"(, "preflight": "local")" : "";
        return host_.execute(R"({"file": ")" + file + "\"" + more + level + "}");
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
    ASSERT_EQ(run(folder + "line-of-blanks", R"(, "preflight": "off")"), SLIPWAY_OK);
    EXPECT_THAT(host_.log,
                testing::Contains("line 4: 'Tags' stands again in line 9 of the same paragraph, and only "
                                  "that one counts"));
}

TEST_F(LibraryUpdate, PreflightRefusesWhatOnlyParses) {
    EXPECT_EQ(run(folder + "line-of-blanks"), SLIPWAY_VERIFY);
    EXPECT_EQ(host_.said(),
              "preflight: line 7: Directory goes on in the next line (a line of blanks does, too), and the "
              "line break becomes part of it");
    EXPECT_TRUE(host_.outputs.empty());
}

TEST_F(LibraryUpdate, PreflightLooksIntoRepositories) {
    EXPECT_EQ(run(folder + "plain", R"(, "preflight": "full", "entries": ["latest"])",
                  R"({"version": "1", "remote": "/nowhere", "tag": "1", "ref": "refs/tags/1", "commit": ")"
                      + std::string(40, 'a') + "\"}"),
              SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host_.said(), "preflight: repository '/nowhere': not a git repository");
}

TEST_F(LibraryUpdate, TheChangeTellsWhoAndWhat) {
    ASSERT_EQ(run(folder + "keep-two-variants", R"(, "keep": 1, "preflight": "off")"), SLIPWAY_OK)
        << host_.said();
    const json::Value doc = change();
    EXPECT_EQ(doc.at_pointer("/maintainers/0/handle")->as_string(), "hashworks");
    EXPECT_EQ(doc.at_pointer("/entries/0/from/ref")->as_string(), "refs/tags/29102026");
    EXPECT_EQ(doc.at_pointer("/entries/0/to/ref")->as_string(), "refs/tags/05112026");
    EXPECT_EQ(*doc.at_pointer("/releases/0"), json::parse(release).value());
    EXPECT_EQ(doc["preflight"].as_string(), "off");
}

TEST_F(LibraryUpdate, MakesTheFileFromATemplate) {
    const std::string path = testing::TempDir() + "library-template";
    ASSERT_TRUE(support::write_file(
        path, "Maintainers: A (@a)\nGitRepo: ${remote}.git\n\nTags: latest, ${tag}\nGitFetch: "
              "${ref}\nGitCommit: ${commit}\n"));
    ASSERT_EQ(run(folder + "plain", R"(, "template": ")" + path + "\""), SLIPWAY_OK) << host_.said();
    EXPECT_THAT(host_.outputs["file"].at(0).text(),
                testing::HasSubstr("Tags: latest, 05112026\nGitFetch: refs/tags/05112026\n"));
    EXPECT_EQ(change()["body"].as_string(),
              "- latest: refs/tags/29102026 (111111111111) to refs/tags/05112026 (abcdefabcdef)\n");
}

TEST_F(LibraryUpdate, OptionsThatExcludeEachOther) {
    EXPECT_EQ(run(folder + "plain", R"(, "template": "/x", "keep": 1)"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(), "options 'template' and 'keep' exclude each other");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/keep");
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
