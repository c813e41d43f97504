// SPDX-License-Identifier: GPL-3.0-or-later
#include <http/url.hpp>
#include <news.hpp>
#include <settings.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::notify {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

Text read_text(const json::Value& value) {
    return value.is_string() ? Text{value.as_string(), {}} : Text{{}, value["secret"].as_string()};
}

std::vector<std::string> read_list(const json::Value& list) {
    std::vector<std::string> out;
    for (const json::Value& item : list.as_array())
        out.push_back(item.as_string());
    return out;
}

Result<Webhook> read_webhook(const json::Value& options, std::string& pointer) {
    Webhook webhook{read_text(options["url"]), options["method"].as_string(), {}, options["body"]};
    for (const json::Member& header : options["headers"].as_object())
        webhook.headers.emplace_back(header.key, read_text(header.value));
    pointer = "/webhook/url";
    if (webhook.url.secret.empty()) {
        SLIPWAY_TRY_ASSIGN(const http::Origin origin, http::origin_of(webhook.url.text));
        const bool secrets =
            std::ranges::any_of(webhook.headers, [](const auto& h) { return !h.second.secret.empty(); });
        if (secrets && origin.scheme != "https" && !http::is_loopback(origin.host))
            return Error{Kind::config,
                         "'" + http::printable_url(webhook.url.text)
                             + "': the secret header would go over the wire in the clear",
                         "use https"};
    }
    pointer = "/webhook/body";
    SLIPWAY_TRY(filled(webhook.body, values_of({})));
    return webhook;
}

Result<Mail> read_mail(const json::Value& options, std::string& pointer) {
    Mail mail{read_list(options["to"]), options["from"].as_string(), options["subject"].as_string(),
              options["body"].as_string(), read_list(options["sendmail"])};
    pointer = "/mail/subject";
    SLIPWAY_TRY(common::fill(mail.subject, values_of({})));
    pointer = "/mail/body";
    SLIPWAY_TRY(common::fill(mail.body, values_of({})));
    if (mail.sendmail.empty()) mail.sendmail = {"/usr/sbin/sendmail"};
    pointer = "/mail/sendmail/0";
    if (!mail.sendmail.front().starts_with('/'))
        return Error{Kind::config, "'" + mail.sendmail.front() + "' is no whole path",
                     "such as /usr/sbin/sendmail"};
    return mail;
}

} // namespace

Result<Settings> read_settings(const json::Value& options, std::string& pointer) {
    Settings settings;
    if (const json::Value* webhook = options.find("webhook")) {
        SLIPWAY_TRY_ASSIGN(settings.webhook, read_webhook(*webhook, pointer));
    }
    if (const json::Value* mail = options.find("mail")) {
        SLIPWAY_TRY_ASSIGN(settings.mail, read_mail(*mail, pointer));
    }
    pointer = "/webhook";
    if (!settings.webhook && !settings.mail)
        return Error{Kind::config, "nobody is to be told", "give \"webhook\" or \"mail\""};
    settings.waiting = support::parse_duration(options["waiting"].as_string()).value_or(std::chrono::days(3));
    settings.repeat = support::parse_duration(options["repeat"].as_string());
    settings.network = http::network_of(options);
    return settings;
}

} // namespace slipway::notify
