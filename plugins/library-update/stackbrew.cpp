// SPDX-License-Identifier: GPL-3.0-or-later
#include <stackbrew.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::stackbrew {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// What Go's unicode.IsSpace takes for a blank, as strings.TrimSpace does in bashbrew's parser.
constexpr std::string_view blanks[] = {" ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085",
                                       "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                       "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                       "\u2029", "\u202f", "\u205f", "\u3000"};

/// What is taken off the items of a list: the `strip` of bashbrew's fields.
constexpr std::string_view item_blanks = "\n\r\t ";

std::string_view slice(std::string_view text, Span span) {
    return text.substr(span.begin, span.end - span.begin);
}

Span trimmed_begin(std::string_view text, Span span) {
    const auto find = [&] {
        return std::ranges::find_if(blanks, [&](auto b) { return slice(text, span).starts_with(b); });
    };
    for (auto it = find(); it != std::end(blanks); it = find())
        span.begin += it->size();
    return span;
}

Span trimmed_end(std::string_view text, Span span) {
    const auto find = [&] {
        return std::ranges::find_if(blanks, [&](auto b) { return slice(text, span).ends_with(b); });
    };
    for (auto it = find(); it != std::end(blanks); it = find())
        span.end -= it->size();
    return span;
}

/// `span` of `text` without blanks at its ends.
Span trimmed(std::string_view text, Span span) {
    return trimmed_end(text, trimmed_begin(text, span));
}

/// The same for an item of a list.
Span stripped(std::string_view text, Span span) {
    while (span.begin < span.end && item_blanks.find(text[span.begin]) != std::string_view::npos)
        ++span.begin;
    while (span.end > span.begin && item_blanks.find(text[span.end - 1]) != std::string_view::npos)
        --span.end;
    return span;
}

LineKind kind_of(std::string_view line) {
    if (line.empty() || line == "\n") return LineKind::blank;
    if (slice(line, trimmed_begin(line, {0, line.size()})).starts_with('#')) return LineKind::comment;
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
    if (field.first.begin == field.first.end) field.first = {colon + 1, colon + 1};
    field.line = field.last_line = number;
    append(field, text, field.first);
    return field;
}

void continue_field(Field& field, std::string_view text, Span line, std::size_t number) {
    const auto end_line = [&](std::size_t at) {
        field.value += '\n';
        field.offsets.push_back(at);
    };
    if (!field.value.empty() && !field.value.ends_with('\n')) end_line(line.begin);
    const Span rest = trimmed_end(text, {line.begin + 1, line.end});
    // Debian's control files write an empty line as " .".
    if (slice(text, rest) != ".") append(field, text, rest);
    end_line(rest.end);
    field.last_line = number;
}

/// Kind::config for bytes that no library file has.
Result<void> check_bytes(std::string_view text, const std::vector<Line>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view line = slice(text, lines[i].span);
        if (i == 0 && line.starts_with("\ufeff"))
            return at_line(1, "begins with a byte order mark", "save the file as plain UTF-8");
        if (!support::is_valid_utf8(line)) return at_line(i + 1, "is not UTF-8");
        if (line.find('\0') != std::string_view::npos) return at_line(i + 1, "has a NUL byte");
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
    if (field == nullptr) return out;
    const std::string_view value = field->value;
    for (std::size_t begin = 0; begin <= value.size();) {
        const std::size_t end = std::min(value.find(',', begin), value.size());
        const Span inner = stripped(value, {begin, end});
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
    for (const auto& [name, value] :
         {std::pair<std::string_view, std::string_view>{"GitFetch", "refs/heads/master"},
          {"Directory", "."},
          {"File", "Dockerfile"},
          {"Architectures", "amd64"}})
        if (key == name) return value;
    return "";
}

std::string_view unfolded(std::string_view value) {
    return slice(value, trimmed(value, {0, value.size()}));
}

Result<File> parse(std::string text) {
    File file{std::move(text), {}, {}, {}};
    file.lines = split_lines(file.text);
    SLIPWAY_TRY(check_bytes(file.text, file.lines));
    Paragraph open{};
    const auto close = [&] {
        if (!open.fields.empty()) file.paragraphs.push_back(std::move(open));
        open = {};
    };
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const auto& [kind, span] = file.lines[i];
        if (kind == LineKind::blank) close();
        if (kind == LineKind::blank || kind == LineKind::comment) continue;
        if (open.first_line == 0) open.first_line = i + 1;
        open.last_line = i + 1;
        if (kind == LineKind::field) {
            SLIPWAY_TRY_ASSIGN(auto field, read_field(file.text, span, i + 1));
            open.fields.push_back(std::move(field));
        } else if (open.fields.empty()) {
            file.orphans.push_back(i + 1);
        } else {
            continue_field(open.fields.back(), file.text, span, i + 1);
        }
    }
    close();
    for (Paragraph& paragraph : file.paragraphs)
        take_in_comments(paragraph, file.lines);
    return file;
}

} // namespace slipway::stackbrew
