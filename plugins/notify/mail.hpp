// SPDX-License-Identifier: GPL-3.0-or-later
//
// The news as a mail, and handing that to sendmail.
#pragma once

#include <news.hpp>
#include <settings.hpp>

namespace slipway::notify {

/// The message (RFC 5322), lines ending in a line feed as sendmail takes them.
support::Result<std::string> compose(const Mail& mail, const News& news);

/// Kind::unsupported: there is no such program; Kind::verify: it fails, with its own words.
support::Result<void> send(const Mail& mail, const std::string& message);

} // namespace slipway::notify
