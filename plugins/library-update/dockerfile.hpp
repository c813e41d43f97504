// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a Dockerfile builds on, as bashbrew reads it (pkg/dockerfile/parse.go): not as Docker does.
#pragma once

#include <string>
#include <vector>

namespace slipway::stackbrew {

/// Every image of `FROM` and `COPY --from=`, with ":latest" where no tag is said. Stages by name or number
/// stand for what they are built on. Flags and `$` in FROM are taken as part of the name; a FROM of nothing
/// is "".
std::vector<std::string> froms(const std::string& dockerfile);

} // namespace slipway::stackbrew
