// SPDX-License-Identifier: GPL-3.0-or-later
//
// Signatures of shared objects: minisign's and ssh's.
#pragma once

#include <support/hash.hpp>
#include <support/result.hpp>

#include <string>

namespace slipway::plugin {

/// What `ssh-keygen -Y sign -n` must have been told.
inline constexpr const char* ssh_namespace = "slipway-plugin";

/// The digest of the plugin, if `key` (the file of a minisign or an ssh public key) has signed it.
/// `signature`: the file; "": PLUGIN.minisig or PLUGIN.sig. Kind::verify if it is somebody else's or of
/// another file.
support::Result<support::Digest> check_signature(const std::string& plugin, const std::string& key,
                                                 const std::string& signature);

} // namespace slipway::plugin
