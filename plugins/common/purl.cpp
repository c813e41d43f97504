// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/purl.hpp>
#include <fmt/format.h>

#include <string_view>

namespace slipway::common {

namespace {

std::string encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                           || std::string_view("-._~:").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

} // namespace

std::string alpm_purl(std::string name, const std::string& version,
                      const std::optional<std::string>& architecture) {
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const std::string url = "pkg:alpm/arch/" + encoded(name) + "@" + encoded(version);
    return architecture ? url + "?arch=" + encoded(*architecture) : url;
}

} // namespace slipway::common
