// SPDX-License-Identifier: GPL-3.0-or-later
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <support/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace slipway::support::json {

namespace {

constexpr std::size_t max_depth = 200;

/// Builds values from RapidJSON's events. The start of a token is the first character after the end of
/// the one before, past blanks and punctuation. The iterative reader sends the event of a scalar or key
/// after it consumed the token, that of a bracket before.
class Builder {
public:
    Builder(std::string_view text, const rapidjson::MemoryStream& stream) : text_(text), stream_(stream) {}

    bool Null() { return add(Value()); }

    bool Bool(bool b) { return add(Value(b)); }

    // All numbers come as their text (kParseNumbersAsStringsFlag): RapidJSON's own conversion shifts by too
    // much for a zero with a large exponent.
    bool RawNumber(const char* s, rapidjson::SizeType size, bool) {
        const char* const end = s + size;
        std::int64_t integer = 0;
        if (auto [at, failed] = std::from_chars(s, end, integer); failed == std::errc() && at == end)
            return add(Value(integer));
        double real = 0;
        if (std::from_chars(s, end, real).ec == std::errc()) return add(Value(real));
        return fail(token_start(), "number out of the range of a double");
    }

    bool Int(int) { return false; }

    bool Uint(unsigned) { return false; }

    bool Int64(std::int64_t) { return false; }

    bool Uint64(std::uint64_t) { return false; }

    bool Double(double) { return false; }

    bool String(const char* s, rapidjson::SizeType size, bool) {
        std::string text(s, size);
        return has_surrogate(text) ? fail(token_start(), lone_surrogate) : add(Value(std::move(text)));
    }

    bool StartObject() { return open(Value(Object{})); }

    bool StartArray() { return open(Value(Array{})); }

    bool EndObject(rapidjson::SizeType) { return close(); }

    bool EndArray(rapidjson::SizeType) { return close(); }

    bool Key(const char* s, rapidjson::SizeType size, bool) {
        const std::size_t start = token_start();
        std::string key(s, size);
        if (has_surrogate(key)) return fail(start, lone_surrogate);
        if (open_.back().find(key) != nullptr) return fail(start, "key '" + key + "' is there twice");
        keys_.back() = {std::move(key), Value(), start};
        return true;
    }

    Value take() { return std::move(root_); }

    const std::string& failure() const { return failure_; }

    std::size_t failure_position() const { return failure_position_; }

private:
    static constexpr const char* lone_surrogate = "half of a surrogate pair in a string";

    /// RapidJSON checks raw bytes, but takes an escaped low surrogate on its own ("\udc00", RFC 8259, 8.2).
    static bool has_surrogate(std::string_view text) {
        for (std::size_t i = text.find('\xed'); i != text.npos; i = text.find('\xed', i + 1))
            if (i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0xa0) return true;
        return false;
    }

    std::size_t token_start(bool bracket = false) {
        std::size_t i = end_of_last_;
        while (i < text_.size()) {
            if (text_.compare(i, 2, "//") == 0)
                i = std::min(text_.find('\n', i), text_.size());
            else if (text_.compare(i, 2, "/*") == 0)
                i = std::min(text_.find("*/", i + 2), text_.size() - 2) + 2;
            else if (std::string_view(" \t\r\n,:").find(text_[i]) != std::string_view::npos)
                ++i;
            else
                break;
        }
        end_of_last_ = bracket ? i + 1 : stream_.Tell();
        return i;
    }

    bool fail(std::size_t position, std::string why) {
        failure_ = std::move(why);
        failure_position_ = position;
        return false;
    }

    bool put(Value value) {
        if (open_.empty())
            root_ = std::move(value);
        else if (open_.back().is_array())
            open_.back().array().push_back(std::move(value));
        else {
            keys_.back().value = std::move(value);
            open_.back().object().push_back(std::move(keys_.back()));
        }
        return true;
    }

    bool add(Value value) {
        value.set_position(token_start());
        return put(std::move(value));
    }

    bool open(Value value) {
        value.set_position(token_start(true));
        if (open_.size() == max_depth) return fail(value.position(), "nested too deeply");
        open_.push_back(std::move(value));
        keys_.emplace_back();
        return true;
    }

    bool close() {
        token_start(true);
        Value done = std::move(open_.back());
        open_.pop_back();
        keys_.pop_back();
        return put(std::move(done));
    }

    std::string_view text_;
    const rapidjson::MemoryStream& stream_;
    std::size_t end_of_last_ = 0;
    Value root_;
    std::vector<Value> open_;
    std::vector<Member> keys_; // the member being read, of each open object
    std::string failure_;
    std::size_t failure_position_ = 0;
};

Error syntax_error(std::string_view text, std::size_t offset, const std::string& cause) {
    const Place place = place_of(text, offset);
    return Error{Kind::config,
                 std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + cause};
}

std::string cause_of(rapidjson::ParseErrorCode code) {
    std::string cause = rapidjson::GetParseError_En(code);
    if (!cause.empty() && cause.back() == '.') cause.pop_back();
    if (!cause.empty()) cause[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(cause[0])));
    return cause;
}

/// A double that is a whole number keeps its ".0", so that it reads back as a double.
template <class Writer>
void write(Writer& out, const Value& value, bool sorted) {
    if (value.is_null()) out.Null();
    if (value.is_bool()) out.Bool(value.as_bool());
    if (value.is_integer())
        out.Int64(value.as_integer());
    else if (value.is_number())
        std::isfinite(value.as_number()) ? out.Double(value.as_number()) : out.Null();
    if (value.is_string())
        out.String(value.as_string().data(), static_cast<rapidjson::SizeType>(value.as_string().size()));
    if (value.is_array()) {
        out.StartArray();
        for (const Value& item : value.as_array())
            write(out, item, sorted);
        out.EndArray();
    }
    if (value.is_object()) {
        std::vector<const Member*> members;
        for (const Member& member : value.as_object())
            members.push_back(&member);
        if (sorted)
            std::ranges::sort(members, {}, [](const Member* m) -> const std::string& { return m->key; });
        out.StartObject();
        for (const Member* member : members) {
            out.Key(member->key.data(), static_cast<rapidjson::SizeType>(member->key.size()));
            write(out, member->value, sorted);
        }
        out.EndObject();
    }
}

std::string dump_as(const Value& value, bool sorted) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    write(writer, value, sorted);
    return {buffer.GetString(), buffer.GetSize()};
}

