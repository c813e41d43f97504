// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which stages can be joined: one reads what the other writes while it is written.
#pragma once

#include <chain/plan.hpp>

#include <map>

namespace slipway::chain {

/// An output that goes to one stage as a stream.
struct Stream {
    std::string output; ///< port of the writer
    std::size_t reader = 0;
    std::string input; ///< port of the reader
    bool keep = false; ///< somebody else wants it, too: it is stored as well
};

/// By writer. A writer must be deterministic (what was not stored can be made again) and declare the port as
/// a stream; a reader must take nothing else from it, read its input as it comes, and have no effects. Where
/// several could read, the first does.
std::map<std::size_t, Stream> find_streams(const Plan& plan);

} // namespace slipway::chain
