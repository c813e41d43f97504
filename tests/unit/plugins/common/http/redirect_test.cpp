// SPDX-License-Identifier: GPL-3.0-or-later
//
// Redirects, against two real nginx: another port is another origin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <http/client.hpp>
#include <servers/nginx.hpp>
#include <support/fs.hpp>

namespace slipway::http {
namespace {

using support::Kind;
using testing::HasSubstr;

constexpr const char* echo = R"(location /echo { return 200 "$request_method '$http_authorization'"; })";

class Redirect : public testing::Test {
protected:
    static std::string to(const std::string& path, int status, const std::string& url) {
        return "location /" + path + " { return " + std::to_string(status) + " " + url + "; }\n";
    }

    support::Result<Response> send(const std::string& url, const std::string& method = "GET") {
        Request request{.method = method, .url = url, .authorization = Secret("Bearer geheim")};
        if (method == "POST") request.body = "{}";
        return client_.send(request);
    }

    test::ScratchFolder www_;
    test::Nginx other_{www_.path(), echo};
    test::Nginx nginx_{www_.path(), std::string(echo) + to("here301", 301, "/echo")
                                        + to("here307", 307, "/echo") + to("here303", 303, "/echo")
                                        + to("other302", 302, other_.url() + "/echo")
                                        + to("other307", 307, other_.url() + "/echo")
                                        + to("tls302", 302, other_.tls_url() + "/echo")};
    test::Nginx down_{www_.path(), to("down", 302, other_.url() + "/echo")};
    Client client_ = Client::create({.network = {.ca_file = down_.certificate()}}).value();
};

TEST_F(Redirect, TheCredentialStaysAtItsOrigin) {
    EXPECT_EQ(send(nginx_.url() + "/echo").value().body, "GET 'Bearer geheim'");
    EXPECT_EQ(send(nginx_.url() + "/here301").value().body, "GET 'Bearer geheim'");
    const auto other = send(nginx_.url() + "/other302");
    EXPECT_EQ(other.value().body, "GET ''");
    EXPECT_EQ(other.value().url, other_.url() + "/echo");
    EXPECT_EQ(send(nginx_.url() + "/other307").value().body, "GET ''");
}

TEST_F(Redirect, WritesGoOnOnlyAtTheirOrigin) {
    EXPECT_EQ(send(nginx_.url() + "/here307", "POST").value().body, "POST 'Bearer geheim'");
    EXPECT_EQ(send(nginx_.url() + "/here303", "POST").value().body, "GET 'Bearer geheim'");
    EXPECT_EQ(send(nginx_.url() + "/here301", "POST").value().status, 301);
    EXPECT_EQ(send(nginx_.url() + "/other307", "POST").value().status, 307);
    EXPECT_EQ(other_.requests("/echo"), 0u);
}

TEST_F(Redirect, NeverFromHttpsToHttp) {
    const auto done = send(down_.tls_url() + "/down");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::verify);
    EXPECT_EQ(done.error().what,
              "GET " + down_.tls_url() + "/down: redirected to '" + other_.url() + "/echo'");
    EXPECT_EQ(other_.requests("/echo"), 0u);
}

TEST_F(Redirect, NeverToAFileAndNotForEver) {
    EXPECT_THAT(send(nginx_.url() + "/outside/x").error().what,
                HasSubstr("redirected to 'file:///etc/hostname'"));
    const auto done = send(nginx_.url() + "/loop/x");
    EXPECT_EQ(done.error().kind, Kind::verify);
    EXPECT_THAT(done.error().what, HasSubstr("more than 10 redirects"));
    EXPECT_EQ(nginx_.requests("/loop/x"), 11u);
}

TEST_F(Redirect, NoneIfNotWanted) {
    const auto done = client_.send({.url = nginx_.url() + "/here301", .max_redirects = 0});
    EXPECT_EQ(done.value().status, 301);
    EXPECT_THAT(done.value().headers["location"], HasSubstr("/echo"));
}

} // namespace
} // namespace slipway::http
