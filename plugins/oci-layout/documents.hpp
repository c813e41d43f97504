// SPDX-License-Identifier: GPL-3.0-or-later
//
// The JSON documents of an image: configuration, manifests and indexes (image-spec 1.1). Members stand in the
// specification's order, maps are sorted: equal settings give equal bytes.
#pragma once

#include <common/platform.hpp>
#include <layers.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::oci {

inline constexpr const char* manifest_type = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* config_type = "application/vnd.oci.image.config.v1+json";
inline constexpr const char* index_type = "application/vnd.oci.image.index.v1+json";
inline constexpr const char* header_type = "application/vnd.oci.layout.header.v1+json";
inline constexpr const char* empty_type = "application/vnd.oci.empty.v1+json";

using common::Platform;

using Texts = std::map<std::string, std::string>;

/// What a container starts with (config.md); what is empty is left out.
struct RunConfig {
    std::string user, working_dir, stop_signal;
    std::vector<std::string> entrypoint, cmd;
    Texts env, labels;
};

/// A blob and what refers to it (descriptor.md).
struct Descriptor {
    std::string media_type;
    support::Digest digest;
    std::uint64_t size = 0; ///< bytes
    std::string artifact_type = {};
    std::optional<Platform> platform = {};
    Texts annotations = {};
};

/// The descriptor of a document.
Descriptor describe(const std::string& media_type, std::string_view document);

/// config.md; `created` in seconds since 1970.
std::string config_document(const RunConfig& config, const Platform& platform,
                            const std::vector<Layer>& layers, std::int64_t created);

std::string manifest_document(const Descriptor& config, const std::vector<Layer>& layers,
                              const Texts& annotations);

/// manifest.md, "Guidelines for Artifact Usage": one file that is about `subject`.
std::string artifact_document(const std::string& artifact_type, const Descriptor& file,
                              const Descriptor& subject, const Texts& annotations);

std::string index_document(const std::vector<Descriptor>& manifests);

/// image-layout.md, "oci-layout file".
std::string layout_document();

/// What config.md and manifest.md call the empty descriptor's content: "{}".
std::string_view empty_document();

} // namespace slipway::oci
