// SPDX-License-Identifier: GPL-3.0-or-later
#include "stage_outputs.hpp"

#include <support/text.hpp>

#include <algorithm>

namespace slipway::chain {

namespace json = support::json;
using journal::OutputRecord;
using support::Error;
using support::Kind;
using support::Result;

namespace {

bool is_pattern(const std::string& type) {
    return type.find('*') != std::string::npos;
}

} // namespace

Result<void> StageOutputs::check(const std::string& port, const std::string& name) const {
    const plugin::Port* known = ports_.output(port);
    if (known == nullptr) return Error{Kind::not_found, "there is no output port '" + port + "'"};
    if (!support::is_file_name(name))
        return Error{Kind::config, "'" + name.substr(0, 255) + "' is no file name for an artifact",
                     "1 to 255 bytes, no '/', no control characters"};
    if (!known->many && std::ranges::count(list_, port, &OutputRecord::port) > 0)
        return Error{Kind::conflict, "output port '" + port + "' takes one artifact, and has it"};
    return {};
}

Result<OutputRecord> StageOutputs::record(const std::string& port, const std::string& name,
                                          const store::Stored& stored, const std::string& description) const {
    const std::string subject = "output '" + port + "': ";
    auto meta = description.empty() ? json::Value(json::Object{}) : json::parse(description);
    if (!meta || !meta.value().is_object())
        return Error{Kind::config, subject + "the description is no JSON object"};
    const json::Value& m = meta.value();
    const std::vector<std::string>& types = ports_.output(port)->types;
    std::string type = m["type"].as_string();
    if (type.empty() && types.size() == 1 && !is_pattern(types.front())) type = types.front();
    const bool fits = !type.empty() && !is_pattern(type) && std::ranges::any_of(types, [&](const auto& t) {
        return plugin::type_matches(t, type);
    });
    if (!fits)
        return Error{Kind::config, subject + "type '" + type + "' is not one it gives",
                     "it gives " + support::join_or(types)};
    const std::string& expected = m["sha256"].as_string();
    if (!expected.empty() && expected != stored.digest.hex())
        return Error{Kind::verify, subject + "the bytes have digest " + stored.digest.hex()
                                       + ", the stage says " + expected};
    json::Value annotations = m["annotations"].is_object() ? m["annotations"] : json::Value(json::Object{});
    return OutputRecord{port, name, type, stored.digest.hex(), stored.size, std::move(annotations)};
}

} // namespace slipway::chain
