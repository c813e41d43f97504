// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/gnupg_home.hpp>
#include <common/kept.hpp>
#include <keyring.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <filesystem>

namespace slipway::pacman_fetch {

namespace fs = std::filesystem;
using support::Error;
using support::Kind;
using support::Result;

namespace {

// What of a home folder is the keyring; the rest belongs to the agent.
constexpr const char* parts[] = {"pubring.gpg", "trustdb.gpg", "gpg.conf"};

struct Sources {
    std::vector<std::string> keys, trusted, revoked; ///< paths, sorted
    support::Digest digest = support::Digest::of("");
};

Result<Sources> find_sources(const std::string& folder) {
    Sources sources;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        const std::string name = entry.path().filename();
        if (name.ends_with(".gpg")) sources.keys.push_back(entry.path());
        if (name.ends_with("-trusted")) sources.trusted.push_back(entry.path());
        if (name.ends_with("-revoked")) sources.revoked.push_back(entry.path());
    }
    if (failed) return support::errno_error("keyring folder '" + folder + "'", failed.value());
    if (sources.keys.empty())
        return Error{
            Kind::not_found, "keyring folder '" + folder + "': no *.gpg file in it",
            "install the distribution's keyring package, or set \"keyring\" to a folder with its files"};
    support::Sha256 all;
    for (auto* list : {&sources.keys, &sources.trusted, &sources.revoked}) {
        std::ranges::sort(*list);
        for (const std::string& path : *list) {
            SLIPWAY_TRY_ASSIGN(const auto digest, support::sha256_of_file(path));
            all.update(digest.hex() + "  " + fs::path(path).filename().string() + "\n"); // as sha256sum
        }
    }
    sources.digest = all.finish();
    return sources;
}

/// The fingerprints at the beginning of the files' lines; '#' begins a comment.
Result<std::vector<std::string>> fingerprints(const std::vector<std::string>& files) {
    std::vector<std::string> all;
    for (const std::string& path : files) {
        SLIPWAY_TRY_ASSIGN(const auto text, support::read_file(path, 1 << 20));
        for (const std::string& line : support::split(text, '\n')) {
            const std::string key = line.substr(0, line.find_first_of(":# \t\r"));
            if (key.empty()) continue;
            if (key.find_first_not_of("0123456789ABCDEFabcdef") != std::string::npos)
                return Error{Kind::config,
                             "'" + path + "': '" + support::printable(key) + "' is no key's fingerprint"};
            all.push_back(key);
        }
    }
    return all;
}

/// Makes the keyring in a folder. Signing starts a gpg-agent, which is gone when this is destroyed.
class Maker {
public:
    Maker(const Sources& sources, const std::string& home) : sources_(sources), home_(home), gnupg_(home) {}

    Result<void> run();

private:
    Result<void> gpg(const std::vector<std::string>& arguments, std::string_view input = {});

    const Sources& sources_;
    std::string home_;
    common::GnupgHome gnupg_;
};

Result<void> Maker::gpg(const std::vector<std::string>& arguments, std::string_view input) {
    auto done = gnupg_.gpg(arguments, input);
    if (!done) return std::move(done).error().in("keyring: gpg " + arguments.front());
    return {};
}

Result<void> Maker::run() {
    SLIPWAY_TRY_ASSIGN(const auto trusted, fingerprints(sources_.trusted));
    SLIPWAY_TRY_ASSIGN(const auto revoked, fingerprints(sources_.revoked));
    SLIPWAY_TRY(support::write_file(home_ + "/gpg.conf",
                                    "no-greeting\nno-permission-warning\nno-auto-key-retrieve\n"));
    SLIPWAY_TRY(support::write_file(home_ + "/pubring.gpg", "")); // the format libalpm looks for
    if (!trusted.empty())
        SLIPWAY_TRY(gpg({"--passphrase", "", "--quick-generate-key", "slipway local <slipway@localhost>",
                         "ed25519", "cert", "never"}));
    for (const std::string& file : sources_.keys)
        SLIPWAY_TRY(gpg({"--no-auto-check-trustdb", "--import", file}));
    for (const std::string& key : trusted)
        SLIPWAY_TRY(gpg({"--no-auto-check-trustdb", "--yes", "--quick-lsign-key", key}));
    for (const std::string& file : sources_.trusted) {
        SLIPWAY_TRY_ASSIGN(const auto text, support::read_file(file, 1 << 20));
        SLIPWAY_TRY(gpg({"--import-ownertrust"}, text));
    }
    for (const std::string& key : revoked)
        SLIPWAY_TRY(
            gpg({"--no-auto-check-trustdb", "--command-fd", "0", "--edit-key", key}, "disable\nquit\n"));
    return gpg({"--yes", "--check-trustdb"});
}

bool copy_parts(const std::string& from, const std::string& to) {
    std::error_code failed;
    for (const char* part : parts)
        if (!fs::copy_file(fs::path(from) / part, fs::path(to) / part, failed)) return false;
    return true;
}

/// In one step: another stage may look for it, or keep it too.
void keep(const std::string& home, const std::string& kept) {
    const std::string draft = support::draft_of(kept);
    std::error_code failed;
    const bool copied = support::make_dirs(draft, 0700) && copy_parts(home, draft);
    if (copied) fs::rename(draft, kept, failed);
    (void)support::remove_tree(draft);
}

} // namespace

Result<Keyring> make_keyring(const std::string& folder, const std::string& home, const std::string& cache) {
    SLIPWAY_TRY_ASSIGN(const auto sources, find_sources(folder));
    SLIPWAY_TRY(support::make_dirs(home, 0700));
    const std::string kept = cache + "/" + sources.digest.hex();
    if (copy_parts(kept, home)) {
        common::mark_used(kept);
        return Keyring{home, sources.digest};
    }
    for (const char* part : parts)
        SLIPWAY_TRY(support::remove_tree(home + "/" + part));
    SLIPWAY_TRY(Maker(sources, home).run());
    common::remove_unused(cache);
    keep(home, kept);
    return Keyring{home, sources.digest};
}

} // namespace slipway::pacman_fetch
