// SPDX-License-Identifier: GPL-3.0-or-later
#include <fake_host/fake_host.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>

#include <chrono>
#include <thread>

using namespace slipway;
namespace json = support::json;

namespace {

class Exec : public testing::Test {
protected:
    Exec() : host_(std::string(SLIPWAY_STAGES) + "/exec.so", "exec") {}

    /// Runs `bash -c SCRIPT`; the ports have two inputs, in and root-fs, and two outputs, out and log.
    slipway_status bash(const std::string& script, const std::string& more = "{}") {
        json::Value options = json::parse(more).value();
        options.set("command", json::Array{"bash", "-c", script});
        options.set("ports", json::parse(R"({
            "inputs": [{"name": "in", "type": "*/*", "many": true}, {"name": "root-fs", "type": "*/*", "optional": true}],
            "outputs": [{"name": "out", "type": "*/*", "many": true}, {"name": "log", "type": "*/*"}]})")
                                 .value());
        return host_.execute(json::dump(options));
    }

    test::FakeHost host_;
};

} // namespace

TEST_F(Exec, RunsAProgramAndPublishesItsFiles) {
    ASSERT_EQ(
        bash("mkdir $SLIPWAY_OUTPUT_DIR/sub; echo one >$SLIPWAY_OUTPUT_DIR/a.txt; echo two >outputs/sub/b",
             R"({"outputs": {"out": [{"file": "a.txt", "type": "text/plain", "annotations": {"k": "v"}},
                                           {"file": "sub/b"}], "log": [{"file": "a.txt", "name": "other"}]}})"),
        SLIPWAY_OK)
        << host_.said();
    const auto& out = host_.outputs["out"];
    EXPECT_EQ(out.at(0).text(), "one\n");
    EXPECT_EQ(out.at(0).name, "a.txt");
    EXPECT_EQ(out.at(0).type, "text/plain");
    EXPECT_EQ(out.at(0).meta["annotations"]["k"].as_string(), "v");
    EXPECT_EQ(out.at(1).text(), "two\n");
    EXPECT_EQ(out.at(1).name, "b");
    EXPECT_EQ(host_.outputs["log"].at(0).name, "other");
    ASSERT_EQ(host_.effects.size(), 2u);
    EXPECT_EQ(host_.effects[0].state, SLIPWAY_EFFECT_STARTED);
    EXPECT_EQ(host_.effects[1].state, SLIPWAY_EFFECT_DONE);
    EXPECT_EQ(host_.effects[0].kind, "exec.run");
    EXPECT_EQ(host_.effects[0].summary, "run 'bash'");
}

TEST_F(Exec, GivesInputsAsPaths) {
    host_.add_input("in", "a b.txt", "first\n");
    host_.add_input("in", "c.txt", "second\n");
    host_.add_input("root-fs", "r.tar", "tar\n");
    ASSERT_EQ(bash("echo \"$SLIPWAY_INPUT_IN\"; while read -r f; do cat \"$f\" \"$f\"; done "
                   "<<<\"$SLIPWAY_INPUT_IN\"; "
                   "cat $SLIPWAY_INPUT_ROOT_FS",
                   R"({"stdout": "log"})"),
              SLIPWAY_OK)
        << host_.said();
    const std::string work = host_.folder() + "/work/inputs/in/";
    EXPECT_EQ(host_.outputs["log"].at(0).text(),
              work + "0/a b.txt\n" + work + "1/c.txt\nfirst\nfirst\nsecond\nsecond\ntar\n");
    EXPECT_EQ(host_.outputs["log"].at(0).name, "log");
}

TEST_F(Exec, FeedsStandardInput) {
    host_.add_input("in", "a", "hello\n");
    ASSERT_EQ(bash("tr a-z A-Z", R"({"stdin": "in", "stdout": "log"})"), SLIPWAY_OK);
    EXPECT_EQ(host_.outputs["log"].at(0).text(), "HELLO\n");
}

TEST_F(Exec, StandardInputIsEmptyIfNothingIsWired) {
    ASSERT_EQ(bash("cat; echo end", R"({"stdin": "root-fs", "stdout": "log"})"), SLIPWAY_OK);
    EXPECT_EQ(host_.outputs["log"].at(0).text(), "end\n");
}

TEST_F(Exec, GivesSecretsAsFilesInMemory) {
    host_.secrets = {{"TOKEN", "s3cret"}, {"PASSWORD", "swordfish\n"}};
    ASSERT_EQ(
        bash(
            "cat $TOKEN_FILE $TOKEN_FILE; bash -c 'cat $TOKEN_FILE; [ $(stat -Lc %a $TOKEN_FILE) = 400 ]' && "
            "cat; tr '\\0' '\\n' </proc/self/environ | grep -E 's3cret|swordfish'; find . -type f",
            R"({"stdout": "log", "env": {"TOKEN_FILE": {"secret": "TOKEN"}},
                       "stdin": {"secret": "PASSWORD"}})"),
        SLIPWAY_OK)
        << host_.said();
    EXPECT_EQ(host_.outputs["log"].at(0).text(), "s3crets3crets3cretswordfish\n");
}

TEST_F(Exec, SetsTheEnvironment) {
    host_.variant = R"({"group": "base"})";
    ::setenv("LEAK", "x", 1);
    ASSERT_EQ(bash("env | grep -vE '^(PWD|SHLVL|_)=' | sort",
                   R"({"stdout": "log", "env": {"MINE": "a b", "TZ": "Europe/Berlin"}})"),
              SLIPWAY_OK);
    const std::string work = host_.folder() + "/work";
    EXPECT_EQ(
        host_.outputs["log"].at(0).text(),
        "HOME=" + work
            + "\nLC_ALL=C.UTF-8\nMINE=a b\nPATH=/usr/local/bin:/usr/bin:/bin\nSLIPWAY_OUTPUT_DIR=" + work
            + "/outputs\nSLIPWAY_STAGE=test-stage\nSLIPWAY_VARIANT_GROUP=base\nSLIPWAY_VERSION=05112026\n"
              "SOURCE_DATE_EPOCH=1793836800\nTMPDIR="
            + work + "\nTZ=Europe/Berlin\n");
}

