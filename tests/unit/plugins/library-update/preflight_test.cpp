// SPDX-License-Identifier: GPL-3.0-or-later
//
// Preflight on repositories that the real git makes.
#include <command/command.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <preflight.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

#include <filesystem>

using namespace slipway;
using namespace slipway::stackbrew;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class PreflightTest : public testing::Test {
protected:
    PreflightTest() {
        git({"init", "--quiet", "--initial-branch=main"});
        write("library/debian",
              "Maintainers: A (@a)\nGitRepo: https://example.org/d.git\n\nTags: 12, latest\n"
              "GitCommit: "
                  + std::string(40, '1') + "\nArchitectures: amd64, arm64v8\n");
        write("library/windows", "Maintainers: A (@a)\nGitRepo: https://example.org/w.git\n\nTags: 1\n"
                                 "GitCommit: "
                                     + std::string(40, '1') + "\nConstraints: nanoserver\n");
    }

    std::string git(const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {"git",         "-C", scratch_.path(),         "-c",
                                        "user.name=T", "-c", "user.email=t@localhost"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const auto result = test::run_command(all);
        EXPECT_EQ(result.status, 0) << result.output;
        return result.output.substr(0, result.output.find('\n'));
    }

    void write(const std::string& name, const std::string& text) {
        std::filesystem::create_directories(std::filesystem::path(scratch_ / name).parent_path());
        ASSERT_TRUE(support::write_file(scratch_ / name, text));
    }

    std::string commit() {
        git({"add", "--all", "--force", "."});
        git({"commit", "--quiet", "--allow-empty", "-m", "x"});
        return git({"rev-parse", "HEAD"});
    }

    std::string tagged(const std::string& name = "1") {
        const std::string id = commit();
        git({"tag", name});
        return id;
    }

    std::string entry(const std::string& commit, const std::string& more = "") {
        return "Maintainers: A (@a)\nGitRepo: " + scratch_.path()
               + "\n\nTags: x\nGitFetch: refs/tags/1\nGitCommit: " + commit + "\n" + more;
    }

    PreflightReport report(const std::string& text, const std::vector<Release>& releases = {}) {
        const auto file = parse(text);
        EXPECT_TRUE(file);
        const PreflightOrder order{scratch_ / "library", "x", releases, {scratch_.path(), ""}};
        auto found = preflight(file.value(), order, [](auto, auto) { return true; });
        EXPECT_TRUE(found) << found.error().message();
        return found ? std::move(found).value() : PreflightReport();
    }

    std::vector<std::string> findings(const std::string& text) {
        std::vector<std::string> out;
        for (const Finding& finding : report(text).findings)
            out.push_back(finding.what);
        return out;
    }

    /// An archive as git takes it for binary.
    static std::string archive(std::size_t size, char fill = '\0') {
        return std::string(1, '\0') + std::string(size, fill);
    }

    std::string blob(const std::string& folder, const std::string& text) {
        const std::string digest = support::Digest::of(text).hex();
        write(folder + "/blobs/sha256/" + digest, text);
        return R"("digest":"sha256:)" + digest + R"(","size":)" + std::to_string(text.size());
    }

    /// An OCI image layout; what the parameters replace is wrong with it.
    void layout(const std::string& layer_type = "application/vnd.oci.image.layer.v1.tar+gzip",
                const std::string& index_more = "", const std::string& manifest_more = "") {
        const std::string config = blob("i", R"({"architecture":"amd64","os":"linux"})");
        const std::string layer = blob("i", "layer");
        const std::string manifest = blob(
            "i", R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",)"
                     + config + R"(},"layers":[{"mediaType":")" + layer_type + "\"," + layer + "}]"
                     + manifest_more + "}");
        write("i/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
        write("i/index.json",
              R"({"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
                  + manifest + "}" + index_more + "]}");
    }

    const std::string oci_ = "Directory: i\nFile: index.json\nBuilder: oci-import\n";
    test::ScratchFolder scratch_;
};

} // namespace

