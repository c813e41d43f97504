// SPDX-License-Identifier: GPL-3.0-or-later
//
// Titles and bodies of pull requests, as templates and as GitHub gives them back: what is marked is found.
#include "input.hpp"

#include <common/template.hpp>
#include <marker.hpp>

using namespace slipway;
using namespace slipway::github;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    const common::Values values{{"version", "05112026"}, {"changes", "{version}\n}"}, {"empty", ""}, {"a.b", "{{"}};
    const auto filled = common::fill(text, values);
    if (filled && text.find_first_of("{}") == std::string::npos) fuzz::require(filled.value() == text);

    (void)find_marker(text);
    (void)has_trailer(text, "arch");
    if (!support::is_valid_utf8(text)) return 0;
    const Mark mark{text, "1", "run", 7};
    const auto found = find_marker(text + "\n" + marker(mark));
    fuzz::require(found && *found == mark);
    return 0;
}
