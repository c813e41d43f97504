// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which packages come from where, in which order, and what is downloaded for it.
#include <fixture.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <packages.hpp>
#include <servers/nginx.hpp>
#include <support/fs.hpp>

#include <filesystem>
#include <set>

namespace slipway::pacman_fetch {
namespace {

using support::Kind;
using testing::IsEmpty;

/// Keeps what it is given.
class FakeSink final : public PackageSink {
public:
    bool stored(const Package& package) const override { return names.contains(package.name); }

    support::Result<bool> adopt(const Package& package) override {
        if (!names.contains(package.name)) return false;
        order.push_back(package.name + " adopted");
        return true;
    }

    support::Result<void> publish(const Package& package, const std::string& path,
                                  const std::string&) override {
        SLIPWAY_TRY_ASSIGN(const auto bytes, support::read_file(path));
        order.push_back(package.name + " " + bytes);
        return {};
    }

    std::set<std::string> names; ///< of the packages it has
    std::vector<std::string> order;
};

class FetchPackages : public testing::Test {
protected:
    FetchPackages() : nginx_(www_.path()) {
        plan_.repositories = {{"core", {nginx_.url() + "/$repo"}}};
        plan_.architecture = "x86_64";
        plan_.folder = work_ / "packages";
        EXPECT_TRUE(support::make_dirs(www_ / "core"));
    }

    /// Package `name`, whose file holds "bytes of NAME".
    void add(const std::string& name) {
        const std::string bytes = "bytes of " + name;
        const std::string file = name + ".pkg.tar.zst";
        EXPECT_TRUE(support::write_file(www_ / ("core/" + file), bytes));
        plan_.packages.push_back({"core", name, "1-1", "any", file, bytes.size(), 0,
                                  support::Digest::of(bytes), Reason::dependency});
    }

    void add_many(int count) {
        for (int i = 0; i < count; ++i)
            add("p" + std::to_string(i));
    }

    support::Result<FetchCount> fetch() {
        auto downloader = Downloader::create({.parallel = 4});
        const auto progress = [this](std::uint64_t done, std::uint64_t total) { progress_ = {done, total}; };
        return fetch_packages(*downloader.value(), plan_, {[this] { return cancelled_; }, progress}, sink_);
    }

    std::size_t requests(const std::string& name) const {
        return nginx_.requests("/core/" + name + ".pkg.tar.zst");
    }

    test::Scratch www_;
    test::Scratch work_;
    test::Nginx nginx_;
    FetchPlan plan_;
    FakeSink sink_;
    bool cancelled_ = false;
    std::pair<std::uint64_t, std::uint64_t> progress_;
};

TEST_F(FetchPackages, AllInOrder) {
    add_many(100);
    auto count = fetch();
    ASSERT_TRUE(count) << count.error().message();
    std::vector<std::string> expected;
    std::uint64_t bytes = 0;
    for (const Package& package : plan_.packages) {
        expected.push_back(package.name + " bytes of " + package.name);
        bytes += package.size;
        EXPECT_EQ(requests(package.name), 1u);
    }
    EXPECT_EQ(sink_.order, expected);
    EXPECT_EQ(count.value().downloaded, 100u);
    EXPECT_EQ(count.value().downloaded_bytes, bytes);
    EXPECT_EQ(count.value().stored, 0u);
    EXPECT_EQ(progress_, std::pair(bytes, bytes));
    EXPECT_THAT(test::names_in(plan_.folder), testing::ElementsAre("lock"));
}

TEST_F(FetchPackages, NothingIsDownloadedThatIsStored) {
    add_many(10);
    for (const Package& package : plan_.packages)
        sink_.names.insert(package.name);
    auto count = fetch();
    ASSERT_TRUE(count);
    EXPECT_EQ(count.value().stored, 10u);
    EXPECT_EQ(count.value().downloaded, 0u);
    for (const Package& package : plan_.packages)
        EXPECT_EQ(requests(package.name), 0u);
    EXPECT_EQ(progress_.first, progress_.second);
}

TEST_F(FetchPackages, OneUpdateAmongStoredCostsOneDownload) {
    add_many(20);
    for (const Package& package : plan_.packages)
        if (package.name != "p7") sink_.names.insert(package.name);
    ASSERT_TRUE(fetch());
    std::size_t all = 0;
    for (const Package& package : plan_.packages)
        all += requests(package.name);
    EXPECT_EQ(all, 1u);
    EXPECT_EQ(sink_.order.at(6), "p6 adopted");
    EXPECT_EQ(sink_.order.at(7), "p7 bytes of p7");
    EXPECT_EQ(sink_.order.at(8), "p8 adopted");
}

TEST_F(FetchPackages, StoredOnesInABatchKeepTheirPlace) {
    add_many(12);
    sink_.names = {"p2", "p5", "p6"};
    auto count = fetch();
    ASSERT_TRUE(count);
    EXPECT_EQ(count.value().stored, 3u);
    EXPECT_EQ(count.value().downloaded, 9u);
    ASSERT_EQ(sink_.order.size(), 12u);
    for (std::size_t i = 0; i < 12; ++i)
        EXPECT_THAT(sink_.order[i], testing::StartsWith("p" + std::to_string(i) + " "));
    EXPECT_EQ(progress_.first, progress_.second);
}

TEST_F(FetchPackages, SameFileNameInTwoRepositories) {
    add("p");
    EXPECT_TRUE(support::make_dirs(www_ / "extra"));
    EXPECT_TRUE(support::write_file(www_ / "extra/p.pkg.tar.zst", "others"));
    plan_.repositories.push_back({"extra", {nginx_.url() + "/extra"}});
    plan_.packages.push_back({"extra", "q", "1-1", "any", "p.pkg.tar.zst", 6, 0,
                              support::Digest::of("others"), Reason::dependency});
    ASSERT_TRUE(fetch());
    EXPECT_THAT(sink_.order, testing::ElementsAre("p bytes of p", "q others"));
}

TEST_F(FetchPackages, WrongBytesNamePackageAndServer) {
    add_many(3);
    EXPECT_TRUE(support::write_file(www_ / "core/p1.pkg.tar.zst", "bytes of p9"));
    auto count = fetch();
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().kind, Kind::verify);
    EXPECT_EQ(count.error().what, "package 'p1.pkg.tar.zst' from " + nginx_.url()
                                      + "/core/p1.pkg.tar.zst: sha256 is "
                                      + support::Digest::of("bytes of p9").hex() + " instead of "
                                      + support::Digest::of("bytes of p1").hex());
    EXPECT_THAT(sink_.order, testing::ElementsAre("p0 bytes of p0"));
}

TEST_F(FetchPackages, StopsWhenCancelled) {
    add_many(3);
    for (const bool stored : {false, true}) {
        if (stored) sink_.names = {"p0", "p1", "p2"};
        cancelled_ = true;
        auto count = fetch();
        ASSERT_FALSE(count);
        EXPECT_EQ(count.error().kind, Kind::cancelled);
        EXPECT_THAT(sink_.order, IsEmpty());
    }
}

} // namespace
} // namespace slipway::pacman_fetch
