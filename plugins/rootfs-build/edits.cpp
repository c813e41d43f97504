// SPDX-License-Identifier: GPL-3.0-or-later
#include "edits.hpp"

#include <algorithm>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

namespace {

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

Error refuse(const Edit& edit, const std::string& why) {
    return Error{Kind::config, "edit of '" + edit.path + "': " + why,
                 "correct the edit, or say \"optional\": true if it need not change anything"};
}

/// shadow(5): the second field of the user's line; passwd -l puts a '!' in front of it.
Result<std::string> lock_password(const Edit& edit, const std::string& user, std::string text) {
    const std::string key = user + ':';
    std::size_t at = text.starts_with(key) ? 0 : text.find('\n' + key);
    if (at == std::string::npos) return refuse(edit, "it has no user '" + user + "'");
    at = text.find(':', at) + 1;
    if (text.compare(at, 1, "!") == 0) return text;
    return text.insert(at, "!");
}

bool fits(const std::string& text, std::size_t at, std::size_t size, Where where) {
    const bool starts = at == 0 || text[at - 1] == '\n';
    const bool ends = at + size == text.size() || text[at + size] == '\n';
    return where == Where::anywhere || (starts && (where == Where::line_start || ends));
}

std::string replace(const Replace& change, const std::string& text) {
    std::string out;
    std::size_t from = 0, at = 0;
    while ((at = text.find(change.match, at)) != std::string::npos) {
        if (!fits(text, at, change.match.size(), change.where)) {
            ++at;
            continue;
        }
        out.append(text, from, at - from).append(change.with);
        from = at = at + change.match.size();
    }
    return out.append(text, from);
}

} // namespace

Result<std::string> edited(const Edit& edit, std::string text) {
    const std::string before = text;
    Result<std::string> after =
        std::visit(Overloaded{
                       [&](const LockPassword& c) { return lock_password(edit, c.user, std::move(text)); },
                       [&](const Append& c) { return Result<std::string>(text + c.text); },
                       [&](const SetContent& c) { return Result<std::string>(c.text); },
                       [&](const Replace& c) { return Result<std::string>(replace(c, text)); },
                       [&](const Remove&) { return Result<std::string>(text); },
                   },
                   edit.change);
    if (edit.optional) return after ? std::move(after) : Result<std::string>(before);
    const bool mode_only = edit.mode.has_value();
    if (after && after.value() == before && !mode_only) return refuse(edit, "it changes nothing");
    return after;
}

Edits::Edits(std::vector<Edit> edits) : edits_(std::move(edits)) {
    for (const Edit& edit : edits_)
        (std::holds_alternative<Remove>(edit.change) ? removed_ : texts_).insert(edit.path);
}

bool Edits::removes(const std::string& path) {
    if (removed_.empty()) return false;
    for (std::size_t end = path.size(); end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
        const auto it = removed_.find(std::string_view(path).substr(0, end));
        if (it == removed_.end()) continue;
        met_.insert(*it);
        return true;
    }
    return false;
}

Result<std::string> Edits::apply(const std::string& path, std::string text) {
    met_.insert(path);
    for (const Edit& edit : edits_) {
        if (edit.path != path || std::holds_alternative<Remove>(edit.change)) continue;
        SLIPWAY_TRY_ASSIGN(text, edited(edit, std::move(text)));
    }
    return text;
}

Result<void> Edits::refuse_other(const std::string& path, const char* type) const {
    if (!wants(path)) return {};
    return Error{Kind::config, "edit of '" + path + "': it is a " + type + ", and not a file",
                 "name the file itself"};
}

std::optional<unsigned> Edits::mode_of(const std::string& path) const {
    std::optional<unsigned> mode;
    for (const Edit& edit : edits_)
        if (edit.path == path && edit.mode) mode = edit.mode;
    return mode;
}

Result<std::vector<Edits::NewFile>> Edits::rest() {
    texts_.clear();
    std::vector<NewFile> files;
    for (const Edit& edit : edits_) {
        if (met_.contains(edit.path)) continue;
        const auto it = std::ranges::find(files, edit.path, &NewFile::path);
        if (it != files.end()) {
            SLIPWAY_TRY_ASSIGN(it->text, edited(edit, std::move(it->text)));
        } else if (const auto* content = std::get_if<SetContent>(&edit.change)) {
            files.push_back({edit.path, content->text, mode_of(edit.path).value_or(0644)});
        } else if (!edit.optional) {
            return refuse(edit, "there is no such file");
        }
    }
    return files;
}

} // namespace slipway::rootfs