template <unsigned Flags>
Result<Value> parse_with(std::string_view text) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    Builder builder(text, stream);
    rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>> reader;
    constexpr unsigned flags = Flags | rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag
                               | rapidjson::kParseNumbersAsStringsFlag;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, builder);
    if (!builder.failure().empty()) return syntax_error(text, builder.failure_position(), builder.failure());
    if (result.IsError()) return syntax_error(text, result.Offset(), cause_of(result.Code()));
    return builder.take();
}

template <class V>
V* descend(V* value, std::string_view pointer) {
    if (!pointer.empty() && pointer.front() != '/') return nullptr;
    while (!pointer.empty() && value != nullptr) {
        pointer.remove_prefix(1);
        const std::string_view raw = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(raw.size());
        std::string token;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            const bool escape = raw[i] == '~' && i + 1 < raw.size();
            token += escape ? (raw[++i] == '0' ? '~' : '/') : raw[i];
        }
        if (value->is_array()) {
            const bool digits = !token.empty() && token.size() < 10
                                && token.find_first_not_of("0123456789") == std::string::npos;
            const std::size_t index = digits ? std::stoul(token) : std::string::npos;
            value = index < value->as_array().size() ? const_cast<V*>(&value->as_array()[index]) : nullptr;
        } else {
            value = value->find(token);
        }
    }
    return value;
}

} // namespace

const char* Value::type_name() const {
    static constexpr const char* names[] = {"null",   "boolean", "integer", "number",
                                            "string", "array",   "object"};
    return names[data_.index()];
}

bool Value::as_bool(bool fallback) const {
    const bool* b = std::get_if<bool>(&data_);
    return b ? *b : fallback;
}

std::int64_t Value::as_integer(std::int64_t fallback) const {
    const std::int64_t* n = std::get_if<std::int64_t>(&data_);
    return n ? *n : fallback;
}

double Value::as_number(double fallback) const {
    if (is_integer()) return static_cast<double>(as_integer());
    const double* d = std::get_if<double>(&data_);
    return d ? *d : fallback;
}

const std::string& Value::as_string() const& {
    static const std::string empty;
    const std::string* s = std::get_if<std::string>(&data_);
    return s ? *s : empty;
}

const Array& Value::as_array() const& {
    static const Array empty;
    const Array* a = std::get_if<Array>(&data_);
    return a ? *a : empty;
}

const Object& Value::as_object() const& {
    static const Object empty;
    const Object* o = std::get_if<Object>(&data_);
    return o ? *o : empty;
}

const Value* Value::find(std::string_view key) const {
    for (const Member& member : as_object())
        if (member.key == key) return &member.value;
    return nullptr;
}

Value* Value::find(std::string_view key) {
    return const_cast<Value*>(static_cast<const Value*>(this)->find(key));
}

const Value& Value::operator[](std::string_view key) const {
    static const Value null;
    const Value* found = find(key);
    return found ? *found : null;
}

Value& Value::set(std::string key, Value value) {
    if (is_null()) data_ = Object{};
    if (Value* found = find(key)) return *found = std::move(value);
    object().push_back({std::move(key), std::move(value)});
    return object().back().value;
}

bool Value::remove(std::string_view key) {
    return is_object() && std::erase_if(object(), [&](const Member& m) { return m.key == key; }) > 0;
}

const Value* Value::at_pointer(std::string_view pointer) const {
    return descend(this, pointer);
}

Value* Value::at_pointer(std::string_view pointer) {
    return descend(this, pointer);
}

bool Value::operator==(const Value& other) const {
    if (!is_object() || !other.is_object()) {
        if (is_array() && other.is_array()) return as_array() == other.as_array();
        return !is_object() && !other.is_object() && data_.index() == other.data_.index()
               && dump(*this) == dump(other);
    }
    return as_object().size() == other.as_object().size()
           && std::ranges::all_of(as_object(), [&](const Member& m) {
                  const Value* theirs = other.find(m.key);
                  return theirs != nullptr && m.value == *theirs;
              });
}

Place place_of(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0
    return {1 + static_cast<std::size_t>(std::ranges::count(before, '\n')), 1 + offset - line_start};
}

Result<Value> parse(std::string_view text, Syntax syntax) {
    constexpr unsigned relaxed = rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag;
    return syntax == Syntax::relaxed ? parse_with<relaxed>(text) : parse_with<0>(text);
}

std::string dump(const Value& value) {
    return dump_as(value, false);
}

std::string dump_canonical(const Value& value) {
    return dump_as(value, true);
}

std::string dump_pretty(const Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
    writer.SetIndent(' ', 2);
    writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
    write(writer, value, false);
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string pointer_token(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
}

} // namespace slipway::support::json
