// SPDX-License-Identifier: GPL-3.0-or-later
//
// How a secret gets to a stage, and what the stage writes is kept free of it.
#pragma once

#include <support/fs.hpp>
#include <support/redactor.hpp>
#include <support/secret_bytes.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::chain {

/// The reading end of a pipe that holds the value, and ends after it.
support::Result<support::UniqueFd> pipe_with(const support::SecretBytes& secret);

/// Kind::denied if the file (an artifact that is about to be stored) holds one of the secrets.
support::Result<void> check_for_secrets(const support::Redactor& secrets, int fd);

/// Remove every file below `folder` that has a secret in it or in its name, if it was changed at `since` or
/// later. Their paths below the folder, without the secrets.
std::vector<std::string> remove_files_with(const support::Redactor& secrets, const std::string& folder,
                                           std::int64_t since);

} // namespace slipway::chain
