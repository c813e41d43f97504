// SPDX-License-Identifier: GPL-3.0-or-later
#include "sample.hpp"

#include <config/options.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace slipway::check {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr const char* sample_schema = R"json({
  "type": "object", "additionalProperties": false,
  "properties": {
    "stage": {"type": "string"},
    "with": {"type": "object"},
    "inputs": {"type": "object", "additionalProperties": {"type": "array", "items": {
      "type": "object", "additionalProperties": false, "required": ["type"],
      "properties": {"name": {"type": "string", "minLength": 1}, "type": {"type": "string", "minLength": 1},
                     "text": {"type": "string"}, "json": {}, "file": {"type": "string", "minLength": 1},
                     "annotations": {"type": "object", "additionalProperties": {"type": "string"}}}}}},
    "secrets": {"type": "object", "additionalProperties": {"type": "string"}},
    "files": {"type": "array", "items": {"type": "string", "minLength": 1}},
    "prepare": {"type": "array", "items": {"type": "array", "minItems": 1, "items": {"type": "string"}}},
    "variant": {"type": "object", "additionalProperties": {"type": "string"}},
    "epoch": {"type": "integer"},
    "ends": {"enum": ["ok", "waiting", "config", "not_found", "io", "net_transient", "auth", "verify",
                      "unsupported", "denied", "resource", "conflict"]}
  }
})json";

slipway_status status_named(const std::string& name) {
    for (slipway_status status = SLIPWAY_WAITING; status > SLIPWAY_CRASHED; --status)
        if (status_name(status) == name) return status;
    return SLIPWAY_OK;
}

std::vector<std::string> texts(const json::Value& list) {
    std::vector<std::string> out;
    for (const json::Value& text : list.as_array())
        out.push_back(text.as_string());
    return out;
}

SampleInput input_of(const json::Value& value, const std::string& port) {
    SampleInput input{value["name"].as_string(), value["type"].as_string(), value["text"].as_string(),
                      value["file"].as_string()};
    if (const json::Value* document = value.find("json")) input.text = json::dump(*document);
    if (const json::Value* annotations = value.find("annotations")) input.annotations = *annotations;
    if (input.name.empty())
        input.name = input.file.empty() ? port : std::filesystem::path(input.file).filename().string();
    return input;
}

Sample sample_of(const json::Value& value) {
    Sample sample;
    sample.stage = value["stage"].as_string();
    if (const json::Value* with = value.find("with")) sample.with = *with;
    for (const json::Member& port : value["inputs"].as_object())
        for (const json::Value& input : port.value.as_array())
            sample.inputs[port.key].push_back(input_of(input, port.key));
    for (const json::Member& secret : value["secrets"].as_object())
        sample.secrets[secret.key] = secret.value.as_string();
    sample.files = texts(value["files"]);
    for (const json::Value& command : value["prepare"].as_array())
        sample.prepare.push_back(texts(command));
    if (const json::Value* variant = value.find("variant")) sample.variant = *variant;
    sample.epoch = value["epoch"].as_integer(sample.epoch);
    sample.ends = status_named(value["ends"].as_string());
    return sample;
}

Result<Sample> read_sample(const std::filesystem::path& path) {
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(path.string()));
    auto value = json::parse(text, json::Syntax::relaxed);
    if (!value) return std::move(value).error().in("'" + path.string() + "'");
    SLIPWAY_TRY_ASSIGN(const config::Schema schema, config::Schema::parse(sample_schema));
    config::Problems problems = schema.validate(value.value());
    for (config::Problem& problem : problems) {
        problem.file = path.string();
        problem.place = json::place_of(text, problem.position);
        return Error{Kind::config, problem.message(), "see docs/reference/check.md"};
    }
    Sample sample = sample_of(value.value());
    sample.name = path.filename().string();
    sample.name.resize(std::min(sample.name.find('.'), sample.name.size()));
    sample.folder = std::filesystem::absolute(path).lexically_normal().parent_path().string();
    return sample;
}

} // namespace

std::string status_name(slipway_status status) {
    if (status == SLIPWAY_OK) return "ok";
    if (status == SLIPWAY_WAITING) return "waiting";
    const auto kind = support::kind_of_status(status);
    if (static_cast<slipway_status>(kind) != status) return std::to_string(status);
    return support::name_of(kind);
}

Result<std::vector<Sample>> read_samples(const std::string& path) {
    std::vector<std::filesystem::path> files{path};
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        files.clear();
        for (const auto& entry : std::filesystem::directory_iterator(path, failed))
            if (entry.path().string().ends_with(".case.json")) files.push_back(entry.path());
        std::ranges::sort(files);
        if (files.empty())
            return Error{Kind::not_found, "'" + path + "': no sample case there",
                         "a case is a file *.case.json; see docs/reference/check.md"};
    }
    std::vector<Sample> samples;
    for (const auto& file : files) {
        SLIPWAY_TRY_ASSIGN(Sample sample, read_sample(file));
        samples.push_back(std::move(sample));
    }
    return samples;
}

} // namespace slipway::check
