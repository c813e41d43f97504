// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the runs that stay need of the state folder.
#pragma once

#include "gc/retention.hpp"

#include <support/hash.hpp>

#include <set>

namespace slipway::host::gc {

class Needs {
public:
    static support::Result<Needs> of(const journal::Journal& journal,
                                     const std::vector<journal::RunRecord>& newest_first,
                                     const std::map<std::string, Share>& shares);

    /// Whether an artifact stays: what a run or a result names that stays; and what nobody names, if a run
    /// that was broken off since its chain's last release may have stored it.
    bool artifact(const support::Digest& digest, journal::Time stored) const;

    /// Whether a run of a stage of this type stays.
    bool stage_type(const std::string& type) const { return types_.contains(type); }

    /// Results that are only those of runs that do not stay whole, by key.
    const std::vector<std::string>& unneeded_results() const { return results_; }

    /// The artifacts that a run's outputs name, and that are not among its documents.
    const std::set<std::string>& contents_of(const std::string& run) const { return contents_.at(run); }

private:
    void take(const journal::RunRecord& run, const std::vector<journal::StageRecord>& stages, Share share);
    void take_broken_off(const std::vector<journal::RunRecord>& newest_first);
    void take(const journal::OutputRecord& output, bool needed);
    support::Result<void> take_results(const journal::Journal& journal);

    std::set<std::string> needed_{};     ///< artifacts, by SHA-256
    std::set<std::string> named_{};      ///< the same, of runs that go as well
    std::set<std::string> types_{};      ///< of stages, of runs that stay
    std::map<std::string, bool> keys_{}; ///< of results that runs name; whether one of them stays whole
    std::vector<std::string> results_{};
    std::map<std::string, std::set<std::string>> contents_{}; ///< by run
    std::optional<journal::Time> broken_off_{};               ///< when the oldest such run began
};

/// Whether artifacts of a media type are documents: JSON (RFC 6839, 3.1).
bool is_document(const std::string& type);

} // namespace slipway::host::gc
