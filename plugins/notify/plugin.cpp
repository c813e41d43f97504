// SPDX-License-Identifier: GPL-3.0-or-later
//
// Adapter of notify: the document of a run in, and people told.
#include "schema.hpp"

#include <common/adapter.hpp>
#include <http/client.hpp>
#include <http/retry.hpp>
#include <mail.hpp>
#include <memory.hpp>
#include <support/text.hpp>
#include <webhook.hpp>

namespace {

using namespace slipway;
namespace json = support::json;

class Notify final : public slipway::stage {
public:
    static constexpr stage_info info{
        .id = "notify",
        .version = "0.1.0",
        .summary = "tell people by webhook or mail what a run has come to",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_EXTERNAL_EFFECTS,
        .config_schema = config_schema,
        .ports = ports,
        .capabilities = R"({"network": true, "exec": true, "read": ["/etc/msmtprc"]})"}; // sendmail

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value options, common::parse_options(text));
        std::string pointer;
        auto settings = notify::read_settings(options, pointer);
        if (!settings) return common::to_sdk(std::move(settings).error(), pointer);
        settings_ = std::move(settings).value();
        return {};
    }

    slipway::result<outcome> run(context& context) override {
        if (context.input_count("run") == 0)
            return common::to_sdk({support::Kind::config, "there is no end of a run to tell of",
                                   "give the stage an \"on\": [\"done\", \"failed\", \"waiting\"]"});
        SLIPWAY_SDK_TRY_ASSIGN(const std::string document, common::read_input(context, "run", 0, 4u << 20));
        SLIPWAY_SDK_TRY_ASSIGN(const notify::News news, notify::read_news(document));
        if (news.state == "waiting" && news.waited() < settings_.waiting) {
            context.info("it has not waited long enough to be news");
            return outcome::done;
        }
        notify::Memory memory(context.cache_dir() + "/told", news);
        if (settings_.webhook) {
            SLIPWAY_SDK_TRY(tell(context, memory, "webhook", [&] { return post(context, news); }));
        }
        if (settings_.mail) {
            SLIPWAY_SDK_TRY(tell(context, memory, "mail", [&] { return mail(context, news); }));
        }
        return outcome::done;
    }

private:
    template <class Deliver>
    slipway::result<void> tell(const context& context, notify::Memory& memory, const std::string& channel,
                               const Deliver& deliver) const {
        if (memory.told(channel, settings_.repeat)) {
            context.info(channel + ": told already");
            return {};
        }
        SLIPWAY_SDK_TRY(deliver());
        SLIPWAY_SDK_TRY(memory.remember(channel));
        return {};
    }

    slipway::result<void> post(const context& context, const notify::News& news) const {
        const notify::FindSecret secret = [&](const std::string& name) -> support::Result<std::string> {
            auto value = context.secret(name);
            if (value) return std::string(value.value());
            return support::Error{support::kind_of_status(value.error().code), value.error().summary,
                                  value.error().hint};
        };
        SLIPWAY_SDK_TRY_ASSIGN(const notify::Delivery delivery,
                               notify::delivery_of(*settings_.webhook, news, secret));
        const auto tell = [&](int state) {
            return context.effect(state, "notify.webhook", delivery.target,
                                  notify::values_of(news).at("headline"), "");
        };
        SLIPWAY_SDK_TRY(tell(SLIPWAY_EFFECT_STARTED));
        const auto cancelled = [&context] { return context.cancelled(); };
        SLIPWAY_SDK_TRY_ASSIGN(auto client, http::Client::create({settings_.network, {}, cancelled}));
        // One message twice is better than none.
        auto response =
            http::retried({}, http::system_tools(cancelled), [&] { return client.send(delivery.request); });
        if (!response) return common::to_sdk(delivery.hidden(std::move(response).error()), "/webhook/url");
        SLIPWAY_SDK_TRY(notify::check_answer(delivery, response.value()));
        return tell(SLIPWAY_EFFECT_DONE);
    }

    slipway::result<void> mail(const context& context, const notify::News& news) const {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string message, notify::compose(*settings_.mail, news));
        const auto tell = [&](int state) {
            return context.effect(state, "notify.mail", support::join(settings_.mail->to, ", "),
                                  notify::values_of(news).at("headline"), message);
        };
        SLIPWAY_SDK_TRY(tell(SLIPWAY_EFFECT_STARTED));
        if (auto sent = notify::send(*settings_.mail, message); !sent)
            return common::to_sdk(std::move(sent).error(), "/mail/sendmail");
        return tell(SLIPWAY_EFFECT_DONE);
    }

    notify::Settings settings_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("notify 0.1.0", Notify)
