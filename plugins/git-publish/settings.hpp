// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options as what the publication takes.
#pragma once

#include <common/secret_file.hpp>
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

/// Files in memory, of private keys that are secrets. As long as they are there, their paths are good.
using KeyFiles = std::vector<common::SecretFile>;

/// Credentials into `remote`.
support::Result<void> take_credentials(const support::json::Value& options, const GiveSecret& secret,
                                       KeyFiles& keys, RemoteSettings& remote);

/// What the option `sign` says, for objects of `time`; empty without it. `folder`: for what signs.
support::Result<Sign> read_signing(const support::json::Value& options, const GiveSecret& secret,
                                   KeyFiles& keys, const std::string& folder, std::int64_t time);

/// The option `retention`, which must be there.
support::Result<Retention> read_retention(const support::json::Value& options, const std::string& current);

/// The options `extra`, `folders` and then `templates`: a template may name the digest of what comes before.
support::Result<void> take_contents(const support::json::Value& options, const Variables& variables,
                                    Contents& contents);

/// The option `older`.
support::Result<std::vector<KnownArtifact>> read_older(const support::json::Value& options);

} // namespace slipway::git_publish
