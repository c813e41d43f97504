// SPDX-License-Identifier: GPL-3.0-or-later
//
// The platforms an image can be for.
#pragma once

#include <support/result.hpp>

#include <string>

namespace slipway::common {

/// As in an image index (image-spec 1.1, image-index.md, "platform"): Go's names, variants as there.
struct Platform {
    std::string os, architecture;
    std::string variant; ///< may be empty

    bool operator==(const Platform&) const = default;

    /// "linux/arm/v7".
    std::string text() const;
};

/// [OS/]ARCHITECTURE[/VARIANT]: the architecture by Go's name or by the kernel's or a distribution's
/// ("x86_64", "aarch64", "armv7h"). OS is linux if not given; arm is v7 and arm64 v8. Kind::config: anything
/// else.
support::Result<Platform> parse_platform(const std::string& text);

} // namespace slipway::common
