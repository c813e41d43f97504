// SPDX-License-Identifier: GPL-3.0-or-later
#include "roff.hpp"

#include <fmt/format.h>
#include <support/text.hpp>
#include <version.hpp>

namespace slipway::reference {

namespace {

/// A control character at the beginning of a line would make the line a request (groff(7)).
std::string safe_line(const std::string& line) {
    return line.starts_with(".") || line.starts_with("'") ? "\\&" + line : line;
}

std::string safe_lines(std::string_view text, Backticks backticks) {
    std::string out;
    for (const std::string& line : support::split(text, '\n'))
        out += line.empty() ? ".PP\n" : safe_line(roff(line, backticks)) + "\n";
    return out;
}

} // namespace

std::string roff(std::string_view text, Backticks backticks) {
    std::string out;
    bool inside = false;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '`' && backticks == Backticks::bold)
            out += (inside = !inside) ? "\\fB" : "\\fR";
        else if (c == '~')
            out += "\\(ti"; // a plain one is set as an accent
        else if (c == '^')
            out += "\\(ha";
        else if (c == '\'')
            out += "\\(aq";
        else if (c == '`')
            out += "\\(ga";
        else
            out += c;
    }
    return out;
}

std::string bold(std::string_view text) {
    return "\\fB" + roff(text) + "\\fR";
}

std::string italic(std::string_view text) {
    return "\\fI" + roff(text) + "\\fR";
}

Page::Page(const std::string& name, int section, const std::string& summary)
    : out_(fmt::format(".\\\" Made from slipway's own tables.\n.TH {} {} \"\" \"slipway {}\" \"Slipway\"\n",
                       roff(name), section, host::version)) {
    this->section("NAME");
    out_ += fmt::format("{} \\- {}\n", roff(name), roff(summary));
}

Page& Page::section(const std::string& title) {
    out_ += ".SH " + title + "\n";
    return *this;
}

Page& Page::text(std::string_view lines) {
    out_ += safe_lines(lines, Backticks::bold);
    return *this;
}

Page& Page::example(std::string_view lines) {
    out_ += ".EX\n";
    for (const std::string& line : support::split(lines, '\n'))
        out_ += safe_line(roff(line)) + "\n";
    out_ += ".EE\n";
    return *this;
}

Page& Page::item(const std::string& term, std::string_view text) {
    out_ += ".TP\n" + term + "\n" + safe_lines(text, Backticks::bold);
    return *this;
}

} // namespace slipway::reference
