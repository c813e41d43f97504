// SPDX-License-Identifier: GPL-3.0-or-later
//
// A repository of a registry, read (OCI distribution-spec 1.1; distribution's docs/spec/api.md and
// auth/token.md).
#pragma once

#include "challenge.hpp"
#include "credentials.hpp"
#include "documents.hpp"
#include "reference.hpp"
#include "unpack.hpp"

#include <http/client.hpp>
#include <http/retry.hpp>

#include <memory>
#include <optional>

namespace slipway::verify {

struct RegistrySettings {
    http::Network network = {};
    http::RetryPolicy retry = {};
    std::optional<Credentials> credentials = {};
    bool plain_http = false;
    std::function<bool()> cancelled = {};
    std::function<void(const std::string&)> tell = {}; ///< of pauses and limits
};

/// A manifest or an index, its digest checked.
struct Fetched {
    std::string media_type; ///< that it was served with
    std::string text;
    support::Digest digest;
};

/// Not thread-safe. Errors: what http::Client and http::status_error() say; Kind::verify for what is not what
/// its digest says. Tokens are fetched where the registry asks for one, and again when one has run out.
class Registry {
public:
    static support::Result<std::unique_ptr<Registry>> create(Reference reference, RegistrySettings settings);

    /// Of a tag, by HEAD, which is no pull; by GET from a registry that does not tell it then. Nothing: no
    /// such tag.
    support::Result<std::optional<std::string>> digest_of_tag(const std::string& tag);

    /// By tag or "sha256:…".
    support::Result<Fetched> document(const std::string& name);

    /// The bytes of a blob. A cut connection goes on where it was. Kind::verify: others than the descriptor
    /// says.
    support::Result<void> blob(const Descriptor& descriptor, const Bytes& sink);

    /// Why it would not answer for now, if the last failure was that: a limit (429), or another pause that is
    /// longer than we wait.
    const std::optional<std::string>& busy() const { return busy_; }

private:
    Registry(Reference reference, RegistrySettings settings, http::Client client)
        : reference_(std::move(reference)), settings_(std::move(settings)), client_(std::move(client)) {}

    http::Request request(const char* method, const std::string& path) const;
    support::Result<http::Response> send(http::Request request);
    support::Result<http::Response> send_authorized(http::Request& request);
    support::Result<void> authorize(const std::string& field);
    support::Result<http::Secret> fetch_token(const Challenge& challenge);
    support::Error failure(const std::string& what, const http::Response& response);

    Reference reference_;
    RegistrySettings settings_;
    http::Client client_;
    http::Secret authorization_;
    std::optional<std::string> busy_;
};

} // namespace slipway::verify
