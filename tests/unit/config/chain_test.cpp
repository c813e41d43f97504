// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading chains: what is taken from a good one, and each message about a bad one.
#include "helpers.hpp"

#include <unistd.h>

using namespace slipway::config;
using namespace slipway::config::testing;
namespace json = slipway::support::json;

namespace {

const char* const whole = R"({
  // Comments and trailing commas are fine.
  "$schema": "chain.schema.json",
  "slipway": 1,
  "name": "archlinux",
  "description": "the official image",
  "vars": { "base": "arch", "level": 19, "fast": true, "full": "${base}-${date:%Y}" },
  "version": "v${full}.${level}",
  "variants": { "group": ["base", "base-devel"], "arch": ["x86_64"] },
  "stages": [
    { "id": "packages", "use": "pacman-fetch", "each": ["group"], "with": { "install": ["${group}"] } },
    { "id": "rootfs", "use": "rootfs-build", "each": ["arch", "group"], "timeout": "90s" },
    { "id": "archive", "use": "org.example.compress", "inputs": { "in": "rootfs.tar" }, "timeout": "30m" },
    { "id": "publish", "use": "git-publish", "needs": [], "timeout": "2h",
      "inputs": { "files": ["rootfs.tar", "archive.out"] },
      "with": { "note": "${packages.lock.version}" } },
    { "id": "verify", "use": "mock", "needs": ["packages", "rootfs"], },
  ],
})";

} // namespace

TEST(Chain, TakesEverything) {
    const Chain chain = loaded(whole);
    EXPECT_EQ(chain.name, "archlinux");
    EXPECT_EQ(chain.version, "varch-2026.19");
    EXPECT_EQ(chain.vars, (std::map<std::string, std::string>{
                              {"base", "arch"}, {"level", "19"}, {"fast", "true"}, {"full", "arch-2026"}}));
    EXPECT_EQ(chain.folder, std::filesystem::current_path().string());
    ASSERT_EQ(chain.axes.size(), 2u);
    EXPECT_EQ(chain.axes[0].name, "group");
    EXPECT_EQ(chain.axes[0].values, (std::vector<std::string>{"base", "base-devel"}));
    ASSERT_EQ(chain.stages.size(), 5u);
    EXPECT_EQ(chain.stages[1].each, (std::vector<std::string>{"arch", "group"}));
    EXPECT_EQ(chain.stages[1].use, "rootfs-build");
    EXPECT_EQ(chain.stages[1].pointer, "/stages/1");
    EXPECT_EQ(json::place_of(chain.text, chain.stages[1].position).line, 12u);
    EXPECT_EQ(chain.stages[0].timeout_s, std::nullopt);
    EXPECT_EQ(chain.stages[1].timeout_s, 90);
    EXPECT_EQ(chain.stages[2].timeout_s, 1800);
    EXPECT_EQ(chain.stages[3].timeout_s, 7200);
    ASSERT_EQ(chain.stages[3].inputs.size(), 1u);
    EXPECT_EQ(chain.stages[3].inputs[0].second, (std::vector<std::string>{"rootfs.tar", "archive.out"}));
    EXPECT_FALSE(chain.overridden);
}

TEST(Chain, NeedsAreTheStageAboveOrWhatIsNamedAndWhatIsUsed) {
    const Chain chain = loaded(whole);
    using Ids = std::vector<std::string>;
    EXPECT_EQ(chain.stages[0].needs, Ids{});
    EXPECT_EQ(chain.stages[1].needs, Ids{"packages"});
    EXPECT_EQ(chain.stages[2].needs, Ids{"rootfs"});
    EXPECT_EQ(chain.stages[3].needs, (Ids{"rootfs", "archive", "packages"}));
    EXPECT_EQ(chain.stages[4].needs, (Ids{"packages", "rootfs"}));
}

TEST(Chain, TheVersionIsTheDateByDefault) {
    EXPECT_EQ(loaded(chain_of(R"({"id": "a", "use": "b"})")).version, "05112026");
}

TEST(Chain, TheReferencesExampleIsValid) {
    const std::string page =
        slipway::support::read_file(SLIPWAY_SOURCE "/docs/reference/chain-file.md").value();
    const std::size_t start = page.find("```jsonc\n{") + 9;
    const Chain chain = loaded(page.substr(start, page.find("```", start) - start));
    EXPECT_EQ(chain.stages.size(), 5u);
}

