// SPDX-License-Identifier: GPL-3.0-or-later
//
// Signatures of commits and tags as git makes and verifies them (gitformat-signature(5)), by GnuPG or
// OpenSSH.
#pragma once

#include <objects.hpp>

#include <string>

namespace slipway::git_publish {

enum class SignatureFormat { gpg, ssh };

/// Where the key comes from, and may be.
enum class KeyPlace {
    disk,   ///< a file of the user's
    memory, ///< a secret: nowhere else
};

struct SigningKey {
    SignatureFormat format;
    std::string
        file; ///< gpg: exported secret keys, without passphrase. ssh: a private key without passphrase
    KeyPlace place = KeyPlace::disk;
};

/// Signs with the key; `folder` is empty and ours, and the work is done there. The time of a GPG signature is
/// `time`, or the key's if that is younger: the same key and bytes give the same signature (but for ECDSA
/// keys of ssh). Kind::config: no such key. Kind::unsupported: the program is not there, or a folder in
/// memory, which GnuPG needs for a key that must not get on a disk.
support::Result<Sign> make_signer(const SigningKey& key, const std::string& folder, std::int64_t time);

} // namespace slipway::git_publish
