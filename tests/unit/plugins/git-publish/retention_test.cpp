// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <retention.hpp>

using namespace slipway::git_publish;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

Refs refs_of(const std::vector<std::string>& names) {
    Refs refs;
    for (const std::string& name : names)
        refs["refs/tags/" + name].id[0] = static_cast<unsigned char>(refs.size());
    return refs;
}

TEST(Retention, OldestGoByDateAndNotByName) {
    const Refs refs = refs_of({"31122025", "01022026", "15012026", "05112026"});
    EXPECT_THAT(outdated(refs, {"%d%m%Y", 2, "", "05112026"}),
                ElementsAre("refs/tags/31122025", "refs/tags/15012026"));
    EXPECT_THAT(outdated(refs, {"%d%m%Y", 9, "", "05112026"}), IsEmpty());
}

TEST(Retention, TagsOfAnotherFormAreNeverTouched) {
    const Refs refs = refs_of({"v1", "32012026", "1012026", "01012026x", "30022026", "01012026/x"});
    EXPECT_THAT(outdated(refs, {"%d%m%Y", 1, "", "05112026"}), IsEmpty());
}

TEST(Retention, AnyRestIfAsked) {
    const Refs refs = refs_of({"v20260101.0.5", "v20260102.0.6"});
    EXPECT_THAT(outdated(refs, {"v%Y%m%d*", 2, "", "v20260103.0.7"}), ElementsAre("refs/tags/v20260101.0.5"));
}

TEST(Retention, WhatTheLibraryNamesStays) {
    Refs refs = refs_of({"01012026", "02012026", "03012026"});
    refs["refs/tags/02012026^{}"].id[0] = 0xab;
    const std::string library =
        "GitFetch: refs/tags/01012026\nGitCommit: " + hex(refs["refs/tags/02012026^{}"]);
    EXPECT_THAT(outdated(refs, {"%d%m%Y", 1, library, "05112026"}), ElementsAre("refs/tags/03012026"));
}

TEST(Retention, FormsThatAreNone) {
    for (const std::string form : {"", "v", "*", "%"})
        EXPECT_FALSE(check_date_form(form)) << form;
    for (const std::string form : {"%d%m%Y", "v%Y%m%d*", "%Y.%m.%d"})
        EXPECT_TRUE(check_date_form(form)) << form;
}

} // namespace