TEST(Chain, ComesFromStandardInputToo) {
    const Folder folder;
    const auto file =
        slipway::support::open_read(folder.write("in.json", chain_of(R"({"id": "a", "use": "b"})")));
    const slipway::support::UniqueFd saved(::dup(STDIN_FILENO));
    ::dup2(file.value().get(), STDIN_FILENO);
    const auto result = load("-", {});
    ::dup2(saved.get(), STDIN_FILENO);
    ASSERT_TRUE(std::holds_alternative<Chain>(result));
    EXPECT_EQ(std::get<Chain>(result).folder, std::filesystem::current_path().string());
}

TEST(Chain, AFileHasAFolder) {
    const Folder folder;
    const std::string path = folder.write("chain.json", chain_of(R"({"id": "a", "use": "b"})"));
    const auto result = load(path, {});
    ASSERT_TRUE(std::holds_alternative<Chain>(result));
    EXPECT_EQ(std::get<Chain>(result).folder, folder.path());
    EXPECT_EQ(std::get<Chain>(result).path, path);
}

TEST(ChainProblem, Files) {
    const Folder folder;
    const auto why = [](const std::string& path) {
        return std::get<Problems>(load(path, {})).at(0).message();
    };
    EXPECT_EQ(why(folder.path() + "/none.json"), folder.path() + "/none.json: opening '" + folder.path()
                                                     + "/none.json': No such file or directory");
    EXPECT_EQ(why(folder.path()), folder.path() + ": reading '" + folder.path() + "': Is a directory");
    EXPECT_EQ(why(folder.write("big.json", std::string((16u << 20) + 1, ' '))),
              folder.path() + "/big.json: reading '" + folder.path()
                  + "/big.json': larger than 16777216 bytes");
}

TEST(ChainProblem, Syntax) {
    EXPECT_EQ(problems_of("{\n  \"slipway\" 1}"),
              "chain.json:2:13: missing a colon after a name of object member\n1 problem in chain.json\n");
    EXPECT_EQ(problems_of(""), "chain.json:1:1: the document is empty\n1 problem in chain.json\n");
    EXPECT_EQ(problems_of("{\"a\": 1,\n \"a\": 2}"),
              "chain.json:2:2: key 'a' is there twice\n1 problem in chain.json\n");
    EXPECT_EQ(problems_of("{\n// \xff\n}"), "chain.json:2:1: the line is not UTF-8 text (hint: save the file "
                                            "as UTF-8)\n1 problem in chain.json\n");
    EXPECT_EQ(problems_of("\xEF\xBB\xBF{}"),
              "chain.json:1:1: the file starts with a byte order mark (hint: save it as "
              "UTF-8 without one)\n1 problem in chain.json\n");
}

TEST(ChainProblem, AnotherFormatIsTheOnlyProblem) {
    EXPECT_EQ(problems_of("{\n  \"slipway\": 2, \"steps\": {}}"),
              "chain.json:2:14: /slipway: this host reads version 1 of the chain file, found version 2 "
              "(hint: install a "
              "Slipway that knows it, or write 1)\n1 problem in chain.json\n");
}

TEST(ChainProblem, AllAtOnce) {
    EXPECT_EQ(problems_of(R"({
  "nmae": "arch",
  "stages": "none",
  "variants": { "my axis": [], "g": ["a", "a", "b/c"] },
  "vars": { "x": null }
})"),
              "chain.json:1:1: missing key 'slipway' (hint: the version of this format: 1)\n"
              "chain.json:2:3: /nmae: unknown key 'nmae' (hint: did you mean 'name'?)\n"
              "chain.json:3:13: /stages: expected an array, found a string\n"
              "chain.json:4:17: /variants/my axis: 'my axis' does not match ^[A-Za-z_][A-Za-z0-9_-]*$ (hint: "
              "letters, "
              "digits, '_' and '-'; the first one a letter or '_')\n"
              "chain.json:4:28: /variants/my axis: expected at least 1 item, found 0\n"
              "chain.json:4:43: /variants/g/1: 'a' is there twice\n"
              "chain.json:4:48: /variants/g/2: 'b/c' does not match ^[A-Za-z0-9._-]+$ (hint: letters, "
              "digits, '.', '_' "
              "and '-')\n"
              "chain.json:5:18: /vars/x: expected a string, a number or a boolean, found null\n"
              "8 problems in chain.json\n");
}

