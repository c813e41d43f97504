// SPDX-License-Identifier: GPL-3.0-or-later
//
// The built pacman-fetch.so, on a repository of real packages.
#include <dlfcn.h>
#include <fake_host/fake_host.hpp>
#include <fixture.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <servers/nginx.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

#include <algorithm>

namespace slipway::test {
namespace {

namespace json = support::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* plugin = SLIPWAY_STAGES "/pacman-fetch.so";

/// A repository `core` made with repo-add.
class Repo {
public:
    Repo() {
        EXPECT_TRUE(support::make_dirs(folder()));
        add("filesystem", "2024.1-1", {});
        add("glibc", "2.40-1", {"depend=filesystem"});
        add("bash", "5.2-1", {"depend=glibc>=2.30", "provides=sh"});
        add("iputils", "3:2022-1", {"depend=glibc"});
        add("base", "3-2", {"depend=sh", "depend=iputils"});
        add("unused", "1-1", {});
        update();
    }

    std::string folder() const { return scratch_ / "core/os/x86_64"; }

    const std::string& root() const { return scratch_.path(); }

    std::string file(const std::string& name) const { return folder() + "/" + name; }

    void add(const std::string& name, const std::string& version, const std::vector<std::string>& info) {
        std::vector<std::string> command{SLIPWAY_TOOLS "/make-test-package", folder(), name, version};
        command.insert(command.end(), info.begin(), info.end());
        std::string path = must_run(command);
        path.pop_back();
        paths_.push_back(path);
    }

