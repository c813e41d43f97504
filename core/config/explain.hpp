// SPDX-License-Identifier: GPL-3.0-or-later
//
// Why a value does not satisfy a JSON Schema, in words for users: read from the schema and the value.
#pragma once

#include <config/problem.hpp>
#include <support/json.hpp>

namespace slipway::config {

/// Strings that hold a "${": `open` ones may become anything, so only their type is checked, and not even
/// that if they are one reference and nothing else.
enum class References { open, closed };

struct Wording {
    const char* key = "option"; ///< what a member of an object is called
    References references = References::open;
};

/// Every violation of `schema`, a part of `root` (or all of it), that can be explained; pointers are below
/// `value`, file and place are left open. Knows draft-07 but for "format" and "contains".
Problems explain(const support::json::Value& root, const support::json::Value& schema,
                 const support::json::Value& value, const Wording& wording);

/// The schema that `schema` is: itself, or where its "$ref" leads inside `root`.
const support::json::Value& follow_reference(const support::json::Value& root,
                                             const support::json::Value& schema);

/// What is wrong with a number, string or any value by itself: "enum", "const", ranges, lengths, "pattern".
Problems explain_scalar(const support::json::Value& schema, const support::json::Value& value);

/// Is the value's type among the schema's "type"? A schema without "type" takes all.
bool type_fits(const support::json::Value& schema, const support::json::Value& value);

/// "expected an array, found a string", for the types the schema allows.
Problem type_problem(const std::vector<std::string>& types, const support::json::Value& value);

/// The schema's "type" as a list; empty if it has none.
std::vector<std::string> types_of(const support::json::Value& schema);

/// The schema's "description" if it is short enough for a hint.
std::string short_description(const support::json::Value& schema);

} // namespace slipway::config
