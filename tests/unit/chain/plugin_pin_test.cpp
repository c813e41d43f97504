// SPDX-License-Identifier: GPL-3.0-or-later
#include "catalog_of.hpp"

#include <chain/pin.hpp>
#include <chain/plugin_pin.hpp>
#include <command/command.hpp>
#include <gmock/gmock.h>
#include <support/fs.hpp>

namespace slipway::chain {
namespace {

namespace json = support::json;
using support::Kind;
using ::testing::HasSubstr;
using testing::Planned;

class PluginPinTest : public ::testing::Test {
protected:
    PluginPinTest() { install("the plugin"); }

    /// The plugin's file, and what a description said of it.
    void install(const std::string& bytes) {
        ASSERT_TRUE(support::write_file(path_, bytes));
        plugin::Description description;
        description.path = path_;
        description.sha256 = support::Digest::of(bytes).hex();
        description.stages = {testing::type("make", {}, {"out:text/plain"}),
                              testing::type("push", {"in:text/plain"}, {})};
        catalog_ = Catalog();
        catalog_.add(description);
    }

    Planned planned(const std::string& plugins) {
        Planned planned(catalog_, R"({"id": "m", "use": "make"}, {"id": "p", "use": "push"})",
                        R"("plugins": )" + plugins + ", ");
        EXPECT_EQ(planned.problems, "");
        planned.plan.chain.folder = folder_.path();
        return planned;
    }

    /// What the chain's pins come to: "" or why not.
    std::string why(const std::string& plugins) {
        auto with = planned(plugins);
        return said(check_plugins(with.plan));
    }

    std::string said(const support::Result<void>& result) {
        if (result) return "";
        kind_ = result.error().kind;
        return result.error().what;
    }

    std::string digest() const { return support::sha256_of_file(path_).value().hex(); }

    test::ScratchFolder folder_;
    std::string path_ = folder_ / "plugin.so";
    Catalog catalog_;
    Kind kind_{};
};

TEST_F(PluginPinTest, ThePluginThatIsPinnedMayRun) {
    auto with = planned(R"({"make": {"sha256": ")" + digest() + R"("}})");
    EXPECT_EQ(said(check_plugins(with.plan)), "");
    EXPECT_TRUE(with.plan.stages[0].plugin_pinned) << "it is looked at again before it is loaded";
    EXPECT_FALSE(with.plan.stages[1].plugin_pinned);
}

TEST_F(PluginPinTest, AnotherOneIsRefusedWithBothDigests) {
    const std::string pinned = digest();
    install("another plugin");
    const std::string text = why(R"({"make": {"sha256": ")" + pinned + R"("}})");
    EXPECT_EQ(kind_, Kind::verify);
    EXPECT_THAT(text, HasSubstr(pinned));
    EXPECT_THAT(text, HasSubstr(digest()));
}

TEST_F(PluginPinTest, WhatNobodyHasDescribedIsRefused) {
    ASSERT_TRUE(support::write_file(path_, "replaced since"));
    EXPECT_NE(why(R"({"make": {"sha256": ")" + digest() + R"("}})"), "");
}

TEST_F(PluginPinTest, APinThatPinsNothingIsRefused) {
    EXPECT_THAT(why(R"({"mkae": {"sha256": ")" + digest() + R"("}})"), HasSubstr("pins stage type 'mkae'"));
    EXPECT_EQ(kind_, Kind::config);
    EXPECT_THAT(why(R"({"make": {}})"), HasSubstr("says nothing"));
    EXPECT_EQ(kind_, Kind::config);
}

TEST_F(PluginPinTest, AKeyMustHaveSignedIt) {
    const auto run = [](const std::vector<std::string>& command) {
        const auto result = test::run_command(command);
        ASSERT_EQ(result.status, 0) << result.output;
    };
    run({"minisign", "-G", "-W", "-p", folder_ / "pub", "-s", folder_ / "key"});
    EXPECT_THAT(why(R"({"make": {"key": "pub"}})"), HasSubstr("plugin.so.minisig")) << "nobody has signed it";
    run({"minisign", "-S", "-s", folder_ / "key", "-m", path_});
    EXPECT_EQ(why(R"({"make": {"key": "pub"}})"), "");
    install("another plugin");
    EXPECT_THAT(why(R"({"make": {"key": "pub"}})"), HasSubstr("is not of this file"));
    EXPECT_EQ(kind_, Kind::verify);
}

TEST_F(PluginPinTest, OfALockHoldForEveryStage) {
    auto with = planned("{}");
    const json::Value plugins = plugins_of(with.plan);
    EXPECT_EQ(json::dump(plugins), R"({"make":")" + digest() + R"(","push":")" + digest() + R"("})");
    EXPECT_EQ(said(pin_plugins(with.plan, plugins)), "");
    EXPECT_TRUE(with.plan.stages[1].plugin_pinned);
    install("another plugin");
    auto later = planned("{}");
    EXPECT_THAT(said(pin_plugins(later.plan, plugins)), HasSubstr("is not the one that was pinned"));
    EXPECT_EQ(kind_, Kind::verify);
}

TEST_F(PluginPinTest, OfAnotherChainsLockAreRefused) {
    auto with = planned("{}");
    EXPECT_THAT(said(pin_plugins(with.plan, json::Object{{"make", digest()}})),
                HasSubstr("no plugin for stage type 'push'"));
    EXPECT_EQ(said(pin_plugins(with.plan, json::Object{})), "") << "an older lock has none";
}

TEST_F(PluginPinTest, StandBesideTheLocksAndNotInThem) {
    const json::Value lock = json::Object{{"slipway_lock", 1}}, plugins = json::Object{{"make", "abc"}};
    for (const Locks& locks : {Locks{{"a", lock}}, Locks{{"a", lock}, {"b", lock}}}) {
        const std::string file = json::dump(join_locks(locks, plugins));
        EXPECT_EQ(plugins_of_lock(file).value(), plugins);
        const Locks split = split_locks(file).value();
        for (const auto& [key, own] : split)
            EXPECT_EQ(own, lock) << "the bytes that a stage gets are as without pins";
    }
    EXPECT_EQ(json::dump(join_locks({{"a", lock}})), json::dump(lock));
    EXPECT_EQ(plugins_of_lock(json::dump(lock)).value(), json::Value(json::Object{}));
}

} // namespace
} // namespace slipway::chain
