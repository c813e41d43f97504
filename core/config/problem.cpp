// SPDX-License-Identifier: GPL-3.0-or-later
#include <config/problem.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <tuple>

namespace slipway::config {

std::string Problem::message() const {
    std::string out = file;
    if (place.line != 0) out += fmt::format(":{}:{}", place.line, place.column);
    for (const std::string& part : {pointer, what}) {
        if (!out.empty() && !part.empty()) out += ": ";
        out += part;
    }
    if (!hint.empty()) out += " (hint: " + hint + ")";
    return support::printable(out);
}

std::string render(const Problems& problems) {
    if (problems.empty()) return {};
    Problems sorted = problems;
    std::ranges::stable_sort(sorted, {}, [](const Problem& p) {
        return std::tuple(p.place.line == 0, p.file, p.place.line, p.place.column);
    });
    std::string out;
    std::vector<std::string> files;
    for (const Problem& problem : sorted) {
        out += problem.message() + "\n";
        if (!problem.file.empty() && std::ranges::find(files, problem.file) == files.end())
            files.push_back(problem.file);
    }
    out += fmt::format("{} problem{}", sorted.size(), sorted.size() == 1 ? "" : "s");
    if (!files.empty()) out += support::printable(" in " + support::join(files, ", "));
    return out + "\n";
}

} // namespace slipway::config
