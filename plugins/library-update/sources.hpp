// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an entry comes to for each of its architectures, with everything inherited: what bashbrew builds.
#pragma once

#include <stackbrew.hpp>

#include <string>
#include <vector>

namespace slipway::stackbrew {

/// Where one architecture of an entry is built from.
struct Source {
    std::string architecture;
    std::string repository; ///< GitRepo
    std::string ref;        ///< GitFetch
    std::string commit;     ///< GitCommit
    std::string directory;  ///< normal: "." or "base/x"
    std::string file;
    std::string builder; ///< "" for the default

    /// directory/file
    std::string path() const;

    bool operator==(const Source&) const = default;
};

/// One for each architecture, sorted by it. ARCH-fields that are empty do not count.
std::vector<Source> sources(const File& file, const Paragraph& entry);

/// Its own Tags, then its SharedTags, own or inherited, each once.
std::vector<std::string> tags_of(const File& file, const Paragraph& entry);
std::vector<std::string> shared_tags_of(const File& file, const Paragraph& entry);

/// The global Constraints and its own.
std::vector<std::string> constraints_of(const File& file, const Paragraph& entry);

/// Go's path.Clean: the shortest path that means the same, "." for none.
std::string clean_path(std::string_view path);

} // namespace slipway::stackbrew
