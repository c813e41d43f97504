// SPDX-License-Identifier: GPL-3.0-or-later
#include <script.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::mock {

namespace json = support::json;
using support::Kind;

namespace {

std::vector<std::string> port_names(const json::Value& ports) {
    std::vector<std::string> names;
    for (const json::Value& port : ports.as_array())
        names.push_back(port["name"].as_string());
    return names;
}

/// How many of the ways to say what an output holds are used.
int contents(const json::Value& output) {
    const char* ways[] = {"text", "file", "json", "bytes"};
    return static_cast<int>(
        std::ranges::count_if(ways, [&](const char* way) { return output.find(way) != nullptr; }));
}

Output read_output(const std::string& port, const json::Value& value) {
    Output out{port, value["name"].as_string(), value["type"].as_string(), {}, {}, {}, value["annotations"]};
    if (out.name.empty()) out.name = port;
    if (const json::Value* text = value.find("text")) out.text = text->as_string();
    if (const json::Value* document = value.find("json")) out.text = json::dump_pretty(*document);
    if (const json::Value* file = value.find("file")) out.file = file->as_string();
    if (const json::Value* bytes = value.find("bytes"))
        out.zeros = static_cast<std::uint64_t>(bytes->as_integer());
    return out;
}

std::optional<Problem> read_outputs(const json::Value& options, Script& script) {
    const auto known = port_names(options["ports"]["outputs"]);
    for (const auto& [port, artifacts, position] : options["outputs"].as_object()) {
        const std::string pointer = "/outputs/" + json::pointer_token(port);
        if (std::ranges::find(known, port) == known.end()) {
            return Problem{
                {Kind::config, "outputs: the stage has no output port '" + support::printable(port) + "'",
                 known.empty() ? "name it in 'ports', or let the mock stand in for a stage that has it"
                               : "its output ports are " + support::join(known, ", ")},
                pointer};
        }
        for (std::size_t i = 0; i < artifacts.as_array().size(); ++i) {
            const json::Value& artifact = artifacts.as_array()[i];
            if (contents(artifact) != 1) {
                return Problem{{Kind::config, "outputs: an artifact of '" + port
                                                  + "' must have exactly one of 'text', 'file', "
                                                    "'json' and 'bytes'"},
                               pointer + "/" + std::to_string(i)};
            }
            script.outputs.push_back(read_output(port, artifact));
        }
    }
    return std::nullopt;
}

std::optional<Problem> read_status(const json::Value& options, Script& script) {
    const std::string& name = options["status"].as_string();
    const auto status = status_by_name(name.empty() ? "ok" : name);
    if (status) {
        script.status = *status;
        return std::nullopt;
    }
    const auto near = support::nearest(name, status_names());
    return Problem{{Kind::config, "status: no status '" + support::printable(name) + "'",
                    near ? "did you mean '" + *near + "'?" : "one of " + support::join_or(status_names())},
                   "/status"};
}

/// What is done again has all of these itself.
std::optional<Problem> check_replay(const json::Value& options) {
    if (options["replay"].as_string().empty()) return std::nullopt;
    for (const char* name : {"outputs", "effects", "log", "message"}) {
        const json::Value& value = options[name];
        if (!value.as_object().empty() || !value.as_array().empty() || !value.as_string().empty())
            return Problem{
                {Kind::config, std::string(name) + ": what is replayed has its own", "leave it out"},
                std::string("/") + name};
    }
    if (const std::string& status = options["status"].as_string(); !status.empty() && status != "ok")
        return Problem{{Kind::config, "status: what is replayed has its own", "leave it out"}, "/status"};
    return std::nullopt;
}

} // namespace

std::vector<std::string> status_names() {
    std::vector<std::string> names{"ok", "waiting"};
    for (int number = static_cast<int>(Kind::cancelled); number >= static_cast<int>(Kind::timeout); --number)
        names.emplace_back(support::name_of(static_cast<Kind>(number)));
    return names;
}

std::optional<int> status_by_name(std::string_view name) {
    if (name == "ok") return 0;
    if (name == "waiting") return 1;
    for (int number = static_cast<int>(Kind::cancelled); number >= static_cast<int>(Kind::timeout); --number)
        if (name == support::name_of(static_cast<Kind>(number))) return number;
    return std::nullopt;
}

std::variant<Script, Problem> read_script(const json::Value& options) {
    Script script;
    if (auto problem = check_replay(options)) return std::move(*problem);
    if (auto problem = read_status(options, script)) return std::move(*problem);
    if (auto problem = read_outputs(options, script)) return std::move(*problem);
    script.message = options["message"].as_string();
    for (const json::Value& e : options["effects"].as_array())
        script.effects.push_back({e["kind"].as_string(), e["target"].as_string(), e["summary"].as_string()});
    for (const json::Value& line : options["log"].as_array())
        script.log.push_back(line.as_string());
    for (const json::Value& attempt : options["fail_on_attempt"].as_array())
        script.failing_attempts.push_back(attempt.as_integer());
    script.delay_ms = options["delay_ms"].as_integer();
    script.ignore_cancel = options["ignore_cancel"].as_bool();
    script.progress_steps = options["progress"].as_integer();
    script.record = options["record"].as_string();
    script.replay = options["replay"].as_string();
    script.replay_any_inputs = options["replay_inputs"].as_string() == "any";
    script.crash = crash_by_name(options["crash"].as_string());
    script.hang = options["hang"].as_bool();
    script.close_descriptors = options["close_descriptors"].as_bool();
    script.leave_child = options["leave_child"].as_bool();
    script.print_bytes = static_cast<std::uint64_t>(options["print_bytes"].as_integer());
    script.input_ports = port_names(options["ports"]["inputs"]);
    if (!options["ports"].is_object()) script.input_ports = {"inputs"};
    return script;
}

} // namespace slipway::mock
