// SPDX-License-Identifier: GPL-3.0-or-later
//
// A stage's options against its plugin's schema: places, defaults, paths, secrets.
#include "helpers.hpp"

using namespace slipway::config;
using namespace slipway::config::testing;
namespace json = slipway::support::json;

namespace {

const char* const schema_text = R"({
  "type": "object", "additionalProperties": false, "required": ["format"],
  "definitions": { "path": { "type": "string", "slipwayPath": "tree" } },
  "properties": {
    "format": { "type": "string", "enum": ["zstd", "xz"], "description": "of the archive" },
    "level": { "type": "integer", "minimum": 1, "maximum": 22, "default": 19 },
    "config": { "type": "string", "slipwayPath": "file", "default": "pacman.conf" },
    "folders": { "type": "array", "items": { "$ref": "#/definitions/path" } },
    "files": { "type": "array", "items": { "type": "string" }, "slipwayPath": "file" },
    "out": { "anyOf": [ { "type": "boolean" }, { "type": "string", "slipwayPath": "write" },
                        { "type": "object", "properties": { "to": { "type": "string", "slipwayPath": "write" } },
                          "required": ["to"] } ] },
    "nested": { "type": "object", "properties": { "on": { "type": "boolean", "default": true } } },
    "mounts": { "type": "object", "additionalProperties": { "$ref": "#/definitions/path" } }
  } })";

Schema schema() {
    return std::move(Schema::parse(schema_text)).value();
}

std::string completed(const std::string& options) {
    json::Value value = json::parse(options).value();
    const Schema compiled = schema();
    const auto paths = complete_options(value, compiled, "/srv/chain");
    std::string out = json::dump(value);
    for (const OptionPath& path : paths)
        out += "\n" + path.pointer + " " + path.path + " "
               + (path.use == PathUse::file   ? "file"
                  : path.use == PathUse::tree ? "tree"
                                              : "write");
    // Once more changes nothing.
    const std::string once = json::dump(value);
    EXPECT_EQ(complete_options(value, compiled, "/elsewhere").size(), paths.size());
    EXPECT_EQ(json::dump(value), once);
    return out;
}

std::string checked(const std::string& text, const LoadOptions& options = at_epoch()) {
    const Chain chain = loaded(text, options);
    return render(validate_options(chain, expanded(chain).at(0), schema()));
}

} // namespace

TEST(Options, ProblemsHaveTheirPlaceInTheChain) {
    EXPECT_EQ(
        checked(chain_of(R"({"id": "a", "use": "compress", "with": {"fromat": "xz",
  "level": 40}})")),
        "chain.json:2:41: /stages/0/with/fromat: unknown option 'fromat' (hint: did you mean 'format'?)\n"
        "chain.json:3:12: /stages/0/with/level: expected 1 to 22, found 40\n"
        "2 problems in chain.json\n");
    EXPECT_EQ(checked(chain_of(R"({"id": "a", "use": "compress"})")),
              "chain.json:2:1: /stages/0/with: missing option 'format' (hint: of the archive)\n1 problem in "
              "chain.json\n");
    EXPECT_EQ(checked(chain_of(
                  R"({"id": "a", "use": "compress", "with": {"format": "xz", "level": "${version}"}})")),
              "chain.json:2:66: /stages/0/with/level: expected an integer, found a string\n1 problem in "
              "chain.json\n");
}

TEST(Options, ProblemsOfSettingsAndOverridesNameThem) {
    const Folder folder;
    const std::string file = folder.write("o.json", "{\n  \"format\": \"xy\" }");
    EXPECT_EQ(
        checked(chain_of(R"({"id": "a", "use": "compress"})"),
                at_epoch({"stages.a.with.level=high"}, {"a=compress:" + file})),
        file
            + ":2:13: /stages/0/with/format: expected 'zstd' or 'xz', found 'xy' (hint: did you mean 'xz'?)\n"
              "--set stages.a.with.level: /stages/0/with/level: expected an integer, found a string\n"
              "2 problems in "
            + file + ", --set stages.a.with.level\n");
    EXPECT_EQ(checked(chain_of(R"({"id": "a", "use": "compress"})"), at_epoch({"stages.a.with.level=1"})),
              "chain.json:2:1: /stages/0/with: missing option 'format' (hint: of the archive)\n1 problem in "
              "chain.json\n");
}

