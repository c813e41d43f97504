// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub.hpp"

#include <support/json.hpp>
#include <support/text.hpp>

namespace slipway::verify {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

Result<std::optional<HubTag>> hub_tag(http::Client& client, const http::RetryPolicy& retry,
                                      const http::RetryTools& tools, const std::string& api,
                                      const std::string& repository, const std::string& tag) {
    const std::size_t slash = repository.find('/');
    http::Request request;
    request.url = api + "/v2/namespaces/" + repository.substr(0, slash) + "/repositories/"
                  + repository.substr(slash + 1) + "/tags/" + tag;
    SLIPWAY_TRY_ASSIGN(const http::Response response,
                       http::retried(retry, tools, [&] { return client.send(request); }));
    if (response.status == 404) return std::optional<HubTag>();
    const std::string subject = "Docker Hub: tag '" + tag + "'";
    if (!response.ok()) return http::status_error(subject, response);
    auto answer = json::parse(response.body);
    if (!answer || !answer.value()["images"].is_array())
        return Error{Kind::verify, subject + ": another answer than the API's", "has the Hub's API changed?"};
    HubTag found{answer.value()["digest"].as_string(),
                 support::printable(answer.value()["tag_last_pushed"].as_string()),
                 {}};
    for (const json::Value& image : answer.value()["images"].as_array())
        if (image["status"].as_string() != "inactive" && image["architecture"].is_string())
            found.architectures.push_back(image["architecture"].as_string());
    return std::optional(std::move(found));
}

} // namespace slipway::verify
