// SPDX-License-Identifier: GPL-3.0-or-later
#include "news_of.hpp"

#include <gtest/gtest.h>
#include <webhook.hpp>

namespace slipway::notify {
namespace {

namespace json = support::json;

support::Result<std::string> secret(const std::string& name) {
    if (name == "HOOK") return std::string("https://hooks.example/services/T0/swordfish?x=y");
    if (name == "BAD") return std::string("swordfish");
    return std::string("s3cret");
}

Webhook hook(json::Value body, Text url = {"https://example.org/a?key=swordfish", {}}) {
    return {std::move(url), "POST", {{"X-Token", {"", "TOKEN"}}}, std::move(body)};
}

TEST(Webhook, AnObjectIsJson) {
    const auto made = delivery_of(hook(json::parse(R"({"text": "{chain}"})").value()), failed_news(), secret);
    const http::Request& request = made.value().request;
    EXPECT_EQ(request.body, R"({"text":"archlinux"})");
    EXPECT_EQ(request.headers["Content-Type"], "application/json");
    EXPECT_EQ(request.headers["X-Token"], "s3cret");
    EXPECT_EQ(request.max_redirects, 0u);
    EXPECT_EQ(made.value().target, "https://example.org:443");
}

TEST(Webhook, ATextIsText) {
    const auto made = delivery_of(hook("{chain} {state}"), failed_news(), secret);
    EXPECT_EQ(made.value().request.body, "archlinux failed");
    EXPECT_EQ(made.value().request.headers["Content-Type"], "text/plain; charset=utf-8");
}

TEST(Webhook, ASecretAddressIsNotShown) {
    const auto made = delivery_of(hook("x", {"", "HOOK"}), failed_news(), secret);
    EXPECT_EQ(made.value().target, "https://hooks.example:443");
    const auto bad = delivery_of(hook("x", {"", "BAD"}), failed_news(), secret);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().message().find("swordfish"), std::string::npos) << bad.error().message();
}

TEST(Webhook, ASecretAddressIsInNoError) {
    const auto made = delivery_of(hook("x", {"", "HOOK"}), failed_news(), secret);
    const support::Error failed{support::Kind::net_transient,
                                "POST https://hooks.example/services/T0/swordfish: refused",
                                "",
                                {"https://hooks.example/services/T0/swordfish?x=y"}};
    EXPECT_EQ(made.value().hidden(failed).what, "POST ***: refused");
    EXPECT_EQ(made.value().hidden(failed).trace.front(), "***");
    EXPECT_EQ(delivery_of(hook("x"), failed_news(), secret).value().hidden(failed).what, failed.what);
}

TEST(Webhook, AnAnswerThatIsNoneIsAFailure) {
    const auto made = delivery_of(hook("x"), failed_news(), secret);
    http::Response response;
    response.status = 204;
    EXPECT_TRUE(check_answer(made.value(), response));
    response.status = 400;
    response.body = "invalid_payload\x1b";
    const auto failed = check_answer(made.value(), response);
    EXPECT_EQ(failed.error().what, "webhook: HTTP status 400 from https://example.org:443");
    EXPECT_EQ(failed.error().trace.front(), "invalid_payload\\x1b");
    response.status = 301;
    EXPECT_EQ(check_answer(made.value(), response).error().hint,
              "the address has moved: give the new one as \"url\"");
}

} // namespace
} // namespace slipway::notify
