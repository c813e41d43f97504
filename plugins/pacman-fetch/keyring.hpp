// SPDX-License-Identifier: GPL-3.0-or-later
//
// The keys that packages and databases must be signed with: a GnuPG home folder made of the files that
// distributions ship for pacman-key(8), with the meaning of `pacman-key --populate`.
#pragma once

#include <support/hash.hpp>
#include <support/result.hpp>

#include <string>

namespace slipway::pacman_fetch {

struct Keyring {
    std::string home;       ///< GnuPG's home folder: the caller's, to be used and changed
    support::Digest digest; ///< of the files it was made of, names and bytes
};

/// Make the keyring of `folder` in `home`, a folder that does not exist yet:
///   NAME.gpg      keys, imported
///   NAME-trusted  "FINGERPRINT:OWNERTRUST:" lines: signed by a local key, and trusted so far as certifiers
///   NAME-revoked  fingerprints: disabled
/// The local key is made for this and its secret half is deleted. Verdicts follow from the files alone. What
/// was made once is kept in `cache`, for the next time. Kind::not_found: no *.gpg there. Kind::unsupported:
/// no GnuPG. Kind::verify: GnuPG refuses a file.
support::Result<Keyring> make_keyring(const std::string& folder, const std::string& home,
                                      const std::string& cache);

} // namespace slipway::pacman_fetch
