// SPDX-License-Identifier: GPL-3.0-or-later
//
// The library file of an official image: what is read is every byte of it, and what an edit makes of a good
// file is a good one. (Its template: tests/fuzz/library_template.cpp.)
#include "input.hpp"

#include <check.hpp>
#include <dockerfile.hpp>
#include <documents.hpp>
#include <move.hpp>
#include <sources.hpp>
#include <splice.hpp>

using namespace slipway;
using namespace slipway::stackbrew;

namespace {

const Release release{"05112026", "https://github.com/a/b.git", "05112026", "refs/tags/05112026",
                      "abcdefabcdefabcdefabcdefabcdefabcdefabcd"};

void read_entries(const File& file) {
    for (std::size_t i = 1; i < file.paragraphs.size(); ++i) {
        (void)sources(file, file.paragraphs[i]);
        (void)tags_of(file, file.paragraphs[i]);
        (void)constraints_of(file, file.paragraphs[i]);
    }
    (void)maintainers_of(file);
    (void)doubts(file);
}

void move_entries(const File& file) {
    for (const std::size_t keep : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
        const auto edited =
            move(file, {{release}}, {keep, keep == 1 ? Builder::oci_import : Builder::unchanged});
        if (!edited) continue;
        const auto again = parse(edited.value().text);
        fuzz::require(again && check(again.value()).empty());
        (void)describe(edited.value());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    (void)froms(text);
    const auto file = parse(text);
    if (!file) return 0;
    fuzz::require(Splice(file.value()).apply() == text);
    const bool good = check(file.value()).empty();
    if (!good) return 0;
    read_entries(file.value());
    move_entries(file.value());
    return 0;
}
