// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/picture.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace slipway::host::reports {

namespace json = support::json;
using json::Value;

namespace {

constexpr std::int64_t node_width = 232, node_height = 70, gap_x = 20, gap_y = 32, margin = 4;
constexpr std::size_t most_characters = 28; // in a line of a node

struct Place {
    std::int64_t layer = 0;
    std::int64_t column = 0;
    std::int64_t columns = 1; ///< of its layer

    std::int64_t x(std::int64_t width) const {
        const std::int64_t used = columns * (node_width + gap_x) - gap_x;
        return (width - used) / 2 + column * (node_width + gap_x);
    }

    std::int64_t y() const { return margin + layer * (node_height + gap_y); }
};

using Places = std::map<std::string, Place>;

/// A stage stands in the layer below the lowest of those it comes after.
Places places_of(const Value& stages, const Value& edges) {
    Places places;
    std::map<std::int64_t, std::int64_t> columns;
    for (const Value& stage : stages.as_array()) {
        Place& place = places[stage["key"].as_string()];
        for (const Value& edge : edges.as_array()) {
            if (edge["to"] != stage["key"]) continue;
            const auto from = places.find(edge["from"].as_string());
            if (from != places.end()) place.layer = std::max(place.layer, from->second.layer + 1);
        }
        place.column = columns[place.layer]++;
    }
    for (auto& [key, place] : places)
        place.columns = columns[place.layer];
    return places;
}

/// The beginning of a text that is too long for a node; never half a character.
std::string shortened(const std::string& text) {
    std::size_t end = 0, characters = 0;
    while (end < text.size()) {
        if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && ++characters > most_characters)
            return text.substr(0, end) + "…";
        ++end;
    }
    return text;
}

std::string took(const Value& stage) {
    const std::int64_t begun = stage["started_ms"].as_integer(), ended = stage["finished_ms"].as_integer();
    return begun > 0 && ended >= begun ? support::human_duration(std::chrono::milliseconds(ended - begun))
                                       : "";
}

Value node_of(const Value& stage, const Place& place, std::int64_t width) {
    const std::string& key = stage["key"].as_string();
    const std::size_t bracket = key.find('[');
    const std::string time = took(stage), state = stage["state"].as_string();
    const std::string note =
        state + (time.empty() ? "" : ", " + time) + (stage["mocked"].as_bool() ? ", MOCKED" : "");
    const std::string cell = bracket == std::string::npos ? stage["use"].as_string()
                                                          : key.substr(bracket + 1, key.size() - bracket - 2);
    return json::Object{{"x", place.x(width)},
                        {"y", place.y()},
                        {"middle", place.x(width) + node_width / 2},
                        {"name_y", place.y() + 22},
                        {"cell_y", place.y() + 40},
                        {"note_y", place.y() + 59},
                        {"width", node_width},
                        {"height", node_height},
                        {"name", shortened(key.substr(0, bracket))},
                        {"cell", shortened(cell)},
                        {"note", note},
                        {"title", fmt::format("{} ({}): {}", key, stage["use"].as_string(), note)},
                        {"class", state}};
}

Value edge_of(const Place& from, const Place& to, std::int64_t width) {
    const std::int64_t x1 = from.x(width) + node_width / 2, y1 = from.y() + node_height;
    const std::int64_t x2 = to.x(width) + node_width / 2, y2 = to.y();
    const std::int64_t middle = (y1 + y2) / 2;
    return json::Object{
        {"path", fmt::format("M{} {}C{} {} {} {} {} {}", x1, y1, x1, middle, x2, middle, x2, y2)}};
}

} // namespace

Value picture_of(const Value& facts) {
    const Value& stages = facts["run"]["stages"];
    const Places places = places_of(stages, facts["edges"]);
    std::int64_t columns = 1, layers = 1;
    for (const auto& [key, place] : places) {
        columns = std::max(columns, place.columns);
        layers = std::max(layers, place.layer + 1);
    }
    const std::int64_t width = columns * (node_width + gap_x) - gap_x + 2 * margin;
    json::Array nodes, edges;
    for (const Value& stage : stages.as_array())
        nodes.push_back(node_of(stage, places.at(stage["key"].as_string()), width));
    for (const Value& edge : facts["edges"].as_array())
        edges.push_back(
            edge_of(places.at(edge["from"].as_string()), places.at(edge["to"].as_string()), width));
    return json::Object{{"width", width},
                        {"height", layers * (node_height + gap_y) - gap_y + 2 * margin},
                        {"nodes", std::move(nodes)},
                        {"edges", std::move(edges)}};
}

} // namespace slipway::host::reports
