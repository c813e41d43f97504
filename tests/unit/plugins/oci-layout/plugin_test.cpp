// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `oci-layout` as the host sees it; skopeo reads what it makes.
#include <command/command.hpp>
#include <fake_host/fake_host.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <tar_of/tar_of.hpp>

#include <algorithm>

using namespace slipway;
using support::json::Value;
using test::FakeHost;
using test::file;
using test::folder;
using test::run_command;

namespace {

const std::string plugin = SLIPWAY_STAGES "/oci-layout.so";

class OciLayoutStage : public ::testing::Test {
protected:
    void add(const std::string& group, const std::string& arch, const std::vector<test::TarFile>& files) {
        host_.input_variant = support::json::Object{};
        if (!group.empty()) host_.input_variant.set("group", group);
        if (!arch.empty()) host_.input_variant.set("arch", arch);
        host_.add_input("rootfs", "rootfs.tar", test::tar_of(files), "application/x-tar");
    }

    void add_sbom(const std::string& text) {
        host_.add_input("attachments", "sbom.spdx.json", text, "text/spdx+json");
    }

    /// Puts the files where their annotations say.
    void lay_out() {
        for (const test::Artifact& artifact : host_.outputs["files"]) {
            const std::string path = folder_ / artifact.meta["annotations"]["path"].as_string();
            ASSERT_TRUE(support::make_dirs(path.substr(0, path.rfind('/'))));
            ASSERT_EQ(run_command({"cp", "-n", artifact.path, path}).status, 0);
            EXPECT_EQ(support::sha256_of_file(artifact.path).value().hex(),
                      artifact.meta["sha256"].as_string());
        }
    }

    Value inspected(const std::string& image, const std::vector<std::string>& more = {}) {
        std::vector<std::string> command{"skopeo", "inspect"};
        command.insert(command.end(), more.begin(), more.end());
        command.push_back("oci:" + folder_ / image);
        const auto said = run_command(command);
        EXPECT_EQ(said.status, 0) << said.output;
        auto value = support::json::parse(said.output);
        return value ? value.value() : Value();
    }

    void expect_failure(const std::string& options, int status, const std::string& message,
                        const std::string& hint = "") {
        EXPECT_EQ(host_.execute(options), status);
        EXPECT_EQ(host_.said(), message);
        EXPECT_TRUE(hint.empty() || host_.diagnostics.back().hint == hint) << host_.diagnostics.back().hint;
        EXPECT_TRUE(host_.outputs.empty());
    }

    test::ScratchFolder folder_;
    FakeHost host_{plugin, "oci-layout"};
};

const std::vector<test::TarFile> base{folder("etc"), file("etc/os-release", "ID=test\n"), file("gone", "x")};
const std::vector<test::TarFile> devel{folder("etc"), file("etc/os-release", "ID=test\n"),
                                       file("cc", "compiler")};

TEST_F(OciLayoutStage, OneImage) {
    add("", "", base);
    ASSERT_EQ(host_.execute(R"({"platform": "aarch64", "tag": "05112026",
        "config": {"cmd": ["/bin/bash"], "env": {"LANG": "C.UTF-8"}, "working_dir": "/root",
                   "labels": {"org.opencontainers.image.title": "Test"}}})"),
              SLIPWAY_OK)
        << host_.said();
    lay_out();
    const Value image = inspected("", {"--override-arch=arm64"});
    EXPECT_EQ(image["Architecture"].as_string(), "arm64");
    EXPECT_EQ(image["Created"].as_string(), "2026-11-05T00:00:00Z");
    EXPECT_EQ(image["Labels"]["org.opencontainers.image.title"].as_string(), "Test");
    EXPECT_EQ(dump(image["Env"]),
              R"(["LANG=C.UTF-8","PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"])");
    EXPECT_EQ(dump(inspected(":05112026", {"--config", "--override-arch=arm64"})["config"]["Cmd"]),
              R"(["/bin/bash"])");
    EXPECT_EQ(host_.log.back(), "'rootfs.tar': linux/arm64/v8, 1 layer, 180 B");
}

TEST_F(OciLayoutStage, AVariantOnTopOfAnother) {
    add("base", "", base);
    add("base-devel", "", devel);
    ASSERT_EQ(host_.execute(R"({"base": {"group": "base"}})"), SLIPWAY_OK) << host_.said();
    lay_out();
    const Value one = inspected("base")["Layers"], two = inspected("base-devel")["Layers"];
    ASSERT_EQ(one.as_array().size(), 1u);
    ASSERT_EQ(two.as_array().size(), 2u);
    EXPECT_EQ(one.as_array()[0].as_string(), two.as_array()[0].as_string());
    const std::string path = "base-devel/blobs/sha256/" + two.as_array()[1].as_string().substr(7);
    EXPECT_EQ(run_command({"tar", "-tzf", folder_ / path}).output, ".wh.gone\ncc\n");
}

