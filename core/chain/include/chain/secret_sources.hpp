// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where the values of secrets come from.
#pragma once

#include <support/result.hpp>

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::chain {

struct FromEnvironment {
    std::string variable;
};

struct FromFile {
    std::string path; ///< absolute; for its owner alone
};

/// A systemd credential (systemd.exec(5)).
struct FromCredential {
    std::string name;
};

/// A program. With `ask` it is asked as git asks its credential helpers (git-credential(1)), and the value is
/// the "password" of its answer; else all that it prints.
struct FromCommand {
    std::vector<std::string> words;
    std::vector<std::pair<std::string, std::string>> ask;
};

using SecretSource = std::variant<FromEnvironment, FromFile, FromCredential, FromCommand>;

/// A source for each name; a name that is not among them is an environment variable's, else a credential's.
struct SecretSources {
    std::map<std::string, SecretSource> named;
    std::string credentials; ///< $CREDENTIALS_DIRECTORY, or ""
};

/// Read what --secrets names. Kind::config, with line and column, if it is not as it must be; Kind::denied if
/// others than its owner may change it.
support::Result<std::map<std::string, SecretSource>> read_secret_sources(const std::string& path);

} // namespace slipway::chain