TEST(ChainProblem, Keys) {
    EXPECT_EQ(
        problems_of(R"({
  "slipway": "1", "name": "Arch Linux", "version": "",
  "stages": [
    { "id": "One", "use": "a b", "timeout": "1 day" },
    { "id": "b", "uses": "mock" },
    { "id": "c", "with": [], "colour": "red" },
    { "id": "d", "use": "mock", "inputs": { "in": 1, "x": "rootfs", "y": [] }, "each": "group" }
  ] })"),
        "chain.json:2:14: /slipway: expected an integer, found a string (hint: write 1 without quotes)\n"
        "chain.json:2:27: /name: 'Arch Linux' does not match ^[a-z0-9][a-z0-9._-]*$ (hint: lower-case "
        "letters, "
        "digits, '.', '_' and '-'; the first one a letter or digit)\n"
        "chain.json:2:52: /version: expected at least 1 character, found 0\n"
        "chain.json:4:13: /stages/0/id: 'One' does not match ^[a-z][a-z0-9-]*$ (hint: lower-case letters, "
        "digits "
        "and '-'; the first one a letter)\n"
        "chain.json:4:27: /stages/0/use: 'a b' does not match ^[a-z][a-z0-9-]*(\\.[A-Za-z0-9-]+)*$ (hint: a "
        "stage "
        "type, as 'slipway stages' lists them)\n"
        "chain.json:4:45: /stages/0/timeout: '1 day' does not match ^[1-9][0-9]{0,6}[smh]$ (hint: a number "
        "and "
        "'s', 'm' or 'h', such as '30m')\n"
        "chain.json:5:18: /stages/1/uses: unknown key 'uses' (hint: did you mean 'use'?)\n"
        "chain.json:6:5: /stages/2: missing key 'use' (hint: a stage type, as 'slipway stages' lists them)\n"
        "chain.json:6:26: /stages/2/with: expected an object, found an array\n"
        "chain.json:6:30: /stages/2/colour: unknown key 'colour' (hint: known keys: id, use, each, needs, "
        "inputs, "
        "with, vary, keep, on, timeout)\n"
        "chain.json:7:51: /stages/3/inputs/in: expected a string or an array, found an integer\n"
        "chain.json:7:59: /stages/3/inputs/x: 'rootfs' does not match ^[a-z][a-z0-9-]*\\.[a-z][a-z0-9_-]*$ "
        "(hint: "
        "STAGE.PORT, such as 'rootfs.tar')\n"
        "chain.json:7:74: /stages/3/inputs/y: expected at least 1 item, found 0\n"
        "chain.json:7:88: /stages/3/each: expected an array, found a string\n"
        "14 problems in chain.json\n");
}

TEST(ChainProblem, VariablesDoNotPassWhereTheyMeanNothing) {
    EXPECT_EQ(problems_of(chain_of(R"({"id": "a", "use": "${plugin}"})")),
              "chain.json:2:20: /stages/0/use: '${plugin}' does not match "
              "^[a-z][a-z0-9-]*(\\.[A-Za-z0-9-]+)*$ (hint: a "
              "stage type, as 'slipway stages' lists them)\n1 problem in chain.json\n");
}

TEST(ChainProblem, NoStages) {
    EXPECT_EQ(problems_of(R"({"slipway": 1, "name": "a", "stages": []})"),
              "chain.json:1:39: /stages: expected at least 1 item, found 0\n1 problem in chain.json\n");
    EXPECT_EQ(problems_of("[]"),
              "chain.json:1:1: expected an object, found an array\n1 problem in chain.json\n");
}

