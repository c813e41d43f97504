// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options as what the publication takes.
#pragma once

#include <content.hpp>
#include <publication.hpp>
#include <retention.hpp>
#include <support/json.hpp>

#include <functional>
#include <string>

namespace slipway::git_publish {

/// The value of the secret of that name.
using GiveSecret = std::function<support::Result<std::string>(const std::string& name)>;

struct Settings {
    Request request; ///< without sources, secrets, and what only a run knows
    std::string layout = "{variant}{name}";
    Variables variables;
};

/// Everything that can be checked before a run. `pointer`: the option an error is about.
support::Result<Settings> read_settings(const support::json::Value& options, std::string& pointer);

/// Credentials into `remote`. A private key that is a secret becomes a file in `folder`.
support::Result<void> take_credentials(const support::json::Value& options, const GiveSecret& secret,
                                       const std::string& folder, RemoteSettings& remote);

/// An option that is a path or a secret, as a file that holds it: the secret's goes to `file`, for the owner
/// alone.
support::Result<std::string> key_file(const support::json::Value& option, const GiveSecret& secret,
                                      const std::string& file);

/// What the option `sign` says, for objects of `time`; empty without it. `folder`: for keys and what signs.
support::Result<Sign> read_signing(const support::json::Value& options, const GiveSecret& secret,
                                   const std::string& folder, std::int64_t time);

/// The option `retention`, which must be there.
support::Result<Retention> read_retention(const support::json::Value& options, const std::string& current);

/// The options `extra`, `folders` and then `templates`: a template may name the digest of what comes before.
support::Result<void> take_contents(const support::json::Value& options, const Variables& variables,
                                    Contents& contents);

/// The option `older`.
support::Result<std::vector<KnownArtifact>> read_older(const support::json::Value& options);

} // namespace slipway::git_publish
