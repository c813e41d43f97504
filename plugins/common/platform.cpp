// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/platform.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::common {

using support::Error;
using support::Kind;
using support::Result;

namespace {

struct Architecture {
    const char *name, *go, *variant;
};

// The names of Go (go.dev/doc/install/source#environment) first, then those of `uname -m` and of Arch Linux
// ARM.
constexpr Architecture architectures[] = {
    {"386", "386", ""},
    {"amd64", "amd64", ""},
    {"arm", "arm", "v7"},
    {"arm64", "arm64", "v8"},
    {"loong64", "loong64", ""},
    {"mips64le", "mips64le", ""},
    {"ppc64le", "ppc64le", ""},
    {"riscv64", "riscv64", ""},
    {"s390x", "s390x", ""},
    {"i386", "386", ""},
    {"i486", "386", ""},
    {"i686", "386", ""},
    {"x86_64", "amd64", ""},
    {"aarch64", "arm64", "v8"},
    {"armv6h", "arm", "v6"},
    {"armv6l", "arm", "v6"},
    {"armv7h", "arm", "v7"},
    {"armv7l", "arm", "v7"},
    {"loongarch64", "loong64", ""},
};

const Architecture* find(const std::string& name) {
    const auto* const it = std::ranges::find(architectures, name, &Architecture::name);
    return it == std::end(architectures) ? nullptr : it;
}

bool is_variant(const std::string& text) {
    return text.size() >= 2 && text[0] == 'v' && text[1] >= '0' && text[1] <= '9';
}

Error unknown(const std::string& text) {
    std::vector<std::string> names;
    for (const Architecture& architecture : architectures)
        names.emplace_back(architecture.name);
    const auto near =
        support::nearest(text.substr(text.find('/') == std::string::npos ? 0 : text.find('/') + 1), names);
    return Error{Kind::config, "platform '" + support::printable(text) + "': unknown architecture",
                 near ? "did you mean '" + *near + "'?" : "such as linux/amd64, x86_64, linux/arm/v7"};
}

} // namespace

std::string Platform::text() const {
    return os + "/" + architecture + (variant.empty() ? "" : "/" + variant);
}

Result<Platform> parse_platform(const std::string& text) {
    std::vector<std::string> parts = support::split(text, '/');
    if (find(parts.front()) != nullptr) parts.insert(parts.begin(), "linux");
    const Architecture* const known = parts.size() == 2 || parts.size() == 3 ? find(parts[1]) : nullptr;
    if (known == nullptr) return unknown(text);
    if (parts[0] != "linux")
        return Error{Kind::config, "platform '" + support::printable(text) + "': unknown operating system",
                     "use linux"};
    if (parts.size() == 3 && !is_variant(parts[2]))
        return Error{Kind::config,
                     "platform '" + support::printable(text) + "': '" + support::printable(parts[2])
                         + "' is no variant",
                     "such as v7"};
    return Platform{parts[0], known->go, parts.size() == 3 ? parts[2] : known->variant};
}

} // namespace slipway::common
