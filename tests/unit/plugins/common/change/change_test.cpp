// SPDX-License-Identifier: GPL-3.0-or-later
#include <change/change.hpp>
#include <gtest/gtest.h>

using namespace slipway::change;

namespace {

std::string refused(const std::string& json) {
    const auto change = read_change(json);
    return change ? "" : change.error().what;
}

std::string with_file(const std::string& file) {
    return R"({"title": "T", "body": "", "files": [)" + file + "]}";
}

} // namespace

TEST(Change, ReadsFilesThatDoChange) {
    const auto change = read_change(R"({"title": "T", "body": "B", "files": [
      {"path": "a", "mode": "100644", "before": null, "after": "x"},
      {"path": "b", "mode": "100644", "before": "x", "after": null},
      {"path": "c", "mode": "100755", "before": "x", "after": "x"},
      {"path": "d", "mode": "100644", "before": null, "after": null}]})");
    ASSERT_TRUE(change);
    EXPECT_EQ(change.value().title, "T");
    EXPECT_EQ(change.value().body, "B");
    ASSERT_EQ(change.value().files.size(), 2u);
    EXPECT_FALSE(change.value().files[0].before);
    EXPECT_EQ(change.value().files[1].before, "x");
}

TEST(Change, RefusesWhatIsNone) {
    EXPECT_EQ(refused("[]"), "change: no title of one line");
    EXPECT_EQ(refused(R"({"title": "a\nb", "files": []})"), "change: no title of one line");
    EXPECT_EQ(refused(R"({"title": "a"})"), "change: no list of files");
    EXPECT_EQ(refused(with_file(R"({"path": "a", "mode": "120000", "before": "", "after": ""})")),
              "change: mode '120000' of 'a' is neither 100644 nor 100755");
    EXPECT_EQ(refused(with_file(R"({"path": "a", "mode": "100644", "before": "", "after": 1})")),
              "change: 'after' of 'a' is neither text nor null");
    EXPECT_EQ(refused(with_file(R"({"path": "a", "mode": "100644", "after": ""})")),
              "change: 'before' of 'a' is neither text nor null");
    EXPECT_EQ(refused(with_file(R"({"path": "a", "mode": "100644", "before": "", "after": "x\u0000"})")),
              "change: 'a' is not text");
    const std::string file = R"({"path": "a", "mode": "100644", "before": "", "after": "x"})";
    EXPECT_EQ(refused(with_file(file + "," + file)), "change: 'a' is there twice");
    EXPECT_EQ(refused("<html>").substr(0, 12), "change: 1:1:");
}

TEST(Change, RefusesPathsOutsideTheRepository) {
    for (const char* path :
         {"", "/etc/passwd", "../x", "a/../b", "./a", "a//b", "a/", ".git/config", "a\\n", "a\\\"b"})
        EXPECT_NE(refused(with_file(std::string(R"({"path": ")") + path
                                    + R"(", "mode": "100644", "before": "", "after": "x"})")),
                  "")
            << path;
}
