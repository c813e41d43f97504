// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.hpp"

#include <charconv>

namespace slipway::config {

namespace json = support::json;

bool is_at_or_below(const std::string& pointer, const std::string& above) {
    return pointer.starts_with(above) && (pointer.size() == above.size() || pointer[above.size()] == '/');
}

namespace {

/// The innermost origin of the value; nullptr: the chain file.
const Origin* origin_of(const std::vector<Origin>& origins, const std::string& pointer) {
    const Origin* found = nullptr;
    for (const Origin& origin : origins)
        if (is_at_or_below(pointer, origin.pointer)
            && (found == nullptr || found->pointer.size() <= origin.pointer.size()))
            found = &origin;
    return found;
}

} // namespace

Problem locate(const std::string& path, const std::string& text, const std::vector<Origin>& origins,
               const std::string& pointer, std::size_t position) {
    const Origin* origin = origin_of(origins, pointer);
    const std::string& source = origin ? origin->text : text;
    Problem problem;
    problem.file = origin ? origin->file : path;
    problem.pointer =
        origin && !origin->there.empty() ? origin->there + pointer.substr(origin->pointer.size()) : pointer;
    if (position == json::no_position || source.empty()) return problem;
    problem.position = position;
    problem.place = json::place_of(source, position);
    return problem;
}

void Report::came_from(Origin origin) {
    std::erase_if(origins_, [&](const Origin& o) { return is_at_or_below(o.pointer, origin.pointer); });
    origins_.push_back(std::move(origin));
}

void Report::came_from_chain(std::string pointer, std::string there) {
    came_from({std::move(pointer), path_, text_, std::move(there)});
}

void Report::add(const std::string& pointer, std::size_t position, std::string what, std::string hint) {
    Problem problem = locate(path_, text_, origins_, pointer, position);
    problem.what = std::move(what);
    problem.hint = std::move(hint);
    problems_.push_back(std::move(problem));
}

void Report::add_in_string(const std::string& pointer, const json::Value& value, std::size_t offset,
                           std::string what, std::string hint) {
    std::size_t position = value.position();
    const Origin* origin = origin_of(origins_, pointer);
    const std::string& source = origin ? origin->text : text_;
    // Only where the text before the spot has no escapes; else the string's start.
    if (position < source.size() && source.compare(position + 1, offset, value.as_string(), 0, offset) == 0)
        position += 1 + offset;
    add(pointer, position, std::move(what), std::move(hint));
}

void Report::add_elsewhere(std::string file, std::string what, std::string hint) {
    problems_.push_back(
        {.file = std::move(file), .pointer = {}, .what = std::move(what), .hint = std::move(hint)});
}

void Report::add_syntax(std::string file, const support::Error& error) {
    Problem problem{.file = std::move(file), .pointer = {}, .what = error.what, .hint = error.hint};
    const char* const end = error.what.data() + error.what.size();
    json::Place place;
    const auto line = std::from_chars(error.what.data(), end, place.line);
    if (line.ec == std::errc{} && line.ptr + 1 < end && *line.ptr == ':') {
        const auto column = std::from_chars(line.ptr + 1, end, place.column);
        if (column.ec == std::errc{} && end - column.ptr > 2) {
            problem.place = place;
            problem.what = std::string(column.ptr + 2, end); // past ": "
        }
    }
    problems_.push_back(std::move(problem));
}

void Report::add_all(const std::string& pointer, const Problems& problems) {
    for (const Problem& problem : problems)
        add(pointer + problem.pointer, problem.position, problem.what, problem.hint);
}

Problem problem_at(const Chain& chain, const std::string& pointer, std::size_t position, std::string what,
                   std::string hint) {
    Problem problem = locate(chain.path, chain.text, chain.origins, pointer, position);
    problem.what = std::move(what);
    problem.hint = std::move(hint);
    return problem;
}

} // namespace slipway::config