TEST_F(Exec, NoShellReadsTheArguments) {
    const std::string options =
        R"({"command": ["printf", "%s|", "$HOME", "a b", "*", "; exit 1"], "stdout": "out",
        "ports": {"outputs": [{"name": "out", "type": "text/plain"}]}})";
    ASSERT_EQ(host_.execute(options), SLIPWAY_OK);
    EXPECT_EQ(host_.outputs["out"].at(0).text(), "$HOME|a b|*|; exit 1|");
}

TEST_F(Exec, AFailureHasTheLastLinesOfStandardError) {
    EXPECT_EQ(bash("echo one >&2; echo two >&2; exit 3", R"({"stdout": "log"})"), SLIPWAY_IO);
    EXPECT_EQ(host_.said(), "'bash' exited with 3");
    EXPECT_EQ(host_.diagnostics.back().detail, "one\ntwo");
    EXPECT_TRUE(host_.outputs.empty());
    EXPECT_EQ(host_.effects.back().state, SLIPWAY_EFFECT_STARTED);
}

TEST_F(Exec, ASignalIsNamed) {
    EXPECT_EQ(bash("kill -SEGV $$"), SLIPWAY_IO);
    EXPECT_EQ(host_.said(), "'bash' was killed by signal 11 (Segmentation fault)");
}

TEST_F(Exec, SeventyFiveIsWaiting) {
    EXPECT_EQ(bash("exit 75", R"({"outputs": {"out": [{"file": "x"}]}, "stdout": "log"})"), SLIPWAY_WAITING);
    EXPECT_TRUE(host_.diagnostics.empty());
    EXPECT_TRUE(host_.outputs.empty());
}

TEST_F(Exec, CancelStopsTheProgram) {
    std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        host_.cancelled = true;
    });
    EXPECT_EQ(bash("sleep 1000"), SLIPWAY_CANCELLED);
    canceller.join();
    EXPECT_EQ(host_.said(), "'bash' was stopped");
}

TEST_F(Exec, AMissingOutputFileIsNamed) {
    EXPECT_EQ(bash("true", R"({"outputs": {"out": [{"file": "x.tar"}]}})"), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host_.said(), "'bash' did not write the output file 'x.tar'");
    EXPECT_EQ(host_.diagnostics.back().hint, "the program must write it into the folder $SLIPWAY_OUTPUT_DIR");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/outputs/out");
}

TEST_F(Exec, AFolderOrPipeIsNoOutputFile) {
    EXPECT_EQ(bash("mkdir outputs/x", R"({"outputs": {"out": [{"file": "x"}]}})"), SLIPWAY_NOT_FOUND);
    test::FakeHost host(std::string(SLIPWAY_STAGES) + "/exec.so", "exec");
    EXPECT_EQ(host.execute(R"({"command": ["mkfifo", "outputs/x"], "outputs": {"o": [{"file": "x"}]},
                               "ports": {"outputs": [{"name": "o", "type": "*/*"}]}})"),
              SLIPWAY_NOT_FOUND);
}

TEST_F(Exec, AMissingProgramIsNamed) {
    EXPECT_EQ(host_.execute(R"({"command": ["no-such-program"]})"), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host_.said(), "program 'no-such-program': not in /usr/local/bin:/usr/bin:/bin");
    EXPECT_TRUE(host_.effects.empty());
}

TEST_F(Exec, AMissingSecretIsAnError) {
    EXPECT_EQ(bash("true", R"({"env": {"KEY": {"secret": "NONE"}}})"), SLIPWAY_AUTH);
    EXPECT_EQ(host_.said(), "secret 'NONE' has no value");
}

TEST_F(Exec, RefusesBadOptions) {
    const auto refused = [&](const std::string& more) {
        test::FakeHost host(std::string(SLIPWAY_STAGES) + "/exec.so", "exec");
        EXPECT_EQ(
            host.configure(
                R"({"command": ["true"], "ports": {"inputs": [], "outputs": [{"name": "o", "type": "*/*"}]},)"
                + more + "}"),
            SLIPWAY_CONFIG);
        return host.said() + " | " + host.diagnostics.back().hint + " | "
               + host.diagnostics.back().config_path;
    };
    EXPECT_EQ(refused(R"("stdin": "x")"), "the stage has no input port 'x' | name it in 'ports' | /stdin");
    EXPECT_EQ(refused(R"("stdout": "x")"), "the stage has no output port 'x' | there is o | /stdout");
    EXPECT_EQ(refused(R"("outputs": {"x": []})"),
              "the stage has no output port 'x' | there is o | /outputs/x");
    for (const char* file : {"../x", "/etc/passwd", "a/../../b", "a//b"})
        EXPECT_EQ(refused(std::string(R"("outputs": {"o": [{"file": ")") + file + "\"}]}"),
                  std::string("outputs: '") + file
                      + "' leads out of the output folder | give the path relative to $SLIPWAY_OUTPUT_DIR | "
                        "/outputs/o");
    EXPECT_EQ(refused(R"("env": {"A/B": ""})"),
              "env: 'A/B' is no name of a variable | letters, digits and '_', no digit first | /env/A~1B");
}
