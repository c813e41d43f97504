// SPDX-License-Identifier: GPL-3.0-or-later
//
// Adapter of exec: inputs as paths in the environment, outputs from a folder, the exit code as status.
#include <common/adapter.hpp>
#include <common/secret_file.hpp>
#include <environment.hpp>
#include <fcntl.h>
#include <process.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace {

using namespace slipway;
namespace json = support::json;

#define SECRET                                                                                               \
    R"({"type": "object", "additionalProperties": false, "required": ["secret"], "properties": )"            \
    R"({"secret": {"type": "string", "minLength": 1, "description": "name of the secret"}}})"

constexpr const char* schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "required": ["command"],
  "slipwayPrograms": [{"option": "/command/0"}],
  "properties": {
    "command": {"type": "array", "minItems": 1, "items": {"type": "string"},
                "description": "program and arguments; no shell reads them. The program is a path, or found in /usr/local/bin:/usr/bin:/bin"},
    "env": {"type": "object", "default": {},
            "description": "more environment variables: texts; or secrets, and the variable is the path of a file that holds it",
            "additionalProperties": {"anyOf": [{"type": "string"}, )json" SECRET R"json(]}},
    "ports": {"type": "object", "description": "the stage's ports, as in a stage description"},
    "outputs": {"type": "object", "default": {}, "description": "which files of the output folder are published: a list for each output port",
                "additionalProperties": {"type": "array", "items": {
                  "type": "object", "additionalProperties": false, "required": ["file"],
                  "properties": {
                    "file": {"type": "string", "minLength": 1, "description": "its path in the output folder"},
                    "type": {"type": "string", "minLength": 1, "description": "its media type"},
                    "name": {"type": "string", "minLength": 1, "description": "its file name; the file's own if there is none"},
                    "annotations": {"type": "object", "additionalProperties": {"type": "string"}, "description": "its annotations"}
                  }}}},
    "read": {"type": "array", "default": [], "slipwayPath": "tree", "items": {"type": "string", "minLength": 1},
             "description": "files and folders that the program may read, besides its inputs and the system's"},
    "write": {"type": "array", "default": [], "slipwayPath": "write", "items": {"type": "string", "minLength": 1},
              "description": "files and folders that it may write"},
    "stdin": {"description": "input port whose first artifact is standard input, or a secret",
              "anyOf": [{"type": "string", "minLength": 1}, )json" SECRET R"json(]},
    "stdout": {"type": "string", "minLength": 1, "description": "output port that takes standard output"}
  }
})json";

#undef SECRET

constexpr const char* ports = R"json({
  "inputs": [{"name": "inputs", "type": "*/*", "many": true, "optional": true, "doc": "anything the program reads"}],
  "outputs": [],
  "declared_by": "/ports"
})json";

std::vector<std::string> port_names(const json::Value& list) {
    std::vector<std::string> names;
    for (const json::Value& port : list.as_array())
        names.push_back(port["name"].as_string());
    return names;
}

slipway::error config_error(std::string summary, std::string hint, std::string pointer) {
    return {SLIPWAY_CONFIG, std::move(summary), std::move(hint), {}, std::move(pointer)};
}

slipway::result<void> check_port(const std::vector<std::string>& known, const char* kind,
                                 const std::string& port, const std::string& pointer) {
    if (port.empty() || std::ranges::find(known, port) != known.end()) return {};
    return config_error("the stage has no " + std::string(kind) + " port '" + support::printable(port) + "'",
                        known.empty() ? "name it in 'ports'" : "there is " + support::join(known, ", "),
                        pointer);
}

/// A relative path that stays in its folder.
bool stays_inside(const std::string& path) {
    const auto parts = support::split(path, '/');
    return std::ranges::none_of(parts, [](const std::string& part) { return part.empty() || part == ".."; });
}

