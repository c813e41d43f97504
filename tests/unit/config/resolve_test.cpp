// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runtime references: found, and replaced by what a stage wrote.
#include "helpers.hpp"

using namespace slipway::config;
namespace json = slipway::support::json;
using slipway::support::Error;
using slipway::support::Kind;
using slipway::support::Result;

namespace {

json::Value parsed(const std::string& text) {
    return json::parse(text).value();
}

/// publish.release is a document; nothing else is there.
Result<json::Value> document(const RuntimeReference& reference) {
    if (reference.stage != "publish" || reference.port != "release")
        return Error{Kind::not_found,
                     "stage '" + reference.stage + "' has no output '" + reference.port + "'"};
    return parsed(R"({"commit": "c0ffee", "size": 12, "half": 0.5, "signed": true, "none": null,
                      "files": [{"path": "a"}, {"path": "${publish.release.commit}"}], "a/b": 1, "7": "seven"})");
}

std::string resolved(const std::string& options) {
    const auto result = resolve(parsed(options), document);
    return result ? json::dump(result.value()) : result.error().message();
}

} // namespace

TEST(Resolve, FindsReferences) {
    const auto found = runtime_references(parsed(
        R"({"a": "x ${publish.release.files.0.path} ${version}", "b": [{"c": "${s.port}"}], "d": "$${s.p.m}"})"));
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].stage, "publish");
    EXPECT_EQ(found[0].port, "release");
    EXPECT_EQ(found[0].members, (std::vector<std::string>{"files", "0", "path"}));
    EXPECT_EQ(found[0].text, "${publish.release.files.0.path}");
    EXPECT_EQ(found[1].text, "${s.port}");
    EXPECT_TRUE(found[1].members.empty());
}

TEST(Resolve, AReferenceAloneKeepsItsType) {
    EXPECT_EQ(resolved(R"({"a": "${publish.release.size}", "b": ["${publish.release.files.0}"],
                           "c": "${publish.release.none}", "d": "${publish.release.7}", "e": "${publish.release.a/b}"})"),
              R"({"a":12,"b":[{"path":"a"}],"c":null,"d":"seven","e":1})");
}

TEST(Resolve, InsideATextItIsText) {
    EXPECT_EQ(
        resolved(
            R"(["${publish.release.commit}:${publish.release.size}/${publish.release.signed}/${publish.release.half}"])"),
        R"(["c0ffee:12/true/0.5"])");
}

TEST(Resolve, EscapesEndHere) {
    EXPECT_EQ(resolved(R"(["$${publish.release.commit}", "a$${b", "$$x", "$$${c}"])"),
              R"(["${publish.release.commit}","a${b","$$x","$${c}"])");
}

TEST(Resolve, WhatAStageWroteIsData) {
    EXPECT_EQ(resolved(R"(["${publish.release.files.1.path}", "${publish.release.files.1}"])"),
              R"(["${publish.release.commit}",{"path":"${publish.release.commit}"}])");
}

TEST(Resolve, Problems) {
    EXPECT_EQ(resolved(R"(["${publish.release.comit}"])"),
              "${publish.release.comit}: there is no 'comit' in the document (hint: did you mean 'commit'?)");
    EXPECT_EQ(resolved(R"(["${publish.release.files.9}"])"),
              "${publish.release.files.9}: there is no '9' in the document");
    EXPECT_EQ(resolved(R"(["${publish.release.commit.x}"])"),
              "${publish.release.commit.x}: there is no 'x' in the document");
    EXPECT_EQ(resolved(R"(["${publish.relase.x}"])"),
              "${publish.relase.x}: stage 'publish' has no output 'relase'");
    EXPECT_EQ(resolved(R"(["see ${publish.release.files}"])"),
              "${publish.release.files}: an array cannot stand inside a text (hint: name a member of it, or "
              "let the "
              "reference be the whole string)");
    EXPECT_EQ(resolved(R"(["${publish"])"), "a '${' without its '}' (hint: write '$${' for a plain '${')");
}
