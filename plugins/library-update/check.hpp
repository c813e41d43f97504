// SPDX-License-Identifier: GPL-3.0-or-later
//
// What bashbrew refuses in a library file, each with its line. The rules are those of bashbrew's
// manifest/rfc2822.go.
#pragma once

#include <stackbrew.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::stackbrew {

struct Problem {
    std::size_t line; ///< counted from 1
    std::string what; ///< "tag 'latest' is used twice (first in line 5)"
};

/// `\w[\w.-]{0,127}`: what Docker takes as a tag.
bool is_tag(std::string_view text);

/// 40 or 64 lower-case hex digits.
bool is_commit(std::string_view text);

/// `refs/(heads|tags)/[^*?:]+`.
bool is_fetch_ref(std::string_view text);

/// `Name [<email or URL>] (@handle)`.
bool is_maintainer(std::string_view text);

/// Everything wrong with the file, in the order of its lines; empty if bashbrew takes it.
std::vector<Problem> check(const File& file);

/// What bashbrew takes but nobody means: a key twice in one paragraph (as when a line of blanks, which does
/// not end a paragraph, makes one entry of two).
std::vector<Problem> doubts(const File& file);

} // namespace slipway::stackbrew