TEST_F(PreflightTest, HasNothingToSayOfAGoodEntry) {
    write("Dockerfile", "FROM debian:12 AS one\nFROM scratch\nCOPY --from=one /a /b\nCOPY --from=0 /a /c\n");
    EXPECT_THAT(findings(entry(tagged(), "Architectures: amd64, arm64v8\n")), IsEmpty());
}

TEST_F(PreflightTest, WantsTheCommitInTheRef) {
    write("Dockerfile", "FROM scratch\n");
    const std::string first = tagged();
    write("a", "b");
    const std::string second = commit();
    const std::string nowhere(40, 'a');
    EXPECT_THAT(
        findings(entry(second)),
        ElementsAre("commit " + second + " is there, but not in refs/tags/1 of '" + scratch_.path() + "'"));
    EXPECT_THAT(findings(entry(nowhere)),
                ElementsAre("commit " + nowhere + " is not in refs/tags/1 of '" + scratch_.path() + "'"));
    git({"tag", "--force", "-a", "-m", "x", "1", second});
    EXPECT_THAT(findings(entry(first)), IsEmpty()) << "an older commit of the ref, and a tag object";
    git({"tag", "--delete", "1"});
    EXPECT_THAT(findings(entry(first)),
                ElementsAre("GitFetch refs/tags/1 is not a ref of '" + scratch_.path() + "'"));
}

TEST_F(PreflightTest, ATagObjectIsNoCommit) {
    write("Dockerfile", "FROM scratch\n");
    commit();
    git({"tag", "-a", "-m", "x", "1"});
    EXPECT_THAT(findings(entry(git({"rev-parse", "1"}))), ElementsAre(HasSubstr("is not in refs/tags/1")));
}

TEST_F(PreflightTest, WantsTheFilesInTheTree) {
    write("base/Dockerfile", "FROM scratch\n");
    std::filesystem::create_directory_symlink("base", scratch_ / "link");
    std::filesystem::create_symlink("../base/Dockerfile", scratch_ / "base/Again");
    std::filesystem::create_symlink("/etc/passwd", scratch_ / "base/Out");
    std::filesystem::create_symlink("Loop", scratch_ / "base/Loop");
    const std::string id = tagged();
    EXPECT_THAT(findings(entry(id)), ElementsAre("'Dockerfile' is not a file in commit " + id));
    for (const char* good :
         {"Directory: base\n", "Directory: ./base/\n", "Directory: link\n", "Directory: base\nFile: Again\n"})
        EXPECT_THAT(findings(entry(id, good)), IsEmpty()) << good;
    for (const char* bad : {"Directory: base\nFile: Out\n", "Directory: base\nFile: Loop\n", "File: base\n",
                            "File: ../x\n", "Directory: base/Dockerfile\n"})
        EXPECT_THAT(findings(entry(id, bad)), ElementsAre(HasSubstr("is not a file in commit"))) << bad;
    EXPECT_THAT(findings(entry(id, "Directory: base\nArchitectures: amd64, i386\ni386-Directory: other\n")),
                ElementsAre("'other/Dockerfile' is not a file in commit " + id));
}

TEST_F(PreflightTest, WantsNoLargeArchiveChangedInTheHistory) {
    write("Dockerfile", "FROM scratch\n");
    write("a.tar.xz", archive(3u << 20));
    write("notes.tar", std::string(3u << 20, 'x'));
    write("big.img", archive(3u << 20));
    const std::string first = commit();
    for (const char* name : {"a.tar.xz", "big.img"})
        write(name, archive(3u << 20, 'b'));
    write("notes.tar", std::string(3u << 20, 'y')); // text, by git's rule
    const std::string second = commit();
    std::filesystem::remove(scratch_ / "a.tar.xz");
    const std::string third = commit();
    write("small.tar", archive(1u << 20));
    commit();
    write("small.tar", archive(2u << 19, 'b'));
    git({"tag", "1", commit()});
    EXPECT_THAT(findings(entry(first)), IsEmpty());
    EXPECT_THAT(findings(entry(git({"rev-parse", "1"}))),
                testing::UnorderedElementsAre(
                    HasSubstr("commit " + second + " changes the archive 'a.tar.xz' of 3.1 MB"),
                    HasSubstr("commit " + third + " removes the archive 'a.tar.xz' of 3.1 MB")));
}

