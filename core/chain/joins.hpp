// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stages that run joined: the reader starts when the writer begins the artifact, and its result counts when
// the writer is done. Why: docs/decisions/0031-streams-between-stages.md.
#pragma once

#include "relay.hpp"
#include "stage_result.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>

namespace slipway::chain {

/// The pairs of a run. A stage is named by its index into Plan::stages; it is in one pair at most as a
/// writer, and in one as a reader.
class Joins {
public:
    void add(std::size_t writer, std::size_t reader, std::shared_ptr<Relay> relay);

    enum class Verdict {
        alone,  ///< it reads from nobody
        held,   ///< its result is kept until the writer is over
        counts, ///< the pair is parted; the result may have become another
    };

    Verdict reader_is_over(std::size_t reader, StageResult& result);

    /// What its writer leaves behind.
    struct Parted {
        std::size_t reader = 0;
        std::optional<StageResult> held; ///< given to reader_is_over() before: to be given again
        bool broken = false;             ///< its input will never be whole; it may still run
    };

    /// `key` names the writer to users; `done`: it has succeeded. Nothing if nobody reads from it.
    std::optional<Parted> writer_is_over(std::size_t writer, const std::string& key, bool done);

private:
    struct Join {
        std::size_t reader = 0;
        std::shared_ptr<Relay> relay;
        bool writer_over = false;
        std::optional<StageResult> held;   ///< the reader's, until the writer is over
        std::optional<StageResult> broken; ///< what becomes of the reader, whose input will never be whole
    };

    std::map<std::size_t, Join> joins_; // by writer
};

} // namespace slipway::chain
