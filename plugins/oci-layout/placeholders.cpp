// SPDX-License-Identifier: GPL-3.0-or-later
#include <placeholders.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::oci {

using support::Error;
using support::Kind;
using support::Result;

namespace {

std::string all_values(const Variant& variant) {
    std::string values;
    for (const auto& [axis, value] : variant)
        values += value + "/";
    return values;
}

} // namespace

Result<std::string> fill_in(const std::string& text, const Variant& variant) {
    std::string filled;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t open = std::min(text.find('{', at), text.size());
        filled += text.substr(at, open - at);
        if (open == text.size()) break;
        const std::size_t close = std::min(text.find('}', open), text.size());
        const std::string axis = text.substr(open + 1, close - open - 1);
        const auto value = std::ranges::find(variant, axis, &Variant::value_type::first);
        if (axis == "variant") {
            filled += all_values(variant);
        } else if (value != variant.end()) {
            filled += value->second;
        } else {
            std::vector<std::string> known{"{variant}"};
            for (const auto& [name, ignored] : variant)
                known.push_back("{" + name + "}");
            return Error{Kind::config, "'" + support::printable(text) + "': unknown placeholder",
                         "use " + support::join_or(known)};
        }
        at = close + 1;
    }
    return filled;
}

Result<std::string> folder_of(std::string text) {
    while (text.ends_with('/'))
        text.pop_back();
    if (text.empty()) return text;
    for (const std::string& part : support::split(text, '/'))
        if (part.empty() || part == "." || part == "..")
            return Error{Kind::config,
                         "folder '" + support::printable(text) + "' is not below the layouts' folder",
                         "a relative path without '.' and '..'"};
    return text + "/";
}

} // namespace slipway::oci
