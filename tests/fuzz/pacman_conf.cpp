// SPDX-License-Identifier: GPL-3.0-or-later
//
// The reader of pacman.conf. An Include of "self" includes the whole text again.
#include <pacman_conf.hpp>
#include <siglevel.hpp>

#include <cstdint>
#include <cstdlib>

using namespace slipway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    using Files = std::vector<std::pair<std::string, std::string>>;
    const auto include = [&](const std::string& pattern) -> support::Result<Files> {
        if (pattern == "self") return Files{{"self", text}};
        if (pattern == "none") return support::Error{support::Kind::config, "none"};
        return Files{{pattern, "Server = http://x/$repo\n"}};
    };
    const auto conf = pacman_fetch::parse_pacman_conf(text, "fuzz", include);
    if (!conf) return 0;
    for (const auto& repository : conf.value().repositories) {
        // The words of a level mean the level.
        pacman_fetch::SigLevel again;
        if (!again.add(pacman_fetch::words_of(pacman_fetch::siglevel_text(repository.siglevel))))
            std::abort();
        if (!pacman_fetch::check_repository_name(repository.name)) std::abort();
        (void)pacman_fetch::package_urls(repository, "x86_64", "file");
    }
    return 0;
}
