// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the options put into the tree beside the packages. What pacman does with an overlay that is there
// first is judged by pacman itself: tests/prove/rootfs-identity.
#include "fixture.hpp"

#include <command/command.hpp>
#include <gmock/gmock.h>
#include <support/fs.hpp>
#include <sys/stat.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;
using testing::HasSubstr;
namespace json = slipway::support::json;

namespace {

struct Overlay : RootfsBuild {
    void put(const std::string& path, const std::string& text, unsigned mode = 0644) const {
        const std::string file = folder / path;
        ASSERT_TRUE(support::make_dirs(file.substr(0, file.rfind('/'))));
        ASSERT_TRUE(support::write_file(file, text, mode));
    }

    std::string options(const std::string& more = "") const {
        return R"({"overlays": [{"path": ")" + folder.path() + '"' + more + "}]}";
    }

    std::string after() const { return options(R"(, "when": "after")"); }

    /// "TYPE MODE UID GID SIZE" of a line of the manifest, "" if there is none.
    std::string shape(const std::string& path) const {
        const json::Value entry = line(path);
        if (entry.is_null()) return "";
        return entry["type"].as_string() + ' ' + entry["mode"].as_string() + ' '
               + std::to_string(entry["uid"].as_integer()) + ' ' + std::to_string(entry["gid"].as_integer())
               + ' ' + std::to_string(entry["size"].as_integer());
    }

    /// How often the tar has the path.
    std::size_t count(const std::string& path) const {
        const CommandResult listed = run_command({"tar", "-tf", host.outputs.at("rootfs").at(0).path});
        EXPECT_EQ(listed.status, 0) << listed.output;
        std::size_t n = 0;
        for (std::size_t at = 0;
             (at = ("\n" + listed.output).find("\n" + path + "\n", at)) != std::string::npos; ++at)
            ++n;
        return n;
    }

    ScratchFolder folder;
};

} // namespace

TEST_F(Overlay, IsRootsAndAsOldAsTheEpoch) {
    put("etc/x", "mine");
    put("usr/bin/tool", "#!", 0700);
    ASSERT_EQ(::symlink("nowhere", (folder / "link").c_str()), 0);
    ASSERT_EQ(build(options()), SLIPWAY_OK) << host.said();
    EXPECT_EQ(shape("etc"), "directory 0755 0 0 0");
    EXPECT_EQ(shape("etc/x"), "file 0644 0 0 4");
    EXPECT_EQ(shape("usr/bin/tool"), "file 0755 0 0 2");
    EXPECT_EQ(line("link")["link"].as_string(), "nowhere");
    EXPECT_EQ(line("etc/x")["mtime"].as_integer(), host.epoch);
    EXPECT_TRUE(line("etc/x")["package"].is_null());
    EXPECT_THAT(tar(), HasSubstr("mine"));
}

TEST_F(Overlay, RulesSetOwnersAndModes) {
    put("etc/sudoers.d/wheel", "w");
    put("home/user/x", "x");
    ASSERT_EQ(
        build(options(R"(, "rules": [{"match": "etc/sudoers.d*", "file_mode": "0440", "dir_mode": "750"},)"
                      R"({"match": "home/user*", "uid": 1000, "gid": 100}, {"match": "*/x", "gid": 7}])")),
        SLIPWAY_OK)
        << host.said();
    EXPECT_EQ(shape("etc/sudoers.d"), "directory 0750 0 0 0");
    EXPECT_EQ(shape("etc/sudoers.d/wheel"), "file 0440 0 0 1");
    EXPECT_EQ(shape("home/user"), "directory 0755 1000 100 0");
    EXPECT_EQ(shape("home/user/x"), "file 0644 1000 7 1");
}

TEST_F(Overlay, BeforeThePackagesItsFoldersStay) {
    put("etc/mine", "m");
    add("base", {dir("etc", 0700), {.path = "etc/theirs"}});
    ASSERT_EQ(build(options()), SLIPWAY_OK) << host.said();
    EXPECT_EQ(shape("etc"), "directory 0755 0 0 0");
    EXPECT_THAT(host.log, testing::Contains(HasSubstr("directory permissions differ on 'etc': 0755, package "
                                                      "'base-1-1' has 0700")));
}

TEST_F(Overlay, BeforeThePackagesItIsAConflict) {
    put("etc/x", "same");
    add("base", {{.path = "etc/x", .content = "same"}});
    EXPECT_EQ(build(options()), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "file conflict: 'etc/x' of package 'base-1-1' is a file of the overlay");
    EXPECT_EQ(host.diagnostics.back().hint,
              "pacman does not install over it either; let the overlay come after the packages");
}

