// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files that a stage has made in folders of its own, and gives away.
#pragma once

#include <store/store.hpp>

#include <optional>
#include <string>
#include <vector>

namespace slipway::chain {

/// Take the file `path`, which must be below one of `folders`, into the store's drafts. No symbolic link, and
/// none on the way. Kind::config: it is elsewhere. What Store::take() says, too.
support::Result<store::Draft> take_own_file(const store::Store& store,
                                            const std::vector<std::string>& folders, const std::string& path,
                                            const std::optional<support::Digest>& expected);

} // namespace slipway::chain
