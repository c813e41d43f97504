// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/retention.hpp"

#include <set>
#include <utility>

namespace slipway::host::gc {

using journal::RunRecord;
using journal::Time;

namespace {

Time ended(const RunRecord& run) {
    return run.finished > 0 ? run.finished : run.created;
}

/// Runs are asked about from the newest to the oldest.
class Judge {
public:
    Judge(const Retention& retention, Time now) : retention_(retention), now_(now) {}

    Share share_of(const RunRecord& run) {
        const bool is_needed = needed(run);
        const bool is_old = old(run);
        if (is_release(run)) released_.insert(run.chain);
        if (is_needed || !is_old) return Share::whole;
        return is_release(run) && !retention_.forget ? Share::record : Share::nothing;
    }

private:
    bool needed(const RunRecord& run) const {
        if (run.kind != "run") return false;
        if (run.state == "waiting" || run.state == "running") return true;
        const bool ended_badly = is_broken_off(run);
        return (ended_badly || is_release(run)) && !released_.contains(run.chain);
    }

    bool old(const RunRecord& run) {
        const std::int64_t newer = seen_[{run.kind, run.chain}]++;
        if (!retention_.newest && !retention_.age) return false;
        const bool beyond = !retention_.newest || newer >= *retention_.newest;
        return beyond && (!retention_.age || now_ - ended(run) > retention_.age->count());
    }

    const Retention& retention_;
    Time now_;
    std::map<std::pair<std::string, std::string>, std::int64_t> seen_{}; ///< by kind and chain
    std::set<std::string> released_{}; ///< chains, since the run asked about
};

} // namespace

std::map<std::string, Share> shares_of(const std::vector<RunRecord>& newest_first, const Retention& retention,
                                       Time now) {
    Judge judge(retention, now);
    std::map<std::string, Share> shares;
    for (const RunRecord& run : newest_first)
        shares.emplace(run.id, judge.share_of(run));
    return shares;
}

bool is_release(const RunRecord& run) {
    return run.kind == "run" && run.state == "done" && !run.mocked;
}

bool is_broken_off(const RunRecord& run) {
    return run.kind == "run" && (run.state == "running" || run.state == "failed" || run.state == "cancelled");
}

} // namespace slipway::host::gc
