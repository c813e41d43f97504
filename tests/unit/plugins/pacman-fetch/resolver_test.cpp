// SPDX-License-Identifier: GPL-3.0-or-later
//
// The resolver against pacman itself, on small databases made by hand; and its messages.
#include <fixture.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <resolver.hpp>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif
#include <support/fs.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

namespace slipway::pacman_fetch {
namespace {

using support::Kind;
using test::Graph;
using test::Scratch;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Targets = std::vector<std::string>;

/// Databases in the names' order, as open() wants them.
std::vector<Database> databases_of(const Graph& graph) {
    std::vector<Database> databases;
    for (const auto& [name, lines] : graph)
        databases.push_back({name, "http://server/" + name + ".db", 1, support::Digest::of("")});
    return databases;
}

struct Resolution {
    std::vector<Package> packages;
    std::vector<std::string> warnings;
};

support::Result<Resolution> resolve_in(const Scratch& scratch, const Graph& graph, const Targets& targets) {
    auto resolver = Resolver::open(scratch.path(), {{"x86_64"}}, databases_of(graph));
    if (!resolver) return std::move(resolver).error();
    auto packages = resolver.value().resolve(targets);
    if (!packages) return std::move(packages).error();
    return Resolution{std::move(packages).value(), resolver.value().warnings()};
}

support::Result<Resolution> resolve(const Graph& graph, const Targets& targets) {
    const Scratch scratch;
    test::write_graph(scratch / "db/sync", graph);
    return resolve_in(scratch, graph, targets);
}

support::Error refusal(const Graph& graph, const Targets& targets) {
    auto resolution = resolve(graph, targets);
    if (resolution) return support::Error{Kind::internal, "was not refused"};
    return std::move(resolution).error();
}

/// "repository name version" of each package, as `pacman -Sp --print-format '%r %n %v'` prints it.
std::vector<std::string> lines_of(const std::vector<Package>& packages) {
    std::vector<std::string> lines;
    for (const Package& p : packages)
        lines.push_back(p.repository + " " + p.name + " " + p.version);
    return lines;
}

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) lines.push_back(line);
    return lines;
}

/// pacman on the same databases, an empty root, and nothing of this machine's.
test::Finished pacman(const Graph& graph, std::vector<std::string> command, const Targets& targets) {
    const Scratch scratch;
    test::write_graph(scratch / "db/sync", graph);
    std::string config = "[options]\nArchitecture = x86_64\nSigLevel = Never\n";
    for (const auto& [name, lines] : graph)
        config += "[" + name + "]\nServer = file:///nowhere\n";
    EXPECT_TRUE(support::write_file(scratch / "pacman.conf", config));
    for (const char* folder : {"root", "cache", "gpg", "hooks"})
        EXPECT_TRUE(support::make_dirs(scratch / folder));
    command.insert(command.end(),
                   {"--noconfirm", "--config", scratch / "pacman.conf", "--dbpath", scratch / "db", "--root",
                    scratch / "root", "--cachedir", scratch / "cache", "--gpgdir", scratch / "gpg",
                    "--hookdir", scratch / "hooks", "--logfile", scratch / "log"});
    command.insert(command.end(), targets.begin(), targets.end());
    return test::run(command);
}

test::Finished pacman_print(const Graph& graph, const Targets& targets) {
    return pacman(graph, {"pacman", "-Sp", "--print-format", "%r %n %v"}, targets);
}

/// -Sp does not look for conflicts: `-S` does, which wants root. It stops at the download at the latest.
test::Finished pacman_install(const Graph& graph, const Targets& targets) {
    std::vector<std::string> command{"pacman", "-S"};
    if (::geteuid() != 0) command.insert(command.begin(), "fakeroot");
    return pacman(graph, command, targets);
}

