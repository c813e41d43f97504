// SPDX-License-Identifier: GPL-3.0-or-later
//
// The few macros of man(7) that our pages use.
#pragma once

#include <string>
#include <string_view>

namespace slipway::reference {

/// `text` with nothing in it that roff would take as its own (groff_char(7): a plain "-" is a hyphen, not the
/// minus that a user types). Text between backticks becomes bold, if asked for.
enum class Backticks { literal, bold };
std::string roff(std::string_view text, Backticks backticks = Backticks::literal);

/// A page under construction.
class Page {
public:
    /// `name` and `summary` are those of apropos(1).
    Page(const std::string& name, int section, const std::string& summary);

    Page& section(const std::string& title);

    /// Lines are filled; backticks make bold; an empty line begins a paragraph.
    Page& text(std::string_view lines);

    /// What stands as it is.
    Page& example(std::string_view lines);

    /// `term` is roff already, `text` is not.
    Page& item(const std::string& term, std::string_view text);

    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

std::string bold(std::string_view text);
std::string italic(std::string_view text);

} // namespace slipway::reference
