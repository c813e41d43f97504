// SPDX-License-Identifier: GPL-3.0-or-later
//
// Adapter of mock: plays the script in its options, and records that it was called.
#include <common/adapter.hpp>
#include <fcntl.h>
#include <replay.hpp>
#include <script.hpp>
#include <support/fs.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

namespace {

using namespace slipway;
namespace json = support::json;

constexpr const char* schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "ports": {"type": "object", "description": "the stage's ports, as in a stage description; an overridden stage's are filled in by the host"},
    "status": {"type": "string", "default": "ok", "description": "what the stage ends with: ok, waiting, or a failure such as auth or net_transient"},
    "message": {"type": "string", "default": "", "description": "what it says of a failure; else a line for the log"},
    "outputs": {
      "type": "object", "default": {}, "description": "what it publishes: a list of artifacts for each output port",
      "additionalProperties": {"type": "array", "items": {
        "type": "object", "additionalProperties": false, "description": "an artifact: exactly one of text, file, json, bytes",
        "properties": {
          "name": {"type": "string", "minLength": 1, "description": "its file name; the port's name if there is none"},
          "type": {"type": "string", "minLength": 1, "description": "its media type"},
          "text": {"type": "string", "description": "its content"},
          "file": {"type": "string", "minLength": 1, "slipwayPath": "file", "description": "a file with its content"},
          "json": {"description": "its content, written as JSON"},
          "bytes": {"type": "integer", "minimum": 0, "description": "its content is so many zero bytes"},
          "annotations": {"type": "object", "additionalProperties": {"type": "string"}, "description": "its annotations"}
        }}}
    },
    "effects": {
      "type": "array", "default": [], "description": "effects it declares (it has none)",
      "items": {"type": "object", "additionalProperties": false, "required": ["kind", "target", "summary"],
                "properties": {"kind": {"type": "string", "description": "such as git.push"},
                               "target": {"type": "string", "description": "what is changed"},
                               "summary": {"type": "string", "description": "one line for people"}}}
    },
    "log": {"type": "array", "items": {"type": "string"}, "default": [], "description": "lines for the log"},
    "delay_ms": {"type": "integer", "minimum": 0, "default": 0, "description": "how long it takes"},
    "progress": {"type": "integer", "minimum": 0, "default": 0, "description": "reports progress in so many steps over the delay"},
    "ignore_cancel": {"type": "boolean", "default": false, "description": "do not stop when cancelled"},
    "fail_on_attempt": {"type": "array", "items": {"type": "integer", "minimum": 1}, "default": [], "description": "attempts that fail with io"},
    "replay": {"type": "string", "minLength": 1, "slipwayPath": "tree", "description": "a stage's folder in what --record wrote: what the stage did then is done again"},
    "replay_inputs": {"enum": ["same", "any"], "default": "same", "description": "whether its inputs must be those of the recording"},
    "replaces": {"type": "object", "description": "the stage it stands in for; filled in by the host"},
    "record": {"type": "string", "minLength": 1, "slipwayPath": "write", "description": "a file that gets one JSON line for each call"},
    "crash": {"enum": ["segv", "abort", "exit", "throw", "kill", "stack"], "description": "end the process so, after the outputs"},
    "hang": {"type": "boolean", "default": false, "description": "never end, deaf to cancel and SIGTERM"},
    "close_descriptors": {"type": "boolean", "default": false, "description": "close every descriptor of the process"},
    "leave_child": {"type": "boolean", "default": false, "description": "leave a child behind, in a session of its own"},
    "print_bytes": {"type": "integer", "minimum": 0, "default": 0, "description": "print so much to standard output"}
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "inputs", "type": "*/*", "many": true, "optional": true, "doc": "anything; only looked at"}],
  "outputs": [],
  "declared_by": "/ports"
})json";

class Mock final : public slipway::stage {
public:
    static constexpr stage_info info{.id = "mock",
                                     .version = "0.1.0",
                                     .summary = "do as told: canned outputs, statuses, delays and crashes",
                                     .license = "GPL-3.0-or-later",
                                     .flags = SLIPWAY_IDEMPOTENT | SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN,
                                     .config_schema = schema,
                                     .ports = ports};

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(options_, common::parse_options(text));
        auto script = mock::read_script(options_);
        if (auto* problem = std::get_if<mock::Problem>(&script))
            return common::to_sdk(std::move(problem->error), std::move(problem->pointer));
        script_ = std::get<mock::Script>(std::move(script));
        return {};
    }

    slipway::result<outcome> run(context& context) override {
        if (!script_.record.empty()) SLIPWAY_SDK_TRY(record(context));
        if (!script_.replay.empty()) return replay(context);
        for (const std::string& line : script_.log)
            context.info(line);
        SLIPWAY_SDK_TRY(
            declare(context, context.dry_run() ? SLIPWAY_EFFECT_PLANNED : SLIPWAY_EFFECT_STARTED));
        if (!context.dry_run()) SLIPWAY_SDK_TRY(take_time(context));
        for (const mock::Output& output : script_.outputs)
            SLIPWAY_SDK_TRY(publish(context, output));
        if (context.dry_run()) return outcome::done;
        misbehave(context);
        return finish(context);
    }

