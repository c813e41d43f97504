// SPDX-License-Identifier: GPL-3.0-or-later
#include <plugin/description.hpp>
#include <slipway/stage.h>

#include <algorithm>
#include <set>

namespace slipway::plugin {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

bool is_port_name(std::string_view name) {
    const auto tail = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= 64 && name[0] >= 'a' && name[0] <= 'z'
           && std::ranges::all_of(name, tail);
}

Error bad_port(const std::string& where, const std::string& cause) {
    return Error{Kind::config, "ports: " + where + ": " + cause, "see slipway_stage_desc in stage.h"};
}

Result<Port> parse_port(const json::Value& value, const std::string& where) {
    if (!value.is_object())
        return bad_port(where, std::string("expected an object, found ") + value.type_name());
    Port port{value["name"].as_string(), {},
              value["many"].as_bool(),   value["optional"].as_bool(),
              value["doc"].as_string(),  value["stream"].as_bool()};
    if (!is_port_name(port.name)) return bad_port(where, "'" + port.name + "' is no port name");
    for (const auto& member : value.as_object())
        if (member.key != "name" && member.key != "type" && member.key != "many" && member.key != "optional"
            && member.key != "doc" && member.key != "stream")
            return bad_port(port.name, "unknown key '" + member.key + "'");
    if (value["type"].is_string()) port.types.push_back(value["type"].as_string());
    for (const json::Value& type : value["type"].as_array())
        port.types.push_back(type.as_string());
    if (port.types.empty()) return bad_port(port.name, "no type");
    for (const std::string& type : port.types)
        if (type.find('/') == std::string::npos)
            return bad_port(port.name, "'" + type + "' is no media type");
    return port;
}

Result<std::vector<Port>> parse_port_list(const json::Value& list, const std::string& where) {
    std::vector<Port> ports;
    if (!list.is_null() && !list.is_array()) return bad_port(where, "expected an array");
    for (const json::Value& value : list.as_array()) {
        SLIPWAY_TRY_ASSIGN(Port port, parse_port(value, where + " " + std::to_string(ports.size())));
        ports.push_back(std::move(port));
    }
    return ports;
}

const Port* find(const std::vector<Port>& ports, std::string_view name) {
    const auto it = std::ranges::find(ports, name, &Port::name);
    return it == ports.end() ? nullptr : &*it;
}

json::Value list_to_json(const std::vector<Port>& ports) {
    json::Array list;
    for (const Port& port : ports) {
        json::Value types = json::Array(port.types.begin(), port.types.end());
        json::Value value = json::Object{{"name", port.name}, {"type", std::move(types)}};
        if (port.many) value.set("many", true);
        if (port.optional) value.set("optional", true);
        if (port.stream) value.set("stream", true);
        if (!port.doc.empty()) value.set("doc", port.doc);
        list.push_back(std::move(value));
    }
    return list;
}

} // namespace

const Port* Ports::input(std::string_view name) const {
    return find(inputs, name);
}

const Port* Ports::output(std::string_view name) const {
    return find(outputs, name);
}

Result<Ports> parse_ports(const json::Value& value) {
    if (!value.is_object()) return bad_port("value", "expected an object");
    for (const auto& member : value.as_object())
        if (member.key != "inputs" && member.key != "outputs" && member.key != "declared_by")
            return bad_port("value", "unknown key '" + member.key + "'");
    Ports ports;
    SLIPWAY_TRY_ASSIGN(ports.inputs, parse_port_list(value["inputs"], "inputs"));
    SLIPWAY_TRY_ASSIGN(ports.outputs, parse_port_list(value["outputs"], "outputs"));
    ports.declared_by = value["declared_by"].as_string();
    std::set<std::string> names;
    for (const auto* list : {&ports.inputs, &ports.outputs})
        for (const Port& port : *list)
            if (!names.insert(port.name).second)
                return bad_port(port.name, "there are two ports of this name");
    return ports;
}

json::Value to_json(const Ports& ports) {
    json::Value value =
        json::Object{{"inputs", list_to_json(ports.inputs)}, {"outputs", list_to_json(ports.outputs)}};
    if (!ports.declared_by.empty()) value.set("declared_by", ports.declared_by);
    return value;
}

bool type_matches(std::string_view pattern, std::string_view type) {
    const auto covers = [](std::string_view wide, std::string_view narrow) {
        return wide == "*/*"
               || (wide.ends_with("/*")
                   && narrow.substr(0, wide.size() - 1) == wide.substr(0, wide.size() - 1));
    };
    return pattern == type || covers(pattern, type) || covers(type, pattern);
}

std::vector<std::string> flag_names(std::uint32_t flags) {
    static constexpr std::pair<std::uint32_t, const char*> names[] = {
        {SLIPWAY_DETERMINISTIC, "deterministic"},
        {SLIPWAY_IDEMPOTENT, "idempotent"},
        {SLIPWAY_EXTERNAL_EFFECTS, "external-effects"},
        {SLIPWAY_DRY_RUN, "dry-run"},
        {SLIPWAY_SEEKABLE_INPUTS, "seekable-inputs"}};
    std::vector<std::string> out;
    for (const auto& [bit, name] : names)
        if ((flags & bit) != 0) out.emplace_back(name);
    return out;
}

json::Value to_json(const Description& d) {
    json::Array stages;
    for (const StageType& s : d.stages)
        stages.push_back(json::Object{{"id", s.id},
                                      {"version", s.version},
                                      {"summary", s.summary},
                                      {"license", s.license},
                                      {"flags", std::int64_t{s.flags}},
                                      {"schema", s.schema},
                                      {"ports", to_json(s.ports)},
                                      {"capabilities", to_json(s.capabilities)}});
    return json::Object{{"path", d.path},
                        {"sha256", d.sha256},
                        {"abi_major", std::int64_t{d.abi_major}},
                        {"abi_minor", std::int64_t{d.abi_minor}},
                        {"min_host_minor", std::int64_t{d.min_host_minor}},
                        {"build_info", d.build_info},
                        {"stages", std::move(stages)}};
}

Result<Description> parse_description(const json::Value& v) {
    const auto number = [](const json::Value& n) { return static_cast<std::uint32_t>(n.as_integer()); };
    Description d{v["path"].as_string(),
                  v["sha256"].as_string(),
                  number(v["abi_major"]),
                  number(v["abi_minor"]),
                  number(v["min_host_minor"]),
                  v["build_info"].as_string(),
                  {}};
    for (const json::Value& s : v["stages"].as_array()) {
        StageType type{s["id"].as_string(),
                       s["version"].as_string(),
                       s["summary"].as_string(),
                       s["license"].as_string(),
                       number(s["flags"]),
                       s["schema"].as_string(),
                       {},
                       {}};
        SLIPWAY_TRY_ASSIGN(type.ports, parse_ports(s["ports"]));
        SLIPWAY_TRY_ASSIGN(type.capabilities, parse_capabilities(s["capabilities"]));
        d.stages.push_back(std::move(type));
    }
    return d;
}

} // namespace slipway::plugin
