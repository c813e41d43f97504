// SPDX-License-Identifier: GPL-3.0-or-later
#include "variables.hpp"

#include "words.hpp"

#include <support/text.hpp>

#include <algorithm>

namespace slipway::config {

namespace json = support::json;
using json::Value;

namespace {

/// The piece of "${body}", or a fault.
Piece reference_piece(std::string_view raw, std::size_t offset, std::vector<Fault>& faults) {
    const std::string_view body = raw.substr(2, raw.size() - 3);
    Piece piece{Piece::Kind::name, raw, body, offset};
    if (body.find("${") != std::string_view::npos)
        faults.push_back(
            {offset, "a variable inside a variable in '" + std::string(raw) + "'", "variables do not nest"});
    else if (body.empty())
        faults.push_back({offset, "a variable without a name", "write '$${' for a plain '${'"});
    else if (body == "date" || body == "date:")
        faults.push_back({offset, "a date without a format", "such as ${date:%d%m%Y}; see strftime(3)"});
    else if (body.starts_with("date:"))
        return {Piece::Kind::date, raw, body.substr(5), offset};
    else if (body.find('.') != std::string_view::npos) {
        piece.kind = Piece::Kind::runtime;
        if (std::ranges::count(support::split(body, '.'), "") > 0)
            faults.push_back(
                {offset, "an empty name in '" + std::string(raw) + "'", "write ${STAGE.PORT.MEMBER}"});
    }
    return piece;
}

} // namespace

std::vector<Piece> take_apart(std::string_view text, std::vector<Fault>& faults) {
    std::vector<Piece> pieces;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t start = text.find("${", at);
        const bool escaped = start != std::string_view::npos && start > at && text[start - 1] == '$';
        const std::size_t plain_end = escaped ? start - 1 : std::min(start, text.size());
        const std::string_view plain = text.substr(at, plain_end - at);
        if (!plain.empty()) pieces.push_back({Piece::Kind::text, plain, plain, at});
        if (start == std::string_view::npos) break;
        if (escaped) {
            pieces.push_back(
                {Piece::Kind::text, text.substr(start - 1, 3), text.substr(start, 2), start - 1});
            at = start + 2;
            continue;
        }
        const std::size_t end = text.find('}', start);
        if (end == std::string_view::npos) {
            faults.push_back({start, "a '${' without its '}'", "write '$${' for a plain '${'"});
            pieces.push_back({Piece::Kind::text, text.substr(start), text.substr(start), start});
            break;
        }
        pieces.push_back(reference_piece(text.substr(start, end + 1 - start), start, faults));
        at = end + 1;
    }
    return pieces;
}

bool is_one_reference(std::string_view text) {
    std::vector<Fault> faults;
    const auto pieces = take_apart(text, faults);
    return faults.empty() && pieces.size() == 1 && pieces[0].kind != Piece::Kind::text;
}

RuntimeReference runtime_reference(const Piece& piece) {
    std::vector<std::string> parts = support::split(piece.body, '.');
    return {parts[0], parts[1], {parts.begin() + 2, parts.end()}, std::string(piece.raw)};
}

/// Where the walk is; made into a pointer only when there is something to say.
struct Expansion::Path {
    const Path* above;
    std::string_view key;
    std::size_t index;
    bool in_array;

    std::string pointer() const {
        if (above == nullptr) return std::string(key);
        return above->pointer() + "/" + (in_array ? std::to_string(index) : json::pointer_token(key));
    }
};

void Expansion::expand(Value& value, const std::string& pointer) {
    walk(value, {nullptr, pointer, 0, false});
}

void Expansion::walk(Value& value, const Path& path) {
    if (value.is_string() && value.as_string().find("${") != std::string::npos) expand_string(value, path);
    if (value.is_array())
        for (std::size_t i = 0; i < value.array().size(); ++i)
            walk(value.array()[i], {&path, {}, i, true});
    if (value.is_object())
        for (json::Member& member : value.object())
            walk(member.value, {&path, member.key, 0, false});
}

