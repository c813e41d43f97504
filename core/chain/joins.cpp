// SPDX-License-Identifier: GPL-3.0-or-later
#include "joins.hpp"

#include <algorithm>
#include <utility>

namespace slipway::chain {

void Joins::add(std::size_t writer, std::size_t reader, std::shared_ptr<Relay> relay) {
    joins_[writer] = Join{reader, std::move(relay), false, {}, {}};
}

Joins::Verdict Joins::reader_is_over(std::size_t reader, StageResult& result) {
    const auto it =
        std::ranges::find_if(joins_, [&](const auto& pair) { return pair.second.reader == reader; });
    if (it == joins_.end()) return Verdict::alone;
    Join& join = it->second;
    (void)join.relay->take_reader(); // it may have ended without reading
    if (!join.writer_over) {
        join.held = std::move(result);
        return Verdict::held;
    }
    if (join.broken) result = std::move(*join.broken);
    joins_.erase(it);
    return Verdict::counts;
}

std::optional<Joins::Parted> Joins::writer_is_over(std::size_t writer, const std::string& key, bool done) {
    const auto it = joins_.find(writer);
    if (it == joins_.end()) return std::nullopt;
    Join& join = it->second;
    join.writer_over = true;
    if (!done)
        join.broken =
            StageResult{SLIPWAY_CANCELLED, "'" + key + "', which it reads, was not finished", "", {}};
    else if (!join.relay->published())
        join.broken = StageResult{
            SLIPWAY_NOT_FOUND, "'" + key + "' has not finished the artifact that it reads", "", {}};
    return Parted{join.reader, std::exchange(join.held, std::nullopt), join.broken.has_value()};
}

} // namespace slipway::chain
