// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is different in two tar archives, entry by entry and field by field.
#pragma once

#include <support/tar.hpp>

#include <string>
#include <vector>

namespace slipway::support {

/// One field of one entry.
struct TarDifference {
    std::string path;
    std::string field; ///< "entry" (only one has it), "order", or a field: "mode", "owner", "content", ...
    std::string before;
    std::string after; ///< values as text, printable
};

struct TarDifferences {
    std::vector<TarDifference> list; ///< by path; at most `limit`
    std::size_t total = 0;           ///< also those that are not in the list
};

/// Read both archives once, from the descriptors' offsets on. Content is compared by SHA-256 and never kept:
/// about 200 bytes of memory an entry. Of entries with one path the last counts, as for tar itself.
Result<TarDifferences> diff_tars(int before, int after, std::size_t limit);

} // namespace slipway::support
