// SPDX-License-Identifier: GPL-3.0-or-later
//
// The client, against a real nginx, and a server that does what nginx would not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <http/client.hpp>
#include <servers/nginx.hpp>
#include <servers/rude_server.hpp>
#include <support/fs.hpp>

#include <cstdlib>

namespace slipway::http {
namespace {

using std::chrono::seconds;
using support::Error;
using support::Kind;
using support::Result;
using test::RudeServer;
using testing::HasSubstr;
using testing::Not;

class ClientTest : public testing::Test {
protected:
    ClientTest() { EXPECT_TRUE(support::write_file(www_ / "file", "content")); }

    static Result<Response> get(const std::string& url, Client::Settings settings = {}) {
        return Client::create(std::move(settings)).value().send({.url = url});
    }

    test::ScratchFolder www_;
    test::Nginx nginx_{www_.path(), R"(
        location /echo { return 200 "$request_method $content_type $content_length '$http_x_empty' $http_accept"; })"};
};

TEST_F(ClientTest, StatusHeadersAndBody) {
    const auto done = get(nginx_.url() + "/file");
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_TRUE(done.value().ok());
    EXPECT_EQ(done.value().body, "content");
    EXPECT_EQ(done.value().headers["content-LENGTH"], "7");
    EXPECT_EQ(done.value().headers.find("x-none"), nullptr);
    EXPECT_EQ(get(nginx_.url() + "/none").value().status, 404);
    EXPECT_EQ(get(nginx_.url() + "/busy/").value().status, 503);
}

TEST_F(ClientTest, MethodHeadersAndBodyAreSent) {
    auto client = Client::create({}).value();
    const auto sent = [&](Request request) {
        request.url = nginx_.url() + "/echo";
        return client.send(request).value().body;
    };
    EXPECT_EQ(sent({.method = "PATCH", .headers = {{"Accept", "a/b"}, {"X-Empty", ""}}, .body = "{}"}),
              "PATCH application/json 2 '' a/b");
    EXPECT_EQ(sent({.method = "POST", .headers = {{"Accept", "a/b"}}}), "POST  0 '' a/b");
    EXPECT_EQ(sent({.method = "DELETE", .headers = {{"Accept", "a/b"}}}), "DELETE   '' a/b");
    const auto head = client.send({.method = "HEAD", .url = nginx_.url() + "/file"});
    EXPECT_EQ(head.value().headers["Content-Length"], "7");
    EXPECT_EQ(head.value().body, "");
    EXPECT_EQ(nginx_.connections(), 1u);
}

TEST_F(ClientTest, ConditionalRequests) {
    auto client = Client::create({}).value();
    const auto first = client.send({.url = nginx_.url() + "/file"});
    const auto second = client.send(
        {.url = nginx_.url() + "/file", .headers = {{"If-None-Match", first.value().headers["ETag"]}}});
    EXPECT_EQ(second.value().status, 304);
}

TEST_F(ClientTest, HeadersOfSeveralLinesAreNotSent) {
    auto client = Client::create({}).value();
    auto done = client.send({.url = nginx_.url() + "/file", .headers = {{"X", "a\r\nAuthorization: b"}}});
    EXPECT_EQ(done.error().kind, Kind::config);
    done = client.send({.url = nginx_.url() + "/file", .authorization = Secret("Bearer geheim\n")});
    EXPECT_EQ(done.error().kind, Kind::config);
    EXPECT_THAT(done.error().message(), Not(HasSubstr("geheim")));
    EXPECT_EQ(nginx_.log().size(), 0u);
}

TEST_F(ClientTest, LongAnswersAreCut) {
    ASSERT_TRUE(support::write_file(www_ / "big", std::string(10 << 20, 'x')));
    const auto done = get(nginx_.url() + "/big");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::verify);
    EXPECT_EQ(done.error().what, "GET " + nginx_.url() + "/big: an answer of more than 8.4 MB");
}

TEST_F(ClientTest, ASinkTakesGoodAnswersOnly) {
    auto client = Client::create({}).value();
    std::string taken;
    const auto sink = [&](std::string_view bytes) -> Result<void> {
        taken += bytes;
        return {};
    };
    EXPECT_EQ(client.send({.url = nginx_.url() + "/moved/file", .sink = sink}).value().body, "");
    EXPECT_EQ(taken, "content");
    EXPECT_THAT(client.send({.url = nginx_.url() + "/none", .sink = sink}).value().body, HasSubstr("404"));
    EXPECT_EQ(taken, "content");
    const auto full = [](std::string_view) -> Result<void> { return Error{Kind::resource, "disk full"}; };
    const auto done = client.send({.url = nginx_.url() + "/file", .sink = full});
    EXPECT_EQ(done.error().kind, Kind::resource);
    EXPECT_THAT(done.error().what, HasSubstr("disk full"));
}

TEST_F(ClientTest, TlsIsVerified) {
    const auto done = get(nginx_.tls_url() + "/file");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::verify);
    EXPECT_TRUE(get(nginx_.tls_url() + "/file", {.network = {.ca_file = nginx_.certificate()}}));
}

