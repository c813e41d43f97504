// SPDX-License-Identifier: GPL-3.0-or-later
//
// What libcurl's and HTTP's ways to fail mean to us.
#pragma once

#include <curl/curl.h>
#include <support/result.hpp>

#include <string>

namespace slipway::http {

/// Of a status from 300 on.
support::Kind kind_of_http(long status);
support::Kind kind_of_curl(CURLcode code);

/// Whether the same server may do better in a while.
bool may_pass(long http_status);
bool may_pass(CURLcode code);

/// libcurl's words, as part of a message.
std::string cause_of(CURLcode code);

} // namespace slipway::http
