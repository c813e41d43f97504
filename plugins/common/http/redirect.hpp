// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whether and how a redirect is followed (RFC 9110, 15.4).
#pragma once

#include <http/message.hpp>

#include <optional>

namespace slipway::http {

/// The request that follows `response`, the answer to `request`; nothing if that is the last word.
/// Kind::verify: it leads where no request of ours goes.
support::Result<std::optional<Request>> redirected(const Request& request, const Response& response);

} // namespace slipway::http
