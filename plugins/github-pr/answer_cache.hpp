// SPDX-License-Identifier: GPL-3.0-or-later
//
// Answers with an entity tag, kept between runs, so that an unchanged one is not sent again (RFC
// 9110, 13.1.2).
#pragma once

#include <support/json.hpp>

#include <optional>
#include <string>

namespace slipway::github {

/// Losing it costs requests, no more: what cannot be read or written is as if it were not there.
class AnswerCache {
public:
    struct Entry {
        std::string etag;
        support::json::Value body;
        bool more = false; ///< another page follows
    };

    /// "" for no cache.
    explicit AnswerCache(std::string folder) : folder_(std::move(folder)) {}

    /// What is found counts as used.
    std::optional<Entry> find(const std::string& url) const;
    void keep(const std::string& url, const Entry& entry) const;

    /// Answers that nobody has asked for in 100 days: of pull requests long merged.
    void remove_old() const;

private:
    std::string path_of(const std::string& url) const;

    std::string folder_;
};

} // namespace slipway::github