TEST_F(ClientTest, ProxyOnlyAsTold) {
    EXPECT_TRUE(get("http://nowhere.invalid/file", {.network = {.proxy = nginx_.url()}}));
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    EXPECT_TRUE(get(nginx_.url() + "/file"));
    ::unsetenv("http_proxy");
}

TEST_F(ClientTest, CancellingEndsASlowAnswer) {
    ASSERT_TRUE(support::write_file(www_ / "big", std::string(1 << 20, 'x')));
    unsigned asked = 0;
    const auto done = get(nginx_.url() + "/drip/big", {.cancelled = [&] { return ++asked > 5; }});
    EXPECT_EQ(done.error().kind, Kind::cancelled);
}

TEST_F(ClientTest, NobodyThere) {
    const auto done = get("http://127.0.0.1:" + std::to_string(test::free_port()) + "/x?token=geheim");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::net_transient);
    EXPECT_THAT(done.error().what, HasSubstr("couldn't connect"));
    EXPECT_THAT(done.error().what, Not(HasSubstr("geheim")));
}

TEST(RudeClientTest, AnAnswerCutShortIsTransient) {
    const RudeServer server("0123456789", [](std::size_t) { return RudeServer::Answer{.cut = 5}; });
    const auto done = Client::create({}).value().send({.url = server.url()});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::net_transient);
}

TEST(RudeClientTest, ASilentServerIsGivenUp) {
    const RudeServer server("", [](std::size_t) { return RudeServer::Answer{.silent = true}; });
    auto client = Client::create({.timeouts = {.stall = seconds(1)}}).value();
    const auto done = client.send({.url = server.url()});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::net_transient);
}

TEST(RudeClientTest, NoFloodOfHeaders) {
    const std::string headers = "X: " + std::string(60'000, 'x') + "\r\n";
    std::string many;
    for (int i = 0; i < 30; ++i)
        many += headers;
    const RudeServer server("x", [&](std::size_t) { return RudeServer::Answer{.headers = many}; });
    const auto done = Client::create({}).value().send({.url = server.url()});
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().what, HasSubstr("headers"));
}

TEST(StatusError, KindsFollowTheStatus) {
    const auto kind = [](long status) { return status_error("x", {status, {}, "", "https://h/p?q"}).kind; };
    EXPECT_EQ(kind(401), Kind::auth);
    EXPECT_EQ(kind(403), Kind::auth);
    EXPECT_EQ(kind(404), Kind::not_found);
    EXPECT_EQ(kind(409), Kind::conflict);
    EXPECT_EQ(kind(422), Kind::unsupported);
    EXPECT_EQ(kind(429), Kind::net_transient);
    EXPECT_EQ(kind(502), Kind::net_transient);
    EXPECT_EQ(status_error("reading x", {404, {}, "", "https://u:p@h/p?q"}).what,
              "reading x: HTTP status 404 from https://h/p");
}

} // namespace
} // namespace slipway::http
