// SPDX-License-Identifier: GPL-3.0-or-later
//
// A text that nobody must see: a token, the value of an Authorization header.
#pragma once

#include <support/result.hpp>

#include <iosfwd>
#include <string>
#include <string_view>

namespace slipway::http {

/// Prints as "***", and is zeroed when it goes.
class Secret {
public:
    Secret() = default;

    explicit Secret(std::string text) : text_(std::move(text)) {}

    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret other) noexcept;
    ~Secret();

    bool empty() const { return text_.empty(); }

    /// The text itself, for the one who sends it.
    const std::string& reveal() const { return text_; }

    /// `text` with "***" in place of the secret. If it is "Bearer TOKEN", TOKEN alone is hidden too.
    std::string redact(std::string text) const;

    support::Error redact(support::Error error) const;

private:
    std::string text_;
};

std::ostream& operator<<(std::ostream& out, const Secret& secret);

/// The value of an Authorization header (RFC 6750, 2.1).
Secret bearer(const Secret& token);

} // namespace slipway::http
