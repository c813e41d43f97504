// SPDX-License-Identifier: GPL-3.0-or-later
#include <splice.hpp>

namespace slipway::stackbrew {

void Splice::replace(Span span, std::string text) {
    replaced_[span.begin] = {span.end, std::move(text)};
}

void Splice::insert_below(std::size_t number, const std::string& lines) {
    inserted_[number] += lines;
}

void Splice::remove(const Paragraph& paragraph) {
    for (std::size_t number = paragraph.first_line; number <= paragraph.last_line; ++number)
        removed_.insert(number);
    const auto blank = [&](std::size_t number) {
        return file_.lines[number - 1].kind == LineKind::blank && !removed_.contains(number);
    };
    if (paragraph.last_line < file_.lines.size() && blank(paragraph.last_line + 1)) {
        removed_.insert(paragraph.last_line + 1);
        return;
    }
    // The last paragraph of the file: the blank line above goes, over what was removed already.
    std::size_t number = paragraph.first_line - 1;
    while (number > 0 && removed_.contains(number))
        --number;
    if (number > 0 && blank(number)) removed_.insert(number);
}

std::string Splice::apply() const {
    std::string out;
    for (std::size_t i = 0; i < file_.lines.size(); ++i) {
        const Span line = file_.lines[i].span;
        if (!removed_.contains(i + 1)) {
            std::size_t at = line.begin;
            // A value may be added at the very end of a file without its last newline.
            const std::size_t end = i + 1 < file_.lines.size() ? line.end : line.end + 1;
            for (auto it = replaced_.lower_bound(line.begin); it != replaced_.end() && it->first < end;
                 ++it) {
                out.append(file_.text, at, it->first - at);
                out += it->second.second;
                at = it->second.first;
            }
            out.append(file_.text, at, line.end - at);
        }
        const auto added = inserted_.find(i + 1);
        if (added == inserted_.end()) continue;
        const bool open_end = !out.empty() && out.back() != '\n';
        if (open_end) out += '\n';
        out += added->second;
        if (open_end) out.pop_back();
    }
    return out;
}

std::string lines_of(const File& file, const Field& field) {
    std::string out;
    for (std::size_t number = field.line; number <= field.last_line; ++number) {
        const auto& [kind, span] = file.lines[number - 1];
        if (kind != LineKind::comment) out.append(file.text, span.begin, span.end - span.begin);
    }
    if (!out.ends_with('\n')) out += '\n';
    return out;
}

} // namespace slipway::stackbrew
