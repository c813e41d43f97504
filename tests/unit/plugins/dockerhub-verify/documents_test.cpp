// SPDX-License-Identifier: GPL-3.0-or-later
#include "trees.hpp"

#include <documents.hpp>

namespace {

using namespace slipway::test;
using namespace slipway::verify;
using testing::ElementsAre;

const std::string digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
const std::string blob = R"({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": ")"
                         + digest + R"(", "size": 5})";
constexpr const char *oci_manifest = "application/vnd.oci.image.manifest.v1+json",
                     *oci_index = "application/vnd.oci.image.index.v1+json";

/// "index", "manifest" or the error.
std::string kind(const std::string& served, const std::string& text) {
    auto document = parse_document(text);
    if (!document) return document.error().what;
    auto found = kind_of_document(served, document.value());
    if (!found) return found.error().what;
    return found.value() == Document::index ? "index" : "manifest";
}

TEST(Documents, WhatTheyAre) {
    EXPECT_EQ(kind(oci_manifest, R"({"config": {}, "layers": []})"), "manifest");
    EXPECT_EQ(kind(std::string(oci_index) + "; charset=utf-8", R"({"manifests": []})"), "index");
    EXPECT_EQ(kind("application/json",
                   R"({"mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": {}})"),
              "manifest");
    EXPECT_EQ(kind("application/vnd.docker.distribution.manifest.v1+prettyjws", R"({"schemaVersion": 1})"),
              "it is a manifest of schema 1, which names no configuration and is long out of use");
    EXPECT_EQ(kind("text/html", "{}"), "it is a document of the unknown type 'text/html'");
}

TEST(Documents, NotBothOfThem) {
    const std::string both = "it can be read as an index and as a manifest";
    EXPECT_EQ(kind(oci_manifest, R"({"config": {}, "layers": [], "manifests": []})"), both);
    EXPECT_EQ(kind(oci_index, R"({"manifests": [], "layers": []})"), both);
    EXPECT_EQ(
        kind(oci_index,
             R"({"mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {}, "layers": []})"),
        both);
    EXPECT_EQ(kind(oci_index, R"({"config": {}})"), both);
}

TEST(Documents, MembersThatGoReadsInAnotherWay) {
    for (const char* text :
         {R"({"Layers": []})", R"({"layers": [], "LAYERS": []})", R"({"config": {"DIGEST": ""}})",
          R"({"layers": [{"Urls": []}]})", R"({"x": 1, "X": 2})", "{\"layer\u017f\": 1}",
          R"({"layers": 1, "layers": 2})", "[]", "x"})
        EXPECT_FALSE(parse_document(text)) << text;
    EXPECT_TRUE(parse_document(
        R"({"annotations": {"Layers": "x", "a": "1", "A": "2"}, "config": {"Labels": {"cmd": "x"}}})"));
}

TEST(Documents, Manifest) {
    Findings findings;
    const auto text = R"({"config": )" + blob + R"(, "layers": [)" + blob + "]}";
    auto manifest = parse_manifest(parse_document(text).value(), findings);
    ASSERT_TRUE(manifest);
    EXPECT_EQ(manifest.value().layers.at(0).size, 5u);
    EXPECT_EQ(findings.total(), 0u);
    for (const char* bad : {"{}", R"({"config": {"mediaType": "x", "size": -1, "digest": "sha256:00"}})",
                            R"({"config": {"mediaType": "x", "size": 1, "digest": "sha512:00"}})"})
        EXPECT_FALSE(parse_manifest(parse_document(bad).value(), findings)) << bad;
}

TEST(Documents, ForeignAndUnknownLayersAreFindings) {
    Findings findings;
    std::string foreign = blob, unknown = blob;
    foreign.insert(1, R"("urls": ["https://example.org/l"], )");
    unknown.replace(unknown.find("tar+gzip"), 8, "tar+brot");
    ASSERT_TRUE(parse_manifest(
        parse_document(R"({"config": )" + blob + R"(, "layers": [)" + foreign + "," + unknown + "]}").value(),
        findings));
    EXPECT_THAT(
        lines_of(findings),
        ElementsAre("layer 1: form:  | a foreign layer: engines fetch it from https://example.org/l",
                    "layer 2: form: a layer | the media type application/vnd.oci.image.layer.v1.tar+brot"));
}

} // namespace
