// SPDX-License-Identifier: GPL-3.0-or-later
//
// Downloads that are cut, stall, are told to wait, or were begun by an earlier run.
#include "download_fixture.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <servers/rude_server.hpp>
#include <support/json.hpp>

namespace slipway::pacman_fetch {
namespace {

using support::Kind;
using test::RudeServer;
using testing::HasSubstr;
using testing::Not;

using Answer = RudeServer::Answer;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Resume : public DownloadFixture {
protected:
    Resume() : DownloadFixture(50'000) {}

    support::Result<std::vector<Arrival>> run(std::vector<std::string> urls) {
        auto downloader =
            Downloader::create({.parallel = 4,
                                .patience = {.timeouts = {.connect = seconds(2), .stall = seconds(1)},
                                             .rounds = 3,
                                             .pause = milliseconds(50),
                                             .longest_pause = seconds(5)}});
        return downloader.value()->run({wanted(std::move(urls))},
                                       {[] { return false; },
                                        {},
                                        [this](std::size_t, const Arrival&) {
                                            EXPECT_FALSE(somebody_writes())
                                                << "it is not closed when it is here";
                                        }});
    }

    /// As the host's store asks before it takes a file.
    bool somebody_writes() const {
        const support::UniqueFd fd(::open((work_ / "got").c_str(), O_RDONLY | O_CLOEXEC));
        return ::fcntl(fd.get(), F_SETLEASE, F_RDLCK) != 0;
    }

    /// What a run that was killed leaves.
    void leave(const std::string& bytes, const std::string& url = {}, const std::string& etag = {}) {
        test::write(work_ / "got", bytes);
        using support::json::Object;
        const std::string record =
            support::json::dump(Object{{"url", url}, {"etag", etag}, {"last_modified", ""}});
        if (!url.empty()) test::write(work_ / "got.from", record);
    }

    std::string etag_of_nginx() {
        auto downloader = Downloader::create({});
        const Download plain{
            "file", {nginx_.url() + "/file"}, work_ / "plain", content_.size(), std::nullopt};
        return downloader.value()->run({plain}, {[] { return false; }}).value().at(0).validator.etag;
    }
};

TEST_F(Resume, GoesOnAfterACut) {
    const std::size_t cut = content_.size() * 99 / 100;
    RudeServer server(content_, [&](std::size_t index) {
        return index == 0 ? Answer{.headers = "ETag: \"one\"\r\n", .cut = cut} : Answer{};
    });
    auto done = run({server.url() + "/p"});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(got(), content_);
    EXPECT_EQ(done.value().at(0).received, content_.size());
    ASSERT_EQ(server.requests().size(), 2u);
    EXPECT_THAT(server.requests()[0], Not(HasSubstr("Range:")));
    EXPECT_THAT(server.requests()[1], HasSubstr("Range: bytes=" + std::to_string(cut) + "-\r\n"));
    EXPECT_THAT(server.requests()[1], HasSubstr("If-Range: \"one\"\r\n"));
}

TEST_F(Resume, GoesOnFromAnotherServer) {
    RudeServer cut(content_, [](std::size_t) { return Answer{.cut = 100'000}; });
    auto done = run({cut.url() + "/p", nginx_.url() + "/file"});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(done.value().at(0).url, nginx_.url() + "/file");
    EXPECT_EQ(got(), content_);
    EXPECT_THAT(nginx_.log(), testing::ElementsAre(HasSubstr("206 HTTP/1.1 \"bytes=100000-\" \"-\" /file")));
}

TEST_F(Resume, AServerThatAlwaysCutsIsGivenUp) {
    RudeServer server(content_, [](std::size_t) { return Answer{.cut = 10}; });
    auto done = run({server.url() + "/p"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::net_transient);
    EXPECT_EQ(done.error().what, "package 'p' from " + server.url() + "/p: transferred a partial file");
    EXPECT_EQ(server.requests().size(), 3u);
    EXPECT_EQ(got(), content_.substr(0, 30)) << "the next run goes on from there";
}

TEST_F(Resume, GoesOnWhereAKilledRunStopped) {
    const std::string etag = etag_of_nginx();
    leave(content_.substr(0, 50'000), nginx_.url() + "/file", etag);
    auto done = run({nginx_.url() + "/file"});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(got(), content_);
    EXPECT_EQ(done.value().at(0).received, content_.size() - 50'000);
    EXPECT_THAT(nginx_.log().back(), HasSubstr("206 HTTP/1.1 \"bytes=50000-\" \"\\x22"));
}

TEST_F(Resume, BeginsAnewIfTheServersFileIsAnother) {
    leave("x" + content_.substr(1, 50'000), nginx_.url() + "/file", "\"another\"");
    auto done = run({nginx_.url() + "/file"});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(got(), content_);
    EXPECT_THAT(nginx_.log(), testing::ElementsAre(HasSubstr("200 HTTP/1.1 \"bytes=50001-\"")));
}

TEST_F(Resume, BeginsAnewIfTheBeginningWasWrong) {
    leave("wrong");
    auto done = run({nginx_.url() + "/file"});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(got(), content_);
    EXPECT_THAT(nginx_.log(), testing::ElementsAre(HasSubstr("206"), HasSubstr("200")));
}

TEST_F(Resume, AsksNobodyForAWholeFile) {
    leave(content_);
    auto done = run({"http://127.0.0.1:1/p"});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(done.value().at(0).url, "");
    EXPECT_EQ(done.value().at(0).received, 0u);
}

TEST_F(Resume, ReplacesAWrongOrLongerFile) {
    for (const std::string& wrong : {std::string(content_.size(), 'x'), content_ + "more"}) {
        leave(wrong);
        auto done = run({nginx_.url() + "/file"});
        ASSERT_TRUE(done) << done.error().message();
        EXPECT_EQ(got(), content_);
        EXPECT_THAT(nginx_.log().back(), HasSubstr("200 HTTP/1.1 \"-\""));
    }
}

TEST_F(Resume, ADrippingServerIsLeft) {
    const auto start = std::chrono::steady_clock::now();
    auto done = run({nginx_.url() + "/drip/file", nginx_.url() + "/file"});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(done.value().at(0).url, nginx_.url() + "/file");
    EXPECT_EQ(got(), content_);
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(6));
}

TEST_F(Resume, ASilentServerIsLeft) {
    RudeServer server(content_, [](std::size_t) { return Answer{.silent = true}; });
    auto done = run({server.url() + "/p", nginx_.url() + "/file"});
    ASSERT_TRUE(done) << done.error().message();
    done = run({server.url() + "/p"});
    EXPECT_EQ(got(), content_) << "it was whole";
    ASSERT_TRUE(support::remove_tree(work_ / "got"));
    done = run({server.url() + "/p"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::net_transient);
    EXPECT_EQ(done.error().what, "package 'p' from " + server.url() + "/p: timeout was reached");
}

TEST_F(Resume, WaitsAsLongAsTheServerAsks) {
    RudeServer server(content_, [](std::size_t index) {
        return index == 0 ? Answer{.status = "429 Too Many Requests", .headers = "Retry-After: 1\r\n"}
                          : Answer{};
    });
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(run({server.url() + "/p"}));
    EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(1000));
    EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(Resume, DoesNotWaitForHours) {
    RudeServer server(content_, [](std::size_t) {
        return Answer{.status = "503 Service Unavailable", .headers = "Retry-After: 7200\r\n"};
    });
    const auto start = std::chrono::steady_clock::now();
    auto done = run({server.url() + "/p"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "package 'p' from " + server.url() + "/p: HTTP status 503");
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(2));
    EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(Resume, PausesGrow) {
    RudeServer server(content_, [](std::size_t) { return Answer{.status = "500 Oops"}; });
    const auto start = std::chrono::steady_clock::now();
    ASSERT_FALSE(run({server.url() + "/p"}));
    EXPECT_EQ(server.requests().size(), 3u);
    EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(25 + 50));
}

} // namespace
} // namespace slipway::pacman_fetch
