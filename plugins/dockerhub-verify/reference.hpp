// SPDX-License-Identifier: GPL-3.0-or-later
//
// The name of an image (distribution's reference/reference.go), as docker and podman take it.
#pragma once

#include <support/result.hpp>

#include <string>

namespace slipway::verify {

struct Reference {
    std::string registry;   ///< "docker.io", "ghcr.io", "127.0.0.1:5000"
    std::string repository; ///< "library/archlinux"
    std::string tag;        ///< "" if a digest alone was given
    std::string digest;     ///< "sha256:…" or ""

    /// Of the registry's API: Docker Hub's has a host of its own.
    std::string api_host() const { return registry == "docker.io" ? "registry-1.docker.io" : registry; }

    bool on_hub() const { return registry == "docker.io"; }

    /// "docker.io/library/archlinux:latest".
    std::string text() const;
};

/// "archlinux" is docker.io/library/archlinux:latest. Kind::config: not a name of an image.
support::Result<Reference> parse_reference(const std::string& text);

} // namespace slipway::verify
