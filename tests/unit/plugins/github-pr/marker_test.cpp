// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <marker.hpp>

namespace slipway::github {
namespace {

TEST(Marker, IsFoundAgain) {
    const Mark mark{"arch --> linux", "v1 \"<!--\"", "run", 1793836800};
    const std::string text = marker(mark);
    EXPECT_EQ(text.find("-->"), text.size() - 3) << "nothing in it may end the comment";
    EXPECT_EQ(find_marker("body\n\n" + text), mark);
    EXPECT_EQ(find_marker("body " + marker({"old", "0", "r", 1}) + "\n" + text + "\nmore"), mark);
}

TEST(Marker, IsFoundWhateverItHolds) {
    const Mark mark{"<!-- slipway {\"chain\": \"x\"} -->", "<!-- slipway ", "<!--", 1};
    EXPECT_EQ(find_marker(marker(mark)), mark);
}

TEST(Marker, OthersHaveNone) {
    for (const char* body : {"", "text", "<!-- slipway ", "<!-- slipway {} -->", "<!-- slipway [1] -->",
                             "<!-- slipway {", "<!-- slipway x -->", "<!-- slipway {\"chain\": 1} -->"})
        EXPECT_EQ(find_marker(body), std::nullopt) << body;
}

TEST(Trailer, IsALineOfItsOwn) {
    EXPECT_TRUE(has_trailer("title\n\n" + trailer("arch"), "arch"));
    EXPECT_TRUE(has_trailer("title\n\n" + trailer("arch") + "\nSigned-off-by: x\n", "arch"));
    EXPECT_FALSE(has_trailer("title\n\n" + trailer("archlinux"), "arch"));
    EXPECT_FALSE(has_trailer("see " + trailer("arch"), "arch"));
}

} // namespace
} // namespace slipway::github
