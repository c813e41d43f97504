// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <settings.hpp>

namespace slipway::notify {
namespace {

std::string problem(const std::string& options) {
    std::string pointer;
    const auto settings = read_settings(support::json::parse(options).value(), pointer);
    return settings ? "" : pointer + ": " + settings.error().message();
}

TEST(Settings, AreTaken) {
    std::string pointer;
    const auto settings = read_settings(
        support::json::parse(
            R"({"webhook": {"url": {"secret": "HOOK"}, "method": "POST", "headers": {"a": "b", "c": {"secret": "D"}},
        "body": {"text": "{headline}"}}, "waiting": "2h", "repeat": "1d"})")
            .value(),
        pointer);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings.value().webhook->url.secret, "HOOK");
    EXPECT_EQ(settings.value().webhook->headers.at(1).second.secret, "D");
    EXPECT_EQ(settings.value().waiting, std::chrono::hours(2));
    EXPECT_EQ(settings.value().repeat, std::chrono::hours(24));
    EXPECT_FALSE(settings.value().mail);
}

TEST(Settings, MistakesAreExplained) {
    EXPECT_EQ(problem("{}"), "/webhook: nobody is to be told (hint: give \"webhook\" or \"mail\")");
    EXPECT_EQ(problem(R"({"webhook": {"url": "https://x", "body": {"a": ["{headlien}"]}}})"),
              "/webhook/body: template: there is no {headlien} (hint: did you mean {headline}?)");
    EXPECT_EQ(problem(R"({"mail": {"to": ["a@b"], "from": "c@d", "subject": "{", "body": "x"}})"),
              "/mail/subject: template: a '{' alone (hint: write {name}, or {{ and }} for braces)");
    EXPECT_EQ(
        problem(
            R"({"mail": {"to": ["a@b"], "from": "c@d", "subject": "x", "body": "x", "sendmail": ["msmtp"]}})"),
        "/mail/sendmail/0: 'msmtp' is no whole path (hint: such as /usr/sbin/sendmail)");
    EXPECT_EQ(
        problem(
            R"({"webhook": {"url": "http://example.org/a?b=c", "headers": {"x": {"secret": "S"}}, "body": "x"}})"),
        "/webhook/url: 'http://example.org/a': the secret header would go over the wire in the clear (hint: "
        "use https)");
    EXPECT_EQ(
        problem(
            R"({"webhook": {"url": "http://127.0.0.1/a", "headers": {"x": {"secret": "S"}}, "body": "x"}})"),
        "");
}

} // namespace
} // namespace slipway::notify
