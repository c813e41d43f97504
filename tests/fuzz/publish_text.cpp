// SPDX-License-Identifier: GPL-3.0-or-later
//
// What git-publish reads beside artifacts: templates, layouts, links, remotes' URLs, the first line of a
// push.
#include "input.hpp"

#include <content.hpp>
#include <layout.hpp>
#include <smart.hpp>
#include <url.hpp>

using namespace slipway;
using namespace slipway::git_publish;

namespace {

void use_layout(const std::string& text) {
    if (!check_layout(text)) return;
    const std::string path = tree_path(text, {"base", "x86_64"}, "root.tar");
    if (!check_places({{path, "one"}})) return;
    // A path that git may hold stays in its tree.
    fuzz::require(!path.empty() && path.front() != '/'
                  && ("/" + path + "/").find("/../") == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    const auto rendered = render(text, {{"version", "1"}, {"sha256:base/a.tar", "00"}}, "fuzz");
    if (rendered && text.find('@') == std::string::npos) fuzz::require(rendered.value() == text);
    use_layout(text);
    (void)check_link("a/b", text, "fuzz");
    if (const auto url = parse_url(text)) // no option for ssh, whose words these become
        fuzz::require(url.value().host.empty() || url.value().host.front() != '-');
    if (const auto line = with_atomic(text)) fuzz::require(line->find(" atomic") != std::string::npos);
    return 0;
}