TEST_F(PreflightTest, AMergeThatTookOneSideHasThatSidesHistory) {
    write("Dockerfile", "FROM scratch\n");
    write("a.tar", archive(3u << 20));
    commit();
    git({"checkout", "--quiet", "-b", "side"});
    write("a.tar", archive(3u << 20, 'b'));
    commit();
    git({"checkout", "--quiet", "main"});
    write("b", "c");
    commit();
    git({"merge", "--quiet", "--strategy=ours", "-m", "x", "side"});
    const std::string merged = git({"rev-parse", "HEAD"});
    git({"tag", "1"});
    EXPECT_EQ(git({"log", "--diff-filter=DMT", "--format=%H", "1", "--", "**.tar**"}), "")
        << "git's own word";
    EXPECT_THAT(findings(entry(merged)), IsEmpty());
}

TEST_F(PreflightTest, WantsOfficialImagesBelowWithTheArchitecture) {
    const auto of = [&](const std::string& dockerfile, const std::string& more = "") {
        write("Dockerfile", dockerfile);
        const std::string id = commit();
        git({"tag", "--force", "1"});
        return findings(entry(id, more));
    };
    EXPECT_THAT(of("FROM debian\n"), IsEmpty());
    EXPECT_THAT(of("FROM debian:12\n", "Architectures: amd64, s390x\n"),
                ElementsAre("FROM in 'Dockerfile': 'debian:12' is not there for s390x"));
    EXPECT_THAT(of("FROM debian:11\n"),
                ElementsAre("FROM in 'Dockerfile': 'debian:11' is no tag of the official image"));
    EXPECT_THAT(of("FROM x:x\n"), IsEmpty()) << "itself";
    for (const char* bad :
         {"FROM quay.io/a/b:1\n", "FROM debian@sha256:00\n", "FROM --platform=linux/amd64 debian\n",
          "ARG B=debian\nFROM $B\n", "from \\\n # comment\n\n a/b\n",
          "FROM scratch\nCOPY --chown=1 --from=a/b:c /x /y\n"})
        EXPECT_THAT(of(bad), ElementsAre(HasSubstr("is no official image"))) << bad;
    EXPECT_THAT(of("FROM mcr.microsoft.com/windows/nanoserver:latest\n"),
                testing::Contains(HasSubstr("is there no more")));
    EXPECT_THAT(of("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n",
                   "Architectures: windows-amd64\nConstraints: nanoserver-ltsc2022\n"),
                IsEmpty());
    EXPECT_THAT(of("FROM windows:1\n"), ElementsAre("Constraints lacks 'nanoserver' of what it is built on"));
    EXPECT_THAT(of("FROM scratch\n", "Constraints: !aufs, other\n"),
                ElementsAre("Constraints has 'other', which nothing it is built on has"));
    EXPECT_THAT(of("# nothing\n"), ElementsAre("'Dockerfile' has no FROM"));
    EXPECT_THAT(of("FROM\n"), ElementsAre("FROM in 'Dockerfile': FROM names no image"));
}

TEST_F(PreflightTest, SaysWhatItCouldNotCheck) {
    write("Dockerfile", "FROM alpine\n");
    const std::string id = tagged();
    EXPECT_THAT(report(entry(id)).warnings, ElementsAre(HasSubstr("no library file of 'alpine'")));
    EXPECT_THAT(report(entry(std::string(64, 'a'))).warnings, ElementsAre(HasSubstr("SHA-256 repositories")));
}

TEST_F(PreflightTest, TakesAGoodLayout) {
    layout();
    EXPECT_THAT(findings(entry(tagged(), oci_)), IsEmpty());
}

TEST_F(PreflightTest, ALayersBlobMayBeALink) {
    layout();
    const std::string digest = support::Digest::of("layer").hex();
    std::filesystem::rename(scratch_ / ("i/blobs/sha256/" + digest), scratch_ / "i/rootfs.tar.gz");
    std::filesystem::create_symlink("../../rootfs.tar.gz", scratch_ / ("i/blobs/sha256/" + digest));
    EXPECT_THAT(findings(entry(tagged(), oci_)), IsEmpty());
}

