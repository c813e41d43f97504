// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reads official-images library files (docker-library's "stackbrew" format) and keeps, for everything read,
// the bytes of the file it came from, so that an edit touches nothing else.
//
// The format is bashbrew's: its comment stripper (pkg/stripper), Debian's control paragraphs (go-debian,
// control/parse.go) and manifest/rfc2822.go on top. Blanks are Unicode's.
//   - A line whose first non-blank is '#' is a comment, anywhere, even inside a folded value. A '#' later in
//   a
//     line is data.
//   - An empty line ends a paragraph. A line of blanks does not: it continues the value above it.
//   - A line that starts with a space or a tab continues the value above it, less that one character; " ." is
//     an empty one. Where no field stands above, it says nothing.
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
    std::string value;                ///< if folded, lines that end with '\n' each; comments are not in it
    std::vector<std::size_t> offsets; ///< for each byte of `value`, where it is in the file
    Span first;            ///< the value's part on the key's own line; empty: right behind the colon
    std::size_t line;      ///< of the key, counted from 1
    std::size_t last_line; ///< of the last continuation, counted from 1
};

struct Paragraph {
    std::vector<Field> fields;
    std::size_t first_line = 0; ///< counted from 1; with the comment lines right above it
    std::size_t last_line = 0;  ///< with the comment lines right below it

    /// The field that counts: the last of that key, or nullptr.
    const Field* find(std::string_view key) const;
};

struct File {
    std::string text;
    std::vector<Line> lines;
    std::vector<Paragraph> paragraphs; ///< the first is the global one; each has fields
    std::vector<std::size_t> orphans;  ///< lines that continue nothing, counted from 1

    /// The items of a comma-separated field; none for nullptr. An empty value is one empty item.
    std::vector<Item> items(const Field* field) const;

    std::size_t line_of(std::size_t offset) const;

    /// What counts for an entry: its own field, else the global one, else nullptr.
    const Field* effective(const Paragraph& entry, std::string_view key) const;

    /// Its value; without one bashbrew's default (of GitFetch, Directory, File, Architectures), or "".
    std::string_view value(const Paragraph& entry, std::string_view key) const;
};

/// A folded value as it was meant, where it is no list.
std::string_view unfolded(std::string_view value);

/// Kind::config with "line N: cause" for text that is no UTF-8, has a carriage return, or a line that is none
/// of the above. What the fields hold is not looked at: see check().
support::Result<File> parse(std::string text);

} // namespace slipway::stackbrew
