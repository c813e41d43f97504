// SPDX-License-Identifier: GPL-3.0-or-later
//
// What bashbrew refuses in a library file, each with its line. The rules are those of bashbrew's
// manifest/rfc2822.go. Besides, a commit must be written out.
#pragma once

#include <stackbrew.hpp>

#include <optional>
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

/// What Architectures may hold (bashbrew's architecture/oci-platform.go).
bool is_architecture(std::string_view text);
const std::vector<std::string>& architectures();

struct Maintainer {
    std::string name;
    std::string address; ///< e-mail or URL; "" for none
    std::string handle;  ///< without its '@'
};

/// Of `Name [<email or URL>] (@handle)`.
std::optional<Maintainer> read_maintainer(std::string_view text);

/// Everything wrong with the file, in the order of its lines; empty if bashbrew takes it.
std::vector<Problem> check(const File& file);

/// Values that are no lists but folded: bashbrew takes them, but no repository, folder or file is called so.
/// (A folded GitCommit it refuses.)
std::vector<Problem> folded_values(const File& file);

/// What bashbrew takes but nobody means: these, a key twice in one paragraph (as when a line of blanks, which
/// does not end a paragraph, makes one entry of two), or a line that continues nothing.
std::vector<Problem> doubts(const File& file);

} // namespace slipway::stackbrew
