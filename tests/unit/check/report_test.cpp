// SPDX-License-Identifier: GPL-3.0-or-later
#include <check/check.hpp>
#include <gtest/gtest.h>

#include <set>

using namespace slipway::check;

namespace {

const Report report{
    "/x/a.so",
    3,
    {{"static.file", "", State::kept, "", "", {}},
     {"clean.umask", "case 'y'", State::broken, "umask was 022,\nis <000>", "give a mode", {}},
     {"run.case", "case 'z'", State::not_tried, "no sample case", "", {}},
     {"run.told", "case 'z'", State::not_tried, "no sample case", "", {}}}};

} // namespace

TEST(CheckReport, TellsWhatIsBrokenAndHowToMendIt) {
    EXPECT_EQ(to_text(report, Colour::off), "broken clean.umask (case 'y')\n"
                                            "  umask was 022,\\x0ais <000>\n"
                                            "  fix: give a mode\n"
                                            "  not tried: 2: no sample case\n"
                                            "a.so: 1 broken, 1 kept, 2 not tried\n");
}

TEST(CheckReport, IsXmlForJUnit) {
    EXPECT_EQ(
        to_junit(report),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "<testsuite name=\"a.so\" tests=\"4\" failures=\"1\" skipped=\"2\">\n"
        "<testcase classname=\"a.so\" name=\"static.file\" time=\"0.000\"/>\n"
        "<testcase classname=\"a.so\" name=\"clean.umask case 'y'\" time=\"0.000\">\n"
        "<failure message=\"umask was 022,&#10;is &lt;000&gt;\">fix: give a mode</failure>\n</testcase>\n"
        "<testcase classname=\"a.so\" name=\"run.case case 'z'\" time=\"0.000\">\n"
        "<skipped message=\"no sample case\"/>\n</testcase>\n"
        "<testcase classname=\"a.so\" name=\"run.told case 'z'\" time=\"0.000\">\n"
        "<skipped message=\"no sample case\"/>\n</testcase>\n"
        "</testsuite>\n</testsuites>\n");
}

TEST(CheckReport, EveryRuleHasAnIdOfItsOwnAndItsTexts) {
    std::set<std::string> ids;
    for (const RuleText& rule : rule_texts()) {
        EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
        EXPECT_NE(rule.says, "");
        EXPECT_NE(rule.fix, "");
    }
    EXPECT_GT(ids.size(), 60u);
}
