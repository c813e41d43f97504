// SPDX-License-Identifier: GPL-3.0-or-later
//
// --set and --override.
#include "helpers.hpp"

using namespace slipway::config;
using namespace slipway::config::testing;
namespace json = slipway::support::json;

namespace {

const char* const chain = R"({ "slipway": 1, "name": "arch",
  "stages": [
    { "id": "archive", "use": "compress", "with": { "level": 3, "list": [1, 2], "deep": { "a": 1 } } },
    { "id": "publish", "use": "git-publish", "with": { "remote": "${version}" } }
  ] })";

std::string with(std::size_t stage, const std::vector<std::string>& settings) {
    return json::dump(loaded(chain, at_epoch(settings)).stages.at(stage).with);
}

std::string refused(const std::vector<std::string>& settings,
                    const std::vector<std::string>& overrides = {}) {
    return problems_of(chain, at_epoch(settings, overrides));
}

} // namespace

TEST(Settings, Parse) {
    EXPECT_EQ(parse_setting("a.b=c=d").value().path, "a.b");
    EXPECT_EQ(parse_setting("a.b=c=d").value().value, "c=d");
    EXPECT_EQ(parse_setting("a=").value().value, "");
    for (const char* bad : {"a", "=x", "a..b=x", ".a=x", ""})
        EXPECT_EQ(parse_setting(bad).error().message(), std::string("--set ") + bad
                                                            + ": expected PATH=VALUE (hint: such as --set "
                                                              "stages.publish.with.remote=/srv/mirror.git)");
}

TEST(Settings, ValuesAreJsonOrText) {
    EXPECT_EQ(with(0, {"stages.archive.with.level=19", "stages.archive.with.format=xz",
                       "stages.archive.with.more={\"x\": [1,]}"}),
              R"({"level":19,"list":[1,2],"deep":{"a":1},"format":"xz","more":{"x":[1]}})");
    EXPECT_EQ(with(0, {"stages.archive.with.list.1=9", "stages.archive.with.deep.b.c=true",
                       "stages.archive.with.level=${version}"}),
              R"({"level":"${version}","list":[1,9],"deep":{"a":1,"b":{"c":true}}})");
    EXPECT_EQ(with(1, {"stages.publish.with={}"}), "{}");
}

TEST(Settings, TheVersionIsTextEvenIfItLooksLikeANumber) {
    EXPECT_EQ(loaded(chain, at_epoch({"version=12112026"})).version, "12112026");
    EXPECT_EQ(loaded(chain, at_epoch({"version=05112026"})).version, "05112026");
    EXPECT_EQ(loaded(chain, at_epoch({"vars.n=1", "version=v${n}"})).version, "v1");
}

TEST(Settings, AnotherPluginIsAnOverride) {
    const Chain changed = loaded(chain, at_epoch({"stages.publish.use=mock"}));
    EXPECT_TRUE(changed.overridden);
    EXPECT_EQ(changed.stages[1].overridden_use, "git-publish");
    EXPECT_EQ(changed.stages[0].overridden_use, "");
}

TEST(SettingProblem, Paths) {
    EXPECT_EQ(
        refused({"stages.publsh.with.remote=x", "stages.zzz.use=x", "name.x=1",
                 "stages.archive.with.list.2=1", "stages.archive.with.list.x=1"}),
        "--set name.x: 'x' cannot be set: /name is a string (hint: only objects have members)\n"
        "--set stages.archive.with.list.2: there is no item '2' in /stages/0/with/list (hint: set the whole "
        "array)\n"
        "--set stages.archive.with.list.x: there is no item 'x' in /stages/0/with/list (hint: set the whole "
        "array)\n"
        "--set stages.publsh.with.remote: unknown stage 'publsh' (hint: did you mean 'publish'?)\n"
        "--set stages.zzz.use: unknown stage 'zzz' (hint: the stages are archive, publish)\n"
        "5 problems in --set name.x, --set stages.archive.with.list.2, --set stages.archive.with.list.x, "
        "--set stages.publsh.with.remote, --set stages.zzz.use\n");
}