TEST_F(PreflightTest, RefusesWhatOciImportWould) {
    const auto now = [&] {
        const std::string id = commit();
        git({"tag", "--force", "1"});
        return findings(entry(id, oci_));
    };
    layout("application/vnd.oci.image.layer.v1.tar+zstd");
    EXPECT_THAT(now(), ElementsAre(HasSubstr("oci-import takes plain tar and gzip")));
    layout("application/vnd.oci.image.layer.v1.tar", ",{}");
    EXPECT_THAT(now(), ElementsAre(HasSubstr("'i/index.json': has 2 manifests")));
    layout("application/vnd.oci.image.layer.v1.tar", "", R"(,"extra":1)");
    EXPECT_THAT(now(), ElementsAre(HasSubstr("has a member 'extra'")));
    layout();
    write("i/oci-layout", R"({"imageLayoutVersion":"1.1.0"})");
    EXPECT_THAT(now(), ElementsAre(HasSubstr("imageLayoutVersion is not \"1.0.0\"")));
    layout();
    write("i/oci-layout", R"({"imageLayoutVersion":"1.0.0","x":1})");
    EXPECT_THAT(now(), ElementsAre(HasSubstr("'i/oci-layout': has a member 'x'")));
    layout();
    write("i/blobs/sha256/" + support::Digest::of("layer").hex(), "LAYER");
    EXPECT_THAT(now(), ElementsAre(HasSubstr("is not what its name says")));
    write("i/blobs/sha256/" + support::Digest::of("layer").hex(), "longer");
    EXPECT_THAT(now(), ElementsAre(HasSubstr("has 6 bytes, and its descriptor says 5")));
    std::filesystem::remove(scratch_ / ("i/blobs/sha256/" + support::Digest::of("layer").hex()));
    EXPECT_THAT(now(), ElementsAre(HasSubstr("is not in commit")));
    std::filesystem::remove(scratch_ / "i/oci-layout");
    write("i/index.json", "{");
    EXPECT_THAT(now(),
                ElementsAre(HasSubstr("'i/oci-layout': is not in commit"), HasSubstr("'i/index.json': ")));
}

TEST_F(PreflightTest, ARehearsalLooksOnlyWhereTheReleaseIs) {
    write("Dockerfile", "FROM scratch\n");
    const std::string id = tagged();
    const std::string text =
        "Maintainers: A (@a)\nGitRepo: https://unreachable.invalid/x.git\n\nTags: x\nGitFetch: refs/tags/1\n"
        "GitCommit: "
        + id + "\n\nTags: y\nGitCommit: " + std::string(40, '1') + "\n";
    const auto found = report(text, {{"1", "file://" + scratch_.path(), "1", "refs/tags/1", id}});
    EXPECT_THAT(found.findings, IsEmpty());
    EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("only what is there was checked")));
}

TEST_F(PreflightTest, ARepositoryThatDoesNotAnswerIsNoFinding) {
    const auto fails = [&](const std::string& url) {
        const auto file = parse("Maintainers: A (@a)\nGitRepo: " + url
                                + "\n\nTags: x\nGitCommit: " + std::string(40, '1') + "\n");
        const PreflightOrder order{scratch_.path(), "x", {}, {scratch_.path(), ""}};
        const auto result = preflight(file.value(), order, [](auto, auto) { return true; });
        return result ? "no failure"
                      : std::string(support::name_of(result.error().kind)) + ": " + result.error().what;
    };
    EXPECT_EQ(fails("/nowhere"), "not_found: repository '/nowhere': not a git repository");
    EXPECT_THAT(fails("http://127.0.0.1:1/x.git"),
                HasSubstr("net_transient: fetching 'http://127.0.0.1:1/x.git': "));
    EXPECT_THAT(fails("git@example.org:x.git"), HasSubstr("not_found: "));
    EXPECT_THAT(fails("ssh://example.org/x.git"), HasSubstr("unsupported: "));
}
