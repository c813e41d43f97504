// SPDX-License-Identifier: GPL-3.0-or-later
#include <answer_cache.hpp>
#include <command/command.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/hash.hpp>

#include <filesystem>

namespace slipway::github {
namespace {

namespace json = support::json;

TEST(AnswerCache, KeepsWhatHasATag) {
    const test::ScratchFolder folder;
    const AnswerCache cache(folder / "answers");
    EXPECT_FALSE(cache.find("u"));
    cache.keep("u", {"\"e\"", json::Array{1}, true});
    cache.keep("v", {"", json::Array{1}, true});
    ASSERT_TRUE(cache.find("u"));
    EXPECT_EQ(cache.find("u")->etag, "\"e\"");
    EXPECT_EQ(cache.find("u")->body, json::Value(json::Array{1}));
    EXPECT_TRUE(cache.find("u")->more);
    EXPECT_FALSE(cache.find("v"));
    EXPECT_FALSE(AnswerCache("").find("u"));
}

TEST(AnswerCache, DamageIsAsIfItWereNotThere) {
    const test::ScratchFolder folder;
    const AnswerCache cache(folder.path());
    cache.keep("u", {"\"e\"", 1, false});
    for (const auto& file : std::filesystem::directory_iterator(folder.path()))
        for (const char* text : {"", "{", "[]", "{\"url\": \"other\", \"etag\": \"x\"}"}) {
            ASSERT_TRUE(support::write_file(file.path(), text));
            EXPECT_FALSE(cache.find("u")) << text;
        }
    const AnswerCache nowhere("/dev/null/x");
    nowhere.keep("u", {"\"e\"", 1, false});
    EXPECT_FALSE(nowhere.find("u"));
}

TEST(AnswerCache, ForgetsWhatNobodyHasAskedForInALongTime) {
    namespace fs = std::filesystem;
    const test::ScratchFolder folder;
    const AnswerCache cache(folder.path());
    cache.keep("asked", {"\"e\"", 1, false});
    cache.keep("new", {"\"e\"", 1, false});
    cache.keep("merged", {"\"e\"", 1, false});
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(101 * 24);
    for (const char* url : {"asked", "merged"})
        fs::last_write_time(folder / (support::Digest::of(url).hex() + ".json"), long_ago);
    EXPECT_TRUE(cache.find("asked"));
    cache.remove_old();
    EXPECT_TRUE(cache.find("asked"));
    EXPECT_TRUE(cache.find("new"));
    EXPECT_FALSE(cache.find("merged"));
    AnswerCache("").remove_old();
    AnswerCache("/nonexistent/x").remove_old();
}

} // namespace
} // namespace slipway::github
