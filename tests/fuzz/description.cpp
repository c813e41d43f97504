// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a plugin says of itself, as it comes from its worker: what the host takes it writes again so that it
// reads the same, and whatever schema it carries, options can be held against it.
#include "input.hpp"

#include <config/options.hpp>
#include <plugin/description.hpp>

using namespace slipway;
namespace json = support::json;

namespace {

void use_schema(const std::string& text) {
    auto schema = config::Schema::parse(text);
    if (!schema) return;
    for (const char* sample :
         {"{}", R"({"a": "x", "b": [1, "y"], "c": {"secret": "N"}, "d": 1.5, "e": "${a.b.c}"})"}) {
        auto options = json::parse(sample);
        (void)schema.value().validate(options.value());
        (void)config::complete_options(options.value(), schema.value(), "/folder");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = json::parse(fuzz::text_of(data, size));
    if (!text) return 0;
    const auto said = plugin::parse_description(text.value());
    if (!said) return 0;
    const json::Value written = plugin::to_json(said.value());
    const auto again = plugin::parse_description(written);
    fuzz::require(again && plugin::to_json(again.value()) == written);
    for (const plugin::StageType& type : said.value().stages) {
        (void)plugin::capabilities_of(type.capabilities, text.value());
        (void)plugin::flag_names(type.flags);
        use_schema(type.schema);
    }
    return 0;
}
