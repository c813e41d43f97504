// SPDX-License-Identifier: GPL-3.0-or-later
#include <http/network.hpp>

namespace slipway::http {

using support::Error;
using support::Kind;
using support::Result;

Network network_of(const support::json::Value& options) {
    return {options["proxy"].as_string(), options["no_proxy"].as_string(), options["netrc"].as_string(),
            options["ca_file"].as_string()};
}

void set_network(CURL* easy, const Network& network, const Timeouts& timeouts) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "slipway");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, static_cast<long>(timeouts.connect.count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, timeouts.stall_bytes);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(timeouts.stall.count()));
    // An empty text keeps libcurl from looking into the environment.
    curl_easy_setopt(easy, CURLOPT_PROXY, network.proxy.c_str());
    curl_easy_setopt(easy, CURLOPT_NOPROXY, network.no_proxy.c_str());
    if (!network.netrc.empty()) {
        curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
        curl_easy_setopt(easy, CURLOPT_NETRC_FILE, network.netrc.c_str());
    }
    if (!network.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, network.ca_file.c_str());
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    }
}

Result<void> initialise() {
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) return Error{Kind::resource, "libcurl: could not be initialised"};
    return {};
}

bool append(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return false;
    (void)list.release();
    list.reset(longer);
    return true;
}

} // namespace slipway::http