class Exec final : public slipway::stage {
public:
    static constexpr stage_info info{.id = "exec",
                                     .version = "0.1.0",
                                     .summary = "run any program as a stage",
                                     .license = "GPL-3.0-or-later",
                                     .flags = SLIPWAY_IDEMPOTENT | SLIPWAY_SEEKABLE_INPUTS
                                              | SLIPWAY_EXTERNAL_EFFECTS,
                                     .config_schema = schema,
                                     .ports = ports,
                                     .capabilities = R"({"exec": true, "network": true})"};

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(options_, common::parse_options(text));
        for (const json::Value& argument : options_["command"].as_array())
            command_.push_back(argument.as_string());
        input_ports_ = options_["ports"].is_object() ? port_names(options_["ports"]["inputs"])
                                                     : std::vector<std::string>{"inputs"};
        const auto output_ports = port_names(options_["ports"]["outputs"]);
        SLIPWAY_SDK_TRY(check_port(input_ports_, "input", options_["stdin"].as_string(), "/stdin"));
        SLIPWAY_SDK_TRY(check_port(output_ports, "output", options_["stdout"].as_string(), "/stdout"));
        for (const auto& [name, value, position] : options_["env"].as_object())
            if (auto good = exec::check_name(name); !good)
                return common::to_sdk(std::move(good).error(), "/env/" + json::pointer_token(name));
        for (const auto& [port, files, position] : options_["outputs"].as_object()) {
            const std::string pointer = "/outputs/" + json::pointer_token(port);
            SLIPWAY_SDK_TRY(check_port(output_ports, "output", port, pointer));
            for (const json::Value& file : files.as_array())
                if (const std::string& path = file["file"].as_string(); !stays_inside(path))
                    return config_error("outputs: '" + support::printable(path)
                                            + "' leads out of the output folder",
                                        "give the path relative to $SLIPWAY_OUTPUT_DIR", pointer);
        }
        return {};
    }

    slipway::result<outcome> run(context& context) override {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string program, exec::find_program(command_.front()));
        std::vector<common::SecretFile> secrets;
        SLIPWAY_SDK_TRY_ASSIGN(auto environment, environment_of(context, secrets));
        std::vector<slipway::unique_fd> inputs;
        SLIPWAY_SDK_TRY(open_inputs(context, inputs, environment));
        SLIPWAY_SDK_TRY(support::make_dirs(context.work_dir() + "/outputs"));
        exec::Command command{program, command_, exec::to_list(environment), context.work_dir(), -1, -1, {}};
        for (const auto& input : inputs)
            command.inherited.push_back(input.get());
        for (const auto& secret : secrets)
            command.inherited.push_back(secret.fd());
        slipway::unique_fd standard_input;
        SLIPWAY_SDK_TRY_ASSIGN(standard_input, open_standard_input(context, secrets));
        command.input = standard_input.get();
        SLIPWAY_SDK_TRY(tell(context, SLIPWAY_EFFECT_STARTED, program));
        SLIPWAY_SDK_TRY_ASSIGN(const outcome result, run_program(context, std::move(command)));
        if (result == outcome::waiting) return result;
        SLIPWAY_SDK_TRY(publish_files(context));
        SLIPWAY_SDK_TRY(tell(context, SLIPWAY_EFFECT_DONE, program));
        return result;
    }

