// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/waiting.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace slipway::chain {

Waiting waiting_of(const std::vector<journal::EventRecord>& events, journal::Time now) {
    Waiting waiting;
    std::set<std::string> stages; // that wait
    for (const journal::EventRecord& event : events) {
        if (event.kind == "stage_waiting") {
            if (stages.empty()) waiting.since = event.time;
            stages.insert(event.stage);
        }
        const bool ends = event.kind == "stage_done" || event.kind == "stage_unchanged"
                          || event.kind == "stage_failed" || event.kind == "stage_cancelled";
        if (!ends || stages.erase(event.stage) == 0 || !stages.empty()) continue;
        waiting.total += std::max<journal::Time>(0, event.time - std::exchange(waiting.since, 0));
    }
    if (waiting.since > 0) waiting.total += std::max<journal::Time>(0, now - waiting.since);
    return waiting;
}

} // namespace slipway::chain
