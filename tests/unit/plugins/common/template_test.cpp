// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/template.hpp>
#include <gtest/gtest.h>

namespace slipway::common {
namespace {

const Values values{{"title", "archlinux: Update"}, {"none", ""}, {"braces", "{title}"}, {"lines", "a\nb"}};

std::string filled(const std::string& text) {
    const auto done = fill(text, values);
    return done ? done.value() : done.error().message();
}

TEST(Template, PlaceholdersAreReplacedOnce) {
    EXPECT_EQ(filled("[{title}]"), "[archlinux: Update]");
    EXPECT_EQ(filled("{braces}"), "{title}");
    EXPECT_EQ(filled("x\n{lines}\ny"), "x\na\nb\ny");
    EXPECT_EQ(filled("{{title}} {{}}"), "{title} {}");
    EXPECT_EQ(filled(""), "");
}

TEST(Template, LinesOfNothingAreLeftOut) {
    EXPECT_EQ(filled("a\n{none}\nb"), "a\nb");
    EXPECT_EQ(filled("{none} {none}\nb"), "b");
    EXPECT_EQ(filled("a\n\nb {none}"), "a\n\nb ");
}

TEST(Template, MistakesAreExplained) {
    EXPECT_EQ(filled("{titel}"), "template: there is no {titel} (hint: did you mean {title}?)");
    EXPECT_EQ(filled("{xyzzy}"),
              "template: there is no {xyzzy} (hint: it knows braces, lines, none or title)");
    EXPECT_EQ(filled("a { b"), "template: a '{' alone (hint: write {name}, or {{ and }} for braces)");
    EXPECT_EQ(filled("a } b"), "template: a '}' alone (hint: write {name}, or {{ and }} for braces)");
    EXPECT_FALSE(fill("{}", values));
}

} // namespace
} // namespace slipway::common