private:
    slipway::result<json::Value> inputs_now(const context& context) const {
        json::Value inputs = json::Object{};
        for (const std::string& port : script_.input_ports) {
            json::Array artifacts;
            for (std::uint32_t i = 0; i < context.input_count(port.c_str()); ++i) {
                SLIPWAY_SDK_TRY_ASSIGN(const auto input, common::input_info(context, port.c_str(), i));
                artifacts.push_back(
                    json::Object{{"name", input.name}, {"type", input.type}, {"sha256", input.sha256}});
            }
            inputs.set(port, std::move(artifacts));
        }
        return inputs;
    }

    slipway::result<void> record(const context& context) const {
        SLIPWAY_SDK_TRY_ASSIGN(json::Value inputs, inputs_now(context));
        json::Value call = json::Object{};
        call.set("stage", context.stage_id());
        call.set("attempt", context.attempt());
        call.set("dry_run", context.dry_run());
        call.set("options", options_);
        call.set("inputs", std::move(inputs));
        return append_line(json::dump(call) + "\n");
    }

    // ---------------------------------------------------------------- what was recorded, again

    slipway::result<outcome> replay(const context& context) const {
        SLIPWAY_SDK_TRY_ASSIGN(json::Value variant, common::parse_options(context.variant_json()));
        const mock::Occasion occasion{std::move(variant), context.attempt(), context.dry_run()};
        SLIPWAY_SDK_TRY_ASSIGN(const mock::Replay recorded, mock::read_replay(script_.replay, occasion));
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value inputs, inputs_now(context));
        if (!script_.replay_any_inputs) SLIPWAY_SDK_TRY(mock::check_inputs(recorded, inputs));
        if (!context.dry_run()) SLIPWAY_SDK_TRY(take_time(context));
        for (const json::Value& step : recorded.steps)
            SLIPWAY_SDK_TRY(play(context, step, recorded.folder));
        if (context.dry_run() || recorded.status == SLIPWAY_OK) return outcome::done;
        if (recorded.status == SLIPWAY_WAITING) {
            context.report(SLIPWAY_INFO, recorded.message, recorded.hint);
            return outcome::waiting;
        }
        if (recorded.status <= SLIPWAY_CRASHED) // not a plugin's to return
            return slipway::error{SLIPWAY_INTERNAL, "what was recorded: " + recorded.message, recorded.hint};
        return slipway::error{recorded.status, recorded.message, recorded.hint};
    }

    static slipway::result<void> play(const context& context, const json::Value& step,
                                      const std::string& folder) {
        const std::string& did = step["did"].as_string();
        const auto text = [&](const char* member) { return step[member].as_string(); };
        if (did == "log") context.log(static_cast<int>(step["level"].as_integer()), text("text"));
        if (did == "diag" && step["severity"].as_integer() < SLIPWAY_ERROR) // errors come with the status
            context.report(static_cast<int>(step["severity"].as_integer()), text("summary"), text("hint"));
        if (did == "effect") return play_effect(context, step);
        if (did != "publish") return {};
        SLIPWAY_SDK_TRY_ASSIGN(auto artifact, context.create_output(text("port").c_str(), text("name")));
        SLIPWAY_SDK_TRY(copy_file(artifact, folder + "/" + text("sha256")));
        return artifact.commit(json::dump(json::Object{
            {"type", step["type"]}, {"sha256", step["sha256"]}, {"annotations", step["annotations"]}}));
    }

    /// In a dry run, of a real one's effects those that were done.
    static slipway::result<void> play_effect(const context& context, const json::Value& step) {
        static constexpr std::array names{"planned", "started", "done", "skipped"};
        const auto* const name = std::ranges::find(names, step["state"].as_string());
        auto state = static_cast<int>(name - names.begin());
        if (context.dry_run() && state == SLIPWAY_EFFECT_STARTED) return {};
        if (context.dry_run()) state = SLIPWAY_EFFECT_PLANNED;
        return context.effect(state, step["kind"].as_string(), step["target"].as_string(),
                              step["summary"].as_string(), step["detail"].as_string());
    }

    /// One write, so that calls in parallel do not mix.
    slipway::result<void> append_line(const std::string& line) const {
        const support::UniqueFd fd(
            ::open(script_.record.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
        if (!fd)
            return common::to_sdk(support::errno_error("opening '" + script_.record + "'", errno), "/record");
        SLIPWAY_SDK_TRY(support::write_all(fd.get(), line, "'" + script_.record + "'"));
        return {};
    }

    slipway::result<void> declare(const context& context, int state) const {
        for (const mock::Effect& effect : script_.effects)
            SLIPWAY_SDK_TRY(context.effect(state, effect.kind, effect.target, effect.summary));
        return {};
    }

    slipway::result<void> take_time(const context& context) const {
        using namespace std::chrono;
        const auto steps = static_cast<std::uint64_t>(script_.progress_steps);
        const auto begin = steady_clock::now();
        const milliseconds delay(script_.delay_ms);
        for (std::uint64_t reported = 0;;) {
            const auto passed = duration_cast<milliseconds>(steady_clock::now() - begin);
            const bool over = passed >= delay;
            const auto due = over ? steps
                                  : steps * static_cast<std::uint64_t>(passed.count())
                                        / static_cast<std::uint64_t>(delay.count());
            while (reported < due)
                context.progress(++reported, steps, "steps");
            if (over) return {};
            if (!script_.ignore_cancel && context.cancelled())
                return slipway::error{SLIPWAY_CANCELLED, "cancelled"};
            std::this_thread::sleep_for(std::min(milliseconds(20), delay - passed));
        }
    }

    static slipway::result<void> publish(const context& context, const mock::Output& output) {
        SLIPWAY_SDK_TRY_ASSIGN(auto artifact, context.create_output(output.port.c_str(), output.name));
        if (output.text) SLIPWAY_SDK_TRY(artifact.write(*output.text));
        if (output.zeros) SLIPWAY_SDK_TRY(write_zeros(artifact, *output.zeros));
        if (output.file) SLIPWAY_SDK_TRY(copy_file(artifact, *output.file));
        json::Value meta = json::Object{};
        if (!output.type.empty()) meta.set("type", output.type);
        if (output.annotations.is_object()) meta.set("annotations", output.annotations);
        return artifact.commit(json::dump(meta));
    }

    static slipway::result<void> write_zeros(slipway::output& artifact, std::uint64_t count) {
        const std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(count, 1u << 20)), '\0');
        while (count > 0) {
            const std::uint64_t size = std::min<std::uint64_t>(count, block.size());
            SLIPWAY_SDK_TRY(
                artifact.write(std::string_view(block).substr(0, static_cast<std::size_t>(size))));
            count -= size;
        }
        return {};
    }

    static slipway::result<void> copy_file(slipway::output& artifact, const std::string& path) {
        SLIPWAY_SDK_TRY_ASSIGN(const auto source, support::open_read(path));
        std::string block(1u << 20, '\0');
        for (;;) {
            const ssize_t n = ::read(source.get(), block.data(), block.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return common::to_sdk(support::errno_error("reading '" + path + "'", errno));
            if (n == 0) return {};
            SLIPWAY_SDK_TRY(artifact.write(std::string_view(block).substr(0, static_cast<std::size_t>(n))));
        }
    }

    void misbehave(const context& context) const {
        mock::print_bytes(script_.print_bytes);
        if (script_.leave_child) context.info("left child " + std::to_string(mock::leave_child()));
        if (script_.close_descriptors) mock::close_descriptors();
        if (script_.crash) mock::crash(*script_.crash);
        if (script_.hang) mock::hang();
    }

    slipway::result<outcome> finish(const context& context) const {
        const auto& failing = script_.failing_attempts;
        if (std::ranges::find(failing, static_cast<std::int64_t>(context.attempt())) != failing.end())
            return slipway::error{SLIPWAY_IO,
                                  "attempt " + std::to_string(context.attempt()) + " was told to fail"};
        if (script_.status < 0)
            return slipway::error{script_.status,
                                  script_.message.empty()
                                      ? "was told to end with '" + options_["status"].as_string() + "'"
                                      : script_.message};
        if (!script_.message.empty()) context.info(script_.message);
        SLIPWAY_SDK_TRY(declare(context, SLIPWAY_EFFECT_DONE));
        return script_.status == SLIPWAY_WAITING ? outcome::waiting : outcome::done;
    }

    json::Value options_;
    mock::Script script_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("mock 0.1.0", Mock)
