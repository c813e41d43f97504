// SPDX-License-Identifier: GPL-3.0-or-later
//
// The JSON documents of an image in a registry: index, manifest, configuration; OCI's and Docker's.
#pragma once

#include "finding.hpp"

#include <common/platform.hpp>
#include <support/hash.hpp>
#include <support/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::verify {

/// A blob, and what refers to it (image-spec 1.1, descriptor.md).
struct Descriptor {
    std::string media_type;
    support::Digest digest;
    std::uint64_t size = 0; ///< bytes
};

struct IndexEntry {
    Descriptor descriptor;
    common::Platform platform; ///< "unknown/unknown" for attestations
};

struct Index {
    std::vector<IndexEntry> entries;
};

struct Manifest {
    Descriptor config;
    std::vector<Descriptor> layers;
};

/// What a document in a registry is.
enum class Document { index, manifest };

/// By its media type: the one it was served with, and the one inside. Kind::unsupported: schema 1, or
/// unknown. Kind::verify: the two differ, or the text could be read as an index and as a manifest
/// (CVE-2021-41190).
support::Result<Document> kind_of_document(const std::string& served_as,
                                           const support::json::Value& document);

/// JSON as Go's encoding/json takes it in one way only: engines compare names of members without regard to
/// case, so
/// {"layers": …, "Layers": …} is another image for each reader. Kind::verify: such a text, or no JSON.
support::Result<support::json::Value> parse_document(const std::string& text);

/// Kind::verify: not one.
support::Result<Index> parse_index(const support::json::Value& document);

/// The same; a foreign layer (one with "urls") and a layer of an unknown type are findings.
support::Result<Manifest> parse_manifest(const support::json::Value& document, Findings& findings);

/// "sha256:…". Kind::unsupported: another algorithm.
support::Result<support::Digest> parse_digest(const std::string& text);

inline constexpr const char* accepted_documents =
    "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

} // namespace slipway::verify
