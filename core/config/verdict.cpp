// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one file that sees valijson.
#include <algorithm>
#include <exception>

// With exceptions the adapter would give RapidJSON other assertions than the rest of the program has.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/exceptions.hpp>
#undef VALIJSON_USE_EXCEPTIONS
#include <valijson/adapters/rapidjson_adapter.hpp>
#define VALIJSON_USE_EXCEPTIONS 1
#include "pattern.hpp"
#include "verdict.hpp"

#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace slipway::config {

namespace json = support::json;

namespace {

using Adapter = valijson::adapters::RapidJsonAdapter;
using Allocator = rapidjson::Document::AllocatorType;

rapidjson::Value convert_string(const std::string& text, std::size_t most, Allocator& allocator) {
    const auto size = static_cast<rapidjson::SizeType>(std::min(text.size(), most));
    return {text.data(), size, allocator};
}

/// Strings are cut after `most` bytes.
rapidjson::Value convert(const json::Value& value, std::size_t most, Allocator& allocator) {
    if (value.is_bool()) return rapidjson::Value(value.as_bool());
    if (value.is_integer()) return rapidjson::Value(value.as_integer());
    if (value.is_number()) return rapidjson::Value(value.as_number());
    if (value.is_string()) return convert_string(value.as_string(), most, allocator);
    rapidjson::Value out;
    if (value.is_array()) out.SetArray();
    if (value.is_object()) out.SetObject();
    for (const json::Value& item : value.as_array())
        out.PushBack(convert(item, most, allocator), allocator);
    for (const json::Member& member : value.as_object())
        out.AddMember(convert_string(member.key, most, allocator), convert(member.value, most, allocator),
                      allocator);
    return out;
}

/// valijson names a place as "<root>", "[stages]", "[0]".
std::string pointer_of(const std::vector<std::string>& context) {
    std::string pointer;
    for (std::size_t i = 1; i < context.size(); ++i)
        pointer += "/" + json::pointer_token(context[i].substr(1, context[i].size() - 2));
    return pointer;
}

} // namespace

struct Verdict::Compiled {
    valijson::Schema schema;
};

Verdict::Verdict(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}

Verdict::Verdict(Verdict&&) noexcept = default;
Verdict& Verdict::operator=(Verdict&&) noexcept = default;
Verdict::~Verdict() = default;

support::Result<Verdict> Verdict::compile(const json::Value& schema) {
    auto compiled = std::make_unique<Compiled>();
    rapidjson::Document document;
    const rapidjson::Value root = convert(schema, std::string::npos, document.GetAllocator());
    try {
        valijson::SchemaParser(valijson::SchemaParser::kDraft7)
            .populateSchema(Adapter(root), compiled->schema);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& e) {
        return support::Error{support::Kind::config, std::string("schema: ") + e.what()};
    }
    return Verdict(std::move(compiled));
}

Verdict::Outcome Verdict::judge(const json::Value& value) const {
    rapidjson::Document document;
    const rapidjson::Value root = convert(value, max_matched, document.GetAllocator());
    valijson::ValidationResults results;
    Outcome outcome;
    try {
        outcome.valid = valijson::Validator().validate(compiled_->schema, Adapter(root), &results);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& e) {
        outcome = {false, {{"", e.what()}}};
    }
    if (outcome.valid) return outcome;
    for (const valijson::ValidationResults::Error& error : results)
        outcome.findings.push_back({pointer_of(error.context), error.description});
    return outcome;
}

} // namespace slipway::config
