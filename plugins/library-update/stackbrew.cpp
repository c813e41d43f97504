// SPDX-License-Identifier: GPL-3.0-or-later
#include <stackbrew.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::stackbrew {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";

bool is_blank(char c) {
    return blanks.find(c) != std::string_view::npos;
}

/// `span` of `text` without blanks at its ends.
Span trimmed(std::string_view text, Span span) {
    while (span.begin < span.end && is_blank(text[span.begin]))
        ++span.begin;
    while (span.end > span.begin && is_blank(text[span.end - 1]))
        --span.end;
    return span;
}

std::string_view slice(std::string_view text, Span span) {
    return text.substr(span.begin, span.end - span.begin);
}

LineKind kind_of(std::string_view line) {
    if (line.empty() || line == "\n") return LineKind::blank;
    const std::size_t first = line.find_first_not_of(blanks);
    if (first != std::string_view::npos && line[first] == '#') return LineKind::comment;
    return line[0] == ' ' || line[0] == '\t' ? LineKind::continuation : LineKind::field;
}

std::vector<Line> split_lines(std::string_view text) {
    std::vector<Line> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t newline = text.find('\n', at);
        const Span span{at, newline == std::string_view::npos ? text.size() : newline + 1};
        lines.push_back({kind_of(slice(text, span)), span});
        at = span.end;
    }
    return lines;
}

Error at_line(std::size_t number, std::string what, std::string hint = {}) {
    return Error{Kind::config, "line " + std::to_string(number) + ": " + std::move(what), std::move(hint)};
}

void append(Field& field, std::string_view text, Span span) {
    field.value += slice(text, span);
    for (std::size_t at = span.begin; at < span.end; ++at)
        field.offsets.push_back(at);
}

Result<Field> read_field(std::string_view text, Span line, std::size_t number) {
    const std::size_t colon = text.find(':', line.begin);
    if (colon >= line.end)
        return at_line(
            number, "'" + support::printable(slice(text, trimmed(text, line))) + "' has no ':'",
            "a field is 'Key: value'; a folded value goes on with a blank at the start of the line");
    Field field{};
    field.key = slice(text, trimmed(text, {line.begin, colon}));
    field.first = trimmed(text, {colon + 1, line.end});
    field.line = field.last_line = number;
    append(field, text, field.first);
    return field;
}

Result<void> continue_field(Paragraph& paragraph, std::string_view text, Span line, std::size_t number) {
    if (paragraph.fields.empty()) return at_line(number, "continues a value, but no field stands above it");
    Field& field = paragraph.fields.back();
    field.value += '\n';
    field.offsets.push_back(line.begin);
    Span rest{line.begin + 1, line.end};
    while (rest.end > rest.begin && is_blank(text[rest.end - 1]))
        --rest.end;
    append(field, text, rest);
    field.last_line = number;
    return {};
}

/// Kind::config for bytes that no library file has.
Result<void> check_bytes(std::string_view text, const std::vector<Line>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view line = slice(text, lines[i].span);
        if (!support::is_valid_utf8(line)) return at_line(i + 1, "is not UTF-8");
        if (line.find('\r') != std::string_view::npos)
            return at_line(i + 1, "has a carriage return",
                           "use plain newlines, as every official-images file does");
    }
    return {};
}

/// Comment lines that touch the paragraph belong to it.
void take_in_comments(Paragraph& paragraph, const std::vector<Line>& lines) {
    while (paragraph.first_line > 1 && lines[paragraph.first_line - 2].kind == LineKind::comment)
        --paragraph.first_line;
    while (paragraph.last_line < lines.size() && lines[paragraph.last_line].kind == LineKind::comment)
        ++paragraph.last_line;
}

} // namespace

const Field* Paragraph::find(std::string_view key) const {
    const auto it =
        std::find_if(fields.rbegin(), fields.rend(), [&](const Field& f) { return f.key == key; });
    return it == fields.rend() ? nullptr : &*it;
}

std::size_t File::line_of(std::size_t offset) const {
    const auto after =
        std::upper_bound(lines.begin(), lines.end(), offset,
                         [](std::size_t at, const Line& line) { return at < line.span.begin; });
    return static_cast<std::size_t>(after - lines.begin());
}

std::vector<Item> File::items(const Field* field) const {
    std::vector<Item> out;
    if (field == nullptr || field->value.find_first_not_of(blanks) == std::string::npos) return out;
    const std::string_view value = field->value;
    for (std::size_t begin = 0; begin <= value.size();) {
        const std::size_t end = std::min(value.find(',', begin), value.size());
        const Span inner = trimmed(value, {begin, end});
        Item item{std::string(slice(value, inner)), {}, field->last_line};
        if (!item.text.empty()) {
            item.span = {field->offsets[inner.begin], field->offsets[inner.end - 1] + 1};
            item.line = line_of(item.span.begin);
        }
        out.push_back(std::move(item));
        begin = end + 1;
    }
    return out;
}

const Field* File::effective(const Paragraph& entry, std::string_view key) const {
    const Field* own = entry.find(key);
    return own != nullptr ? own : paragraphs.front().find(key);
}

std::string_view File::value(const Paragraph& entry, std::string_view key) const {
    if (const Field* field = effective(entry, key)) return field->value;
    return key == "GitFetch" ? "refs/heads/master" : "";
}

Result<File> parse(std::string text) {
    File file{std::move(text), {}, {}};
    file.lines = split_lines(file.text);
    SLIPWAY_TRY(check_bytes(file.text, file.lines));
    bool open = false;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const auto& [kind, span] = file.lines[i];
        if (kind == LineKind::blank) open = false;
        if (kind == LineKind::blank || kind == LineKind::comment) continue;
        if (!open) file.paragraphs.push_back({{}, i + 1, i + 1});
        open = true;
        Paragraph& paragraph = file.paragraphs.back();
        paragraph.last_line = i + 1;
        if (kind == LineKind::continuation) {
            SLIPWAY_TRY(continue_field(paragraph, file.text, span, i + 1));
        } else {
            SLIPWAY_TRY_ASSIGN(auto field, read_field(file.text, span, i + 1));
            paragraph.fields.push_back(std::move(field));
        }
    }
    for (Paragraph& paragraph : file.paragraphs)
        take_in_comments(paragraph, file.lines);
    return file;
}

} // namespace slipway::stackbrew
