// SPDX-License-Identifier: GPL-3.0-or-later
//
// An image in a registry against what was built.
#pragma once

#include "compare.hpp"
#include "image_config.hpp"
#include "layer.hpp"
#include "registry.hpp"

#include <set>
#include <variant>

namespace slipway::verify {

/// What was built. At least one part is there.
struct Against {
    std::string name;                                   ///< for people
    std::string sha256 = {};                            ///< of the document it came from
    std::optional<Tree> tree = {};                      ///< a manifest's or an archive's
    std::optional<std::set<std::string>> packages = {}; ///< a lock's
    std::optional<Manifest> layout = {};                ///< of an OCI layout: the same blobs are wanted
};

struct Order {
    Reference image;
    std::vector<std::string> more_tags = {}; ///< that must be the same image
    common::Platform platform;
    CompareRules compare = {};
    ConfigRules config = {};
    Limits limits = {};
};

struct VerifiedLayer {
    Descriptor blob;
    std::optional<support::Digest> diff_id; ///< nothing: it could not be read to its end
};

/// What the image is, and what is wrong with it.
struct Verdict {
    std::string digest;   ///< of what the tag leads to
    std::string manifest; ///< of the platform's image
    std::optional<Descriptor> config_blob = {};
    support::json::Value config = {};
    std::vector<VerifiedLayer> layers = {};
    std::vector<std::string> not_verified = {}; ///< other images of the index: "linux/arm64", "attestation"
    std::vector<std::string> not_compared = {}; ///< "mtime", "content", "Cmd", …
    std::size_t entries = 0;
    std::uint64_t size = 0; ///< bytes of files
    Findings findings = {};

    bool equal() const { return findings.total() == 0; }
};

/// Not there yet, or not to be had for now: who lags ("pull request", "build", "Hub", "registry"), and what
/// is missing.
struct Pending {
    std::string lag, what;
};

using Outcome = std::variant<Verdict, Pending>;

/// Bytes of blobs read, of all.
using Meter = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Reads the image once, as a stream. What a hostile image can be is a finding; errors are failures of the
/// network, of credentials and of this machine. Memory: the two trees (compare.hpp) and a few MB.
support::Result<Outcome> verify(Registry& registry, const Order& order, const Against& against,
                                const Meter& meter);

} // namespace slipway::verify
