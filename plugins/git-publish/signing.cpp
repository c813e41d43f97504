// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/gnupg_home.hpp>
#include <common/memory_folder.hpp>
#include <common/program.hpp>
#include <signing.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <optional>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

Error bad_key(Error error, const std::string& what, const std::string& hint) {
    if (error.kind == Kind::unsupported) return error;
    return Error{Kind::config, "signing: " + what, hint, std::move(error.trace)};
}

/// A GnuPG home that has the key.
struct GpgKey {
    GpgKey(const std::string& folder, std::optional<common::MemoryFolder> in_memory)
        : memory(std::move(in_memory)), home(memory ? memory->path() : folder) {}

    std::optional<common::MemoryFolder> memory; ///< where the home is, if it must not be on a disk
    common::GnupgHome home;
    std::string id;           ///< fingerprint
    std::int64_t created = 0; ///< seconds since 1970-01-01 UTC
};

/// The first secret key. Fields: GnuPG's doc/DETAILS, "Description of the fields".
Result<void> read_key(GpgKey& key, const std::string& file) {
    const auto no_key = [&](Error error) {
        return bad_key(std::move(error), "'" + file + "' holds no secret GPG key",
                       "gpg --export-secret-keys --armor KEY makes one; it must have no passphrase");
    };
    auto imported = key.home.gpg({"--import", file});
    if (!imported) return no_key(std::move(imported).error());
    auto listed = key.home.gpg({"--with-colons", "--list-secret-keys"});
    if (!listed) return no_key(std::move(listed).error());
    for (const std::string& line : support::split(listed.value(), '\n')) {
        const std::vector<std::string> fields = support::split(line, ':');
        // A subkey that signs may be younger than its key.
        if ((fields[0] == "sec" || fields[0] == "ssb") && fields.size() > 5 && !fields[5].empty())
            key.created = std::max<std::int64_t>(key.created, std::strtoll(fields[5].c_str(), nullptr, 10));
        if (fields[0] == "fpr" && fields.size() > 9 && key.id.empty()) key.id = fields[9];
    }
    if (key.id.empty()) return no_key(Error{Kind::config, ""});
    return {};
}

Result<Sign> make_gpg_signer(const SigningKey& from, const std::string& folder, std::int64_t time) {
    std::optional<common::MemoryFolder> memory =
        from.place == KeyPlace::memory ? common::MemoryFolder::make() : std::nullopt;
    if (from.place == KeyPlace::memory && !memory)
        return Error{
            Kind::unsupported,
            "signing: GnuPG puts the key into a folder, and neither /tmp nor /dev/shm is one in memory",
            "where the sandbox is complete the stage has such a /tmp; or give the key as a file"};
    SLIPWAY_TRY(support::make_dirs(folder, 0700));
    const auto key = std::make_shared<GpgKey>(folder, std::move(memory)); // a std::function is copied
    SLIPWAY_TRY(read_key(*key, from.file));
    const std::string when = std::to_string(std::max(time, key->created)) + "!";
    return Sign([key, when](const std::string& bytes) -> Result<std::string> {
        auto made = key->home.gpg({"--faked-system-time", when, "--pinentry-mode", "loopback", "--passphrase",
                                   "", "--armor", "--detach-sign", "--local-user", key->id, "--output", "-"},
                                  bytes);
        if (made) return made;
        return bad_key(std::move(made).error(), "gpg does not sign with key " + key->id,
                       "it must have no passphrase, and must not have expired");
    });
}

Result<Sign> make_ssh_signer(const std::string& file, const std::string& folder) {
    SLIPWAY_TRY(support::make_dirs(folder, 0700));
    const std::string message = folder + "/message";
    return Sign([file, message](const std::string& bytes) -> Result<std::string> {
        SLIPWAY_TRY(support::write_file(message, bytes, 0600));
        (void)support::remove_tree(message + ".sig");
        // The namespace "git" is git's own (gpg-interface.c).
        auto made = common::run_program({"ssh-keygen", "-Y", "sign", "-n", "git", "-f", file, message});
        if (made) return support::read_file(message + ".sig");
        return bad_key(std::move(made).error(), "ssh-keygen does not sign with '" + file + "'",
                       "it must be a private key that its owner alone can read, without passphrase");
    });
}

} // namespace

Result<Sign> make_signer(const SigningKey& key, const std::string& folder, std::int64_t time) {
    if (key.format == SignatureFormat::gpg) return make_gpg_signer(key, folder, time);
    return make_ssh_signer(key.file, folder);
}

} // namespace slipway::git_publish
