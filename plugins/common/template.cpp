// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/template.hpp>
#include <support/text.hpp>

namespace slipway::common {

using support::Error;
using support::Kind;
using support::Result;

namespace {

Error unknown(const std::string& name, const Values& values) {
    std::vector<std::string> names;
    for (const auto& [key, value] : values)
        names.push_back(key);
    const auto near = support::nearest(name, names);
    return {Kind::config, "template: there is no {" + support::printable(name) + "}",
            near ? "did you mean {" + *near + "}?" : "it knows " + support::join_or(names)};
}

/// One line; `empty`: it had placeholders, and nothing but such as have no value.
Result<std::string> fill_line(const std::string& line, const Values& values, bool& empty) {
    std::string out;
    bool placeholders = false, other = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool doubled = (c == '{' || c == '}') && i + 1 < line.size() && line[i + 1] == c;
        if (doubled || (c != '{' && c != '}')) {
            out += c;
            i += doubled ? 1 : 0;
            other = other || c != ' ';
            continue;
        }
        const std::size_t end = line.find('}', i);
        if (c == '}' || end == std::string::npos)
            return Error{Kind::config, std::string("template: a '") + c + "' alone",
                         "write {name}, or {{ and }} for braces"};
        const auto it = values.find(line.substr(i + 1, end - i - 1));
        if (it == values.end()) return unknown(line.substr(i + 1, end - i - 1), values);
        placeholders = true;
        other = other || !it->second.empty();
        out += it->second;
        i = end;
    }
    empty = placeholders && !other;
    return out;
}

} // namespace

Result<std::string> fill(const std::string& text, const Values& values) {
    std::string out;
    bool first = true;
    for (const std::string& line : support::split(text, '\n')) {
        bool empty = false;
        SLIPWAY_TRY_ASSIGN(const std::string filled, fill_line(line, values, empty));
        if (empty) continue;
        out += (first ? "" : "\n") + filled;
        first = false;
    }
    return out;
}

} // namespace slipway::common