TEST(Options, RuntimeReferencesAreTakenOnTrust) {
    const Chain chain = loaded(chain_of(R"({"id": "p", "use": "mock"},
{"id": "a", "use": "compress", "with": {"format": "${p.out.format}", "level": "${p.out.level}"}},
{"id": "b", "use": "compress", "with": {"format": "x${p.out.format}", "level": "1${p.out.level}"}})"));
    const auto instances = expanded(chain);
    EXPECT_EQ(render(validate_options(chain, instances[1], schema())), "");
    EXPECT_EQ(render(validate_options(chain, instances[2], schema())),
              "chain.json:4:80: /stages/2/with/level: expected an integer, found a string\n1 problem in "
              "chain.json\n");
}

TEST(Options, DefaultsAreFilledIn) {
    EXPECT_EQ(
        completed(R"({"format": "xz", "nested": {}})"),
        "{\"format\":\"xz\",\"nested\":{\"on\":true},\"level\":19,\"config\":\"/srv/chain/pacman.conf\"}\n"
        "/config /srv/chain/pacman.conf file");
    EXPECT_EQ(completed(R"({"level": 1, "config": "https://example.org/pacman.conf"})"),
              R"({"level":1,"config":"https://example.org/pacman.conf"})");
}

TEST(Options, PathsBecomeAbsolute) {
    EXPECT_EQ(completed(R"({"config": "/etc/../etc/p.conf", "folders": ["a", "./b/../c/"], "files": ["x"],
                            "out": "../out", "mounts": {"/m": "here"}})"),
              R"({"config":"/etc/p.conf","folders":["/srv/chain/a","/srv/chain/c"],"files":["/srv/chain/x"],)"
              R"("out":"/srv/out","mounts":{"/m":"/srv/chain/here"},"level":19})"
              "\n/config /etc/p.conf file"
              "\n/folders/0 /srv/chain/a tree"
              "\n/folders/1 /srv/chain/c tree"
              "\n/files/0 /srv/chain/x file"
              "\n/out /srv/out write"
              "\n/mounts/~1m /srv/chain/here tree");
    EXPECT_EQ(completed(R"({"level": 1, "config": "file:///srv/p.conf", "out": {"to": "x"}})"),
              R"({"level":1,"config":"file:///srv/p.conf","out":{"to":"/srv/chain/x"}})"
              "\n/config /srv/p.conf file"
              "\n/out/to /srv/chain/x write");
    EXPECT_EQ(completed(R"({"level": 1, "config": "", "out": true})"),
              R"({"level":1,"config":"","out":true})");
}

TEST(Options, PathsThatAreNotKnownYetAreLeftAlone) {
    EXPECT_EQ(completed(R"({"level": 1, "config": "${p.out.path}"})"),
              R"({"level":1,"config":"${p.out.path}"})");
}

TEST(Options, SecretsAreFound) {
    const auto names =
        secret_names(json::parse(R"({"token": {"secret": "B"}, "list": [{"secret": "A"}, {"secret": "B"}],
        "secret": "no", "more": {"secret": "NO", "x": 1}, "odd": {"secret": 1}})")
                         .value());
    EXPECT_EQ(names, (std::vector<std::string>{"A", "B"}));
}

TEST(Options, ProgramsThatTheOptionsMakeNeeded) {
    const auto programs = [](const std::string& options) {
        const Schema schema = std::move(Schema::parse(R"({"slipwayPrograms": [
            {"program": "git", "package": "git", "when": {"properties": {"remote": {"pattern": "^/"}}}},
            {"program": "ssh", "when": {"required": ["remote"], "properties": {"remote": {"pattern": "^ssh:"}}}},
            {"option": "/command/0"}]})"))
                                  .value();
        std::string out;
        for (const OptionProgram& program : option_programs(json::parse(options).value(), schema))
            out += program.name + "(" + program.package + ") ";
        return out;
    };
    EXPECT_EQ(programs(R"({"remote": "/srv/x.git"})"), "git(git) ");
    EXPECT_EQ(programs(R"({"remote": "ssh://host/x.git", "command": ["make", "x"]})"), "ssh() make() ");
    EXPECT_EQ(programs(R"({"remote": "https://host/x.git", "command": []})"), "");
    EXPECT_EQ(programs(R"({"remote": "https://host/x.git", "command": ["${other.text}"]})"), "");
}

TEST(Options, ProgramsThatNobodyUnderstandsAreRefused) {
    for (const auto& [list, message] : {
             std::pair(R"({})", "schema: /slipwayPrograms: expected an array"),
             std::pair(R"(["ssh"])", "schema: /slipwayPrograms/0: expected an object"),
             std::pair(R"([{"program": "ssh", "pakage": "x"}])",
                       "schema: /slipwayPrograms/0: unknown key 'pakage'"),
             std::pair(R"([{"package": "x"}])",
                       "schema: /slipwayPrograms/0: expected either 'program' or 'option'"),
             std::pair(R"([{"program": "x", "option": "/x"}])",
                       "schema: /slipwayPrograms/0: expected either 'program' or 'option'"),
             std::pair(R"([{"program": 7}])", "schema: /slipwayPrograms/0/program: expected a text"),
             std::pair(R"([{"program": "x", "when": {"type": "text"}}])",
                       "schema: /slipwayPrograms/0/when/type: unknown type 'text'"),
         }) {
        const auto parsed = Schema::parse(R"({"slipwayPrograms": )" + std::string(list) + "}");
        EXPECT_EQ(parsed ? "" : parsed.error().message(), message);
    }
}

TEST(Options, TheMachineThatTheyName) {
    const auto machine = [](const std::string& options) {
        const Schema schema = std::move(Schema::parse(R"({"slipwayMachine": "/for/machine"})")).value();
        return option_machine(json::parse(options).value(), schema);
    };
    EXPECT_EQ(machine(R"({"for": {"machine": "aarch64"}})"), "aarch64");
    EXPECT_EQ(machine(R"({"for": {}})"), "");
    EXPECT_EQ(machine(R"({"for": {"machine": "${other.text}"}})"), "");
    EXPECT_EQ(machine(R"({"for": {"machine": ["aarch64"]}})"), "");
    const Schema silent = std::move(Schema::parse("{}")).value();
    EXPECT_EQ(option_machine(json::parse(R"({"machine": "aarch64"})").value(), silent), "");
    for (const char* wrong : {R"({"slipwayMachine": "machine"})", R"({"slipwayMachine": 1})"}) {
        const auto parsed = Schema::parse(wrong);
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().message(), "schema: /slipwayMachine: expected a JSON pointer");
    }
}
