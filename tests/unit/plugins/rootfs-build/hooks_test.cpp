// SPDX-License-Identifier: GPL-3.0-or-later
//
// The end-to-end test compares with a pacman that runs the same hooks.
#include <gtest/gtest.h>
#include <hooks.hpp>

using namespace slipway::rootfs;
using Words = std::vector<std::string>;

namespace {

std::string hook_of(const std::string& trigger, const std::string& action = "") {
    return "[Trigger]\n" + trigger + "\n[Action]\nWhen = PostTransaction\nExec = /bin/true\n" + action;
}

std::string refused(const std::string& text) {
    const auto hook = parse_hook(text);
    return hook ? "taken" : hook.error().what;
}

} // namespace

TEST(SplitWords, AsLibalpmDoes) {
    EXPECT_EQ(split_words("/bin/sh -c 'a \"b\"'  \"c d\"e").value(),
              (Words{"/bin/sh", "-c", "a \"b\"", "c de"}));
    EXPECT_EQ(split_words(R"(a\ b \"c "d\"e" 'f\"g' h\\i '')").value(),
              (Words{"a\\", "b", "\"c", "d\"e", "f\\\"g", "h\\\\i", ""}));
    EXPECT_EQ(split_words(" \t ").value(), Words{});
    EXPECT_FALSE(split_words(R"("a\\")")); // the second backslash takes the quote
    EXPECT_EQ(split_words("a 'b").error().what, "a quote in Exec does not end");
}

TEST(ParseHook, ReadsEveryKey) {
    const auto parsed =
        parse_hook("# comment\n[Trigger]\nType=File\nOperation = Install\n Target = usr/*\n"
                   "Target = !usr/lib/*\n[Trigger]\nType = Package\nOperation = Remove\n"
                   "[Action]\nDescription = Says = this\nWhen = PostTransaction\nExec = a 'b c'\n"
                   "Depends = bash\nDepends = sed\nNeedsTargets\nAbortOnFail\n");
    ASSERT_TRUE(parsed) << parsed.error().what;
    const Hook& hook = parsed.value();
    ASSERT_EQ(hook.triggers.size(), 2u);
    EXPECT_EQ(hook.triggers[0].type, TriggerType::path);
    EXPECT_TRUE(hook.triggers[0].on_install);
    EXPECT_EQ(hook.triggers[0].targets, (Words{"usr/*", "!usr/lib/*"}));
    EXPECT_FALSE(hook.triggers[1].on_install);
    EXPECT_EQ(hook.description, "Says = this");
    EXPECT_EQ(hook.exec, (Words{"a", "b c"}));
    EXPECT_EQ(hook.depends, (Words{"bash", "sed"}));
    EXPECT_TRUE(hook.after && hook.needs_targets);
}

TEST(ParseHook, NamesLineAndFault) {
    EXPECT_EQ(refused("[Trigger]\nOperation = Installed"), "line 2: unknown Operation 'Installed'");
    EXPECT_EQ(refused("[Trigger]\nType = Folder"), "line 2: unknown Type 'Folder'");
    EXPECT_EQ(refused("[Trigger]\nWhat = x"), "line 2: unknown key 'What' in [Trigger]");
    EXPECT_EQ(refused("[Action]\nWhen = Now"), "line 2: unknown When 'Now'");
    EXPECT_EQ(refused("[Action]\nTarget = x"), "line 2: unknown key 'Target' in [Action]");
    EXPECT_EQ(refused("[Other]"), "line 1: unknown section 'Other'");
    EXPECT_EQ(refused("\nType = Path"), "line 2: a key outside of a section");
    EXPECT_EQ(refused("[Action]\nExec = 'x"), "line 2: a quote in Exec does not end");
    EXPECT_EQ(refused("[Trigger]\n[Action]\nWhen = PostTransaction"), "it has no Exec");
    EXPECT_EQ(refused("[Action]\nExec = x"), "it has no [Trigger]");
    EXPECT_EQ(refused(hook_of("Type = Path")), "taken");
}

TEST(MatchesOf, TheLastPatternDecides) {
    const auto hook = parse_hook(
        hook_of("Type = Path\nOperation = Install\nTarget = usr/*\nTarget = !usr/b*\nTarget = usr/bb"));
    ASSERT_TRUE(hook);
    EXPECT_EQ(matches_of(hook.value(), {"usr/c", "usr/", "usr/b", "usr/bb", "usr/c", "etc/x"}, {"usr/d"}),
              (Words{"usr/", "usr/bb", "usr/c"}));
}

TEST(MatchesOf, PackagesByNameAndOnlyWhenInstalled) {
    const auto hook = parse_hook(hook_of("Type = Package\nOperation = Install\nTarget = lib*\n"
                                         "[Trigger]\nType = Package\nOperation = Upgrade\nTarget = *"));
    ASSERT_TRUE(hook);
    EXPECT_EQ(matches_of(hook.value(), {"lib/x"}, {"libc", "bash", "libb"}), (Words{"libb", "libc"}));
}
