// SPDX-License-Identifier: GPL-3.0-or-later
//
// From root filesystems to images: platforms, folders, and layers shared with a base.
#pragma once

#include <layout.hpp>
#include <placeholders.hpp>

#include <string>
#include <vector>

namespace slipway::oci {

/// A root filesystem.
struct Source {
    int fd = -1; ///< a file; borrowed
    std::string name;
    Variant variant;
};

struct ImagesSettings {
    std::string platform = "linux/amd64"; ///< with placeholders
    std::string folder = "{variant}";     ///< of the layout, with placeholders
    Variant base = {};                    ///< root filesystems of these values are the bases of the others
    LayerSettings layers = {};
};

/// One image for each source, in their order. Of one that has a base (the source that differs from it by the
/// values of `base` alone), the first layers are the base's and the last hold the difference. Kind::config:
/// two images in one place, a base that is not there; for the rest see tree.hpp and layers.hpp. `meter`: see
/// units.hpp; of bytes of tars.
support::Result<std::vector<Image>> make_images(const std::vector<Source>& sources,
                                                const ImagesSettings& settings, std::int64_t mtime,
                                                const Meter& meter);

} // namespace slipway::oci
