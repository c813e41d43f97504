// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/folders.hpp"
#include "scratch_state.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace slipway::host::gc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr journal::Time day = 86'400'000;

class FoldersTest : public ScratchState {
protected:
    FoldersTest() {
        timespec time{};
        ::clock_gettime(CLOCK_REALTIME, &time);
        now_ = journal::Time{time.tv_sec} * 1000;
    }

    /// Set both times of a file or folder.
    void age(const std::string& name, journal::Time days) const {
        const timespec then{(now_ - days * day) / 1000, 0}, times[] = {then, then};
        ASSERT_EQ(::utimensat(AT_FDCWD, path(name).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
    }

    Needs needs() {
        const auto runs = state_->journal.runs().value();
        return Needs::of(state_->journal, runs, shares_of(runs, {}, now_)).value();
    }

    std::vector<std::string> caches() { return caches_in(*state_, needs(), now_); }

    std::vector<std::string> rebuilds(Share share = Share::whole) {
        return rebuilds_in(*state_, {{"run-1", share}}, now_);
    }

    /// A rebuild whose process wrote its number and has ended.
    void rebuild(const std::string& name, const std::string& state) {
        write("reproduce/" + name + "/lock", "12345");
        auto journal = journal::Journal::open(path("reproduce/" + name + "/journal.db"));
        ASSERT_TRUE(journal.value().add_run(run("x", 1, state), {}));
    }

    journal::Time now_ = 0;
};

TEST_F(FoldersTest, Leftovers) {
    EXPECT_THAT(leftovers_in(*state_), IsEmpty());
    for (const char* name : {"store/tmp/abc", "work/run-1/0/file", "cache/good/x.draft", "cache/good/x",
                             "provenance/run-1.json.Ab.draft"})
        write(name);
    EXPECT_THAT(leftovers_in(*state_),
                UnorderedElementsAre(path("store/tmp/abc"), path("work/run-1"), path("cache/good/x.draft"),
                                     path("provenance/run-1.json.Ab.draft")));
}

TEST_F(FoldersTest, ProvenanceOfRunsThatAreGone) {
    for (const char* name : {"provenance/whole.json", "provenance/record.json", "provenance/gone.json",
                             "provenance/unknown.json", "provenance/notes.txt"})
        write(name);
    EXPECT_THAT(provenance_in(*state_,
                              {{"whole", Share::whole}, {"record", Share::record}, {"gone", Share::nothing}}),
                ElementsAre(path("provenance/gone.json"), path("provenance/unknown.json")));
}

TEST_F(FoldersTest, RebuildsThatWereBrokenOff) {
    rebuild("run-1-aaaaaa", "running");
    rebuild("run-1-bbbbbb", "done");
    rebuild("run-2-cccccc", "done");
    EXPECT_THAT(rebuilds(), ElementsAre(path("reproduce/run-1-aaaaaa"), path("reproduce/run-2-cccccc")));
    EXPECT_EQ(rebuilds(Share::record).size(), 3u);
}

TEST_F(FoldersTest, RebuildsThatGoOnStay) {
    rebuild("run-1-aaaaaa", "running");
    const support::UniqueFd held(::open(path("reproduce/run-1-aaaaaa/lock").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
    write("reproduce/run-1-bbbbbb/lock", ""); // it begins just now
    ASSERT_TRUE(support::make_dirs(path("reproduce/run-1-cccccc")));
    EXPECT_THAT(rebuilds(), IsEmpty());
    age("reproduce/run-1-bbbbbb", 2);
    age("reproduce/run-1-cccccc", 2);
    EXPECT_THAT(rebuilds(), ElementsAre(path("reproduce/run-1-bbbbbb"), path("reproduce/run-1-cccccc")));
}

TEST_F(FoldersTest, CachesThatNobodyUses) {
    for (const char* name : {"cache/old/frames/a", "cache/mixed/a", "cache/mixed/b", "cache/read/a",
                             "cache/good/a", "cache/file"})
        write(name);
    add_run(run("a", 1), {}, "good");
    for (const char* name :
         {"cache/old/frames/a", "cache/mixed/a", "cache/read/a", "cache/good/a", "cache/file"})
        age(name, 101);
    ASSERT_TRUE(support::make_dirs(path("cache/empty")));
    age("cache/empty", 101);
    const timespec times[] = {{now_ / 1000 - 99 * 86400, 0}, {now_ / 1000 - 999 * 86400, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path("cache/read/a").c_str(), times, 0), 0);
    EXPECT_THAT(caches(), ElementsAre(path("cache/empty"), path("cache/old")));
}

TEST_F(FoldersTest, LinksAreSomebodyElses) {
    write("../outside/a");
    for (const char* top : {"cache", "reproduce", "provenance"})
        ASSERT_TRUE(support::make_dirs(path(top)));
    for (const char* link : {"cache/link", "reproduce/run-9-aaaaaa", "work"})
        std::filesystem::create_directory_symlink(folder_ + "/outside", path(link));
    age("../outside/a", 999);
    EXPECT_THAT(caches(), IsEmpty());
    EXPECT_THAT(rebuilds(), IsEmpty());
    EXPECT_THAT(leftovers_in(*state_), IsEmpty());
    std::filesystem::remove_all(path("cache"));
    std::filesystem::create_directory_symlink(folder_ + "/outside", path("cache"));
    EXPECT_THAT(caches(), IsEmpty());
}

} // namespace
} // namespace slipway::host::gc
