// SPDX-License-Identifier: GPL-3.0-or-later
#include <layout.hpp>
#include <strings.h>
#include <support/text.hpp>

#include <algorithm>
#include <map>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

constexpr const char* variant_mark = "{variant}";
constexpr const char* name_mark = "{name}";

std::string replaced(std::string text, std::string_view mark, const std::string& value) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size())
        text.replace(at, mark.size(), value);
    return text;
}

const char* fault_of(const std::string& path) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::any_of(path.begin(), path.end(), control)) return "has control characters";
    for (const std::string& part : support::split(path, '/')) {
        if (part.empty()) return "is empty, absolute, or has an empty part";
        if (part == "." || part == "..") return "has a '.' or '..' part";
        if (::strcasecmp(part.c_str(), ".git") == 0) return "has a '.git' part";
    }
    if (::strcasecmp(path.c_str(), ".gitmodules") == 0)
        return "would make submodules, which are not published";
    return nullptr;
}

Error clash(const Place& one, const Place& other) {
    return Error{Kind::config,
                 one.label + " and " + other.label + ": both at '" + support::printable(one.path) + "'",
                 "put {variant} into the layout, or give the files different names"};
}

} // namespace

Result<void> check_layout(const std::string& layout) {
    const std::string rest = replaced(replaced(layout, variant_mark, ""), name_mark, "");
    if (rest.find_first_of("{}") == std::string::npos) return {};
    return Error{Kind::config, "layout '" + support::printable(layout) + "': unknown placeholder",
                 "use {variant} and {name}"};
}

std::string tree_path(const std::string& layout, const std::vector<std::string>& variant,
                      const std::string& name) {
    std::string folders;
    for (const std::string& value : variant)
        folders += value + "/";
    // {name} last: a file's name may hold anything, and is not looked at again.
    return replaced(replaced(layout, variant_mark, folders), name_mark, name);
}

Result<void> check_link(const std::string& path, const std::string& target, const std::string& label) {
    std::vector<std::string> at = support::split(path, '/');
    at.pop_back();
    bool out = target.empty() || target.front() == '/';
    for (const std::string& part : support::split(target, '/')) {
        if (part.empty() || part == ".") continue;
        out = out || (part == ".." && at.empty()) || ::strcasecmp(part.c_str(), ".git") == 0;
        if (out) break;
        if (part == "..")
            at.pop_back();
        else
            at.push_back(part);
    }
    if (!out) return {};
    return Error{Kind::config,
                 label + ": leads out of the published tree, to '" + support::printable(target) + "'",
                 "make it a relative link to what is published, or a copy"};
}

Result<void> check_places(const std::vector<Place>& places) {
    std::map<std::string, const Place*> files;
    for (const Place& place : places) {
        if (const char* fault = fault_of(place.path))
            return Error{Kind::config, place.label + ": path '" + support::printable(place.path)
                                           + "' in the tree " + fault};
        const auto [taken, added] = files.emplace(place.path, &place);
        if (!added) return clash(*taken->second, place);
    }
    for (const auto& [path, place] : files)
        for (std::size_t slash = path.find('/'); slash != std::string::npos;
             slash = path.find('/', slash + 1))
            if (const auto file = files.find(path.substr(0, slash)); file != files.end())
                return Error{Kind::config, place->label + ": path '" + support::printable(path)
                                               + "' in the tree is inside the file '"
                                               + support::printable(file->first) + "' (" + file->second->label
                                               + ")"};
    return {};
}

} // namespace slipway::git_publish
