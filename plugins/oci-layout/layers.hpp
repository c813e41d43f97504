// SPDX-License-Identifier: GPL-3.0-or-later
//
// Layer files of a content, none larger than asked.
#pragma once

#include <support/hash.hpp>
#include <units.hpp>

#include <string>
#include <vector>

namespace slipway::oci {

struct LayerSettings {
    Codec codec;
    unsigned threads = 1;
    std::uint64_t max_size = 100'000'000; ///< compressed bytes of a layer; 0: no limit
    std::string folder;                   ///< where the files go, named by their digests
};

struct Layer {
    std::string path;
    std::string media_type;
    support::Digest digest;  ///< of the file
    support::Digest diff_id; ///< of the tar in it (image-spec 1.1, config.md, "Layer DiffID")
    std::uint64_t size = 0;  ///< of the file, bytes
};

/// No layer for no content. Layers end where segments do, if one fits into a layer, else between entries.
/// Kind::resource: an entry that does not fit. The bytes depend on the content, the codec and max_size alone.
support::Result<std::vector<Layer>> make_layers(const Content& content, const LayerSettings& settings,
                                                const Meter& meter);

} // namespace slipway::oci
