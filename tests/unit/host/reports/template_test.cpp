// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <reports/template.hpp>

namespace slipway::host::reports {
namespace {

namespace json = support::json;

std::string html(const std::string& text, const std::string& view) {
    return render(text, json::parse(view).value(), html_escape);
}

TEST(Template, PutsValuesIn) {
    EXPECT_EQ(html("a {{x}} b {{y}} {{z}}", R"({"x": "one", "y": 2})"), "a one b 2 ");
    EXPECT_EQ(html("{{a.b.c}}{{a.b.d}}", R"({"a": {"b": {"c": true}}})"), "true");
}

TEST(Template, EscapesWhatIsNotTripled) {
    const char* view = R"({"x": "<a href=\"b\">'&'"})";
    EXPECT_EQ(html("{{x}}", view), "&lt;a href=&quot;b&quot;&gt;&#39;&amp;&#39;");
    EXPECT_EQ(html("{{{x}}}", view), "<a href=\"b\">'&'");
}

TEST(Template, AValueIsNoTemplate) {
    EXPECT_EQ(html("{{x}}|{{{x}}}", R"({"x": "{{y}}{{#x}}", "y": "no"})"), "{{y}}{{#x}}|{{y}}{{#x}}");
}

TEST(Template, RepeatsForItems) {
    EXPECT_EQ(html("{{#l}}[{{n}}{{all}}]{{/l}}", R"({"l": [{"n": 1}, {"n": 2}], "all": "!"})"), "[1!][2!]");
    EXPECT_EQ(html("{{#l}}{{.}},{{/l}}", R"({"l": ["a", "b"]})"), "a,b,");
    EXPECT_EQ(html("{{#l}}{{#m}}{{.}}{{/m}};{{/l}}", R"({"l": [{"m": [1, 2]}, {"m": []}]})"), "12;;");
}

TEST(Template, SectionsAskForSomething) {
    for (const char* nothing : {R"({})", R"({"x": null})", R"({"x": false})", R"({"x": 0})", R"({"x": 0.0})",
                                R"({"x": ""})", R"({"x": []})"})
        EXPECT_EQ(html("{{#x}}yes{{/x}}{{^x}}no{{/x}}", nothing), "no") << nothing;
    for (const char* something :
         {R"({"x": true})", R"({"x": 7})", R"({"x": 0.5})", R"({"x": "a"})", R"({"x": {}})", R"({"x": [0]})"})
        EXPECT_EQ(html("{{#x}}yes{{/x}}{{^x}}no{{/x}}", something), "yes") << something;
}

TEST(Template, TheInnermostNameCounts) {
    EXPECT_EQ(html("{{n}}{{#o}}{{n}}{{m}}{{/o}}", R"({"n": 1, "m": 2, "o": {"n": 3}})"), "132");
    // A name that is there hides those outside, whatever is missing below it.
    EXPECT_EQ(html("{{#o}}{{a.b}}{{/o}}", R"({"a": {"b": 1}, "o": {"a": {}}})"), "");
}

TEST(Template, ALineWithATagAloneGoes) {
    EXPECT_EQ(html("a\n{{#x}}\nb\n{{/x}}\nc\n", R"({"x": [1, 2]})"), "a\nb\nb\nc\n");
    EXPECT_EQ(html("{{#x}}\n  {{! remark }}\nb\n{{/x}}\n{{^x}}\n{{/x}}\n", R"({"x": true})"), "b\n");
    EXPECT_EQ(html("a {{#x}}\nb{{/x}}\n", R"({"x": true})"), "a \nb\n");
    EXPECT_EQ(html("a\n{{x}}\nb", R"({"x": ""})"), "a\n\nb") << "a value's line stays";
}

TEST(Template, TakesOtherTemplates) {
    EXPECT_NE(html("<{{>page.css}}>", "{}").find("prefers-color-scheme: dark"), std::string::npos);
}

TEST(Escape, ShowsControls) {
    EXPECT_EQ(html_escape(std::string_view("a\0b\x1b[0m\r\xff\n\tc", 12)), "a\\x00b\\x1b[0m\\x0d\\xff\n\tc");
}

TEST(Escape, LeavesNoMarkupInMarkdown) {
    EXPECT_EQ(markdown_escape("<b>a*b*_c_|`d`[e](f)\n#&amp;"),
              "\\<b\\>a\\*b\\*\\_c\\_\\|\\`d\\`\\[e\\]\\(f\\) \\#\\&amp;");
}

} // namespace
} // namespace slipway::host::reports
