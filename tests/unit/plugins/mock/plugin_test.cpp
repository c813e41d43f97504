// SPDX-License-Identifier: GPL-3.0-or-later
#include <fake_host/fake_host.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <script.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

#include <chrono>

using namespace slipway;
namespace json = support::json;

namespace {

const std::string ports = R"("ports": {"inputs": [{"name": "in", "type": "*/*"}],
                                       "outputs": [{"name": "a", "type": "*/*"}, {"name": "b", "type": "*/*"}]})";

class Mock : public testing::Test {
protected:
    Mock() : host_(std::string(SLIPWAY_STAGES) + "/mock.so", "mock") {}

    slipway_status run(const std::string& options, unsigned flags = 0) {
        return host_.execute("{" + options + "}", flags);
    }

    test::FakeHost host_;
};

} // namespace

TEST_F(Mock, DoesNothingByDefault) {
    EXPECT_EQ(run(""), SLIPWAY_OK);
    EXPECT_TRUE(host_.outputs.empty());
    EXPECT_TRUE(host_.diagnostics.empty());
}

TEST_F(Mock, PublishesEveryKindOfContent) {
    ASSERT_TRUE(support::write_file(host_.folder() + "/source", "from a file"));
    ASSERT_EQ(run(ports + R"(, "outputs": {
        "a": [{"name": "t.txt", "type": "text/plain", "text": "x\n", "annotations": {"k": "v"}}, {"bytes": 3000000}],
        "b": [{"json": {"z": 1, "a": [true]}}, {"file": ")"
                  + host_.folder() + R"(/source"}]})"),
              SLIPWAY_OK)
        << host_.said();
    const auto& a = host_.outputs["a"];
    EXPECT_EQ(a.at(0).text(), "x\n");
    EXPECT_EQ(a.at(0).name, "t.txt");
    EXPECT_EQ(a.at(0).type, "text/plain");
    EXPECT_EQ(a.at(0).meta["annotations"]["k"].as_string(), "v");
    EXPECT_EQ(a.at(1).text(), std::string(3000000, '\0'));
    EXPECT_EQ(a.at(1).name, "a");
    EXPECT_EQ(host_.outputs["b"].at(0).text(), "{\n  \"z\": 1,\n  \"a\": [true]\n}\n");
    EXPECT_EQ(host_.outputs["b"].at(1).text(), "from a file");
}

TEST_F(Mock, EndsWithEveryStatus) {
    for (const std::string& name : mock::status_names()) {
        test::FakeHost host(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
        const int expected = *mock::status_by_name(name);
        EXPECT_EQ(host.execute(R"({"status": ")" + name + "\"}"), expected);
        EXPECT_EQ(host.said(), expected < 0 ? "was told to end with '" + name + "'" : "");
    }
    EXPECT_EQ(mock::status_names().size(), 16u);
    EXPECT_EQ(mock::status_by_name("net_transient"), SLIPWAY_NET_TRANSIENT);
}

TEST_F(Mock, SaysItsMessage) {
    EXPECT_EQ(run(R"("status": "auth", "message": "token expired")"), SLIPWAY_AUTH);
    EXPECT_EQ(host_.said(), "token expired");
}

TEST_F(Mock, RefusesAnUnknownStatus) {
    EXPECT_EQ(run(R"("status": "waitin")"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(), "status: no status 'waitin'");
    EXPECT_EQ(host_.diagnostics.back().hint, "did you mean 'waiting'?");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/status");
}

TEST_F(Mock, RefusesAnUnknownPort) {
    EXPECT_EQ(run(ports + R"(, "outputs": {"c/d": []})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(), "outputs: the stage has no output port 'c/d'");
    EXPECT_EQ(host_.diagnostics.back().hint, "its output ports are a, b");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/outputs/c~1d");
}

TEST_F(Mock, RefusesPortsWhenItHasNone) {
    EXPECT_EQ(run(R"("outputs": {"a": []})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.diagnostics.back().hint,
              "name it in 'ports', or let the mock stand in for a stage that has it");
}

TEST_F(Mock, RefusesAnOutputWithTwoContentsOrNone) {
    EXPECT_EQ(run(ports + R"(, "outputs": {"a": [{"text": ""}, {"text": "", "bytes": 1}]})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(),
              "outputs: an artifact of 'a' must have exactly one of 'text', 'file', 'json' and 'bytes'");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/outputs/a/1");
    EXPECT_EQ(run(ports + R"(, "outputs": {"a": [{"name": "x"}]})"), SLIPWAY_CONFIG);
}

TEST_F(Mock, AMissingFileIsNamed) {
    EXPECT_EQ(run(ports + R"(, "outputs": {"a": [{"file": "/nonexistent"}]})"), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host_.said(), "opening '/nonexistent': No such file or directory");
}

TEST_F(Mock, FailsOnTheAttemptsItIsTold) {
    for (const unsigned attempt : {1u, 2u, 3u, 4u}) {
        test::FakeHost host(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
        host.attempt = attempt;
        const bool fails = attempt == 1 || attempt == 3;
        EXPECT_EQ(host.execute(R"({"fail_on_attempt": [1, 3]})"), fails ? SLIPWAY_IO : SLIPWAY_OK);
        EXPECT_EQ(host.said(), fails ? "attempt " + std::to_string(attempt) + " was told to fail" : "");
    }
}

TEST_F(Mock, LogsAndDeclaresEffects) {
    ASSERT_EQ(
        run(R"("log": ["one", "two"], "effects": [{"kind": "git.push", "target": "t", "summary": "s"}])"),
        SLIPWAY_OK);
    EXPECT_THAT(host_.log, testing::ElementsAre("one", "two"));
    ASSERT_EQ(host_.effects.size(), 2u);
    EXPECT_EQ(host_.effects[0].state, SLIPWAY_EFFECT_STARTED);
    EXPECT_EQ(host_.effects[1].state, SLIPWAY_EFFECT_DONE);
    EXPECT_EQ(host_.effects[1].kind + host_.effects[1].target + host_.effects[1].summary, "git.pushts");
}

TEST_F(Mock, AFailureLeavesItsEffectsStarted) {
    EXPECT_EQ(run(R"("status": "io", "effects": [{"kind": "k", "target": "t", "summary": "s"}])"),
              SLIPWAY_IO);
    ASSERT_EQ(host_.effects.size(), 1u);
    EXPECT_EQ(host_.effects[0].state, SLIPWAY_EFFECT_STARTED);
}

TEST_F(Mock, ADryRunPublishesAndPlansButDoesNoHarm) {
    ASSERT_EQ(run(ports + R"(, "crash": "kill", "hang": true, "leave_child": true, "close_descriptors": true,
        "delay_ms": 600000, "status": "io", "outputs": {"a": [{"text": "x"}]},
        "effects": [{"kind": "k", "target": "t", "summary": "s"}])",
                  SLIPWAY_JOB_DRY_RUN),
              SLIPWAY_OK);
    EXPECT_EQ(host_.outputs["a"].size(), 1u);
    ASSERT_EQ(host_.effects.size(), 1u);
    EXPECT_EQ(host_.effects[0].state, SLIPWAY_EFFECT_PLANNED);
}

TEST_F(Mock, RecordsItsCalls) {
    const std::string file = host_.folder() + "/calls";
    for (const unsigned attempt : {1u, 2u}) {
        test::FakeHost host(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
        host.attempt = attempt;
        host.add_input("in", "x.txt", "hello", "text/plain");
        ASSERT_EQ(host.execute("{" + ports + R"(, "record": ")" + file + "\"}",
                               attempt == 2 ? unsigned{SLIPWAY_JOB_DRY_RUN} : 0u),
                  SLIPWAY_OK);
    }
    const std::string lines = support::read_file(file).value();
    const std::size_t end = lines.find('\n');
    const json::Value first = json::parse(lines.substr(0, end)).value();
    const json::Value second = json::parse(lines.substr(end + 1, lines.size() - end - 2)).value();
    EXPECT_EQ(first["stage"].as_string(), "test-stage");
    EXPECT_EQ(first["attempt"].as_integer(), 1);
    EXPECT_FALSE(first["dry_run"].as_bool(true));
    EXPECT_EQ(first["options"]["record"].as_string(), file);
    json::Value input = json::Object{};
    input.set("name", "x.txt");
    input.set("type", "text/plain");
    input.set("sha256", support::Digest::of("hello").hex());
    EXPECT_EQ(first["inputs"]["in"].as_array().at(0), input);
    EXPECT_EQ(second["attempt"].as_integer(), 2);
    EXPECT_TRUE(second["dry_run"].as_bool());
}

TEST_F(Mock, ARecordThatCannotBeWrittenIsAnError) {
    EXPECT_EQ(run(R"("record": "/nonexistent/calls")"), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host_.said(), "opening '/nonexistent/calls': No such file or directory");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/record");
}

TEST_F(Mock, TakesItsTimeAndHonoursCancel) {
    using namespace std::chrono;
    const auto begin = steady_clock::now();
    ASSERT_EQ(run(R"("delay_ms": 150, "progress": 7)"), SLIPWAY_OK);
    EXPECT_GE(steady_clock::now() - begin, milliseconds(150));
    test::FakeHost host(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
    host.cancelled = true;
    EXPECT_EQ(host.execute(R"({"delay_ms": 600000})"), SLIPWAY_CANCELLED);
    test::FakeHost deaf(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
    deaf.cancelled = true;
    EXPECT_EQ(deaf.execute(R"({"delay_ms": 100, "ignore_cancel": true})"), SLIPWAY_OK);
}

TEST_F(Mock, AThrownExceptionIsABugOfThePlugin) {
    EXPECT_EQ(run(R"("crash": "throw")"), SLIPWAY_INTERNAL);
    EXPECT_EQ(host_.said(), "uncaught exception: the mock was told to throw");
}