private:
    static slipway::result<common::SecretFile> secret_file(const context& context,
                                                           const json::Value& option) {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string_view value, context.secret(option["secret"].as_string()));
        SLIPWAY_SDK_TRY_ASSIGN(auto file, common::SecretFile::make(value));
        return file;
    }

    slipway::result<exec::Environment> environment_of(const context& context,
                                                      std::vector<common::SecretFile>& secrets) const {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value variant, json::parse(context.variant_json()));
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value chain, json::parse(context.chain_json()));
        auto out = exec::base_environment(context.work_dir(), context.epoch(), context.stage_id(),
                                          chain["version"].as_string(), variant);
        for (const auto& [name, value, position] : options_["env"].as_object()) {
            if (value.is_string()) {
                out[name] = value.as_string();
                continue;
            }
            SLIPWAY_SDK_TRY_ASSIGN(auto file, secret_file(context, value));
            out[name] = file.inherited_path();
            secrets.push_back(std::move(file));
        }
        return out;
    }

    /// A link inputs/PORT/INDEX/NAME to each input's descriptor, which the program inherits, and the
    /// variables.
    slipway::result<void> open_inputs(const context& context, std::vector<slipway::unique_fd>& opened,
                                      exec::Environment& environment) const {
        for (const std::string& port : input_ports_) {
            std::vector<std::string> paths;
            for (std::uint32_t i = 0; i < context.input_count(port.c_str()); ++i) {
                SLIPWAY_SDK_TRY_ASSIGN(const auto input, common::input_info(context, port.c_str(), i));
                SLIPWAY_SDK_TRY_ASSIGN(auto fd, context.open_input(port.c_str(), i));
                const std::string folder = context.work_dir() + "/inputs/" + port + "/" + std::to_string(i);
                SLIPWAY_SDK_TRY(support::make_dirs(folder));
                const std::string path = folder + "/" + input.name;
                const std::string target = "/proc/self/fd/" + std::to_string(fd.get());
                if (::symlink(target.c_str(), path.c_str()) != 0)
                    return common::to_sdk(support::errno_error("linking '" + path + "'", errno));
                paths.push_back(path);
                opened.push_back(std::move(fd));
            }
            if (!paths.empty()) environment[exec::input_variable(port)] = support::join(paths, "\n");
        }
        return {};
    }

    /// Nothing if the program's standard input is to be empty.
    slipway::result<slipway::unique_fd> open_standard_input(const context& context,
                                                            std::vector<common::SecretFile>& secrets) const {
        if (options_["stdin"].is_object()) {
            SLIPWAY_SDK_TRY_ASSIGN(auto file, secret_file(context, options_["stdin"]));
            slipway::unique_fd fd(::open(file.inherited_path().c_str(), O_RDONLY | O_CLOEXEC));
            if (fd.get() < 0) return common::to_sdk(support::errno_error("opening a file in memory", errno));
            secrets.push_back(std::move(file));
            return fd;
        }
        const std::string& port = options_["stdin"].as_string();
        if (port.empty() || context.input_count(port.c_str()) == 0) return slipway::unique_fd();
        return context.open_input(port.c_str());
    }

    slipway::result<outcome> run_program(const context& context, exec::Command command) const {
        const auto cancelled = [&] { return context.cancelled(); };
        const std::string& port = options_["stdout"].as_string();
        if (port.empty()) {
            SLIPWAY_SDK_TRY_ASSIGN(const auto ended, exec::run(command, cancelled));
            return judge(ended);
        }
        SLIPWAY_SDK_TRY_ASSIGN(auto output, context.create_output(port.c_str(), port));
        command.output = output.fd();
        SLIPWAY_SDK_TRY_ASSIGN(const auto ended, exec::run(command, cancelled));
        SLIPWAY_SDK_TRY_ASSIGN(const outcome result, judge(ended));
        if (result == outcome::done) SLIPWAY_SDK_TRY(output.commit());
        return result;
    }

    slipway::result<outcome> judge(const exec::Ended& ended) const {
        constexpr int temporary_failure = 75; // EX_TEMPFAIL of sysexits.h: try again later
        const std::string program = "'" + support::printable(command_.front()) + "'";
        const std::string last = support::join(ended.last_errors, "\n");
        if (ended.cancelled) return slipway::error{SLIPWAY_CANCELLED, program + " was stopped", {}, last};
        if (ended.signal != 0)
            return slipway::error{SLIPWAY_IO,
                                  program + " was killed by signal " + std::to_string(ended.signal) + " ("
                                      + ::sigdescr_np(ended.signal) + ")",
                                  {},
                                  last};
        if (ended.code == temporary_failure) return outcome::waiting;
        if (ended.code != 0)
            return slipway::error{
                SLIPWAY_IO, program + " exited with " + std::to_string(ended.code), {}, last};
        return outcome::done;
    }

    slipway::result<void> publish_files(const context& context) const {
        for (const auto& [port, files, position] : options_["outputs"].as_object())
            for (const json::Value& file : files.as_array())
                SLIPWAY_SDK_TRY(publish(context, port, file));
        return {};
    }

    slipway::result<void> publish(const context& context, const std::string& port,
                                  const json::Value& file) const {
        const std::string& relative = file["file"].as_string();
        const std::string path = context.work_dir() + "/outputs/" + relative;
        const support::UniqueFd source(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));

        struct stat st {};

        if (!source || ::fstat(source.get(), &st) != 0 || !S_ISREG(st.st_mode))
            return slipway::error{SLIPWAY_NOT_FOUND,
                                  "'" + support::printable(command_.front())
                                      + "' did not write the output file '" + support::printable(relative)
                                      + "'",
                                  "the program must write it into the folder $SLIPWAY_OUTPUT_DIR",
                                  {},
                                  "/outputs/" + json::pointer_token(port)};
        const std::string& name = file["name"].as_string();
        SLIPWAY_SDK_TRY_ASSIGN(
            auto output, context.create_output(
                             port.c_str(), name.empty() ? relative.substr(relative.rfind('/') + 1) : name));
        SLIPWAY_SDK_TRY(copy(source.get(), output, path));
        json::Value meta = json::Object{};
        if (file["type"].is_string()) meta.set("type", file["type"]);
        if (file["annotations"].is_object()) meta.set("annotations", file["annotations"]);
        return output.commit(json::dump(meta));
    }

    static slipway::result<void> copy(int from, slipway::output& to, const std::string& path) {
        std::string block(1u << 20, '\0');
        for (;;) {
            const ssize_t n = ::read(from, block.data(), block.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return common::to_sdk(support::errno_error("reading '" + path + "'", errno));
            if (n == 0) return {};
            SLIPWAY_SDK_TRY(to.write(std::string_view(block).substr(0, static_cast<std::size_t>(n))));
        }
    }

    slipway::result<void> tell(const context& context, int state, const std::string& program) const {
        return context.effect(state, "exec.run", program,
                              "run '" + support::printable(command_.front()) + "'",
                              support::join(command_, "\n"));
    }

    json::Value options_;
    std::vector<std::string> command_;
    std::vector<std::string> input_ports_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("exec 0.1.0", Exec)