TEST(ChainProblem, References) {
    EXPECT_EQ(
        problems_of(R"({ "slipway": 1, "name": "a", "variants": { "group": ["base"] },
  "stages": [
    { "id": "packages", "use": "mock", "each": ["gruop"] },
    { "id": "rootfs", "use": "mock", "needs": ["pakages", "rootfs", "verify"] },
    { "id": "packages", "use": "mock", "inputs": { "in": "rotfs.tar", "more": ["verify.out"] } },
    { "id": "verify", "use": "mock", "needs": ["unrelated"], "each": ["colour"] }
  ] })"),
        "chain.json:3:49: /stages/0/each/0: unknown axis 'gruop' (hint: did you mean 'group'?)\n"
        "chain.json:4:48: /stages/1/needs/0: unknown stage 'pakages' (hint: did you mean 'packages'?)\n"
        "chain.json:4:59: /stages/1/needs/1: stage 'rootfs' cannot use itself (hint: a stage may only use "
        "the "
        "stages above it)\n"
        "chain.json:4:69: /stages/1/needs/2: stage 'verify' comes after this one (hint: a stage may only use "
        "the "
        "stages above it)\n"
        "chain.json:5:13: /stages/2/id: stage 'packages' is there twice (hint: the first one is in line 3)\n"
        "chain.json:5:58: /stages/2/inputs/in: unknown stage 'rotfs' (hint: did you mean 'rootfs'?)\n"
        "chain.json:5:80: /stages/2/inputs/more/0: stage 'verify' comes after this one (hint: a stage may "
        "only use "
        "the stages above it)\n"
        "chain.json:6:48: /stages/3/needs/0: unknown stage 'unrelated'\n"
        "chain.json:6:71: /stages/3/each/0: unknown axis 'colour' (hint: the axes are group)\n"
        "9 problems in chain.json\n");
    EXPECT_EQ(
        problems_of(chain_of(R"({"id": "a", "use": "mock", "needs": ["b"], "each": ["g"]})")),
        "chain.json:2:38: /stages/0/needs/0: unknown stage 'b' (hint: there is no stage above this one)\n"
        "chain.json:2:53: /stages/0/each/0: unknown axis 'g' (hint: the chain has no 'variants')\n"
        "2 problems in chain.json\n");
}

TEST(ChainProblem, NamesThatClash) {
    EXPECT_EQ(problems_of(R"({ "slipway": 1, "name": "a",
  "vars": { "version": "1", "a": "x", "group": "y" },
  "variants": { "group": ["base"], "date": ["now"] },
  "stages": [ { "id": "a", "use": "mock" } ] })"),
              "chain.json:2:13: /vars/version: the name 'version' clashes with the variable of that name "
              "(hint: choose "
              "another name)\n"
              "chain.json:2:29: /vars/a: the name 'a' clashes with the stage of that id (hint: choose "
              "another name)\n"
              "chain.json:2:39: /vars/group: the name 'group' clashes with the axis of that name (hint: "
              "choose another "
              "name)\n"
              "chain.json:3:36: /variants/date: the name 'date' clashes with the variable of that name "
              "(hint: choose "
              "another name)\n"
              "4 problems in chain.json\n");
}

TEST(Chain, StagesForTheEndNeedNothing) {
    const Chain chain = loaded(chain_of(R"({"id": "a", "use": "x"},
{"id": "tell", "use": "notify", "on": ["failed", "waiting"]},
{"id": "log", "use": "exec", "on": ["done"], "needs": [], "inputs": {}})"));
    ASSERT_EQ(chain.stages.size(), 3u);
    EXPECT_TRUE(chain.stages[0].on.empty());
    EXPECT_EQ(chain.stages[1].on, (std::vector<std::string>{"failed", "waiting"}));
    EXPECT_TRUE(chain.stages[1].needs.empty());
    EXPECT_TRUE(chain.stages[2].needs.empty());
}

TEST(Chain, StagesForTheEndStandLastAndOnTheirOwnFeet) {
    EXPECT_EQ(problems_of(chain_of(R"({"id": "tell", "use": "notify", "on": ["done"]},
{"id": "a", "use": "x"})")),
              "chain.json:3:1: /stages/1: stage 'a' stands below one with 'on' (hint: stages with 'on' are "
              "run when "
              "the run has ended: put them last)\n1 problem in chain.json\n");
    EXPECT_EQ(problems_of(chain_of(R"({"id": "a", "use": "x"},
{"id": "tell", "use": "notify", "on": ["done"], "needs": ["a"]})")),
              "chain.json:3:58: /stages/1/needs: a stage with 'on' has no 'needs' (hint: it is run once, "
              "when the run "
              "has ended, whatever became of the others)\n1 problem in chain.json\n");
    EXPECT_EQ(
        problems_of(chain_of(R"({"id": "a", "use": "x"},
{"id": "tell", "use": "notify", "on": ["done"], "with": {"x": "${a.out.b}"}})")),
        "chain.json:3:64: /stages/1/with/x: a stage with 'on' cannot use what another one has written (hint: "
        "that may not be there when the run has ended)\n1 problem in chain.json\n");
    EXPECT_NE(problems_of(chain_of(R"({"id": "tell", "use": "notify", "on": ["finished"]})")), "");
    EXPECT_NE(problems_of(chain_of(R"({"id": "tell", "use": "notify", "on": []})")), "");
}
