// SPDX-License-Identifier: GPL-3.0-or-later
//
// The statement of hand-made records; that it follows the specifications is tests/tools/check-provenance's to
// judge (tests/e2e/provenance_test.sh).
#include "provenance.hpp"

#include <gmock/gmock.h>

namespace {

namespace json = slipway::support::json;
using namespace slipway;
using host::provenance_statement;
using testing::ElementsAre;

journal::RunRecord run() {
    journal::RunRecord run;
    run.id = "20261105-000000-0001";
    run.chain = "t";
    run.version = "7";
    run.path = "/home/me/chains/t.json";
    run.text = R"({"slipway": 1, /* why */ "vars": {"a": "http://u:p@h/", "b": "mail me@example.org"}})";
    run.settings = json::Object{{"settings", json::Array{}}, {"overrides", json::Array{}}, {"host", "0.1.0"}};
    run.created = 1793836800123;
    run.finished = 1793836860999;
    return run;
}

journal::StageRecord stage(const std::string& key, std::vector<journal::OutputRecord> outputs) {
    journal::StageRecord stage;
    stage.key = key;
    stage.use = "some-plugin";
    stage.plugin = "/usr/lib/slipway/stages/some-plugin.so";
    stage.plugin_sha256 = std::string(64, 'f');
    stage.outputs = std::move(outputs);
    return stage;
}

journal::OutputRecord output(const std::string& name, char digit, json::Value annotations = json::Object{}) {
    return {"out", name, "text/plain", std::string(64, digit), 1, std::move(annotations)};
}

std::vector<std::string> names(const json::Value& descriptors) {
    std::vector<std::string> names;
    for (const json::Value& d : descriptors.as_array())
        names.push_back(d["name"].as_string() + " " + d["digest"]["sha256"].as_string().substr(0, 2)
                        + (d.find("uri") ? " " + d["uri"].as_string() : ""));
    return names;
}

const json::Value lock = json::parse(R"({"slipway_lock": 1, "keyring": {"sha256": "kk"},
    "databases": [{"repository": "core", "sha256": "dd"}],
    "packages": [{"name": "a", "version": "1-1", "sha256": "a1"}]})")
                             .value();

TEST(Provenance, PackagesOfALockAreDependencies) {
    journal::OutputRecord package = output("a.pkg", '0', json::Object{{"purl", "pkg:alpm/arch/a@1-1"}});
    package.sha256 = "a1";
    const json::Value made = provenance_statement(run(),
                                                  {stage("packages", {output("lock.json", '1'), package}),
                                                   stage("rootfs[g=x]", {output("r.tar", '2')})},
                                                  {{"packages", lock}});
    EXPECT_THAT(names(made["subject"]), ElementsAre("packages/lock.json 11", "rootfs[g=x]/r.tar 22"));
    const json::Value& build = made["predicate"]["buildDefinition"];
    const std::string chain = support::Digest::of(run().text).hex().substr(0, 2);
    // One plugin did both stages: it is there once.
    EXPECT_THAT(names(build["resolvedDependencies"]),
                ElementsAre("t.json " + chain, "core.db dd", "keyring kk", "a 1-1 a1 pkg:alpm/arch/a@1-1",
                            "some-plugin.so ff"));
}

TEST(Provenance, TellsHowFarAStageWasKeptToWhatItDeclares) {
    const json::Value partial = json::Object{{"level", "partial"}, {"missing", json::Array{"mounts: no"}}};
    const json::Value made =
        provenance_statement(run(), {stage("ran", {}), stage("unchanged", {})}, {}, {{"ran", partial}});
    const json::Value& stages = made["predicate"]["buildDefinition"]["internalParameters"]["stages"];
    EXPECT_EQ(stages.as_array()[0]["sandbox"], partial);
    EXPECT_EQ(stages.as_array()[1].find("sandbox"), nullptr) << "it has not run";
}

TEST(Provenance, TimesAreOfTheRunInUtc) {
    const json::Value made = provenance_statement(run(), {stage("s", {output("o", '1')})}, {});
    EXPECT_EQ(json::dump(made["predicate"]["runDetails"]["metadata"]),
              R"({"invocationId":"20261105-000000-0001","startedOn":"2026-11-05T00:00:00Z",)"
              R"("finishedOn":"2026-11-05T00:01:00Z"})");
}

TEST(Provenance, LeavesOutPasswordsInUrlsAndNothingElse) {
    const json::Value made = provenance_statement(run(), {}, {});
    const json::Value& document =
        made["predicate"]["buildDefinition"]["externalParameters"]["chain"]["document"];
    EXPECT_EQ(json::dump(document), R"({"slipway":1,"vars":{"a":"http://h/","b":"mail me@example.org"}})");
}

TEST(Provenance, MarksAMockedRun) {
    journal::RunRecord mocked = run();
    mocked.mocked = true;
    auto mock = stage("s", {output("o", '1')});
    mock.mocked = true;
    const json::Value made = provenance_statement(mocked, {mock}, {});
    const json::Value& build = made["predicate"]["buildDefinition"];
    EXPECT_TRUE(build["externalParameters"]["mocked"].as_bool());
    EXPECT_TRUE(build["internalParameters"]["stages"].as_array()[0]["mocked"].as_bool());
    EXPECT_FALSE(
        provenance_statement(run(), {}, {})["predicate"]["buildDefinition"]["externalParameters"]["mocked"]
            .as_bool(true));
}

} // namespace
