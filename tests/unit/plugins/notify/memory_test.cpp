// SPDX-License-Identifier: GPL-3.0-or-later
#include "news_of.hpp"

#include <command/command.hpp>
#include <gtest/gtest.h>
#include <memory.hpp>
#include <support/fs.hpp>

#include <filesystem>

namespace slipway::notify {
namespace {

using std::chrono::hours;

TEST(Memory, TellsOnce) {
    const test::ScratchFolder folder;
    Memory first(folder / "told", failed_news());
    EXPECT_FALSE(first.told("mail", {}));
    ASSERT_TRUE(first.remember("mail"));
    EXPECT_TRUE(first.told("mail", {}));
    EXPECT_FALSE(first.told("webhook", {})) << "each channel on its own";
    EXPECT_TRUE(Memory(folder / "told", failed_news()).told("mail", {})) << "in a later process";
}

TEST(Memory, OtherNewsAndOtherRunsAreNotKnown) {
    const test::ScratchFolder folder;
    ASSERT_TRUE(Memory(folder / "told", failed_news()).remember("mail"));
    News other = failed_news();
    other.troubles.front().second = "another cause";
    EXPECT_FALSE(Memory(folder / "told", other).told("mail", {}));
    other = failed_news();
    other.run = "../../etc/passwd";
    EXPECT_FALSE(Memory(folder / "told", other).told("mail", {}));
    ASSERT_TRUE(Memory(folder / "told", other).remember("mail"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "told"), {}), 2);
}

TEST(Memory, RepeatsAfterAWhile) {
    const test::ScratchFolder folder;
    ASSERT_TRUE(Memory(folder / "told", waiting_news()).remember("mail"));
    News later = waiting_news();
    later.now += std::chrono::milliseconds(hours(23)).count();
    EXPECT_TRUE(Memory(folder / "told", later).told("mail", hours(24)));
    later.now += std::chrono::milliseconds(hours(1)).count();
    EXPECT_FALSE(Memory(folder / "told", later).told("mail", hours(24)));
    EXPECT_TRUE(Memory(folder / "told", later).told("mail", {}));
}

TEST(Memory, ADamagedFileIsForgotten) {
    const test::ScratchFolder folder;
    ASSERT_TRUE(Memory(folder / "told", failed_news()).remember("mail"));
    for (const auto& file : std::filesystem::directory_iterator(folder / "told"))
        ASSERT_TRUE(support::write_file(file.path(), "{\"mail\": "));
    EXPECT_FALSE(Memory(folder / "told", failed_news()).told("mail", {}));
}

} // namespace
} // namespace slipway::notify
