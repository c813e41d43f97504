// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading mtree(5), the list in which a package says what each of its files is. Part of slipway::tar.
#pragma once

#include <support/archive.hpp>
#include <support/result.hpp>

#include <functional>
#include <string>
#include <string_view>

struct archive_entry;

namespace slipway::support {

/// `path` has no "./" in front. `entry` holds what the line says of it, until the call returns.
using MtreeSink = std::function<Result<void>(std::string path, archive_entry* entry)>;

/// Gives every line of `bytes` that is an entry to `sink`, in their order. `handle` is a new one that knows
/// the compressions to undo, if any. Kind::verify: damaged, without a hint; else what `sink` returned.
/// libarchive keeps all lines in memory.
Result<void> read_mtree(const ArchiveHandle& handle, std::string_view bytes, const MtreeSink& sink);

} // namespace slipway::support
