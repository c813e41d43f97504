// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whether a package's signature is good enough: GnuPG's findings, judged as libalpm judges them.
#pragma once

#include <alpm.h>
#include <keyring.hpp>
#include <package.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::pacman_fetch {

/// What GnuPG found about one signature.
struct SignatureFinding {
    std::string fingerprint; ///< of the primary key; or as much of it as the signature tells
    alpm_sigstatus_t status;
    alpm_sigvalidity_t validity;
    std::string cause; ///< if the status is not good: in words
};

struct Findings {
    std::vector<SignatureFinding> signatures; ///< none: the file is not signed
    std::int64_t expires = 0; ///< when the first key or signature expires, Unix time; 0: never

    /// The key of the first signature; empty: not signed.
    std::string key() const { return signatures.empty() ? "" : signatures.front().fingerprint; }
};

/// What GnuPG with this keyring says of `file` and its detached `signature`. `at`: the time to judge at,
/// Unix time; 0: now.
support::Result<Findings> verify_file(const Keyring& keyring, const std::string& file,
                                      std::string_view signature, std::int64_t at = 0);

/// Kind::verify unless `siglevel` (ALPM_SIG_PACKAGE...) accepts what was found; the rules are those of
/// alpm_check_pgp_helper in libalpm's signing.c.
support::Result<void> judge(const Findings& findings, int siglevel, const std::string& subject);

} // namespace slipway::pacman_fetch
