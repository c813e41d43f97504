// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <reference.hpp>

using namespace slipway::verify;

namespace {

std::string text_of(const std::string& text) {
    auto reference = parse_reference(text);
    return reference ? reference.value().text() : "refused";
}

TEST(Reference, AsDockerTakesIt) {
    EXPECT_EQ(text_of("archlinux"), "docker.io/library/archlinux:latest");
    EXPECT_EQ(text_of("docker.io/archlinux:base"), "docker.io/library/archlinux:base");
    EXPECT_EQ(text_of("index.docker.io/a/b"), "docker.io/a/b:latest");
    EXPECT_EQ(text_of("me/image:1.0"), "docker.io/me/image:1.0");
    EXPECT_EQ(text_of("ghcr.io/owner/name:tag"), "ghcr.io/owner/name:tag");
    EXPECT_EQ(text_of("127.0.0.1:5000/x:y"), "127.0.0.1:5000/x:y");
    EXPECT_EQ(text_of("localhost/x"), "localhost/x:latest");
    EXPECT_EQ(text_of("[::1]:5000/x"), "[::1]:5000/x:latest");
    const std::string digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    EXPECT_EQ(text_of("quay.io/a/b@" + digest), "quay.io/a/b@" + digest);
    EXPECT_EQ(text_of("quay.io/a/b:t@" + digest), "quay.io/a/b:t@" + digest);
    EXPECT_EQ(parse_reference("archlinux").value().api_host(), "registry-1.docker.io");
    EXPECT_EQ(parse_reference("quay.io/x").value().api_host(), "quay.io");
}

TEST(Reference, Refused) {
    for (const char* bad : {"", "A", "a:", "a:b c", "a/../b", "a//b", "https://x/y", "a@sha256:00", "a@md5:x",
                            "a?b", "a.b:99999999/x", "a:-x", "x.y/", "evil.com#/a", "u@h/x"})
        EXPECT_EQ(text_of(bad), "refused") << bad;
}

} // namespace
