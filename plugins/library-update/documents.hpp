// SPDX-License-Identifier: GPL-3.0-or-later
//
// The change that goes out, as JSON and as text for people (docs/reference/artifacts.md).
#pragma once

#include <check.hpp>
#include <move.hpp>

#include <string>
#include <vector>

namespace slipway::stackbrew {

struct Change {
    std::string title;
    std::string body;
    std::string path; ///< inside the repository of library files
    std::string before, after;
    std::vector<Maintainer> maintainers = {};
    Edited edited = {};
    std::vector<support::json::Value> releases = {}; ///< the documents, as they came in
    std::string preflight = {};                      ///< how far it was checked
};

std::string write_change(const Change& change);

/// The people of the file's first paragraph.
std::vector<Maintainer> maintainers_of(const File& file);

/// The body of the change: what moved from where to where, one line an entry.
std::string describe(const Edited& edited);

} // namespace slipway::stackbrew
