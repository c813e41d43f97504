// SPDX-License-Identifier: GPL-3.0-or-later
//
// The chain file, from its first byte to a plan: a plan, or problems that can be printed.
#include "input.hpp"

#include <chain/plan.hpp>

using namespace slipway;
namespace json = support::json;

namespace {

/// What a chain may use: one of each kind of port.
constexpr const char* plugins = R"json({
  "path": "/plugins/all.so", "sha256": "", "abi_major": 1, "abi_minor": 0, "min_host_minor": 0,
  "stages": [
    {"id": "make", "version": "1.0.0", "flags": 1, "schema": "{\"type\": \"object\"}",
     "ports": {"outputs": [{"name": "text", "type": "text/plain"}, {"name": "all", "type": "application/json", "many": true}]},
     "capabilities": {"root": ["/commands"]}},
    {"id": "take", "version": "1.0.0", "flags": 4,
     "schema": "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"level\": {\"type\": \"integer\", \"minimum\": 1, \"default\": 3}, \"name\": {\"type\": \"string\", \"pattern\": \"^[a-z]+(-[a-z]+)*$\"}, \"file\": {\"type\": \"string\", \"slipwayPath\": \"file\"}, \"kind\": {\"enum\": [\"a\", \"b\"]}, \"token\": {\"type\": \"object\"}, \"list\": {\"type\": \"array\", \"items\": {\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"integer\"}]}}}}",
     "ports": {"inputs": [{"name": "in", "type": ["text/plain", "application/*"]}, {"name": "more", "type": "*/*", "many": true, "optional": true}],
               "outputs": [{"name": "out", "type": "text/html", "stream": true}]},
     "capabilities": {"network": true}},
    {"id": "mock", "version": "1.0.0", "flags": 0, "schema": "{\"type\": \"object\"}",
     "ports": {"inputs": [], "outputs": [], "declared_by": "/ports"}, "capabilities": {}}]})json";

const chain::Catalog& catalog() {
    static const chain::Catalog all = [] {
        chain::Catalog made;
        made.add(plugin::parse_description(json::parse(plugins).value()).value());
        return made;
    }();
    return all;
}

void check_problems(const config::Problems& problems) {
    const std::string text = config::render(problems);
    fuzz::require(!problems.empty() && support::is_valid_utf8(text));
}

/// Every reference found can be resolved, by something or not.
void resolve(const chain::Plan& plan) {
    for (const chain::PlannedStage& stage : plan.stages) {
        (void)config::runtime_references(stage.instance.options);
        const auto some = [](const config::RuntimeReference&) -> support::Result<json::Value> {
            return json::parse(R"({"commit": "0a1b", "list": [1, {"b": null}], "a": {"b": {"c": 1.5}}})")
                .value();
        };
        (void)config::resolve(stage.instance.options, some);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    config::LoadOptions options;
    options.epoch = 1793836800;
    const auto loaded = config::load_text(std::string(fuzz::text_of(data, size)), "chain.json", options);
    if (const auto* problems = std::get_if<config::Problems>(&loaded)) {
        check_problems(*problems);
        return 0;
    }
    const auto made = chain::make_plan(std::get<config::Chain>(loaded), catalog());
    if (const auto* problems = std::get_if<config::Problems>(&made))
        check_problems(*problems);
    else
        resolve(std::get<chain::Plan>(made));
    return 0;
}
