// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lets packages through to where they are published once their signatures are found good.
#pragma once

#include <packages.hpp>
#include <trust.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::pacman_fetch {

struct TrustPlan {
    Keyring keyring;
    bool valid_at_build = false;
    std::string cache;                    ///< folder for signatures, and for what was found about them
    std::map<std::string, int> siglevels; ///< by repository
};

/// Signatures come from the database, or from beside the package (FILE.sig). What was found about a package
/// is kept, and is good until the keyring changes or a key expires; then the bytes are needed again.
class TrustedSink final : public PackageSink {
public:
    TrustedSink(PackageSink& next, TrustPlan plan) : next_(next), plan_(std::move(plan)) {}

    /// Get the signatures that the databases do not have. Kind::net_transient and the like.
    support::Result<void> fetch_signatures(Downloader& downloader, const DownloadHooks& hooks,
                                           const FetchPlan& plan);

    bool stored(const Package& package) const override;
    support::Result<bool> adopt(const Package& package) override;
    support::Result<void> publish(const Package& package, const std::string& path,
                                  const std::string& url) override;

    /// The key that signed a package, once it has been let through; empty: not signed, or not looked at.
    const std::string& key_of(const Package& package) const;

    /// Its signature; empty if it has none, or none was looked for.
    std::string signature_of(const Package& package) const;

private:
    int siglevel(const Package& package) const;
    std::string path_of(const Package& package, const char* ending) const;
    std::optional<Findings> known(const Package& package) const;
    void remember(const Package& package, const Findings& findings) const;
    support::Result<Findings> find(const Package& package, const std::string& path) const;
    support::Result<void> accept(const Package& package, const Findings& findings,
                                 const std::string& subject);

    PackageSink& next_;
    TrustPlan plan_;
    std::map<std::string, std::string> keys_; ///< by package name
};

} // namespace slipway::pacman_fetch