TEST_F(Overlay, BackupFilesComeBesideIt) {
    put("etc/x", "mine");
    add("base", {dir("etc"), {.path = "etc/x", .content = "theirs"}}, "backup = etc/x\n");
    ASSERT_EQ(build(options()), SLIPWAY_OK) << host.said();
    EXPECT_EQ(shape("etc/x"), "file 0644 0 0 4");
    EXPECT_EQ(shape("etc/x.pacnew"), "file 0644 0 0 6");
    EXPECT_THAT(tar(), HasSubstr("%BACKUP%\netc/x\tce97a90ef59e9c768263754682f68bd6\n")); // of theirs
}

TEST_F(Overlay, AfterThePackagesItReplaces) {
    put("etc/x", "mine!");
    put("etc/l", "no link");
    put("new/y", "y");
    add("base",
        {dir("etc", 0700),
         {.path = "etc/x", .content = "theirs"},
         {.path = "etc/l", .type = S_IFLNK, .symlink = "x"}},
        "backup = etc/x\n");
    ASSERT_EQ(build(after()), SLIPWAY_OK) << host.said();
    EXPECT_EQ(shape("etc"), "directory 0755 0 0 0");
    EXPECT_EQ(shape("etc/x"), "file 0644 0 0 5");
    EXPECT_EQ(shape("etc/l"), "file 0644 0 0 7");
    EXPECT_EQ(shape("new/y"), "file 0644 0 0 1");
    EXPECT_EQ(line("etc/x")["package"].as_string(), "base-1-1");
    for (const char* path : {"etc/", "etc/x", "etc/l", "new/", "new/y"})
        EXPECT_EQ(count(path), 1u) << path;
}

TEST_F(Overlay, AFolderIsNeverReplaced) {
    put("etc", "a file");
    add("base", {dir("etc")});
    EXPECT_EQ(build(after()), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "overlay: 'etc' is a file where package 'base-1-1' has a directory");
}

TEST_F(Overlay, NeverWritesThroughALink) {
    put("bin/x", "x");
    add("base", {{.path = "bin", .type = S_IFLNK, .symlink = "usr/bin"}});
    EXPECT_EQ(build(after()), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "overlay: 'bin/' is a directory where package 'base-1-1' has a symlink");
}

TEST_F(Overlay, RefusesWhatIsNoFile) {
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(build(options()), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "overlay: '" + folder / "pipe" + "' is no file, folder or symlink");
}

TEST_F(Overlay, NamesAFolderThatIsNotThere) {
    EXPECT_EQ(build(R"({"overlays": [{"path": "/nonexistent"}]})"), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host.said(), "reading overlay '/nonexistent': No such file or directory");
}

TEST_F(Overlay, SymlinksComeOverFiles) {
    add("base", {dir("etc"), {.path = "etc/os-release", .content = "x"}});
    ASSERT_EQ(build(R"({"symlinks": {"etc/os-release": "../usr/lib/os-release", "a/b": "c"}})"), SLIPWAY_OK)
        << host.said();
    EXPECT_EQ(line("etc/os-release")["link"].as_string(), "../usr/lib/os-release");
    EXPECT_EQ(shape("a"), "directory 0755 0 0 0");
    EXPECT_EQ(count("etc/os-release"), 1u);
}

TEST_F(Overlay, BlankFilesAreThereAndEmpty) {
    add("base",
        {dir("etc"),
         {.path = "etc/machine-id", .content = "uuid", .mode = 0444},
         {.path = "h", .hardlink = "etc/machine-id"}},
        "backup = etc/machine-id\n");
    ASSERT_EQ(build(R"({"blank": ["etc/machine-id", "etc/hostname"]})"), SLIPWAY_OK) << host.said();
    EXPECT_EQ(shape("etc/machine-id"), "file 0444 0 0 0");
    EXPECT_EQ(line("etc/machine-id")["mtime"].as_integer(), host.epoch);
    EXPECT_EQ(line("etc/machine-id")["package"].as_string(), "base-1-1");
    EXPECT_EQ(shape("etc/hostname"), "file 0644 0 0 0");
    EXPECT_EQ(count("etc/machine-id"), 1u);
    EXPECT_THAT(tar(), testing::Not(HasSubstr("uuid")));
}

