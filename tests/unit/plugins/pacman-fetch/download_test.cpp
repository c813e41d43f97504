// SPDX-License-Identifier: GPL-3.0-or-later
//
// The downloader against a real nginx, and file://.
#include "download_fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace slipway::pacman_fetch {
namespace {

using support::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const Downloader::Settings quick{.parallel = 4,
                                 .patience = {.rounds = 2, .pause = std::chrono::milliseconds(20)}};

class DownloaderTest : public DownloadFixture {
protected:
    DownloaderTest() : DownloadFixture(20'000) {
        put("short", content_.substr(0, 1000));
        put("long", content_ + "more");
        put("other", std::string(content_.size(), 'x'));
    }

    support::Result<std::vector<Arrival>> run(const std::vector<Download>& downloads) {
        auto downloader = Downloader::create(quick);
        return downloader.value()->run(downloads, {[] { return false; }});
    }

    support::Error failure(std::vector<std::string> urls) {
        auto done = run({wanted(std::move(urls))});
        if (done) return support::Error{Kind::internal, "did not fail"};
        return std::move(done).error();
    }

    std::string from(const std::string& path) const {
        return "package 'p' from " + nginx_.url() + path + ": ";
    }
};

TEST_F(DownloaderTest, FetchesOverHttp) {
    auto done = run({wanted({"/file"})});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(done.value().at(0).url, nginx_.url() + "/file");
    EXPECT_EQ(got(), content_);
}

TEST_F(DownloaderTest, FetchesFiles) {
    auto done = run({wanted({"file://" + (www_ / "file")})});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(got(), content_);
}

TEST_F(DownloaderTest, FetchesAnEmptyFile) {
    put("empty", "");
    auto download = wanted({"/empty"});
    download.max_bytes = 0;
    download.expected = Expected{0, support::Digest::of("")};
    ASSERT_TRUE(run({download}));
    EXPECT_EQ(got(), "");
}

TEST_F(DownloaderTest, FollowsARedirect) {
    ASSERT_TRUE(run({wanted({"/moved/file"})}));
    EXPECT_EQ(got(), content_);
}

TEST_F(DownloaderTest, FetchesManyAtOnce) {
    std::vector<Download> downloads;
    for (int i = 0; i < 50; ++i)
        downloads.push_back(wanted({i % 2 == 0 ? "/file" : "file://" + (www_ / "file")}, std::to_string(i)));
    auto downloader = Downloader::create(quick);
    std::uint64_t last = 0;
    bool monotonic = true;
    const auto progress = [&](std::uint64_t bytes) {
        monotonic = monotonic && bytes >= std::exchange(last, bytes);
    };
    auto done = downloader.value()->run(downloads, {[] { return false; }, progress});
    ASSERT_TRUE(done) << done.error().message();
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(got(std::to_string(i)), content_);
    EXPECT_EQ(last, 50 * content_.size());
    EXPECT_TRUE(monotonic);
}

TEST_F(DownloaderTest, TransfersRunSideBySide) {
    put("slow", std::string(16'000, 's')); // two seconds each
    std::vector<Download> downloads;
    for (int i = 0; i < 4; ++i)
        downloads.push_back(
            {"file", {nginx_.url() + "/slow/slow"}, work_ / std::to_string(i), 16'000, std::nullopt});
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(run(downloads));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(DownloaderTest, Status404) {
    const auto error = failure({"/missing"});
    EXPECT_EQ(error.kind, Kind::not_found);
    EXPECT_EQ(error.what, from("/missing") + "HTTP status 404");
    EXPECT_EQ(error.hint, "is the server's address right, and is the server in step with its database?");
}

TEST_F(DownloaderTest, OtherStatus) {
    EXPECT_EQ(failure({"/busy/file"}).what, from("/busy/file") + "HTTP status 503");
    EXPECT_EQ(failure({"/busy/file"}).kind, Kind::net_transient);
    EXPECT_EQ(failure({"/locked/file"}).kind, Kind::auth);
}

TEST_F(DownloaderTest, TruncatedFile) {
    const auto error = failure({"/short"});
    EXPECT_EQ(error.kind, Kind::verify);
    EXPECT_EQ(error.what, from("/short") + "1000 bytes instead of 108890");
    EXPECT_EQ(error.hint, "the server holds other bytes than its database says: use another server");
}

TEST_F(DownloaderTest, LongerFile) {
    const auto error = failure({"/long"});
    EXPECT_EQ(error.kind, Kind::verify);
    EXPECT_EQ(error.what, from("/long") + "more than the 108890 bytes it may have");
    EXPECT_LE(std::filesystem::file_size(work_ / "got"), content_.size());
}

TEST_F(DownloaderTest, WrongDigest) {
    const auto error = failure({"/other"});
    EXPECT_EQ(error.kind, Kind::verify);
    EXPECT_EQ(error.what, from("/other") + "sha256 is "
                              + support::Digest::of(std::string(content_.size(), 'x')).hex() + " instead of "
                              + support::Digest::of(content_).hex());
}

TEST_F(DownloaderTest, MissingFile) {
    const auto error = failure({"file:///nowhere/p"});
    EXPECT_EQ(error.kind, Kind::not_found);
    EXPECT_EQ(error.what, "package 'p' from file:///nowhere/p: no such file, or not readable");
}

TEST_F(DownloaderTest, NobodyListens) {
    const std::string url = "http://127.0.0.1:" + std::to_string(test::free_port()) + "/p";
    const auto error = failure({url});
    EXPECT_EQ(error.kind, Kind::net_transient);
    EXPECT_EQ(error.what, "package 'p' from " + url + ": couldn't connect to server");
    EXPECT_THAT(error.trace, ElementsAre(HasSubstr("127.0.0.1")));
}

TEST_F(DownloaderTest, RedirectLoop) {
    EXPECT_EQ(failure({"/loop/p"}).what, from("/loop/p") + "number of redirects hit maximum amount");
}

TEST_F(DownloaderTest, RedirectToAFileIsRefused) {
    const auto error = failure({"/outside/p"});
    EXPECT_EQ(error.kind, Kind::config);
    EXPECT_EQ(error.what, from("/outside/p") + "unsupported protocol");
}

TEST_F(DownloaderTest, PasswordsStayOutOfMessages) {
    std::string url = nginx_.url() + "/missing";
    url.insert(7, "user:secret@");
    EXPECT_EQ(failure({url}).what, from("/missing") + "HTTP status 404");
}

TEST_F(DownloaderTest, NextServerAfterEachKindOfFailure) {
    const std::string dead = "http://127.0.0.1:" + std::to_string(test::free_port()) + "/p";
    for (const std::string first :
         {"/missing", "/busy/p", "/short", "/long", "/other", "/loop/p", "/outside/p"}) {
        ASSERT_TRUE(support::remove_tree(work_ / "got"));
        auto done = run({wanted({first, "/file"})});
        ASSERT_TRUE(done) << first << done.error().message();
        EXPECT_EQ(done.value().at(0).url, nginx_.url() + "/file");
        EXPECT_EQ(got(), content_) << first;
    }
    ASSERT_TRUE(run({wanted({dead, "file:///nowhere/p", "/file"})}));
}

TEST_F(DownloaderTest, EveryServerIsNamedWhenAllFail) {
    const auto error = failure({"/missing", "/busy/p", "/short"});
    EXPECT_EQ(error.kind, Kind::net_transient); // a later try may help
    EXPECT_EQ(error.what, from("/busy/p") + "HTTP status 503");
    EXPECT_THAT(error.trace, Contains(from("/missing") + "HTTP status 404"));
    EXPECT_THAT(error.trace, Contains(from("/busy/p") + "HTTP status 503"));
    EXPECT_THAT(error.trace, Contains(from("/short") + "1000 bytes instead of 108890"));
}

TEST_F(DownloaderTest, StopsWhenCancelled) {
    put("slow", std::string(1'000'000, 's')); // two minutes
    int asked = 0;
    const Download download{"file", {nginx_.url() + "/slow/slow"}, work_ / "got", 1'000'000, std::nullopt};
    auto downloader = Downloader::create(quick);
    const auto start = std::chrono::steady_clock::now();
    auto done = downloader.value()->run({download, download}, {[&] { return ++asked > 5; }});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
    ASSERT_TRUE(downloader.value()->run({wanted({"/file"})}, {[] { return false; }}))
        << "it is good for another run";
}

TEST_F(DownloaderTest, DiskTroubleIsNotTheServersFault) {
    auto download = wanted({"/file", "/file"});
    download.path = work_ / "no/such/folder";
    auto done = run({download});
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().what, StartsWith("creating '" + download.path + "'"));
    download.path = work_ / "full"; // what belongs to a file lies beside it, and not in /dev
    std::filesystem::create_symlink("/dev/full", download.path);
    done = run({download});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::resource) << done.error().message();
    EXPECT_EQ(nginx_.requests("/file"), 1u);
}

} // namespace
} // namespace slipway::pacman_fetch
