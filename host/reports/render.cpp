// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/render.hpp"

#include "reports/history.hpp"
#include "reports/template.hpp"
#include "reports/view.hpp"

#include <support/text.hpp>

namespace slipway::host::reports {

namespace json = support::json;
using json::Value;

namespace {

/// An indented code block (CommonMark 4.4): no text can end it. (A carriage return would, and is shown.)
std::string code_block(const std::string& text) {
    std::string out = "    ";
    for (const char c : support::printable_text(text))
        out += c == '\n' ? "\n    " : std::string(1, c);
    while (out.ends_with(' ') || out.ends_with('\n'))
        out.pop_back();
    return out;
}

/// What stands in code blocks, below "block".
void add_blocks(Value& list, const char* member) {
    for (Value& item : list.array())
        item.set("block", code_block(item[member].as_string()));
}

} // namespace

std::string run_page(const Value& facts) {
    return render(embedded("run.html"), view_of(facts), html_escape);
}

std::string run_markdown(const Value& facts) {
    Value view = view_of(facts);
    add_blocks(*view.find("packages"), "sums");
    add_blocks(*view.find("digests"), "command");
    add_blocks(*view.find("checks"), "command");
    add_blocks(*view.find("log"), "text");
    return render(embedded("run.md"), view, markdown_escape);
}

std::string site_page(const Value& history) {
    return render(embedded("site.html"), history_view(history), html_escape);
}

} // namespace slipway::host::reports