void Expansion::expand_string(Value& value, const Path& path) {
    std::vector<Fault> faults;
    const std::string text = value.as_string();
    const std::vector<Piece> pieces = take_apart(text, faults);
    std::string out;
    for (const Piece& piece : faults.empty() ? pieces : std::vector<Piece>{}) {
        if (Fault fault{piece.offset, {}}; !put(piece, out, fault)) faults.push_back(std::move(fault));
        if (piece.kind == Piece::Kind::runtime && stage_ != nullptr)
            listener_.reference({path.pointer(), &value, piece.offset}, runtime_reference(piece));
    }
    for (const Fault& fault : faults)
        listener_.fault({path.pointer(), &value, fault.offset}, fault);
    if (!faults.empty()) return;
    const auto typed = pieces.size() == 1 && pieces[0].kind == Piece::Kind::name
                           ? chain_.typed_vars.find(std::string(pieces[0].body))
                           : chain_.typed_vars.end();
    if (typed == chain_.typed_vars.end()) {
        value.string() = std::move(out);
        return;
    }
    const std::size_t position = value.position();
    value = typed->second;
    value.set_position(position);
}

/// Appends what the piece stands for, or explains why not.
bool Expansion::put(const Piece& piece, std::string& out, Fault& fault) const {
    switch (piece.kind) {
    case Piece::Kind::text:
        out += piece.raw;
        return true;
    case Piece::Kind::date:
        if (const auto date = support::format_time(std::string(piece.body), chain_.epoch)) {
            out += *date;
            return true;
        }
        fault.what = "a date in the format '" + std::string(piece.body) + "' is empty or too long";
        fault.hint = "see strftime(3)";
        return false;
    case Piece::Kind::name:
        if (const std::string* found = find(piece.body)) {
            out += *found;
            return true;
        }
        fault = unknown(piece.body);
        fault.offset = piece.offset;
        return false;
    case Piece::Kind::runtime:
        out += piece.raw;
        if (stage_ != nullptr) return true;
        fault.what = "'" + std::string(piece.raw) + "' is not known before the run";
        fault.hint = "use it in the options of a stage";
        return false;
    }
    return false;
}

const std::string* Expansion::find(std::string_view name) const {
    for (const auto& [axis, value] : cell_)
        if (axis == name) return &value;
    if (const auto var = chain_.vars.find(std::string(name)); var != chain_.vars.end()) return &var->second;
    return stage_ != nullptr && name == "version" ? &chain_.version : nullptr;
}

Fault Expansion::unknown(std::string_view name) const {
    const std::string word(name);
    const std::string shown = "'${" + word + "}'";
    if (stage_ != nullptr && std::ranges::find(chain_.axes, name, &Axis::name) != chain_.axes.end())
        return {0,
                shown + " is not set here: stage '" + stage_->id + "' does not run for each '" + word + "'",
                "add \"each\": [\"" + word + "\"] to the stage"};
    if (stage_ == nullptr && std::ranges::find(chain_.axes, name, &Axis::name) != chain_.axes.end())
        return {0, shown + " is an axis: it has a value only in a stage",
                "use it in a stage that has it in 'each'"};
    if (stage_ == nullptr && name == "version")
        return {0, "'${version}' is not known yet", "'vars' are worked out first, then 'version'"};
    std::vector<std::string> names;
    for (const auto& [axis, value] : cell_)
        names.push_back(axis);
    for (const auto& [var, value] : chain_.vars)
        names.push_back(var);
    if (stage_ != nullptr) names.push_back("version");
    const std::string hint = did_you_mean(name, names);
    return {0, "unknown variable " + shown,
            hint.empty() ? "set it in 'vars'; write '$${' for a plain '${'" : hint};
}

} // namespace slipway::config
