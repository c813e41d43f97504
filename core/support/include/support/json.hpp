// SPDX-License-Identifier: GPL-3.0-or-later
//
// JSON as values: ordered objects, 64-bit integers kept apart from doubles, and for every value the
// place in the text it came from. Reading and writing is RapidJSON's; only json.cpp sees it.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::support::json {

class Value;
struct Member;
using Array = std::vector<Value>;
using Object = std::vector<Member>; ///< in the order of the text; keys are unique after parse()

/// `position()` of a value that did not come from a text.
inline constexpr std::size_t no_position = static_cast<std::size_t>(-1);

class Value {
public:
    Value(); // null
    Value(std::nullptr_t);
    Value(bool b);
    Value(int n);
    Value(unsigned n);
    Value(std::int64_t n);
    Value(std::uint64_t n);
    Value(double d);
    Value(const char* s);
    Value(std::string_view s);
    Value(std::string s);
    Value(Array a);
    Value(Object o);

    bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

    bool is_bool() const { return std::holds_alternative<bool>(data_); }

    bool is_integer() const { return std::holds_alternative<std::int64_t>(data_); }

    bool is_number() const { return is_integer() || std::holds_alternative<double>(data_); }

    bool is_string() const { return std::holds_alternative<std::string>(data_); }

    bool is_array() const { return std::holds_alternative<Array>(data_); }

    bool is_object() const { return std::holds_alternative<Object>(data_); }

    /// "null", "boolean", "integer", "number", "string", "array" or "object".
    const char* type_name() const;

    // Of another type than asked for: the fallback, or an empty string, array or object.
    bool as_bool(bool fallback = false) const;
    std::int64_t as_integer(std::int64_t fallback = 0) const;
    double as_number(double fallback = 0) const;
    const std::string& as_string() const&;
    const Array& as_array() const&;
    const Object& as_object() const&;
    // A reference into a value that is about to go.
    void as_string() && = delete;
    void as_array() && = delete;
    void as_object() && = delete;

    std::string& string() { return std::get<std::string>(data_); }

    Array& array() { return std::get<Array>(data_); }

    Object& object() { return std::get<Object>(data_); }

    /// The member `key` of an object; nullptr if there is none or this is no object.
    const Value* find(std::string_view key) const;
    Value* find(std::string_view key);

    /// The member `key`, or a null value.
    const Value& operator[](std::string_view key) const;

    /// Set member `key`; a null value becomes an object first. Keeps the place of a member that exists.
    Value& set(std::string key, Value value);

    bool remove(std::string_view key);

    /// The value at a JSON pointer (RFC 6901), nullptr if there is none. "" is this value.
    const Value* at_pointer(std::string_view pointer) const;
    Value* at_pointer(std::string_view pointer);

    /// Byte offset of the value's first character in the parsed text, or no_position.
    std::size_t position() const { return position_; }

    void set_position(std::size_t offset) { position_ = offset; }

    /// Same type and content; the order of members and the positions do not count.
    bool operator==(const Value& other) const;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
    std::size_t position_ = no_position;
};

struct Member {
    std::string key;
    Value value;
    std::size_t key_position = no_position; ///< byte offset of the key's opening quote
};

enum class Syntax {
    strict,  ///< RFC 8259
    relaxed, ///< also // and /* */ comments, and trailing commas
};

/// A place in a text, both counted from 1; the column in bytes.
struct Place {
    std::size_t line = 1;
    std::size_t column = 1;
};

Place place_of(std::string_view text, std::size_t offset);

/// Parse one value. A failure (syntax, invalid UTF-8, a key twice in one object, nesting deeper than
/// 200) is Kind::config and says "line:column: cause".
Result<Value> parse(std::string_view text, Syntax syntax = Syntax::strict);

/// Compact, members in their order.
std::string dump(const Value& value);

/// Indented by two spaces, ends with a newline.
std::string dump_pretty(const Value& value);

/// Compact, members sorted by key (bytes): equal values give equal text.
std::string dump_canonical(const Value& value);

/// `text` as one token of a JSON pointer: "~" is "~0", "/" is "~1" (RFC 6901).
std::string pointer_token(std::string_view text);

// Defined here, where Member is complete.
inline Value::Value() = default;

inline Value::Value(std::nullptr_t) {}

inline Value::Value(bool b) : data_(b) {}

inline Value::Value(int n) : data_(std::int64_t{n}) {}

inline Value::Value(unsigned n) : data_(std::int64_t{n}) {}

inline Value::Value(std::int64_t n) : data_(n) {}

inline Value::Value(std::uint64_t n) : data_(static_cast<std::int64_t>(n)) {}

inline Value::Value(double d) : data_(d) {}

inline Value::Value(const char* s) : data_(std::string(s)) {}

inline Value::Value(std::string_view s) : data_(std::string(s)) {}

inline Value::Value(std::string s) : data_(std::move(s)) {}

inline Value::Value(Array a) : data_(std::move(a)) {}

inline Value::Value(Object o) : data_(std::move(o)) {}

} // namespace slipway::support::json
