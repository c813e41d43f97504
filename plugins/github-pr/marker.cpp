// SPDX-License-Identifier: GPL-3.0-or-later
#include <marker.hpp>
#include <support/json.hpp>

namespace slipway::github {

namespace json = support::json;

namespace {

constexpr std::string_view open = "<!-- slipway ";
constexpr std::string_view close = " -->";

/// The text of JSON strings without what would begin or end a comment: "<" as \u003c, ">" as \u003e.
std::string safe(std::string text) {
    for (std::size_t at = 0; (at = text.find_first_of("<>", at)) != std::string::npos;)
        text.replace(at, 1, text[at] == '<' ? "\\u003c" : "\\u003e");
    return text;
}

} // namespace

std::string marker(const Mark& mark) {
    const json::Object document{
        {"chain", mark.chain}, {"version", mark.version}, {"run", mark.run}, {"epoch", mark.epoch}};
    return std::string(open) + safe(json::dump(document)) + std::string(close);
}

std::optional<Mark> find_marker(const std::string& body) {
    const std::size_t at = body.rfind(open);
    if (at == std::string::npos) return std::nullopt;
    const std::size_t end = body.find(close, at);
    if (end == std::string::npos) return std::nullopt;
    const auto document =
        json::parse(std::string_view(body).substr(at + open.size(), end - at - open.size()));
    if (!document || !document.value()["chain"].is_string()) return std::nullopt;
    const json::Value& mark = document.value();
    return Mark{mark["chain"].as_string(), mark["version"].as_string(), mark["run"].as_string(),
                mark["epoch"].as_integer()};
}

std::string trailer(const std::string& chain) {
    return "Slipway-Chain: " + chain;
}

bool has_trailer(const std::string& message, const std::string& chain) {
    return ("\n" + message + "\n").find("\n" + trailer(chain) + "\n") != std::string::npos;
}

} // namespace slipway::github
