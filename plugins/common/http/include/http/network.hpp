// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the network is reached. Nothing of it comes from the environment.
#pragma once

#include <curl/curl.h>
#include <support/json.hpp>
#include <support/result.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace slipway::http {

struct Network {
    std::string proxy = {};    ///< curl's form ("http://proxy:3128", "socks5h://…"); empty: none
    std::string no_proxy = {}; ///< hosts without it, by commas
    std::string netrc = {}; ///< a file with user names and passwords (curl(1), --netrc-optional); empty: none
    std::string ca_file = {}; ///< PEM certificates to trust instead of the system's; empty: the system's
};

/// From a stage's options `proxy`, `no_proxy`, `netrc` and `ca_file`; see options.hpp.
Network network_of(const support::json::Value& options);

/// When a server that says nothing has failed.
struct Timeouts {
    std::chrono::seconds connect{15};
    std::chrono::seconds stall{20}; ///< slower than `stall_bytes` for so long is a failure
    long stall_bytes = 1024;        ///< bytes a second
};

/// Both as options of a transfer, and those that every transfer of ours has.
void set_network(CURL* easy, const Network& network, const Timeouts& timeouts);

/// To be called before any other function of libcurl. Kind::resource.
support::Result<void> initialise();

struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

/// `list` with one more line; false when there is no memory.
bool append(List& list, const std::string& line);

} // namespace slipway::http
