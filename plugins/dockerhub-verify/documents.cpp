// SPDX-License-Identifier: GPL-3.0-or-later
#include "documents.hpp"

#include "unpack.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <set>

namespace slipway::verify {

namespace json = support::json;
using support::Digest;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::size_t most_layers = 1000; // engines stop at 127

/// The documents' own members; others (labels, annotations, …) are names of somebody's, told apart by case.
constexpr std::string_view known_members[] = {
    "schemaVersion", "mediaType",    "manifests",  "config",      "layers",      "annotations",
    "artifactType",  "subject",      "digest",     "size",        "urls",        "data",
    "platform",      "architecture", "os",         "variant",     "os.version",  "os.features",
    "features",      "created",      "author",     "rootfs",      "type",        "diff_ids",
    "history",       "created_by",   "comment",    "empty_layer", "User",        "ExposedPorts",
    "Env",           "Entrypoint",   "Cmd",        "Volumes",     "WorkingDir",  "Labels",
    "StopSignal",    "Memory",       "MemorySwap", "CpuShares",   "Healthcheck", "ArgsEscaped",
    "OnBuild",       "Shell",        "Test",       "Interval",    "Timeout",     "StartPeriod",
    "Retries",       "fsLayers",     "signatures",
};

std::string folded(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

/// A member whose name is another's or a known one's but for its case. Go also folds two letters beyond
/// ASCII.
Result<void> check_members(const json::Value& value) {
    for (const json::Value& item : value.as_array())
        SLIPWAY_TRY(check_members(item));
    std::set<std::string> seen;
    for (const auto& [key, member, position] : value.as_object()) {
        const std::string name = folded(key);
        const auto* const known =
            std::ranges::find_if(known_members, [&](auto k) { return folded(k) == name; });
        const bool other_case = known != std::end(known_members) && *known != key;
        const bool folds = key.find("\u017f") != std::string::npos || key.find("\u212a") != std::string::npos;
        if (!seen.insert(name).second || other_case || folds)
            return Error{Kind::verify, "its member '" + support::printable(key)
                                           + "' is read in different ways by different engines"};
        // The members of these are names themselves.
        if (key != "Labels" && key != "annotations" && key != "Volumes" && key != "ExposedPorts")
            SLIPWAY_TRY(check_members(member));
    }
    return {};
}

Error no_descriptor(const char* what) {
    return {Kind::verify, std::string("a descriptor without ") + what};
}

Result<Descriptor> parse_descriptor(const json::Value& value) {
    if (!value["mediaType"].is_string()) return no_descriptor("a media type");
    if (!value["size"].is_integer() || value["size"].as_integer() < 0) return no_descriptor("a size");
    SLIPWAY_TRY_ASSIGN(Digest digest, parse_digest(value["digest"].as_string()));
    return Descriptor{value["mediaType"].as_string(), std::move(digest),
                      static_cast<std::uint64_t>(value["size"].as_integer())};
}

std::optional<Document> document_of(const std::string& media_type) {
    if (media_type == "application/vnd.oci.image.index.v1+json"
        || media_type == "application/vnd.docker.distribution.manifest.list.v2+json")
        return Document::index;
    if (media_type == "application/vnd.oci.image.manifest.v1+json"
        || media_type == "application/vnd.docker.distribution.manifest.v2+json")
        return Document::manifest;
    return std::nullopt;
}

} // namespace

Result<Digest> parse_digest(const std::string& text) {
    auto digest = text.starts_with("sha256:") ? Digest::parse(text.substr(7)) : Result<Digest>(Error{});
    if (digest) return digest;
    return Error{Kind::unsupported, "digest '" + support::printable(text.substr(0, 100)) + "'",
                 "images with sha256 digests can be verified"};
}

Result<json::Value> parse_document(const std::string& text) {
    SLIPWAY_TRY_ASSIGN(json::Value document, json::parse(text));
    if (!document.is_object()) return Error{Kind::verify, "it is no JSON object"};
    SLIPWAY_TRY(check_members(document));
    return document;
}

Result<Document> kind_of_document(const std::string& served_as, const json::Value& document) {
    const std::string type = served_as.substr(0, served_as.find_first_of("; "));
    const std::string& inside = document["mediaType"].as_string();
    // distribution's docs/spec/manifest-v2-1.md
    if (type.starts_with("application/vnd.docker.distribution.manifest.v1")
        || document["schemaVersion"].as_integer() == 1)
        return Error{Kind::unsupported,
                     "it is a manifest of schema 1, which names no configuration and is long out of use",
                     "push the image again with a tool of today"};
    const auto kind = document_of(inside.empty() ? type : inside);
    if (!kind)
        return Error{Kind::unsupported, "it is a document of the unknown type '"
                                            + support::printable(inside.empty() ? type : inside) + "'"};
    const auto served = document_of(type);
    const bool index = document.find("manifests") != nullptr;
    const bool manifest = document.find("layers") != nullptr || document.find("config") != nullptr;
    if ((served && *served != *kind) || (index && manifest) || (*kind == Document::index && !index)
        || (*kind == Document::manifest && !manifest))
        return Error{Kind::verify, "it can be read as an index and as a manifest",
                     "no sound builder makes such an image; do not use it"};
    return *kind;
}

Result<Index> parse_index(const json::Value& document) {
    Index index;
    if (!document["manifests"].is_array()) return Error{Kind::verify, "its manifests are no list"};
    for (const json::Value& item : document["manifests"].as_array()) {
        SLIPWAY_TRY_ASSIGN(Descriptor descriptor, parse_descriptor(item));
        const json::Value& p = item["platform"];
        index.entries.push_back(
            {std::move(descriptor),
             {p["os"].as_string(), p["architecture"].as_string(), p["variant"].as_string()}});
    }
    return index;
}

Result<Manifest> parse_manifest(const json::Value& document, Findings& findings) {
    SLIPWAY_TRY_ASSIGN(Descriptor config, parse_descriptor(document["config"]));
    Manifest manifest{std::move(config), {}};
    if (document.find("artifactType") != nullptr || document.find("subject") != nullptr)
        findings.add({"manifest", "form", "an image", "an artifact about another image"});
    if (document["layers"].as_array().size() > most_layers)
        return Error{Kind::verify, fmt::format("more than {} layers", most_layers)};
    for (const json::Value& layer : document["layers"].as_array()) {
        SLIPWAY_TRY_ASSIGN(Descriptor descriptor, parse_descriptor(layer));
        const std::string subject = fmt::format("layer {}", manifest.layers.size() + 1);
        if (const json::Value* urls = layer.find("urls"); urls != nullptr && !urls->as_array().empty())
            findings.add({subject, "form", "",
                          "a foreign layer: engines fetch it from "
                              + support::printable(urls->as_array().front().as_string())});
        if (!compression_of(descriptor.media_type))
            findings.add(
                {subject, "form", "a layer", "the media type " + support::printable(descriptor.media_type)});
        manifest.layers.push_back(std::move(descriptor));
    }
    return manifest;
}

} // namespace slipway::verify