struct Case {
    const char* name;
    Graph graph;
    Targets targets;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

class AsPacman : public testing::TestWithParam<Case> {};

TEST_P(AsPacman, SameSetAndOrder) {
    const Case& c = GetParam();
    const auto expected = pacman_print(c.graph, c.targets);
    ASSERT_EQ(expected.status, 0) << expected.errors;
    auto resolution = resolve(c.graph, c.targets);
    ASSERT_TRUE(resolution) << resolution.error().message();
    EXPECT_EQ(lines_of(resolution.value().packages), split_lines(expected.output));
    EXPECT_FALSE(resolution.value().packages.empty());
}

const Graph two_repositories{{"core", "a 1-1 depends=lib\nlib 1-1\nonly-core 1-1"},
                             {"extra", "a 2-1 depends=lib>=2\nlib 2-1\nonly-extra 1-1 depends=only-core"}};

const Graph many{{"core", "base 1-1 depends=sh,libc,coreutils\n"
                          "bash 5-1 depends=libc,ncurses provides=sh\n"
                          "coreutils 9-1 depends=libc,acl\n"
                          "acl 2-1 depends=libc\n"
                          "ncurses 6-1 depends=libc,gcc-libs\n"
                          "gcc-libs 13-1 depends=libc\n"
                          "libc 2-1 depends=filesystem\n"
                          "filesystem 1-1\n"
                          "zlib 1-1 depends=libc"}};

INSTANTIATE_TEST_SUITE_P(
    Graphs, AsPacman,
    testing::Values(
        Case{"chain", {{"core", "a 1-1 depends=b\nb 1-1 depends=c\nc 1-1\nd 1-1"}}, {"a"}},
        Case{"diamond", {{"core", "a 1-1 depends=c,b\nb 1-1 depends=d\nc 1-1 depends=d\nd 1-1"}}, {"a"}},
        Case{"several_targets", many, {"zlib", "coreutils", "bash"}}, Case{"a_small_base", many, {"base"}},
        Case{"target_twice", many, {"acl", "acl"}},
        Case{"target_is_a_dependency_too", many, {"bash", "filesystem"}},
        Case{"first_repository_wins", two_repositories, {"a"}},
        Case{"repository_named", two_repositories, {"extra/a"}},
        Case{"dependency_over_repositories", two_repositories, {"only-extra"}},
        Case{"version_picks_the_repository", two_repositories, {"lib>=2"}},
        Case{"version_in_a_dependency", two_repositories, {"extra/a", "only-core"}},
        Case{"epoch_beats_version", {{"core", "a 1-1 depends=b>=1:0\nb 9-1"}, {"extra", "b 1:0.1-1"}}, {"a"}},
        Case{"provided_target",
             {{"core", "mawk 1-1 provides=awk\ngawk 5-1 provides=awk\na 1-1 depends=awk"}},
             {"awk"}},
        Case{"provider_first_of_several",
             {{"core", "z 1-1 provides=v\nb 1-1 provides=v\na 1-1 depends=v"}},
             {"a"}},
        Case{"provider_that_is_a_target",
             {{"core", "z 1-1 provides=v\nb 1-1 provides=v\na 1-1 depends=v"}},
             {"a", "z"}},
        Case{"name_before_provider", {{"core", "b 1-1 provides=v\nv 1-1\na 1-1 depends=v"}}, {"a"}},
        Case{"provided_version",
             {{"core", "a 1-1 depends=v>=3\nx 1-1 provides=v=2\ny 1-1 provides=v=3\nw 1-1 provides=v"}},
             {"a"}},
        Case{"soname",
             {{"core",
               "a 1-1 depends=libx.so=2-64\nold 1-1 provides=libx.so=1-64\nnew 2-1 provides=libx.so=2-64"}},
             {"a"}},
        Case{"group", {{"core", "a 1-1 groups=g depends=z\nb 1-1 groups=g\nz 1-1"}}, {"g"}},
        Case{"group_over_repositories",
             {{"core", "a 1-1 groups=g\nb 1-1"}, {"extra", "b 2-1 groups=g\na 2-1 groups=g\nc 1-1 groups=g"}},
             {"g"}},
        Case{"group_of_one_repository",
             {{"core", "a 1-1 groups=g"}, {"extra", "b 2-1 groups=g\nc 1-1 groups=g"}},
             {"extra/g"}},
        Case{"package_before_group", {{"core", "g 1-1\na 1-1 groups=g"}}, {"g"}},
        Case{"cycle", {{"core", "a 1-1 depends=b\nb 1-1 depends=c\nc 1-1 depends=a,d\nd 1-1"}}, {"b"}},
        Case{"two_cycles",
             {{"core",
               "a 1-1 depends=b,c\nb 1-1 depends=a\nc 1-1 depends=d\nd 1-1 depends=c,e\ne 1-1 depends=a"}},
             {"a", "d"}},
        Case{"depends_on_itself", {{"core", "a 1-1 depends=a,b\nb 1-1 provides=c depends=c"}}, {"a"}},
        Case{"optional_is_left_out", {{"core", "a 1-1 optdepends=b depends=c\nb 1-1\nc 1-1"}}, {"a"}},
        Case{"replaces_is_for_upgrades", {{"core", "a 1-1\nb 1-1 replaces=a"}}, {"a"}},
        Case{"conflict_with_nobody_here",
             {{"core", "a 1-1 conflicts=b depends=c\nb 1-1\nc 1-1 conflicts=c<1"}},
             {"a"}}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(Resolver, DropsATargetThatAnotherReplaces) {
    // pacman prefers the one that provides the other's name, and says so.
    const Graph graph{{"core", "a 1-1\nb 1-1 provides=a conflicts=a\nc 1-1"}};
    const auto expected = pacman_install(graph, {"a", "b", "c"});
    EXPECT_THAT(expected.output, HasSubstr("Packages (2) b-1-1  c-1-1\n"));
    auto resolution = resolve(graph, {"a", "b", "c"});
    ASSERT_TRUE(resolution);
    EXPECT_THAT(lines_of(resolution.value().packages), ElementsAre("core b 1-1", "core c 1-1"));
    EXPECT_THAT(resolution.value().warnings,
                ElementsAre("removing 'a' from target list because it conflicts with 'b'"));
}

TEST(Resolver, TakesWhatTheDatabaseSays) {
    auto resolution = resolve({{"core", "a 1:2-3 depends=b\nb 1-1 arch=x86_64"}}, {"a"});
    ASSERT_TRUE(resolution) << resolution.error().message();
    const auto& packages = resolution.value().packages;
    ASSERT_EQ(packages.size(), 2u);
    EXPECT_EQ(packages[0].reason, Reason::dependency);
    EXPECT_EQ(packages[0].architecture, "x86_64");
    EXPECT_EQ(packages[1].name, "a");
    EXPECT_EQ(packages[1].repository, "core");
    EXPECT_EQ(packages[1].version, "1:2-3");
    EXPECT_EQ(packages[1].architecture, "any");
    EXPECT_EQ(packages[1].filename, "a-1:2-3-any.pkg.tar.zst");
    EXPECT_EQ(packages[1].size, 1000u);
    EXPECT_EQ(packages[1].installed_size, 2000u);
    EXPECT_EQ(packages[1].sha256, support::Digest::of("a-1:2-3-any.pkg.tar.zst"));
    EXPECT_EQ(packages[1].reason, Reason::explicit_target);
    EXPECT_THAT(resolution.value().warnings, IsEmpty());
}

TEST(Resolver, GroupMembersAreExplicit) {
    auto resolution = resolve({{"core", "a 1-1 groups=g depends=b\nb 1-1"}}, {"g"});
    ASSERT_TRUE(resolution);
    EXPECT_EQ(resolution.value().packages[0].reason, Reason::dependency);
    EXPECT_EQ(resolution.value().packages[1].reason, Reason::explicit_target);
}

TEST(Resolver, ResolvesTwice) {
    const Scratch scratch;
    const Graph graph{{"core", "a 1-1 depends=b\nb 1-1"}};
    test::write_graph(scratch / "db/sync", graph);
    auto resolver = Resolver::open(scratch.path(), {{"x86_64"}}, databases_of(graph));
    ASSERT_TRUE(resolver);
    EXPECT_FALSE(resolver.value().resolve({"missing"}));
    auto first = resolver.value().resolve({"a"});
    auto second = resolver.value().resolve({"b"});
    ASSERT_TRUE(first && second);
    EXPECT_THAT(lines_of(first.value()), ElementsAre("core b 1-1", "core a 1-1"));
    EXPECT_EQ(second.value().at(0).reason, Reason::explicit_target);
}

// What pacman refuses, we refuse.
class Refused : public testing::TestWithParam<Case> {};

TEST_P(Refused, ByBoth) {
    const auto pacmans = pacman_install(GetParam().graph, GetParam().targets);
    EXPECT_EQ(pacmans.status, 1);
    EXPECT_THAT(pacmans.output, testing::Not(HasSubstr("Packages ("))) << pacmans.output;
    EXPECT_NE(refusal(GetParam().graph, GetParam().targets).what, "was not refused");
}

const Graph conflict{{"core", "a 1-1 conflicts=b\nb 1-1\nc 1-1 depends=b"}};
const Graph unsatisfiable{
    {"core", "top 1-1 depends=mid\nmid 1-1 depends=leaf>=2\nleaf 1-1\nother 1-1 depends=mid"}};
const Graph other_machine{{"core", "a 1-1 arch=aarch64"}};

INSTANTIATE_TEST_SUITE_P(Graphs, Refused,
                         testing::Values(Case{"target", {{"core", "a 1-1"}}, {"b"}},
                                         Case{"version", {{"core", "a 1-1"}}, {"a>=2"}},
                                         Case{"conflict", conflict, {"a", "b"}},
                                         Case{"conflict_with_a_dependency", conflict, {"a", "c"}},
                                         Case{"dependency", unsatisfiable, {"top"}},
                                         Case{"architecture", other_machine, {"a"}},
                                         Case{"one_name_twice", two_repositories, {"core/a", "extra/a"}}),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(ResolverMessage, TargetNotFound) {
    const auto error =
        refusal({{"core", "glibc 1-1\nbash 5-1"}, {"extra", "vim 9-1 groups=editors"}}, {"bash", "glbc>=1"});
    EXPECT_EQ(error.kind, Kind::not_found);
    EXPECT_EQ(error.what, "target 'glbc>=1': no such package or group in core, extra");
    EXPECT_EQ(error.hint, "did you mean 'glibc'?");
    EXPECT_THAT(error.trace, IsEmpty());
}

TEST(ResolverMessage, EveryTargetThatIsNotFound) {
    const auto error = refusal({{"core", "a 1-1"}}, {"something", "a", "else/thing"});
    EXPECT_EQ(error.what, "target 'something': no such package or group in core");
    EXPECT_THAT(error.trace,
                ElementsAre("target 'something': no such package or group in core",
                            "target 'else/thing': no repository 'else' (hint: the repositories are core)"));
}

TEST(ResolverMessage, UnsatisfiableDependency) {
    const auto error = refusal(unsatisfiable, {"top", "other"});
    EXPECT_EQ(error.kind, Kind::not_found);
    EXPECT_EQ(error.what, "targets 'top', 'other': 'mid' needs 'leaf>=2', which no repository has");
    EXPECT_EQ(error.hint, "add the repository that has it");
}

TEST(ResolverMessage, Conflict) {
    const auto error = refusal(conflict, {"a", "c"});
    EXPECT_EQ(error.kind, Kind::config);
    EXPECT_EQ(error.what, "packages 'a' and 'b': they conflict (b)");
    EXPECT_EQ(error.hint, "take only one of them as target, or a target that needs only one");
}

TEST(ResolverMessage, OneNameFromTwoRepositories) {
    const auto error = refusal(two_repositories, {"core/a", "extra/a"});
    EXPECT_EQ(error.kind, Kind::config);
    EXPECT_EQ(error.what, "target 'extra/a': package 'a' is already taken from 'core'");
}

TEST(ResolverMessage, OtherArchitecture) {
    const auto error = refusal(other_machine, {"a"});
    EXPECT_EQ(error.kind, Kind::config);
    EXPECT_EQ(error.what, "packages 'a-1-1-aarch64': not for architecture x86_64");
}

/// libalpm 13 does not free what it has read of a database that it then refuses.
class LeaksOfLibalpm {
#ifdef __SANITIZE_ADDRESS__
public:
    LeaksOfLibalpm() {
        __lsan_disable();
    }

    ~LeaksOfLibalpm() {
        __lsan_enable();
    }

    LeaksOfLibalpm(const LeaksOfLibalpm&) = delete;
    LeaksOfLibalpm& operator=(const LeaksOfLibalpm&) = delete;
#endif
};

/// Opens a database made of one entry.
support::Result<Resolution> resolve_entry(const std::string& folder, const std::string& desc,
                                          const std::string& target) {
    const Scratch scratch;
    EXPECT_TRUE(support::make_dirs(scratch / "db/sync"));
    test::write_database(database_path(scratch.path(), "core"), {{folder, desc}});
    [[maybe_unused]] const LeaksOfLibalpm allowed;
    return resolve_in(scratch, {{"core", ""}}, {target});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

TEST(ResolverDatabase, FileNameWithPathIsRefused) {
    const std::string desc = test::desc_of("a 1-1");
    for (const char* name : {"../a.pkg.tar.zst", "x/../../a.pkg.tar.zst", "/etc/a.pkg.tar.zst", "..", ".a"}) {
        auto resolution = resolve_entry("a-1-1", replaced(desc, "a-1-1-any.pkg.tar.zst", name), "a");
        ASSERT_FALSE(resolution) << name;
        EXPECT_EQ(resolution.error().kind, Kind::verify);
        EXPECT_EQ(resolution.error().what,
                  "database 'core' from http://server/core.db: core database is inconsistent: "
                  "filename of package a is illegal");
    }
}

TEST(ResolverDatabase, FileNameThatNoFileSystemTakesIsRefused) {
    const std::string desc = test::desc_of("a 1-1");
    auto resolution =
        resolve_entry("a-1-1", replaced(desc, "a-1-1-any.pkg.tar.zst", std::string(300, 'x')), "a");
    ASSERT_FALSE(resolution);
    EXPECT_EQ(resolution.error().kind, Kind::verify);
    EXPECT_THAT(resolution.error().what, testing::StartsWith("package 'a' of 'core': file name 'xxx"));
}

TEST(ResolverDatabase, IncompleteEntryIsRefused) {
    const std::string desc = test::desc_of("a 1-1");
    const std::string digest = support::Digest::of("a-1-1-any.pkg.tar.zst").hex();
    const std::pair<std::string, std::string> cases[] = {
        {"%FILENAME%\na-1-1-any.pkg.tar.zst\n\n",
         "database 'core' from http://server/core.db: package 'a' has no %FILENAME%"},
        {"%CSIZE%\n1000\n\n", "package 'a' of 'core': the database has no %CSIZE%"},
        {"%ARCH%\nany\n\n", "package 'a' of 'core': the database has no %ARCH%"},
        {"%SHA256SUM%\n" + digest + "\n\n", "package 'a' of 'core': the database has no %SHA256SUM%"},
    };
    for (const auto& [field, message] : cases) {
        auto resolution = resolve_entry("a-1-1", replaced(desc, field, ""), "a");
        ASSERT_FALSE(resolution) << field;
        EXPECT_EQ(resolution.error().what, message);
        EXPECT_EQ(resolution.error().kind, Kind::verify);
    }
    auto resolution = resolve_entry("a-1-1", replaced(desc, digest, "abc"), "a");
    ASSERT_FALSE(resolution);
    EXPECT_EQ(resolution.error().what, "package 'a' of 'core': %SHA256SUM% is not 64 lower-case hex digits");
}

/// The message about a database file with these bytes.
std::string complaint_about(const std::string& bytes) {
    const Scratch scratch;
    EXPECT_TRUE(support::make_dirs(scratch / "db/sync"));
    EXPECT_TRUE(support::write_file(database_path(scratch.path(), "core"), bytes));
    [[maybe_unused]] const LeaksOfLibalpm allowed;
    auto resolver = Resolver::open(scratch.path(), {{"x86_64"}}, databases_of({{"core", ""}}));
    if (resolver) return "";
    EXPECT_EQ(resolver.error().kind, Kind::verify);
    return resolver.error().what;
}

TEST(ResolverDatabase, DamagedFileIsNamed) {
    const Scratch scratch;
    std::string lines;
    for (int i = 0; i < 50; ++i)
        lines += "package-" + std::to_string(i) + " 1-1\n";
    test::write_graph(scratch.path(), {{"core", lines}});
    const std::string good = support::read_file(scratch / "core.db").value();
    EXPECT_EQ(complaint_about(good), "");
    const std::string start = "database 'core' from http://server/core.db: ";
    EXPECT_THAT(complaint_about(good.substr(0, good.size() / 2)),
                testing::Eq(start + "truncated gzip input"));
    EXPECT_THAT(complaint_about(good.substr(0, good.size() - 4)), HasSubstr(start));
    EXPECT_EQ(complaint_about("<html><body>It works!</body></html>\n"),
              start + "Unrecognized archive format");
    EXPECT_EQ(complaint_about("x"), start + "Unrecognized archive format");
}

TEST(ResolverDatabase, WithoutPackagesIsRemarked) {
    auto resolution = resolve({{"core", ""}, {"extra", "a 1-1"}}, {"a"});
    ASSERT_TRUE(resolution) << resolution.error().message();
    EXPECT_THAT(resolution.value().warnings,
                ElementsAre("database 'core' from http://server/core.db: no packages in it"));
    EXPECT_THAT(lines_of(resolution.value().packages), ElementsAre("extra a 1-1"));
}

} // namespace
} // namespace slipway::pacman_fetch
