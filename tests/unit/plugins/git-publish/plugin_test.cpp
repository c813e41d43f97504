// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `git-publish` as the host sees it: options, effects and the release document.
#include <command/command.hpp>
#include <fake_host/fake_host.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/hash.hpp>

using namespace slipway;
using support::json::Value;
using test::FakeHost;
using test::run_command;

namespace {

const std::string plugin = SLIPWAY_STAGES "/git-publish.so";

class GitPublishStage : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(run_command({"git", "init", "-q", "--bare", remote_}).status, 0); }

    std::unique_ptr<FakeHost> host() const {
        auto made = std::make_unique<FakeHost>(plugin, "git-publish");
        made->add_input("files", "base.tar.zst", "archive", "application/zstd");
        made->add_input("files", "SHA256SUMS", "sums\n", "text/x-sha256sum");
        return made;
    }

    std::string options(const std::string& more = "") const {
        return R"({"remote": ")" + remote_ + "\"" + more + "}";
    }

    std::string git(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"git", "--git-dir", remote_});
        return run_command(arguments).output;
    }

    test::ScratchFolder folder_;
    std::string remote_ = folder_ / "remote.git";
};

TEST_F(GitPublishStage, PublishesAndTellsTheRelease) {
    const auto h = host();
    ASSERT_EQ(h->execute(options()), SLIPWAY_OK) << h->said();
    ASSERT_EQ(h->outputs["release"].size(), 1u);
    EXPECT_EQ(h->outputs["release"][0].name, "release.json");
    const Value release = support::json::parse(h->outputs["release"][0].text()).value();
    const std::string commit = git({"rev-parse", "05112026^{commit}"}).substr(0, 40);
    const std::string tree = git({"rev-parse", "05112026^{tree}"}).substr(0, 40);
    const Value expected =
        support::json::parse(R"({"version": "05112026", "remote": ")" + remote_
                             + R"(", "tag": "05112026", "ref": "refs/tags/05112026", "commit": ")" + commit
                             + R"(", "tree": ")" + tree + R"(", "files": [
            {"path": "SHA256SUMS", "mode": "100644", "size": 5, "sha256": ")"
                             + support::Digest::of("sums\n").hex() + R"("},
            {"path": "base.tar.zst", "mode": "100644", "size": 7, "sha256": ")"
                             + support::Digest::of("archive").hex() + R"("}]})")
            .value();
    EXPECT_EQ(release, expected) << h->outputs["release"][0].text();
    EXPECT_EQ(git({"log", "--format=%B", "05112026"}), "Release 05112026\n\n");

    ASSERT_EQ(h->effects.size(), 2u);
    EXPECT_EQ(h->effects[0].state, SLIPWAY_EFFECT_STARTED);
    EXPECT_EQ(h->effects[1].state, SLIPWAY_EFFECT_DONE);
    for (const test::Effect& effect : h->effects) {
        EXPECT_EQ(effect.kind, "git.push");
        EXPECT_EQ(effect.target, remote_ + " refs/tags/05112026");
        EXPECT_EQ(effect.summary, "create tag 05112026 (2 files, 12 B)");
    }
}

TEST_F(GitPublishStage, AgainIsSkippedWithTheSameRelease) {
    const auto first = host(), second = host();
    ASSERT_EQ(first->execute(options()), SLIPWAY_OK);
    ASSERT_EQ(second->execute(options()), SLIPWAY_OK) << second->said();
    EXPECT_EQ(second->outputs["release"].at(0).text(), first->outputs["release"].at(0).text());
    ASSERT_EQ(second->effects.size(), 1u);
    EXPECT_EQ(second->effects[0].state, SLIPWAY_EFFECT_SKIPPED);
}

TEST_F(GitPublishStage, DryRunPlansAndChangesNothing) {
    const auto plan = host(), real = host(), after = host();
    ASSERT_EQ(plan->execute(options(), SLIPWAY_JOB_DRY_RUN), SLIPWAY_OK) << plan->said();
    ASSERT_EQ(plan->effects.size(), 1u);
    EXPECT_EQ(plan->effects[0].state, SLIPWAY_EFFECT_PLANNED);
    EXPECT_EQ(plan->effects[0].summary, "create tag 05112026 (2 files, 12 B)");
    EXPECT_EQ(git({"for-each-ref"}), "");
    ASSERT_EQ(real->execute(options()), SLIPWAY_OK);
    EXPECT_EQ(real->outputs["release"].at(0).text(), plan->outputs["release"].at(0).text());
    ASSERT_EQ(after->execute(options(), SLIPWAY_JOB_DRY_RUN), SLIPWAY_OK);
    EXPECT_TRUE(after->effects.empty());
    EXPECT_EQ(after->log.back(), "tag 05112026 is on the remote with the same tree: nothing to send");
}

