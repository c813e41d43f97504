// SPDX-License-Identifier: GPL-3.0-or-later
//
// A run and its rebuild compared, artifact by artifact.
#pragma once

#include <chain/plan.hpp>
#include <journal/journal.hpp>
#include <store/store.hpp>
#include <support/tar_diff.hpp>

#include <string>
#include <vector>

namespace slipway::host {

/// One artifact, before (the run's) and after (the rebuild's).
struct ComparedArtifact {
    std::string port;
    std::string name;
    std::string before; ///< SHA-256; "" where only the rebuild has it
    std::string after;  ///< SHA-256; "" where only the run has it
    std::string
        why; ///< in words where they differ and `differences` cannot tell: "first difference at byte 9"
    support::TarDifferences differences = {}; ///< of the entries, where both are tar archives

    bool same() const { return before == after; }
};

struct ComparedStage {
    std::string key;
    bool deterministic = true; ///< by the word of its plugin: only then must its artifacts be the same
    bool other_plugin = false; ///< the plugin's file is another one than the run's
    std::string because; ///< "rootfs.rootfs" if an input of that name differs: then nothing else is explained
    std::vector<ComparedArtifact> artifacts = {};
};

struct Reproduction {
    std::vector<ComparedStage> stages;
    std::vector<std::pair<std::string, std::string>> not_rebuilt; ///< stage key and why

    /// Artifacts of deterministic stages, and how many of them differ.
    std::size_t compared() const;
    std::size_t different() const;
};

/// Where the artifacts are.
struct Rebuild {
    const chain::Plan& plan; ///< of the rebuild
    const std::vector<journal::StageRecord>& before;
    const std::vector<journal::StageRecord>& after; ///< in the order of the plan
    const store::Store& old_store;
    const store::Store& new_store;
};

/// Compare every artifact of the stages that both have done, and explain what differs first: at most `limit`
/// differing tar entries of each artifact.
Reproduction compare_runs(const Rebuild& rebuild, std::size_t limit);

std::string reproduction_text(const Reproduction& reproduction);
support::json::Value reproduction_json(const Reproduction& reproduction);

} // namespace slipway::host
