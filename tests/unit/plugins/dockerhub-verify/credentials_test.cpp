// SPDX-License-Identifier: GPL-3.0-or-later
#include <credentials.hpp>
#include <gtest/gtest.h>

using namespace slipway::verify;

namespace {

TEST(Credentials, OfDockersConfig) {
    const std::string config =
        R"({"auths": {"https://index.docker.io/v1/": {"auth": "bWU6c2U6Y3JldA=="}, "ghcr.io": {"auth": "YTpi"}, "quay.io": {}},
                                   "credHelpers": {"gcr.io": "gcloud"}})";
    auto found = credentials_in(config, "docker.io");
    ASSERT_TRUE(found && found.value());
    EXPECT_EQ(found.value()->user, "me");
    EXPECT_EQ(found.value()->password.reveal(), "se:cret");
    EXPECT_EQ(basic(*found.value()).reveal(), "Basic bWU6c2U6Y3JldA==");
    EXPECT_EQ(credentials_in(config, "ghcr.io").value()->user, "a");
    EXPECT_FALSE(credentials_in(config, "quay.io").value());
    EXPECT_FALSE(credentials_in(config, "elsewhere").value());
    EXPECT_EQ(credentials_in(config, "gcr.io").error().message(),
              "docker's config.json: the password of gcr.io is with the credential helper 'gcloud', which is "
              "not run (hint: give user and password as options, the password as a secret)");
}

TEST(Credentials, AStoreOrATokenIsNoPassword) {
    const std::string config =
        R"({"auths": {"a.example": {}, "b.example": {"auth": "YTpi"}, "c.example": {"auth": "YTo=", "identitytoken": "x"}},
            "credsStore": "desktop"})";
    EXPECT_EQ(
        credentials_in(config, "a.example").error().message(),
        "docker's config.json: passwords are in the credential store 'desktop', which is not asked (hint: "
        "give user and password as options, the password as a secret; to ask as anybody, leave "
        "docker_config out)");
    EXPECT_EQ(credentials_in(config, "elsewhere").error().kind, slipway::support::Kind::unsupported);
    EXPECT_EQ(credentials_in(config, "b.example").value()->user,
              "a"); // podman login writes it beside a store
    EXPECT_EQ(credentials_in(config, "c.example").error().what,
              "docker's config.json: it has an identity token for c.example, not a password");
}

TEST(Credentials, NoSuchFile) {
    EXPECT_FALSE(credentials_in("{", "x"));
    EXPECT_FALSE(credentials_in(R"({"auths": {"x": {"auth": "%%%"}}})", "x"));
    EXPECT_FALSE(credentials_in(R"({"auths": {"x": {"auth": "YWI="}}})", "x"));
}

} // namespace
