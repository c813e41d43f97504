// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runtime references: finding them in options, and putting in what their stages wrote.
#include "variables.hpp"
#include "words.hpp"

#include <charconv>

namespace slipway::config {

namespace json = support::json;
using json::Value;
using support::Error;
using support::Kind;
using support::Result;

namespace {

using Documents = std::function<Result<Value>(const RuntimeReference&)>;

void collect(const Value& value, std::vector<RuntimeReference>& out) {
    std::vector<Fault> faults;
    for (const Piece& piece : take_apart(value.as_string(), faults))
        if (piece.kind == Piece::Kind::runtime && faults.empty()) out.push_back(runtime_reference(piece));
    for (const Value& item : value.as_array())
        collect(item, out);
    for (const json::Member& member : value.as_object())
        collect(member.value, out);
}

/// Members of objects by name, items of arrays by number.
const Value* below(const Value& value, const std::string& name) {
    return name.find_first_of("~/") == std::string::npos ? value.at_pointer("/" + name) : value.find(name);
}

Result<Value> look_up(const RuntimeReference& reference, const Documents& document) {
    auto found = document(reference);
    if (!found) return std::move(found).error().in(reference.text);
    const Value* at = &found.value();
    for (const std::string& name : reference.members) {
        const Value* next = below(*at, name);
        if (next == nullptr)
            return Error{Kind::not_found, reference.text + ": there is no '" + name + "' in the document",
                         did_you_mean(name, keys_of(*at))};
        at = next;
    }
    return Value(*at);
}

Result<Value> resolve_string(const std::string& text, const Documents& document) {
    std::vector<Fault> faults;
    const std::vector<Piece> pieces = take_apart(text, faults);
    if (!faults.empty()) return Error{Kind::config, faults[0].what, faults[0].hint};
    std::string out;
    for (const Piece& piece : pieces) {
        if (piece.kind != Piece::Kind::runtime) {
            out += piece.kind == Piece::Kind::text ? piece.body : piece.raw;
            continue;
        }
        const RuntimeReference reference = runtime_reference(piece);
        SLIPWAY_TRY_ASSIGN(const Value found, look_up(reference, document));
        if (pieces.size() == 1) return found;
        if (found.is_null() || found.is_array() || found.is_object())
            return Error{Kind::config,
                         reference.text + ": " + with_article(found.type_name())
                             + " cannot stand inside a text",
                         "name a member of it, or let the reference be the whole string"};
        out += found.is_string() ? found.as_string() : json::dump(found);
    }
    return Value(out);
}

Result<void> resolve_in_place(Value& value, const Documents& document) {
    if (value.as_string().find("${") != std::string::npos) {
        const std::size_t position = value.position();
        SLIPWAY_TRY_ASSIGN(value, resolve_string(value.as_string(), document));
        value.set_position(position);
        return {};
    }
    if (value.is_array())
        for (Value& item : value.array())
            SLIPWAY_TRY(resolve_in_place(item, document));
    if (value.is_object())
        for (json::Member& member : value.object())
            SLIPWAY_TRY(resolve_in_place(member.value, document));
    return {};
}

} // namespace

std::vector<RuntimeReference> runtime_references(const Value& options) {
    std::vector<RuntimeReference> out;
    collect(options, out);
    return out;
}

Result<Value> resolve(const Value& options, const Documents& document) {
    Value out = options;
    SLIPWAY_TRY(resolve_in_place(out, document));
    return out;
}

} // namespace slipway::config