TEST_F(OciLayoutStage, SeveralPlatforms) {
    add("base", "x86_64", base);
    add("base", "aarch64", devel);
    ASSERT_EQ(host_.execute(R"({"platform": "{arch}", "folder": "{group}"})"), SLIPWAY_OK) << host_.said();
    lay_out();
    for (const std::string arch : {"amd64", "arm64"})
        EXPECT_EQ(
            inspected("base", {"--override-arch=" + arch, "--override-os=linux"})["Architecture"].as_string(),
            arch);
    EXPECT_EQ(run_command({"skopeo", "inspect", "--override-arch=s390x", "oci:" + folder_ / "base"}).status,
              1);
}

TEST_F(OciLayoutStage, AttachedSbom) {
    add("base", "", base);
    add_sbom(R"({"spdxVersion": "SPDX-2.3"})");
    ASSERT_EQ(host_.execute(R"({"attach": true})"), SLIPWAY_OK) << host_.said();
    lay_out();
    inspected("base:latest");
    const auto& files = host_.outputs["files"];
    const auto sbom = std::ranges::find(files, "application/spdx+json", &test::Artifact::type);
    ASSERT_NE(sbom, files.end());
    EXPECT_EQ(sbom->text(), R"({"spdxVersion": "SPDX-2.3"})");
    const auto index = support::json::parse(support::read_file(folder_ / "base/index.json").value());
    EXPECT_EQ(index.value()["manifests"].as_array().size(), 2u);
}

TEST_F(OciLayoutStage, AttachmentsStayOutUnlessAskedFor) {
    add("", "", base);
    add_sbom("{}");
    ASSERT_EQ(host_.execute("{}"), SLIPWAY_OK);
    EXPECT_EQ(host_.outputs["files"].size(), 5u);
}

TEST_F(OciLayoutStage, AttachmentOfNoImage) {
    add("base", "", base);
    host_.input_variant.set("group", "other");
    add_sbom("{}");
    expect_failure(R"({"attach": true})", SLIPWAY_CONFIG,
                   "attachment 'sbom.spdx.json': no root filesystem has its variant");
}

TEST_F(OciLayoutStage, BadOptions) {
    EXPECT_EQ(host_.configure(R"({"compression": "gzip", "level": 19})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host_.said(), "level: 19 is out of the range of gzip");
    EXPECT_EQ(host_.diagnostics.back().config_path, "/level");
}

TEST_F(OciLayoutStage, UnknownArchitecture) {
    add("", "", base);
    expect_failure(R"({"platform": "linux/amd46"})", SLIPWAY_CONFIG,
                   "platform 'linux/amd46': unknown architecture", "did you mean 'amd64'?");
}

TEST_F(OciLayoutStage, TwoOfOnePlatform) {
    add("base", "", base);
    add("base-devel", "", devel);
    expect_failure(R"({"folder": "all"})", SLIPWAY_CONFIG,
                   "'rootfs.tar group=base' and 'rootfs.tar group=base-devel' are both for linux/amd64 in "
                   "the layout 'all/'",
                   "put the axis in which they differ into \"platform\" or \"folder\": {AXIS}");
}

TEST_F(OciLayoutStage, NoSuchBase) {
    add("base-devel", "", devel);
    expect_failure(R"({"base": {"group": "base"}})", SLIPWAY_CONFIG,
                   "base: 'rootfs.tar group=base-devel' has none: no input is group=base");
}

TEST_F(OciLayoutStage, BadTars) {
    host_.add_input("rootfs", "rootfs.tar", "", "application/x-tar");
    expect_failure("{}", SLIPWAY_VERIFY, "'rootfs.tar' is empty");
}

TEST_F(OciLayoutStage, TooLargeForALayer) {
    std::string noise;
    for (int i = 0; i < 4000; ++i)
        noise += support::Digest::of(std::to_string(i)).hex();
    add("", "", {folder("opt"), file("opt/large", noise)});
    EXPECT_EQ(host_.execute(R"({"max_layer": 50000})"), SLIPWAY_RESOURCE);
    EXPECT_TRUE(host_.said().starts_with("'rootfs.tar': 'opt/large' has ")) << host_.said();
    EXPECT_TRUE(host_.said().ends_with("compressed, but max_layer is 50000 (50.0 kB)")) << host_.said();
}

TEST_F(OciLayoutStage, Cancelled) {
    add("", "", base);
    host_.cancelled = true;
    expect_failure("{}", SLIPWAY_CANCELLED, "compressing 'rootfs.tar': cancelled");
}

} // namespace
