// SPDX-License-Identifier: GPL-3.0-or-later
//
// The documents of layouts. image-spec's own schemas and readers judge them in tests/e2e.
#include <gtest/gtest.h>
#include <layout.hpp>
#include <support/json.hpp>

#include <algorithm>

using namespace slipway::oci;
using slipway::support::Digest;
using slipway::support::json::Value;

namespace {

Layer layer(const std::string& text) {
    return {"/nowhere/" + text, "application/vnd.oci.image.layer.v1.tar+gzip", Digest::of(text),
            Digest::of("tar " + text), 7};
}

Image image(const std::string& folder, const std::string& platform, std::vector<Layer> layers) {
    return {"rootfs.tar " + platform, folder, slipway::common::parse_platform(platform).value(),
            std::move(layers)};
}

Value document(const std::vector<File>& files, const std::string& path) {
    const auto it = std::ranges::find(files, path, &File::path);
    EXPECT_NE(it, files.end()) << path;
    return it == files.end() ? Value() : slipway::support::json::parse(it->text).value();
}

Value blob(const std::vector<File>& files, const std::string& folder, const Value& descriptor) {
    const std::string path = folder + "blobs/sha256/" + descriptor["digest"].as_string().substr(7);
    const auto it = std::ranges::find(files, path, &File::path);
    EXPECT_EQ(static_cast<std::size_t>(descriptor["size"].as_integer()), it->text.size());
    EXPECT_EQ(it->media_type, descriptor["mediaType"].as_string());
    return document(files, path);
}

TEST(Layout, OneImageStandsInTheIndex) {
    ImageSettings settings;
    settings.created = 1793836800;
    settings.config.cmd = {"/bin/sh"};
    settings.config.env = {{"B", "2"}, {"A", "1"}};
    settings.annotations = {{"org.example", "x"}};
    const auto files = layout_files({image("", "arm", {layer("one"), layer("two")})}, settings);
    EXPECT_EQ(files.size(), 6u); // two layers, configuration, manifest, index.json, oci-layout
    const Value index = document(files, "index.json");
    ASSERT_EQ(index["manifests"].as_array().size(), 1u);
    const Value& descriptor = index["manifests"].as_array()[0];
    EXPECT_EQ(dump(descriptor["platform"]), R"({"architecture":"arm","os":"linux","variant":"v7"})");
    EXPECT_EQ(dump(descriptor["annotations"]), R"({"org.opencontainers.image.ref.name":"latest"})");
    const Value manifest = blob(files, "", descriptor);
    EXPECT_EQ(manifest["layers"].as_array().size(), 2u);
    EXPECT_EQ(manifest["annotations"]["org.example"].as_string(), "x");
    const Value config = blob(files, "", manifest["config"]);
    EXPECT_EQ(dump(config["config"]), R"({"Env":["A=1","B=2"],"Cmd":["/bin/sh"]})");
    EXPECT_EQ(config["created"].as_string(), "2026-11-05T00:00:00Z");
    EXPECT_EQ(config["variant"].as_string(), "v7");
    EXPECT_EQ(config["rootfs"]["diff_ids"].as_array()[1].as_string(),
              "sha256:" + Digest::of("tar two").hex());
}

TEST(Layout, SeveralPlatformsAreAnIndexOfTheirOwn) {
    const auto files =
        layout_files({image("base/", "amd64", {layer("a")}), image("base/", "arm64", {layer("b")})}, {});
    const Value top = document(files, "base/index.json");
    ASSERT_EQ(top["manifests"].as_array().size(), 1u);
    const Value index = blob(files, "base/", top["manifests"].as_array()[0]);
    ASSERT_EQ(index["manifests"].as_array().size(), 2u);
    EXPECT_EQ(index["manifests"].as_array()[1]["platform"]["architecture"].as_string(), "arm64");
    EXPECT_EQ(blob(files, "base/", index["manifests"].as_array()[0])["layers"].as_array().size(), 1u);
}

TEST(Layout, SharedLayersAreInEveryFolderOnce) {
    const auto files = layout_files({image("base/", "amd64", {layer("a")}),
                                     image("devel/", "amd64", {layer("a"), layer("d")}),
                                     image("devel/", "arm64", {layer("a")})},
                                    {});
    const std::string name = "blobs/sha256/" + Digest::of("a").hex();
    const auto count = [&](const std::string& path) { return std::ranges::count(files, path, &File::path); };
    EXPECT_EQ(count("base/" + name), 1);
    EXPECT_EQ(count("devel/" + name), 1);
    EXPECT_TRUE(std::ranges::is_sorted(files, {}, &File::path));
}

TEST(Layout, AttachmentsReferToTheirImage) {
    Image one = image("", "amd64", {layer("a")});
    one.attachments = {{"sbom.json", "application/spdx+json", "/nowhere/sbom",
                        describe("application/spdx+json", "{\"s\":1}")}};
    const auto files = layout_files({one}, {});
    const Value index = document(files, "index.json");
    ASSERT_EQ(index["manifests"].as_array().size(), 2u);
    const Value& descriptor = index["manifests"].as_array()[1];
    EXPECT_EQ(descriptor["artifactType"].as_string(), "application/spdx+json");
    const Value artifact = blob(files, "", descriptor);
    EXPECT_EQ(artifact["subject"]["digest"].as_string(),
              index["manifests"].as_array()[0]["digest"].as_string());
    EXPECT_EQ(artifact["config"]["digest"].as_string(),
              "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    EXPECT_EQ(artifact["layers"].as_array()[0]["annotations"]["org.opencontainers.image.title"].as_string(),
              "sbom.json");
}

TEST(Images, TwoInOnePlace) {
    auto checked = check_images({image("", "amd64", {}), image("a/", "amd64", {}), image("", "x86_64", {})});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message(), "'rootfs.tar amd64' and 'rootfs.tar x86_64' are both for "
                                         "linux/amd64 in the layout '' (hint: put the axis "
                                         "in which they differ into \"platform\" or \"folder\": {AXIS})");
}

} // namespace