TEST_F(Overlay, BlankWantsAFile) {
    add("base", {dir("etc")});
    EXPECT_EQ(build(R"({"blank": ["etc"]})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "blank: 'etc' is a directory, and not a file");
}

TEST_F(Overlay, BlankWantsAPathOfTheRoot) {
    EXPECT_EQ(build(R"({"blank": ["/etc/x"]})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "blank: entry '/etc/x' has an absolute name");
}

TEST_F(Overlay, ExcludeIsStronger) {
    put("etc/x", "x");
    ASSERT_EQ(build(R"({"overlays": [{"path": ")" + folder.path()
                    + R"("}], "exclude": ["etc/x", "l", "b"], "symlinks": {"l": "x"}, "blank": ["b"]})"),
              SLIPWAY_OK)
        << host.said();
    EXPECT_EQ(shape("etc"), "directory 0755 0 0 0");
    EXPECT_EQ(shape("etc/x") + shape("l") + shape("b"), "");
}

TEST_F(Overlay, MtimeEpochIsForAll) {
    add("base", {{.path = "x"}});
    ASSERT_EQ(build(R"({"mtime": "epoch"})"), SLIPWAY_OK);
    EXPECT_EQ(line("x")["mtime"].as_integer(), host.epoch);
}

TEST_F(Overlay, EditsApplyToWhatAPathHoldsInTheEnd) {
    put("etc/over", "mine");
    put("etc/new", "mine");
    add("base",
        {dir("etc"),
         {.path = "etc/over", .content = "theirs"},
         {.path = "etc/blank", .content = "uuid", .mode = 0444},
         {.path = "etc/listed", .content = "kept off"},
         {.path = "etc/linked", .content = "old"},
         {.path = "h", .hardlink = "etc/linked"},
         {.path = "etc/gone", .content = "x"}},
        "backup = etc/linked\n");
    const std::string more = R"(, "blank": ["etc/blank", "etc/made"], "no_extract": ["etc/listed"], "edit": [
        {"path": "etc/over", "replace": {"match": "mine", "with": "edited-over"}},
        {"path": "etc/new", "append": "-edited-new"}, {"path": "etc/blank", "append": "edited-blank"},
        {"path": "etc/made", "append": "edited-made"}, {"path": "etc/listed", "content": "edited-listed"},
        {"path": "etc/linked", "content": "edited-linked", "mode": "0600"},
        {"path": "etc/gone", "remove": true}]})";
    const std::string overlay = after();
    ASSERT_EQ(build(overlay.substr(0, overlay.size() - 1) + more), SLIPWAY_OK) << host.said();
    EXPECT_EQ(shape("etc/over"), "file 0644 0 0 11");
    EXPECT_EQ(line("etc/over")["package"].as_string(), "base-1-1");
    EXPECT_EQ(shape("etc/new"), "file 0644 0 0 15");
    EXPECT_EQ(shape("etc/blank"), "file 0444 0 0 12");
    EXPECT_EQ(shape("etc/made"), "file 0644 0 0 11");
    EXPECT_EQ(shape("etc/listed"), "file 0644 0 0 13");
    EXPECT_EQ(shape("etc/linked"), "file 0600 0 0 13");
    EXPECT_EQ(shape("h"), "hardlink 0600 0 0 0");
    EXPECT_EQ(shape("etc/gone"), "");
    for (const char* path :
         {"etc/over", "etc/new", "etc/blank", "etc/made", "etc/listed", "etc/linked", "h"}) {
        EXPECT_EQ(count(path), 1u) << path;
        EXPECT_EQ(line(path)["mtime"].as_integer(), host.epoch) << path;
    }
    EXPECT_THAT(tar(), HasSubstr("mine-edited-new"));
    EXPECT_THAT(tar(), HasSubstr("%BACKUP%\netc/linked\t149603e6c03516362a8da23f624db945\n")); // of "old"
}

TEST_F(Overlay, AnEditOfWhatIsExcludedFindsItsFile) {
    add("base", {dir("etc"), {.path = "etc/x", .content = "x"}});
    ASSERT_EQ(build(R"({"exclude": ["etc/x"], "edit": [{"path": "etc/x", "append": "y"}]})"), SLIPWAY_OK)
        << host.said();
    EXPECT_EQ(shape("etc/x"), "");
}

TEST_F(Overlay, NoEditGoesThroughASymlink) {
    add("base", {dir("etc"), {.path = "etc/x", .content = "x"}});
    EXPECT_EQ(build(R"({"symlinks": {"etc/x": "y"}, "edit": [{"path": "etc/x", "append": "y"}]})"),
              SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "edit of 'etc/x': it is a symlink, and not a file");
    EXPECT_EQ(build(R"({"symlinks": {"d": "etc"}, "edit": [{"path": "d/y", "content": "y"}]})"),
              SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "edit of 'd/y': 'd/y' would be written through 'd', a symlink of the overlay");
}