TEST_F(GitPublishStage, OptionsReachTheCommit) {
    const auto h = host();
    ASSERT_TRUE(support::write_file(folder_ / "Dockerfile", "FROM scratch\n"));
    ASSERT_EQ(
        h->execute(options(R"(, "tag": "v1", "message": "Hello", "annotated": false, "layout": "x/{name}",
        "author": {"name": "Ann", "email": "ann@example.org"},
        "extra": [{"path": "Dockerfile", "file": ")"
                           + folder_ / "Dockerfile" + R"("}])")),
        SLIPWAY_OK)
        << h->said();
    EXPECT_EQ(git({"log", "--format=%an <%ae>|%s|%at", "v1"}), "Ann <ann@example.org>|Hello|1793836800\n");
    EXPECT_EQ(git({"ls-tree", "-r", "--name-only", "v1"}), "Dockerfile\nx/SHA256SUMS\nx/base.tar.zst\n");
    EXPECT_EQ(git({"cat-file", "-t", "v1"}), "commit\n");
    const Value release = support::json::parse(h->outputs["release"].at(0).text()).value();
    EXPECT_EQ(release["version"].as_string(), "05112026");
    EXPECT_EQ(release["ref"].as_string(), "refs/tags/v1");
}

TEST_F(GitPublishStage, VariantsAreFolders) {
    FakeHost h(plugin, "git-publish");
    for (const std::string group : {"base", "base-devel"}) {
        h.input_variant.set("group", group);
        h.add_input("files", "SHA256SUMS", group, "text/x-sha256sum");
    }
    ASSERT_EQ(h.execute(options()), SLIPWAY_OK) << h.said();
    EXPECT_EQ(git({"ls-tree", "-r", "--name-only", "05112026"}), "base-devel/SHA256SUMS\nbase/SHA256SUMS\n");
    EXPECT_EQ(git({"cat-file", "blob", "05112026:base-devel/SHA256SUMS"}), "base-devel");
}

TEST_F(GitPublishStage, FilesGoWhereTheirMakerSaysInsteadOfTheirVariant) {
    FakeHost h(plugin, "git-publish");
    h.input_variant.set("group", "base");
    h.add_input("files", "index.json", "{}", "application/vnd.oci.image.index.v1+json",
                support::json::Object{{"path", "base/index.json"}});
    h.add_input("files", "0abc", "blob", "application/vnd.oci.image.layer.v1.tar+gzip",
                support::json::Object{{"path", "base/blobs/sha256/0abc"}});
    ASSERT_EQ(h.execute(options(R"(, "layout": "images/{variant}{name}")")), SLIPWAY_OK) << h.said();
    EXPECT_EQ(git({"ls-tree", "-r", "--name-only", "05112026"}),
              "images/base/blobs/sha256/0abc\nimages/base/index.json\n");
}

TEST_F(GitPublishStage, APathOutOfTheTreeIsRefused) {
    FakeHost h(plugin, "git-publish");
    h.add_input("files", "x", "x", "application/zstd", support::json::Object{{"path", "../x"}});
    EXPECT_EQ(h.execute(options()), SLIPWAY_CONFIG);
    EXPECT_EQ(h.said(), "input 1 'x': path '../x' in the tree has a '.' or '..' part");
}

TEST_F(GitPublishStage, ConflictIsLeftAlone) {
    const auto first = host(), second = host();
    ASSERT_EQ(first->execute(options()), SLIPWAY_OK);
    const std::string before = git({"rev-parse", "05112026"});
    second->add_input("files", "more.zst", "more", "application/zstd");
    EXPECT_EQ(second->execute(options()), SLIPWAY_CONFLICT);
    EXPECT_TRUE(second->said().starts_with("tag '05112026' is on the remote with another content"))
        << second->said();
    EXPECT_TRUE(second->effects.empty());
    EXPECT_TRUE(second->outputs.empty());
    EXPECT_EQ(git({"rev-parse", "05112026"}), before);
}

TEST_F(GitPublishStage, BadOptions) {
    const auto expect = [&](const std::string& more, const std::string& path, const std::string& said) {
        const auto h = host();
        EXPECT_EQ(h->configure(options(more)), SLIPWAY_CONFIG) << more;
        EXPECT_EQ(h->diagnostics.back().config_path, path);
        EXPECT_EQ(h->said(), said);
    };
    expect(R"(, "tag": "a..b")", "/tag", "tag 'a..b': not a valid tag name");
    expect(R"(, "layout": "{group}/{name}")", "/layout", "layout '{group}/{name}': unknown placeholder");
    expect(R"(, "author": {"name": "A <b>"})", "/author",
           "author 'A <b>': not a name or address git can store");
}

TEST_F(GitPublishStage, NoNameForTheTag) {
    const auto h = host();
    h->chain = R"({"name": "test", "version": ""})";
    EXPECT_EQ(h->execute(options()), SLIPWAY_CONFIG);
    EXPECT_EQ(h->said(), "tag: the chain has no version to name it by");
    EXPECT_EQ(h->diagnostics.back().config_path, "/tag");
}

TEST_F(GitPublishStage, TwoInputsOnOnePath) {
    const auto h = host();
    h->add_input("files", "SHA256SUMS", "other\n", "text/x-sha256sum");
    EXPECT_EQ(h->execute(options()), SLIPWAY_CONFIG);
    EXPECT_EQ(h->said(), "input 2 'SHA256SUMS' and input 3 'SHA256SUMS': both at 'SHA256SUMS'");
}

TEST_F(GitPublishStage, MissingExtraFile) {
    const auto h = host();
    EXPECT_EQ(h->execute(options(R"(, "extra": [{"path": "a", "file": "/nonexistent/a"}])")),
              SLIPWAY_NOT_FOUND);
    EXPECT_EQ(h->said(), "opening '/nonexistent/a': No such file or directory");
}

} // namespace