TEST(SettingProblem, ValuesNameTheirSetting) {
    EXPECT_EQ(
        refused({"versoin=1", "stages.publish.use=A B", "stages.archive.with.level=${levle}",
                 "stages.archive.timeout=\"x\""}),
        "--set stages.archive.timeout: /stages/0/timeout: 'x' does not match ^[1-9][0-9]{0,6}[smh]$ (hint: a "
        "number "
        "and 's', 'm' or 'h', such as '30m')\n"
        "--set stages.archive.with.level: /stages/0/with/level: unknown variable '${levle}' (hint: set it in "
        "'vars'; write '$${' for a plain '${')\n"
        "--set stages.publish.use: /stages/1/use: 'A B' does not match ^[a-z][a-z0-9-]*(\\.[A-Za-z0-9-]+)*$ "
        "(hint: "
        "a stage type, as 'slipway stages' lists them)\n"
        "--set versoin: /versoin: unknown key 'versoin' (hint: did you mean 'version'?)\n"
        "4 problems in --set stages.archive.timeout, --set stages.archive.with.level, --set "
        "stages.publish.use, "
        "--set versoin\n");
}

TEST(Overrides, Parse) {
    const Override change = parse_override("publish=mock:dir/a=b:c.json").value();
    EXPECT_EQ(change.stage, "publish");
    EXPECT_EQ(change.use, "mock");
    EXPECT_EQ(change.file, "dir/a=b:c.json");
    EXPECT_EQ(parse_override("publish=mock").value().file, "");
    for (const char* bad : {"publish", "=mock", "publish=", "publish=:f", "publish=mock:", ""})
        EXPECT_EQ(parse_override(bad).error().message(),
                  std::string("--override ") + bad
                      + ": expected STAGE=PLUGIN, STAGE=PLUGIN:FILE or STAGE=PLUGIN:{OPTIONS} (hint: such as "
                        "--override publish=mock:publish.json)");
}

TEST(Overrides, ParseOptionsInline) {
    const Override change = parse_override("publish=mock: {\"status\": \"a=b:c\", }").value();
    EXPECT_EQ(change.use, "mock");
    EXPECT_EQ(change.file, "");
    EXPECT_EQ(json::dump(*change.with), R"({"status":"a=b:c"})");
    EXPECT_EQ(parse_override("publish=mock:{\"a\" 1}").error().message(),
              "--override publish=mock:{\"a\" 1}: 1:6: missing a colon after a name of object member (hint: "
              "such as "
              "--override publish=mock:publish.json)");
}

TEST(Overrides, InAFile) {
    const Folder folder;
    const std::string file = folder.write("all.json", R"({
  "archive": "compress:{\"level\": 9}", // inline
  "publish": { "use": "mock", "with": { "status": "ok" } } })");
    auto read = read_overrides(file).value();
    ASSERT_EQ(read.size(), 2u);
    LoadOptions options = at_epoch();
    options.overrides = read;
    const Chain changed = loaded(chain, options);
    EXPECT_EQ(json::dump(changed.stages[0].with), R"({"level":9})");
    EXPECT_EQ(changed.stages[1].use, "mock");
    EXPECT_EQ(changed.stages[1].options_file, file);
    EXPECT_EQ(changed.overrides.size(), 2u);
    // The last one of a stage counts, and one without options leaves the chain's own.
    options.overrides.push_back(parse_override("publish=git-publish").value());
    EXPECT_EQ(json::dump(loaded(chain, options).stages[1].with), R"({"remote":"${version}"})");
}

TEST(OverrideProblem, InAFile) {
    const Folder folder;
    const auto refused_file = [&](const std::string& text) {
        const std::string file = folder.write("all.json", text);
        const auto read = read_overrides(file);
        return read ? "" : read.error().message().substr(file.size());
    };
    EXPECT_EQ(refused_file("{"), ":1:2: missing a name for object member");
    EXPECT_EQ(refused_file("[]"), ":1:1: expected an object, found an array (hint: {\"publish\": \"mock\"})");
    EXPECT_EQ(refused_file("{\"a\": 1}"),
              ":1:7: stage 'a': expected \"PLUGIN[:OPTIONS]\" or {\"use\": PLUGIN, "
              "\"with\": {OPTIONS}}");
    EXPECT_EQ(refused_file("{\"a\": {\"use\": \"b\", \"whit\": {}}}"),
              ":1:7: stage 'a': unknown key 'whit' (hint: it has \"use\" and \"with\")");
    EXPECT_EQ(refused_file("{\"a\": \"mock:\"}"),
              ":1:7: stage 'a': expected PLUGIN, PLUGIN:FILE or PLUGIN:{OPTIONS}");
}

