// SPDX-License-Identifier: GPL-3.0-or-later
//
// How large the pack of a push would be.
#pragma once

#include <objects.hpp>
#include <remote.hpp>

namespace slipway::git_publish {

/// Bytes of the pack with the tag and the commit and all below them, but for what `refs` come to, as far as
/// `repository` has it. Nothing is written.
support::Result<std::uint64_t> measure_pack(git_repository* repository, const ObjectIds& ids,
                                            const Refs& refs, const Meter& meter);

} // namespace slipway::git_publish
