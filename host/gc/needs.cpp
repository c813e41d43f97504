// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/needs.hpp"

#include <algorithm>

namespace slipway::host::gc {

namespace json = support::json;
using journal::OutputRecord;
using journal::RunRecord;
using journal::StageRecord;
using support::Result;

Result<Needs> Needs::of(const journal::Journal& journal, const std::vector<RunRecord>& newest_first,
                        const std::map<std::string, Share>& shares) {
    Needs needs;
    for (const RunRecord& run : newest_first) {
        SLIPWAY_TRY_ASSIGN(const auto stages, journal.stages(run.id));
        needs.take(run, stages, shares.at(run.id));
    }
    needs.take_broken_off(newest_first);
    SLIPWAY_TRY(needs.take_results(journal));
    return needs;
}

void Needs::take(const RunRecord& run, const std::vector<StageRecord>& stages, Share share) {
    std::set<std::string>& contents = contents_[run.id];
    for (const StageRecord& stage : stages) {
        if (share != Share::nothing) types_.insert(stage.use);
        keys_[stage.cache_key] |= share == Share::whole;
        for (const OutputRecord& output : stage.outputs) {
            const bool document = is_document(output.type);
            take(output, share == Share::whole || (share == Share::record && document));
            if (!document) contents.insert(output.sha256);
        }
    }
    for (const json::Member& lock : run.settings["locked"].as_object()) { // what --locked gave
        const std::string& sha256 = lock.value["sha256"].as_string();
        named_.insert(sha256);
        if (share != Share::nothing) needed_.insert(sha256);
    }
}

void Needs::take_broken_off(const std::vector<RunRecord>& newest_first) {
    std::set<std::string> released;
    for (const RunRecord& run : newest_first) {
        if (is_release(run)) released.insert(run.chain);
        if (is_broken_off(run) && !released.contains(run.chain)) broken_off_ = run.created;
    }
}

void Needs::take(const OutputRecord& output, bool needed) {
    named_.insert(output.sha256);
    if (needed) needed_.insert(output.sha256);
}

Result<void> Needs::take_results(const journal::Journal& journal) {
    SLIPWAY_TRY_ASSIGN(const auto results, journal.cache());
    for (const journal::CacheRecord& result : results) {
        const auto key = keys_.find(result.key);
        // One that no run names may be what a run was broken off after.
        const bool needed = key != keys_.end() ? key->second : broken_off_ && result.created >= *broken_off_;
        if (!needed) results_.push_back(result.key);
        for (const OutputRecord& output : result.outputs)
            take(output, needed);
    }
    return {};
}

bool Needs::artifact(const support::Digest& digest, journal::Time stored) const {
    if (needed_.contains(digest.hex())) return true;
    return !named_.contains(digest.hex()) && broken_off_ && stored >= *broken_off_;
}

bool is_document(const std::string& type) {
    return type == "application/json" || type.ends_with("+json");
}

} // namespace slipway::host::gc
