// SPDX-License-Identifier: GPL-3.0-or-later
//
// Memory that ends where a struct ends: whoever reads on is killed.
#pragma once

#include <cstddef>

namespace slipway::check {

/// A copy of the first `size` bytes at `source`, against an inaccessible page. Never freed: a plugin may
/// hold a pointer to it until the process ends.
void* guarded_copy(const void* source, std::size_t size);

/// A copy with `more` bytes of nonsense behind it.
void* lengthened_copy(const void* source, std::size_t size, std::size_t more);

} // namespace slipway::check