    void update() const {
        std::vector<std::string> command{"repo-add", "-q", file("core.db.tar.gz")};
        command.insert(command.end(), paths_.begin(), paths_.end());
        must_run(command);
    }

private:
    Scratch scratch_;
    std::vector<std::string> paths_;
};

/// Options for a repository `core` with these servers.
std::string options(const std::vector<std::string>& servers, const json::Array& install = {"base"}) {
    const json::Array urls(servers.begin(), servers.end());
    const json::Array repositories{json::Object{{"name", "core"}, {"servers", urls}}};
    return json::dump(
        json::Object{{"architecture", "x86_64"}, {"repositories", repositories}, {"install", install}});
}

std::vector<std::string> names(const std::vector<Artifact>& artifacts) {
    std::vector<std::string> all;
    for (const Artifact& artifact : artifacts)
        all.push_back(artifact.name);
    return all;
}

std::string fetch_lock(const Repo& repo, const std::string& server) {
    FakeHost host(plugin, "pacman-fetch");
    EXPECT_EQ(host.execute(options({server})), SLIPWAY_OK) << host.said();
    EXPECT_EQ(host.outputs["packages"].size(), 5u) << repo.root();
    return host.outputs["lock"].at(0).text();
}

TEST(PacmanFetch, FetchesPackagesAndLock) {
    const Repo repo;
    FakeHost host(plugin, "pacman-fetch");
    ASSERT_EQ(host.execute(options({"file://" + repo.root() + "/$repo/os/$arch"})), SLIPWAY_OK)
        << host.said();
    const auto& packages = host.outputs["packages"];
    ASSERT_THAT(names(packages), ElementsAre("filesystem-2024.1-1-any.pkg.tar.zst",
                                             "glibc-2.40-1-any.pkg.tar.zst", "bash-5.2-1-any.pkg.tar.zst",
                                             "iputils-3:2022-1-any.pkg.tar.zst", "base-3-2-any.pkg.tar.zst"));
    ASSERT_EQ(host.outputs["lock"].size(), 1u);
    EXPECT_EQ(host.outputs["lock"][0].type, "application/vnd.slipway.lock.v1+json");
    auto lock = json::parse(host.outputs["lock"][0].text());
    ASSERT_TRUE(lock);
    const auto database = support::sha256_of_file(repo.file("core.db"));
    EXPECT_EQ(lock.value().at_pointer("/databases/0/sha256")->as_string(), database.value().hex());
    const auto& locked = lock.value()["packages"].as_array();
    ASSERT_EQ(locked.size(), packages.size());
    for (std::size_t i = 0; i < packages.size(); ++i) {
        const std::string digest = support::sha256_of_file(repo.file(packages[i].name)).value().hex();
        EXPECT_EQ(support::sha256_of_file(packages[i].path).value().hex(), digest);
        EXPECT_EQ(packages[i].meta["sha256"].as_string(), digest);
        EXPECT_EQ(packages[i].type, "application/x-alpm-package");
        EXPECT_EQ(locked[i]["sha256"].as_string(), digest);
        EXPECT_EQ(locked[i]["filename"].as_string(), packages[i].name);
        EXPECT_EQ(locked[i]["reason"].as_string(), i == 4 ? "explicit" : "dependency");
    }
    EXPECT_EQ(json::dump(packages[3].meta["annotations"]),
              R"({"name":"iputils","version":"3:2022-1","repository":"core",)"
              R"("purl":"pkg:alpm/arch/iputils@3:2022-1?arch=any"})");
    EXPECT_THAT(host.log.back(), StartsWith("5 packages: 0 from the store, 5 downloaded ("));
}

TEST(PacmanFetch, PacmanInstallsThem) {
    const Repo repo;
    FakeHost host(plugin, "pacman-fetch");
    ASSERT_EQ(host.execute(options({"file://" + repo.folder()})), SLIPWAY_OK) << host.said();
    const Scratch root;
    std::vector<std::string> command{"fakeroot",  "pacman",       "-U",         "--noconfirm",
                                     "--root",    root.path(),    "--config",   "/dev/null",
                                     "--dbpath",  root / "db",    "--cachedir", root / "cache",
                                     "--hookdir", root / "hooks", "--logfile",  root / "log"};
    ASSERT_TRUE(support::make_dirs(root / "db"));
    for (const Artifact& package : host.outputs["packages"])
        command.push_back(package.path);
    must_run(command);
    EXPECT_EQ(support::read_file(root / "usr/share/base/version").value(), "3-2\n");
}

TEST(PacmanFetch, LockIsTheSameFromEveryServer) {
    const Repo repo;
    const Nginx nginx(repo.root());
    const std::string from_file = fetch_lock(repo, "file://" + repo.folder());
    EXPECT_EQ(fetch_lock(repo, nginx.url() + "/$repo/os/$arch"), from_file);
    EXPECT_THAT(from_file, testing::Not(HasSubstr("://")));
}

TEST(PacmanFetch, TakesFromTheStoreFirst) {
    const Repo repo;
    const Nginx nginx(repo.root());
    FakeHost host(plugin, "pacman-fetch");
    for (const char* name : {"glibc-2.40-1-any.pkg.tar.zst", "base-3-2-any.pkg.tar.zst"})
        host.stored[support::sha256_of_file(repo.file(name)).value().hex()] = repo.file(name);
    ASSERT_EQ(host.execute(options({nginx.url() + "/core/os/x86_64"})), SLIPWAY_OK) << host.said();
    EXPECT_EQ(host.outputs["packages"].size(), 5u);
    EXPECT_EQ(host.outputs["packages"][1].path, repo.file("glibc-2.40-1-any.pkg.tar.zst"));
    EXPECT_EQ(nginx.requests("/core/os/x86_64/glibc-2.40-1-any.pkg.tar.zst"), 0u);
    EXPECT_EQ(nginx.requests("/core/os/x86_64/bash-5.2-1-any.pkg.tar.zst"), 1u);
    EXPECT_THAT(host.log.back(), StartsWith("5 packages: 2 from the store, 3 downloaded ("));
}

TEST(PacmanFetch, SecondServerHelps) {
    const Repo repo;
    const Nginx nginx(repo.root());
    FakeHost host(plugin, "pacman-fetch");
    ASSERT_EQ(
        host.execute(options({nginx.url() + "/busy", "file:///nowhere", nginx.url() + "/core/os/x86_64"})),
        SLIPWAY_OK)
        << host.said();
    EXPECT_EQ(host.outputs["packages"].size(), 5u);
}

TEST(PacmanFetch, WrongPackageIsRefused) {
    const Repo repo;
    const std::string name = "bash-5.2-1-any.pkg.tar.zst";
    std::string bytes = support::read_file(repo.file(name)).value();
    bytes[bytes.size() / 2] ^= 1;
    ASSERT_TRUE(support::write_file(repo.file(name), bytes));
    FakeHost host(plugin, "pacman-fetch");
    EXPECT_EQ(host.execute(options({"file://" + repo.folder()})), SLIPWAY_VERIFY);
    EXPECT_THAT(host.said(),
                StartsWith("package '" + name + "' from file://" + repo.file(name) + ": sha256 is "));
}

TEST(PacmanFetch, DamagedDatabaseIsNamed) {
    const Repo repo;
    const std::string path = repo.file("core.db");
    const std::string good = support::read_file(path).value();
    const std::pair<std::string, std::string> cases[] = {
        {good.substr(0, good.size() / 2), "not a readable tar file: truncated gzip input"},
        {good.substr(0, good.size() - 9), "not a readable tar file: truncated gzip input"},
        {"<html>Welcome</html>\n", "not a readable tar file: Unrecognized archive format"},
        {"#mtree\n./a-1-1/desc type=file contents=/etc/passwd\n",
         "not a readable tar file: Unrecognized archive format"},
        {"", "not a readable tar file: Unrecognized archive format"}};
    for (const auto& [bytes, cause] : cases) {
        ASSERT_TRUE(support::write_file(path, bytes));
        FakeHost host(plugin, "pacman-fetch");
        EXPECT_EQ(host.execute(options({"file://" + repo.folder()})), SLIPWAY_VERIFY);
        EXPECT_EQ(host.said(), "database 'core' from file://" + path + ": " + cause);
    }
}

TEST(PacmanFetch, MissingDatabase) {
    FakeHost host(plugin, "pacman-fetch");
    EXPECT_EQ(host.execute(options({"file:///nowhere/$arch"})), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host.said(),
              "database 'core' from file:///nowhere/x86_64/core.db: no such file, or not readable");
}

TEST(PacmanFetch, MissingTargetPointsToTheOption) {
    const Repo repo;
    FakeHost host(plugin, "pacman-fetch");
    EXPECT_EQ(host.execute(options({"file://" + repo.folder()}, {"bsh"})), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host.said(), "target 'bsh': no such package or group in core");
    EXPECT_EQ(host.diagnostics.back().hint, "did you mean 'bash'?");
    EXPECT_EQ(host.diagnostics.back().config_path, "/install");
    EXPECT_TRUE(host.outputs.empty());
}

TEST(PacmanFetch, StopsWhenCancelled) {
    const Repo repo;
    FakeHost host(plugin, "pacman-fetch");
    host.cancelled = true;
    EXPECT_EQ(host.execute(options({"file://" + repo.folder()})), SLIPWAY_CANCELLED);
}

TEST(PacmanFetch, RefusesRepositoriesItCannotName) {
    const auto configure = [](const std::string& first, const std::string& second) {
        FakeHost host(plugin, "pacman-fetch");
        const std::string text = R"({"architecture": "x86_64", "install": ["a"], "repositories": [{"name": ")"
                                 + first + R"(", "servers": ["file:///a"]}, {"name": ")" + second
                                 + R"(", "servers": ["file:///b"]}]})";
        EXPECT_EQ(host.configure(text), SLIPWAY_CONFIG);
        return host.said() + " at " + host.diagnostics.back().config_path;
    };
    EXPECT_EQ(configure("core", "core"), "repository 'core': named twice at /repositories/1/name");
    EXPECT_EQ(configure("../core", "core"),
              "repository '../core': not a usable name at /repositories/0/name");
    EXPECT_THAT(configure("core", "local"), StartsWith("repository 'local': the name belongs"));
}

