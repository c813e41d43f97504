// SPDX-License-Identifier: GPL-3.0-or-later
#include <change/change.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <set>

namespace slipway::change {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

Error bad(std::string what) {
    return Error{Kind::config, "change: " + std::move(what),
                 "the input must be a change document, as library-update makes it"};
}

/// git-apply(1) refuses paths outside the tree; quotes and controls would need git's quoting.
bool is_plain_path(const std::string& path) {
    if (path.empty() || path != support::printable(path)) return false;
    if (path.find_first_of("\"\\") != std::string::npos) return false;
    const auto parts = support::split(path, '/');
    return std::ranges::none_of(parts, [](const std::string& part) {
        return part.empty() || part == "." || part == ".." || part == ".git";
    });
}

Result<std::optional<std::string>> read_text(const json::Value& file, const char* key,
                                             const std::string& path) {
    const json::Value* value = file.find(key);
    if (value == nullptr || (!value->is_null() && !value->is_string()))
        return bad("'" + std::string(key) + "' of '" + path + "' is neither text nor null");
    if (value->is_null()) return std::optional<std::string>();
    if (value->as_string().find('\0') != std::string::npos)
        return Error{Kind::unsupported, "change: '" + path + "' is not text", "a change can only hold text"};
    return std::optional<std::string>(value->as_string());
}

Result<ChangedFile> read_file(const json::Value& file) {
    ChangedFile out{file["path"].as_string(), file["mode"].as_string(), {}, {}};
    if (!is_plain_path(out.path))
        return bad("'" + support::printable(out.path) + "' is no path inside a repository");
    if (out.mode != "100644" && out.mode != "100755")
        return bad("mode '" + support::printable(out.mode) + "' of '" + out.path
                   + "' is neither 100644 nor 100755");
    SLIPWAY_TRY_ASSIGN(out.before, read_text(file, "before", out.path));
    SLIPWAY_TRY_ASSIGN(out.after, read_text(file, "after", out.path));
    return out;
}

} // namespace

Result<Change> read_change(const std::string& text) {
    auto document = json::parse(text);
    if (!document) return std::move(document).error().in("change");
    const json::Value& root = document.value();
    Change change{root["title"].as_string(), root["body"].as_string(), {}};
    if (change.title.empty() || change.title != support::printable(change.title))
        return bad("no title of one line");
    if (!root["files"].is_array()) return bad("no list of files");
    std::set<std::string> seen;
    for (const json::Value& file : root["files"].as_array()) {
        SLIPWAY_TRY_ASSIGN(auto changed, read_file(file));
        if (!seen.insert(changed.path).second) return bad("'" + changed.path + "' is there twice");
        if (changed.before != changed.after) change.files.push_back(std::move(changed));
    }
    return change;
}

} // namespace slipway::change
