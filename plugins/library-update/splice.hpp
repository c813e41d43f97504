// SPDX-License-Identifier: GPL-3.0-or-later
//
// Collects edits of a library file by byte offset and applies them in one go.
#pragma once

#include <stackbrew.hpp>

#include <map>
#include <set>
#include <string>

namespace slipway::stackbrew {

class Splice {
public:
    explicit Splice(const File& file) : file_(file) {}

    /// Put `text` in the place of `span`. Spans must not overlap; the same one again is the same edit.
    void replace(Span span, std::string text);

    /// Add whole lines ("Key: value\n") below line `number` (from 1), after those added there before. The
    /// file's last line stays without its newline if it has none.
    void insert_below(std::size_t number, const std::string& lines);

    void remove_line(std::size_t number) { removed_.insert(number); }

    /// Take out the paragraph with one blank line beside it.
    void remove(const Paragraph& paragraph);

    std::string apply() const;

private:
    const File& file_;
    std::map<std::size_t, std::pair<std::size_t, std::string>> replaced_; // begin to end and text
    std::map<std::size_t, std::string> inserted_;                         // line number to lines
    std::set<std::size_t> removed_;                                       // line numbers
};

/// The lines of `field` without the comments inside it, each with a newline.
std::string lines_of(const File& file, const Field& field);

} // namespace slipway::stackbrew