TEST(Overrides, ReplaceThePluginAndItsOptions) {
    const Folder folder;
    const std::string file = folder.write("mock.json", "// canned\n{\"status\": \"ok\",}");
    const Chain changed = loaded(chain, at_epoch({"stages.publish.with.delay=1"}, {"publish=mock:" + file}));
    const Stage& publish = changed.stages[1];
    EXPECT_TRUE(changed.overridden);
    EXPECT_EQ(publish.use, "mock");
    EXPECT_EQ(publish.overridden_use, "git-publish");
    EXPECT_EQ(json::dump(publish.with), R"({"status":"ok","replaces":{"use":"git-publish","with":{"remote":)"
                                        R"("${version}"}},"delay":1})");
    EXPECT_EQ(publish.options_file, file);
    EXPECT_EQ(changed.overrides.at(0).text, "// canned\n{\"status\": \"ok\",}");
}

// What it stands in for is told, and stays checked: at its place in the chain.
TEST(Overrides, AMockKnowsWhatItReplaces) {
    const std::string text = chain_of(R"({"id": "a", "use": "compress", "with": {"level": "${nowhere}"}})");
    EXPECT_EQ(
        problems_of(text, at_epoch({}, {"a=mock"})),
        "chain.json:2:51: /stages/0/with/level: unknown variable '${nowhere}' (hint: set it in 'vars'; write "
        "'$${' for a plain '${')\n1 problem in chain.json\n");
}

TEST(Overrides, WithoutOptionsKeepTheChains) {
    const Chain changed = loaded(chain, at_epoch({}, {"publish=patch-submit"}));
    EXPECT_EQ(changed.stages[1].use, "patch-submit");
    EXPECT_EQ(json::dump(changed.stages[1].with), R"({"remote":"${version}"})");
    EXPECT_EQ(changed.stages[1].options_file, "");
}

TEST(Overrides, WithTheSamePluginChangeOnlyOptions) {
    const Chain changed = loaded(chain, at_epoch({}, {"publish=git-publish"}));
    EXPECT_FALSE(changed.overridden);
    EXPECT_EQ(changed.stages[1].overridden_use, "git-publish");
}

TEST(OverrideProblem, Stages) {
    EXPECT_EQ(refused({}, {"publsh=mock", "archive=Mock"}),
              "--override archive=Mock: /stages/0/use: 'Mock' does not match "
              "^[a-z][a-z0-9-]*(\\.[A-Za-z0-9-]+)*$ (hint: a "
              "stage type, as 'slipway stages' lists them)\n"
              "--override publsh=mock: unknown stage 'publsh' (hint: did you mean 'publish'?)\n"
              "2 problems in --override archive=Mock, --override publsh=mock\n");
}

TEST(OverrideProblem, Files) {
    const Folder folder;
    const std::string dir = folder.path();
    const auto first_line = [&](const std::string& file) {
        const std::string text = refused({}, {"publish=mock:" + file});
        return text.substr(0, text.find('\n'));
    };
    EXPECT_EQ(first_line(dir + "/none.json"),
              dir + "/none.json: opening '" + dir + "/none.json': No such file or directory");
    EXPECT_EQ(first_line(folder.write("bad.json", "{\n  \"a\": }")), dir + "/bad.json:2:8: invalid value");
    EXPECT_EQ(first_line(folder.write("list.json", "[]")),
              dir + "/list.json:1:1: expected an object, found an array");
    EXPECT_EQ(first_line(folder.write("var.json", "{\n  \"a\": \"${x}\"}")),
              dir
                  + "/var.json:2:9: /stages/1/with/a: unknown variable '${x}' (hint: set it in 'vars'; write "
                    "'$${' for a "
                    "plain '${')");
}
