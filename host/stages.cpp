// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway stages and inspect: what plugins there are and what they say of themselves.
#include "command.hpp"
#include "session.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <filesystem>

namespace slipway::host {

namespace json = support::json;

namespace {

const Option json_option{"json", 0, "", "as JSON"};

int list_stages(const Arguments& arguments) {
    worker::Loop loop;
    const chain::Catalog catalog = open_catalog(arguments, loop, nullptr);
    if (arguments.has("json")) {
        json::Array list;
        for (const auto& description : catalog.plugins())
            list.push_back(plugin::to_json(description));
        fmt::print("{}", json::dump_pretty(list));
    } else {
        for (const auto& [id, entry] : catalog.entries())
            fmt::print("{:<18} {:<8} {}\n", id, entry.type.version, entry.type.summary);
    }
    for (const support::Error& failure : catalog.failures())
        (void)complain(failure);
    if (catalog.entries().empty())
        return complain(
            {support::Kind::not_found, "no stage plugins found",
             "looked in " + support::join(catalog.folders(), ", ") + "; name a folder with --plugin-dir"});
    return exit_done;
}

std::string ports_text(const char* title, const std::vector<plugin::Port>& ports) {
    std::string out;
    for (const plugin::Port& port : ports)
        out += fmt::format("    {:<12} {}{}{}{}\n", port.name, support::join(port.types, ", "),
                           port.many ? ", many" : "", port.optional ? ", optional" : "",
                           port.doc.empty() ? "" : "  - " + port.doc);
    return out.empty() ? "" : fmt::format("  {}:\n{}", title, out);
}

std::string options_text(const std::string& schema_text) {
    auto schema = json::parse(schema_text);
    if (!schema) return {};
    std::string out;
    for (const auto& [name, option, position] : schema.value()["properties"].as_object()) {
        std::vector<std::string> facts;
        if (option["type"].is_string()) facts.push_back(option["type"].as_string());
        if (option["enum"].is_array()) {
            std::vector<std::string> values;
            for (const json::Value& value : option["enum"].as_array())
                values.push_back(value.is_string() ? value.as_string() : json::dump(value));
            facts.push_back(support::join_or(values));
        }
        if (const json::Value* fallback = option.find("default"))
            facts.push_back("default " + json::dump(*fallback));
        for (const json::Value& required : schema.value()["required"].as_array())
            if (required.as_string() == name) facts.emplace_back("required");
        out += fmt::format(
            "    {:<16} {}{}\n", name, support::join(facts, ", "),
            option["description"].as_string().empty() ? "" : "  - " + option["description"].as_string());
    }
    return out.empty() ? "" : "  options:\n" + out;
}

int inspect_plugin(const Arguments& arguments) {
    worker::Loop loop;
    const std::string path = std::filesystem::absolute(arguments.first()).lexically_normal().string();
    auto described = chain::describe_plugin(loop, path);
    if (!described) return complain(described.error());
    const plugin::Description& d = described.value();
    if (arguments.has("json")) {
        fmt::print("{}", json::dump_pretty(plugin::to_json(d)));
        return exit_done;
    }
    fmt::print("{}\n  sha256 {}\n  stage ABI {}.{}, needs a host of {}.{} or later{}\n", d.path, d.sha256,
               d.abi_major, d.abi_minor, d.abi_major, d.min_host_minor,
               d.build_info.empty() ? "" : "\n  " + d.build_info);
    for (const plugin::StageType& type : d.stages)
        fmt::print("\n{} {} ({}): {}\n  flags: {}\n  capabilities: {}\n{}{}{}", type.id, type.version,
                   type.license, type.summary,
                   type.flags == 0 ? "none" : support::join(plugin::flag_names(type.flags), ", "),
                   json::dump(plugin::to_json(type.capabilities)), ports_text("inputs", type.ports.inputs),
                   ports_text("outputs", type.ports.outputs), options_text(type.schema));
    return exit_done;
}

} // namespace

Command stages_command() {
    return {{"stages", "", "list the stage types of all plugins",
             "Lists every stage type that a chain can use. Looks in --plugin-dir, SLIPWAY_PLUGIN_PATH,\n"
             "/etc/slipway and where slipway is installed.",
             "slipway stages", std::vector<Option>{json_option} + plugin_options(), 0, 0},
            &list_stages};
}

Command inspect_command() {
    return {{"inspect",
             "FILE.so",
             "show a plugin's stages, ports, options and capabilities",
             "Loads one plugin in a worker process and shows what it says of itself.",
             "slipway inspect build/dev/lib/slipway/stages/compress.so",
             {json_option},
             1,
             1},
            &inspect_plugin};
}

} // namespace slipway::host
