// SPDX-License-Identifier: GPL-3.0-or-later
//
// Templates of library files, and the release documents that fill them: "----" is between a document each,
// and the template.
#include "input.hpp"

#include <release.hpp>
#include <template.hpp>

using namespace slipway;
using namespace slipway::stackbrew;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parts = fuzz::parts_of(fuzz::text_of(data, size));
    std::vector<Release> releases;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const auto document = support::json::parse(parts[i]);
        if (!document) continue;
        auto release = read_release(document.value());
        if (!release || !check_release(release.value())) continue;
        if (parts.size() > 2)
            release.value().variant = {{"group", std::string(1, static_cast<char>('a' + i % 26))}};
        releases.push_back(std::move(release).value());
    }
    const auto filled = fill_template(parts.back(), releases);
    if (!filled) return 0;
    if (parts.back().find("${") == std::string::npos) fuzz::require(filled.value() == parts.back());
    const auto before =
        parse("Maintainers: A <a@b.c> (@d)\n\nTags: latest\nGitRepo: https://github.com/a/b.git\n"
              "GitCommit: 0123456789012345678901234567890123456789\n");
    (void)replace_whole(before.value(), filled.value());
    return 0;
}
