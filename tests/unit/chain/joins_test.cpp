// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <joins.hpp>

namespace slipway::chain {
namespace {

constexpr std::size_t writer = 3, reader = 5;

class JoinsTest : public ::testing::Test {
protected:
    JoinsTest() {
        relay_ = std::move(Relay::start(std::nullopt)).value();
        joins_.add(writer, reader, relay_);
    }

    /// What the relay is told when the writer's artifact is in the store.
    void publish() { relay_->release({support::Digest::of("bytes"), 5}); }

    std::shared_ptr<Relay> relay_;
    Joins joins_;
    StageResult result_{SLIPWAY_OK, "read", "", {}};
};

TEST_F(JoinsTest, WhoReadsFromNobodyIsAlone) {
    EXPECT_EQ(joins_.reader_is_over(writer, result_), Joins::Verdict::alone);
    EXPECT_EQ(result_.message, "read");
    EXPECT_FALSE(joins_.writer_is_over(reader, "r", true));
}

TEST_F(JoinsTest, AResultIsHeldUntilTheWriterIsOver) {
    EXPECT_EQ(joins_.reader_is_over(reader, result_), Joins::Verdict::held);
    publish();
    auto parted = joins_.writer_is_over(writer, "w", true);
    ASSERT_TRUE(parted && parted->held);
    EXPECT_EQ(parted->reader, reader);
    EXPECT_FALSE(parted->broken);
    EXPECT_EQ(joins_.reader_is_over(reader, *parted->held), Joins::Verdict::counts);
    EXPECT_EQ(parted->held->message, "read");
    EXPECT_EQ(joins_.reader_is_over(reader, result_), Joins::Verdict::alone);
}

TEST_F(JoinsTest, AResultAfterTheWriterCounts) {
    publish();
    const auto parted = joins_.writer_is_over(writer, "w", true);
    ASSERT_TRUE(parted);
    EXPECT_FALSE(parted->held);
    EXPECT_FALSE(parted->broken);
    EXPECT_EQ(joins_.reader_is_over(reader, result_), Joins::Verdict::counts);
    EXPECT_EQ(result_.status, SLIPWAY_OK);
}

TEST_F(JoinsTest, NothingCountsIfTheWriterFailed) {
    publish();
    const auto parted = joins_.writer_is_over(writer, "w", false);
    ASSERT_TRUE(parted);
    EXPECT_TRUE(parted->broken);
    EXPECT_EQ(joins_.reader_is_over(reader, result_), Joins::Verdict::counts);
    EXPECT_EQ(result_.status, SLIPWAY_CANCELLED);
    EXPECT_EQ(result_.message, "'w', which it reads, was not finished");
}

TEST_F(JoinsTest, NothingCountsWithoutAnArtifact) {
    EXPECT_EQ(joins_.reader_is_over(reader, result_), Joins::Verdict::held);
    auto parted = joins_.writer_is_over(writer, "w", true);
    ASSERT_TRUE(parted && parted->held);
    EXPECT_TRUE(parted->broken);
    EXPECT_EQ(joins_.reader_is_over(reader, *parted->held), Joins::Verdict::counts);
    EXPECT_EQ(parted->held->status, SLIPWAY_NOT_FOUND);
    EXPECT_EQ(parted->held->message, "'w' has not finished the artifact that it reads");
}

TEST_F(JoinsTest, ParallelPairsDoNotMeet) {
    joins_.add(reader, 7, std::move(Relay::start(std::nullopt)).value()); // a reader may write for another
    EXPECT_EQ(joins_.reader_is_over(7, result_), Joins::Verdict::held);
    const auto parted = joins_.writer_is_over(writer, "w", false);
    ASSERT_TRUE(parted);
    EXPECT_FALSE(parted->held);
    EXPECT_EQ(parted->reader, reader);
}

} // namespace
} // namespace slipway::chain
