// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.hpp"
#include "inventory_of.hpp"

#include <gmock/gmock.h>

namespace {

using namespace slipway::rootfs_test;
using namespace slipway::test;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string passwd = "root:x:0:0::/root:/bin/bash\nbin:x:1:1::/:/usr/bin/nologin\nbroken line\n";

/// The findings of the only check that `rules` ask for.
std::vector<std::string> found(const std::vector<TarFile>& tree, const Rules& rules) {
    const auto checks = check(inventory_of(tree), rules);
    EXPECT_EQ(checks.size(), 1u);
    return lines_of(checks.front());
}

Rules file_rule(FileRule rule) {
    Rules rules;
    rules.files = {std::move(rule)};
    return rules;
}

TEST(FileRule, PassesWhatIsAsItMustBe) {
    FileRule rule{"etc/passwd"};
    rule.type = "file";
    rule.mode = 0644;
    rule.uid = rule.gid = 0;
    rule.max_size = passwd.size();
    rule.matches = "^bin:";
    EXPECT_THAT(found({folder("etc"), file("etc/passwd", passwd)}, file_rule(rule)), IsEmpty());
    const auto checks = check(inventory_of({file("etc/passwd", passwd)}), file_rule(rule));
    EXPECT_EQ(checks.front().expects,
              "'etc/passwd' exists, type file, mode 0644, uid 0, gid 0, at most 70 bytes, "
              "content that matches '^bin:'");
}

TEST(FileRule, NamesEveryFieldThatIsNot) {
    FileRule rule{"etc/passwd"};
    rule.type = "symlink";
    rule.mode = 04755;
    rule.uid = 1;
    rule.gid = 2;
    rule.link = "x";
    rule.max_size = 60;
    rule.matches = "^broken$";
    EXPECT_THAT(found({file("etc/passwd", passwd)}, file_rule(rule)),
                ElementsAre("etc/passwd: type file | type symlink", "etc/passwd: mode 0644 | mode 4755",
                            "etc/passwd: uid 0 | uid 1", "etc/passwd: gid 0 | gid 2",
                            "etc/passwd: link  | link x", "etc/passwd: 70 bytes | at most 60 bytes",
                            "etc/passwd: no line that does | content that matches '^broken$'"));
}

TEST(FileRule, TellsWhyAPathIsMissing) {
    const std::vector<TarFile> tree{folder("usr"), folder("usr/bin"), soft_link("bin", "usr/bin")};
    EXPECT_THAT(found(tree, file_rule({"usr/bin/sh"})), ElementsAre("usr/bin/sh: missing | exists"));
    EXPECT_THAT(found(tree, file_rule({"bin/sh"})),
                ElementsAre("bin/sh: missing ('bin' is a symlink to 'usr/bin') | exists"));
    EXPECT_THAT(found(tree, file_rule({"opt/x/y"})),
                ElementsAre("opt/x/y: missing, and so is 'opt' | exists"));
}

TEST(FileRule, TakesAHardLinkForItsFile) {
    FileRule rule{"usr/bin/bunzip2"};
    rule.type = "file";
    rule.mode = 0755;
    rule.matches = "program";
    EXPECT_THAT(found({file("usr/bin/bzip2", "program", 0755), hard_link("usr/bin/bunzip2", "usr/bin/bzip2")},
                      file_rule(rule)),
                IsEmpty());
}

TEST(FileRule, MatchesOnlyTheContentOfFiles) {
    FileRule rule{"a"};
    rule.matches = "x";
    EXPECT_THAT(found({soft_link("a", "b")}, file_rule(rule)),
                ElementsAre("a: a symlink | content that matches 'x'"));
    EXPECT_THAT(found({file("a")}, file_rule(rule)),
                ElementsAre("a: an empty file | content that matches 'x'"));
}

TEST(FileRule, RefusesAnExpressionThatIsNone) {
    FileRule rule{"a"};
    rule.matches = "(";
    auto valid = validate(file_rule(rule));
    ASSERT_FALSE(valid);
    EXPECT_EQ(valid.error().message(),
              "option 'files/0/matches': '(': Unmatched ( or \\( (hint: a POSIX extended "
              "regular expression; see regex(7))");
}

TEST(Absent, NamesWhatIsThere) {
    Rules rules;
    rules.absent = {"etc/resolv.conf", "etc/gnupg/private-keys-v1.d/*"};
    EXPECT_THAT(found({folder("etc/gnupg/private-keys-v1.d"), file("etc/resolv.conf2")}, rules), IsEmpty());
    EXPECT_THAT(found({file("etc/resolv.conf"), file("etc/gnupg/private-keys-v1.d/a/b.key")}, rules),
                ElementsAre("etc/gnupg/private-keys-v1.d/a/b.key: a file | absent (pattern "
                            "'etc/gnupg/private-keys-v1.d/*')",
                            "etc/resolv.conf: a file | absent (pattern 'etc/resolv.conf')"));
}

TEST(Accounts, CountsLinesThatAreAccounts) {
    Rules rules;
    rules.accounts = 2;
    EXPECT_THAT(found({file("etc/passwd", passwd)}, rules), IsEmpty());
    rules.accounts = 3;
    EXPECT_THAT(found({file("etc/passwd", passwd)}, rules),
                ElementsAre("etc/passwd: 2 | at least 3 accounts in etc/passwd"));
    EXPECT_THAT(found({}, rules), ElementsAre("etc/passwd: missing | at least 3 accounts in etc/passwd"));
}

TEST(RootLocked, LooksAtThePasswordAndNeverTellsIt) {
    Rules rules;
    rules.root_locked = true;
    const auto with = [&](const std::string& text) { return found({file("etc/shadow", text)}, rules); };
    EXPECT_THAT(with("root:!:19000::::::\n"), IsEmpty());
    EXPECT_THAT(with("bin:!*:1::::::\nroot:*:19000::::::\n"), IsEmpty());
    EXPECT_THAT(with("root:$6$secret:19000::::::\n"),
                ElementsAre("etc/shadow: root has a password | it starts with '!' or '*'"));
    EXPECT_THAT(with("root::19000::::::\n"),
                ElementsAre("etc/shadow: root has an empty password | it starts with '!' or '*'"));
    EXPECT_THAT(with("bin:!:19000::::::\n"),
                ElementsAre("etc/shadow: no line for root | root's password starts with '!' or '*'"));
    EXPECT_THAT(found({}, rules), ElementsAre("etc/shadow: missing | no password opens root"));
}

TEST(WorldWritable, AllowsSymlinksAndWhatIsInStickyFolders) {
    Rules rules;
    rules.world_writable = true;
    EXPECT_THAT(found({folder("tmp", 01777), file("tmp/x", "", 0666), soft_link("l", "x"), file("f")}, rules),
                IsEmpty());
    EXPECT_THAT(found({folder("d", 0777), file("d/f", "", 0666)}, rules),
                ElementsAre("d: a directory of mode 0777 | not writable by everybody",
                            "d/f: a file of mode 0666 | not writable by everybody"));
}

TEST(Setuid, AllowsOnlyTheList) {
    Rules rules;
    rules.setuid = {"usr/bin/su", "usr/bin/ch*"};
    const std::vector<TarFile> tree{folder("var", 02755), file("usr/bin/su", "", 04755),
                                    file("usr/bin/chsh", "", 04755), file("usr/bin/wall", "", 02755),
                                    hard_link("usr/bin/w", "usr/bin/wall")};
    EXPECT_THAT(found(tree, rules),
                ElementsAre("usr/bin/w: mode 2755, owner 0:0 | neither setuid nor setgid",
                            "usr/bin/wall: mode 2755, owner 0:0 | neither setuid nor setgid"));
    rules.setuid->push_back("usr/bin/w*");
    EXPECT_THAT(found(tree, rules), IsEmpty());
}

TEST(MaxSize, CountsAllFiles) {
    Rules rules;
    rules.max_size = 5;
    EXPECT_THAT(found({file("a", "123"), file("b", "45")}, rules), IsEmpty());
    EXPECT_THAT(found({file("a", "123"), file("b", "456")}, rules), ElementsAre(".: 6 bytes | at most 5"));
}

TEST(Checks, NothingAskedNothingChecked) {
    EXPECT_THAT(check(inventory_of({folder("d", 0777)}), Rules()), testing::SizeIs(0));
}

} // namespace