TEST(PacmanFetch, ExportsOneSymbol) {
    const Finished exports = run({"nm", "-D", "--defined-only", plugin});
    EXPECT_THAT(exports.output, testing::EndsWith(" slipway_plugin_v1\n"));
    EXPECT_EQ(std::count(exports.output.begin(), exports.output.end(), '\n'), 1);
}

TEST(PacmanFetch, DescribesItself) {
    void* library = ::dlopen(plugin, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << ::dlerror();
    const auto entry = reinterpret_cast<slipway_entry_fn>(::dlsym(library, SLIPWAY_ENTRY_SYMBOL));
    const slipway_stage_desc& stage = *entry()->stage(0);
    EXPECT_EQ(stage.flags, unsigned{SLIPWAY_IDEMPOTENT});
    auto capabilities = json::parse(stage.capabilities);
    ASSERT_TRUE(capabilities) << capabilities.error().message();
    EXPECT_TRUE(capabilities.value()["network"].as_bool());
    EXPECT_EQ(capabilities.value()["exec"].as_array()[0].as_string(), "gpg");
    auto schema = json::parse(stage.config_schema);
    ASSERT_TRUE(schema) << schema.error().message();
    EXPECT_EQ(schema.value().at_pointer("/properties/jobs/default")->as_integer(), 8);
    EXPECT_FALSE(schema.value()["additionalProperties"].as_bool(true));
    auto ports = json::parse(stage.ports);
    ASSERT_TRUE(ports) << ports.error().message();
    EXPECT_EQ(ports.value()["outputs"].as_array().size(), 2u);
    EXPECT_TRUE(ports.value().at_pointer("/inputs/0/optional")->as_bool());
}

} // namespace
} // namespace slipway::test
