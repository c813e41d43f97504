// SPDX-License-Identifier: GPL-3.0-or-later
#include "progress.hpp"

#include <fmt/format.h>
#include <slipway/stage.h>
#include <support/text.hpp>

namespace slipway::host {

namespace json = support::json;
using chain::Event;

namespace {

std::string paint(Colour colour, const char* code, const std::string& text) {
    return colour == Colour::on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

constexpr const char* bold = "1";
constexpr const char* dim = "2";
constexpr const char* red = "31";
constexpr const char* green = "32";
constexpr const char* yellow = "33";
constexpr const char* cyan = "36";

/// Continuation lines stand below the text, not below the stage's name.
std::string indented(const std::string& text, const std::string& margin) {
    std::string out;
    for (const char c : text)
        out += c == '\n' ? "\n" + margin : std::string(1, c);
    return out;
}

std::string describe_effect(const Event& e) {
    const std::string& state = e.data["state"].as_string();
    const char* mark = state == "planned" ? "would" : state == "done" ? "did" : "there already";
    return fmt::format("{}: {}: {} ({})", mark, e.data["kind"].as_string(), e.text,
                       e.data["target"].as_string());
}

const char* level_word(int level) {
    return level >= SLIPWAY_ERROR ? "error: " : level == SLIPWAY_WARNING ? "warning: " : "";
}

std::string join_texts(const json::Value& list) {
    std::vector<std::string> texts;
    for (const json::Value& item : list.as_array())
        texts.push_back(item.as_string());
    return support::join(texts, "; ");
}

std::string describe_text(const Event& e, Colour colour) {
    const auto hint = [&] {
        const std::string& h = e.data["hint"].as_string();
        return h.empty() ? std::string() : "\nhint: " + h;
    };
    if (e.kind == "stage_started")
        return paint(colour, dim,
                     "started" + std::string(e.data["mocked"].as_bool() ? " (mocked)" : "")
                         + (e.data["attempt"].as_integer() > 1
                                ? fmt::format(", attempt {}", e.data["attempt"].as_integer())
                                : ""));
    if (e.kind == "stage_unchanged")
        return paint(colour, green, "unchanged") + ": " + describe_outputs(e.data["outputs"]);
    if (e.kind == "stage_done")
        return paint(colour, green, "done") + " in "
               + support::human_duration(std::chrono::milliseconds(e.data["duration_ms"].as_integer()))
               + (e.data["outputs"].as_array().empty() ? "" : ": " + describe_outputs(e.data["outputs"]));
    if (e.kind == "stage_planned") return paint(colour, yellow, "not run") + ": " + e.text;
    if (e.kind == "stage_waiting")
        return paint(colour, yellow, "waiting") + (e.text.empty() ? "" : ": " + e.text);
    if (e.kind == "stage_cancelled") return paint(colour, yellow, "cancelled");
    if (e.kind == "stage_failed") return paint(colour, red, "failed") + ": " + e.text + hint();
    if (e.kind == "effect" && e.data["state"].as_string() != "started")
        return paint(colour, cyan, describe_effect(e)); // a started one is told again when it is done
    if (e.kind == "sandbox" && e.level >= SLIPWAY_INFO)
        return paint(colour, yellow, "sandbox: partial") + ": without " + join_texts(e.data["missing"]);
    if (e.kind == "denied") return paint(colour, yellow, "denied") + ": " + e.text;
    if (e.kind == "output") return paint(colour, dim, "| " + e.text);
    if (e.kind == "log" && e.level > SLIPWAY_DEBUG) return level_word(e.level) + e.text;
    // Errors come again with stage_failed; a stage that goes on after one has only this.
    if (e.kind == "diagnostic" && e.level == SLIPWAY_WARNING) return level_word(e.level) + e.text + hint();
    if (e.kind == "diagnostic" && e.level == SLIPWAY_ERROR && !e.data["detail"].as_string().empty())
        return paint(colour, dim, e.data["detail"].as_string());
    return {};
}

} // namespace

std::string describe_outputs(const json::Value& outputs) {
    const auto& list = outputs.as_array();
    std::uint64_t total = 0;
    std::string names;
    for (const json::Value& output : list) {
        const auto size = static_cast<std::uint64_t>(output["size"].as_integer());
        total += size;
        names += (names.empty() ? "" : ", ") + output["name"].as_string() + " " + support::human_bytes(size);
    }
    if (list.size() > 4) return fmt::format("{} files, {}", list.size(), support::human_bytes(total));
    return names;
}

std::string describe(const Event& e, Colour colour) {
    if (e.kind == "run_started")
        return paint(colour, bold, "run " + e.data["run"].as_string()) + ": " + e.text
               + (e.data["mocked"].as_bool() ? " (MOCKED)" : "");
    if (e.kind == "run_finished")
        return paint(colour, bold, e.text) + " in "
               + support::human_duration(std::chrono::milliseconds(e.data["duration_ms"].as_integer()));
    const std::string text = describe_text(e, colour);
    if (text.empty()) return {};
    if (e.stage.empty()) return text;
    return paint(colour, bold, e.stage) + ": " + indented(text, std::string(e.stage.size() + 2, ' '));
}

json::Value to_json(const Event& e) {
    return json::Object{
        {"time", e.time},   {"kind", e.kind},
        {"stage", e.stage}, {"level", e.level},
        {"text", e.text},   {"data", e.data.is_null() ? json::Value(json::Object{}) : e.data}};
}

} // namespace slipway::host
