// SPDX-License-Identifier: GPL-3.0-or-later
#include "trees.hpp"

#include <image_config.hpp>

namespace {

using namespace slipway::test;
using namespace slipway::verify;
using slipway::support::json::parse;
using slipway::support::json::Value;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* image =
    R"({"architecture": "amd64", "os": "linux", "created": "2026-11-05T00:00:00Z", "config": {
  "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"], "Cmd": ["bash"], "Labels": {"a": "b"},
  "Entrypoint": null, "User": "", "Volumes": {}, "ArgsEscaped": false}})";
constexpr const char* rules = R"({"cmd": ["bash"], "env": {"LANG": "C.UTF-8"}, "labels": {"a": null}})";

std::vector<std::string> check(const std::string& config, const std::string& rule_text,
                               const std::string& pointer = "", Value value = {}) {
    Value document = parse(config).value();
    if (!pointer.empty()) document.find("config")->set(pointer, std::move(value));
    Findings findings;
    check_platform(document, {"linux", "amd64", ""}, findings);
    check_config(document, {parse(rule_text).value()}, findings);
    return lines_of(findings);
}

TEST(ImageConfig, IsAsTheRulesSay) {
    EXPECT_THAT(check(image, rules), IsEmpty());
    EXPECT_THAT(check(image, "null"), IsEmpty());
    EXPECT_THAT(check(image, "{}"),
                ElementsAre(R"(config: Cmd: nothing | ["bash"])", "config: Env.LANG: nothing | \"C.UTF-8\"",
                            "config: Labels.a: nothing | \"b\""));
    EXPECT_THAT(
        check(
            image,
            R"({"cmd": ["sh"], "env": {"LANG": "C", "X": "y"}, "labels": {"a": "c"}, "user": "root", "working_dir": "/w",
                                 "entrypoint": ["e"], "stop_signal": "SIGINT", "created": "x"})"),
        ElementsAre("config: created: \"x\" | \"2026-11-05T00:00:00Z\"", "config: User: \"root\" | \"\"",
                    "config: Entrypoint: [\"e\"] | nothing", "config: WorkingDir: \"/w\" | nothing",
                    "config: StopSignal: \"SIGINT\" | nothing", R"(config: Cmd: ["sh"] | ["bash"])",
                    "config: Env.LANG: \"C\" | \"C.UTF-8\"", "config: Env.X: \"y\" | nothing",
                    "config: Labels.a: \"c\" | \"b\""));
}

TEST(ImageConfig, WhatNobodyAskedForIsFoundWithoutRulesToo) {
    for (const char* key : {"User", "Entrypoint", "WorkingDir", "OnBuild", "Healthcheck", "Volumes", "Shell",
                            "ExposedPorts", "Whatever"})
        EXPECT_EQ(check(image, "null", key, "x").size(), 1u) << key;
}

TEST(ImageConfig, ThePlatform) {
    EXPECT_TRUE(same_platform({"linux", "arm64", "v8"}, {"linux", "arm64", ""}));
    EXPECT_FALSE(same_platform({"linux", "arm", "v7"}, {"linux", "arm", "v6"}));
    EXPECT_FALSE(same_platform({"linux", "amd64", ""}, {"linux", "amd64", "v3"}));
    EXPECT_THAT(check(R"({"architecture": "arm64", "os": "linux"})", "null"),
                ElementsAre("config: platform: linux/amd64 | linux/arm64"));
}

TEST(ImageConfig, CountsLayers) {
    Findings findings;
    const auto document =
        parse(
            R"({"rootfs": {"diff_ids": ["sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"]},
                                    "history": [{}, {"empty_layer": true}, {}]})")
            .value();
    ASSERT_TRUE(diff_ids_of(document, 1, findings));
    EXPECT_THAT(lines_of(findings), ElementsAre("config: history: 1 layers | 2 layers"));
    EXPECT_FALSE(diff_ids_of(parse(R"({"rootfs": {"diff_ids": ["md5:1"]}})").value(), 1, findings));
}

} // namespace
