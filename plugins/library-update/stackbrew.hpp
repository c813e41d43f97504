// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reads official-images library files (docker-library's "stackbrew" format) and keeps, for everything read,
// the bytes of the file it came from, so that an edit touches nothing else.
//
// The format is bashbrew's: its comment stripper, Debian's control paragraphs (go-debian) and its own
// manifest/rfc2822.go on top.
//   - A line whose first non-blank is '#' is a comment, anywhere, even inside a folded value. A '#' later in
//   a
//     line is data.
//   - An empty line ends a paragraph. A line of blanks does not: it continues the value above it.
//   - A line that starts with a space or a tab continues the value above it, less that one character.
//   - Any other line is "Key: value", blanks around both ignored. Of equal keys the last wins; unknown keys
//     are ignored; case counts.
//   - The first paragraph is global: its fields are the defaults of the others, which are the entries.
#pragma once

#include <support/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::stackbrew {

/// Bytes [begin, end) of the file.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

enum class LineKind { blank, comment, field, continuation };

/// One line with its newline, if it has one. The lines of a file are all of its bytes.
struct Line {
    LineKind kind;
    Span span;
};

/// One item of a comma-separated value, blanks around it taken off.
struct Item {
    std::string text;
    Span span;
    std::size_t line; ///< counted from 1
};

struct Field {
    std::string key;
    std::string value;                ///< continuation lines joined by '\n'; comments are not in it
    std::vector<std::size_t> offsets; ///< for each byte of `value`, where it is in the file
    Span first;                       ///< the value's part on the key's own line
    std::size_t line;                 ///< of the key, counted from 1
    std::size_t last_line;            ///< of the last continuation, counted from 1
};

struct Paragraph {
    std::vector<Field> fields;
    std::size_t first_line; ///< counted from 1; with the comment lines right above it
    std::size_t last_line;  ///< with the comment lines right below it

    /// The field that counts: the last of that key, or nullptr.
    const Field* find(std::string_view key) const;
};

struct File {
    std::string text;
    std::vector<Line> lines;
    std::vector<Paragraph> paragraphs; ///< the first is the global one

    /// The items of a comma-separated field; none for nullptr and for an empty value.
    std::vector<Item> items(const Field* field) const;

    std::size_t line_of(std::size_t offset) const;

    /// What counts for an entry: its own field, else the global one, else nullptr.
    const Field* effective(const Paragraph& entry, std::string_view key) const;

    /// Its value; without one the default of GitFetch, or "".
    std::string_view value(const Paragraph& entry, std::string_view key) const;
};

/// Kind::config with "line N: cause" for text that is no UTF-8, has a carriage return, or a line that is none
/// of the above. What the fields hold is not looked at: see check().
support::Result<File> parse(std::string text);

} // namespace slipway::stackbrew
