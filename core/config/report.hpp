// SPDX-License-Identifier: GPL-3.0-or-later
//
// Collects problems and gives each its file and place.
#pragma once

#include <config/chain_file.hpp>

#include <string>
#include <vector>

namespace slipway::config {

class Report {
public:
    Report(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {}

    /// The value at `pointer` and all below it come from somewhere else.
    void came_from(Origin origin);

    /// The same, but from another place of the chain file itself.
    void came_from_chain(std::string pointer, std::string there);

    void add(const std::string& pointer, std::size_t position, std::string what, std::string hint = {});

    /// A problem `offset` bytes into a string value.
    void add_in_string(const std::string& pointer, const support::json::Value& value, std::size_t offset,
                       std::string what, std::string hint);

    /// A problem outside of the chain's values: a command line argument, a file that cannot be read.
    void add_elsewhere(std::string file, std::string what, std::string hint = {});

    /// A failed parse of `file`: the error says "line:column: cause".
    void add_syntax(std::string file, const support::Error& error);

    /// Problems with pointers below `pointer`.
    void add_all(const std::string& pointer, const Problems& problems);

    const Problems& problems() const { return problems_; }

    const std::vector<Origin>& origins() const { return origins_; }

private:
    std::string path_;
    std::string text_;
    std::vector<Origin> origins_;
    Problems problems_;
};

/// Whether a JSON pointer is `above` or leads to something in it.
bool is_at_or_below(const std::string& pointer, const std::string& above);

/// File and place of the value at `pointer` whose position is known.
Problem locate(const std::string& path, const std::string& text, const std::vector<Origin>& origins,
               const std::string& pointer, std::size_t position);

} // namespace slipway::config
