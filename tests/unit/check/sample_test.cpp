// SPDX-License-Identifier: GPL-3.0-or-later
#include <command/command.hpp>
#include <gtest/gtest.h>
#include <sample.hpp>
#include <scratch.hpp>
#include <support/fs.hpp>
#include <sys/stat.h>

using namespace slipway;
using check::read_samples;

namespace {

constexpr const char* schema_text = R"({"type": "object", "properties": {
  "in": {"type": "string", "slipwayPath": "tree"}, "out": {"type": "string", "slipwayPath": "write"}}})";

class SampleTest : public testing::Test {
protected:
    support::Result<std::vector<check::Sample>> read(const std::string& text) {
        EXPECT_TRUE(support::write_file(folder_ / "one.case.json", text));
        return read_samples(folder_ / "one.case.json");
    }

    test::ScratchFolder folder_;
};

} // namespace

TEST_F(SampleTest, IsReadWithItsDefaults) {
    const auto samples =
        read(R"({"inputs": {"in": [{"type": "text/plain", "file": "a/b.txt"}]}, "ends": "waiting",})");
    ASSERT_TRUE(samples) << samples.error().message();
    const check::Sample& sample = samples.value().at(0);
    EXPECT_EQ(sample.name, "one");
    EXPECT_EQ(sample.ends, SLIPWAY_WAITING);
    EXPECT_EQ(sample.inputs.at("in").at(0).name, "b.txt");
    EXPECT_EQ(sample.with, support::json::Value(support::json::Object{}));
}

TEST_F(SampleTest, OfAFolderAreTakenInTheOrderOfTheirNames) {
    for (const char* name : {"b.case.json", "a.case.json", "data.json"})
        ASSERT_TRUE(support::write_file(folder_ / name, "{}"));
    const auto samples = read_samples(folder_ / "");
    ASSERT_TRUE(samples);
    ASSERT_EQ(samples.value().size(), 2u);
    EXPECT_EQ(samples.value()[0].name, "a");
}

TEST_F(SampleTest, IsRefusedWithItsPlace) {
    const auto samples = read("{\"ends\": \"well\"}");
    ASSERT_FALSE(samples);
    EXPECT_NE(samples.error().what.find("one.case.json:1:10: /ends"), std::string::npos)
        << samples.error().what;
}

TEST_F(SampleTest, HasACopyOfWhatItNamesAndNothingElse) {
    ASSERT_TRUE(support::make_dirs(folder_ / "tree"));
    ASSERT_TRUE(support::write_file(folder_ / "tree/x", "1"));
    ASSERT_TRUE(support::write_file(folder_ / "other", "2"));
    const auto samples =
        read(R"({"with": {"in": "tree", "out": "made"}, "prepare": [["sh", "-c", "cat tree/x >y"]]})");
    ASSERT_TRUE(samples);
    const auto schema = config::Schema::parse(schema_text);
    auto scratch = check::Scratch::create(folder_ / "scratch", samples.value()[0], schema.value(),
                                          check::Order::backward);
    ASSERT_TRUE(scratch) << scratch.error().message();
    const std::string world = scratch.value().world();
    EXPECT_EQ(support::read_file(world + "/y").value(), "1");
    EXPECT_FALSE(support::read_file(world + "/other"));
    EXPECT_EQ(scratch.value().options()["in"].as_string(), world + "/tree");
    const auto writes = scratch.value().write_paths();
    EXPECT_EQ(writes.back(), world + "/made");
    const auto before = scratch.value().digest();
    ASSERT_TRUE(support::write_file(world + "/made", "3"));
    EXPECT_NE(before.value(), scratch.value().digest().value());
}
