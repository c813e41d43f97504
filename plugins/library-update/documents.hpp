// SPDX-License-Identifier: GPL-3.0-or-later
//
// The release that comes in and the change that goes out, as JSON (docs/reference/artifacts.md).
#pragma once

#include <move.hpp>

#include <string>

namespace slipway::stackbrew {

/// Kind::config if the text is no release or a field it needs is missing.
support::Result<Release> read_release(const std::string& json);

struct Change {
    std::string title;
    std::string body;
    std::string path; ///< inside the repository of library files
    std::string before, after;
};

std::string write_change(const Change& change);

/// The body of the change: what moved from where to where, one line an entry.
std::string describe(const Edited& edited, const Release& release);

} // namespace slipway::stackbrew
