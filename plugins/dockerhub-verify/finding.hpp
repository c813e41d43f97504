// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is not as it must be.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace slipway::verify {

/// One difference, as text that is safe to print.
struct Finding {
    std::string subject;         ///< a path, "layer 1", "config", "manifest", "index"
    std::string field;           ///< "entry", "mode", "content", "form", ...
    std::string expected, found; ///< "" where one word says it all
    std::string allowed_by = {}; ///< the pattern of `allow` that covers it; "": none
};

/// Findings, at most so many: an image of somebody who wants to fill memory has millions.
class Findings {
public:
    static constexpr std::size_t most =
        1000; ///< kept of those that count, and as many of those that are allowed

    void add(Finding finding) {
        const bool allowed = !finding.allowed_by.empty();
        if ((allowed ? allowed_ : total_)++ < most) list_.push_back(std::move(finding));
    }

    const std::vector<Finding>& list() const { return list_; }

    std::size_t total() const { return total_; } ///< that count, also those that are not in the list

    std::size_t allowed() const { return allowed_; }

private:
    std::vector<Finding> list_;
    std::size_t total_ = 0, allowed_ = 0;
};

} // namespace slipway::verify
