// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `dockerhub-verify`: the adapter between the SDK and verify.hpp.
#include "against.hpp"
#include "patience.hpp"
#include "schema.hpp"
#include "settings.hpp"
#include "verdict.hpp"

#include <common/adapter.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <ctime>

namespace slipway::verify {

namespace {

namespace json = support::json;

class DockerhubVerify final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "dockerhub-verify",
        .version = "1.0.0",
        .summary = "prove that an image in a registry is what was built",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_IDEMPOTENT | SLIPWAY_SEEKABLE_INPUTS,
        .config_schema = options_schema,
        .ports = port_list,
        .capabilities = R"({"network": true})",
    };

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value options, common::parse_options(text));
        std::string pointer;
        auto settings = parse_settings(options, pointer);
        if (!settings) return common::to_sdk(std::move(settings).error(), pointer);
        settings_ = std::move(settings).value();
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        SLIPWAY_SDK_TRY_ASSIGN(const Against against, take_against(context));
        const Patience patience(context.cache_dir() + "/waiting/" + key(context), settings_->wait,
                                std::time(nullptr));
        SLIPWAY_SDK_TRY_ASSIGN(auto outcome, look(context, against));
        if (const Pending* pending = std::get_if<Pending>(&outcome)) {
            if (!context.dry_run()) SLIPWAY_SDK_TRY(patience.check(*pending, settings_->order.image.text()));
            context.report(SLIPWAY_INFO, pending->what + " (waiting for the " + pending->lag + ")");
            return slipway::outcome::waiting;
        }
        patience.end();
        return publish(context, std::get<Verdict>(outcome), against);
    }

private:
    /// Each wait's own name.
    std::string key(const slipway::context& context) const {
        return support::Digest::of(std::string(context.run_id()) + " " + context.stage_id() + " "
                                   + context.variant_json())
            .hex();
    }

    slipway::result<Against> take_against(const slipway::context& context) const {
        if (!settings_->against.empty()) {
            SLIPWAY_SDK_TRY_ASSIGN(const support::UniqueFd fd, support::open_read(settings_->against));
            auto against =
                read_against(fd.get(), settings_->against.substr(settings_->against.rfind('/') + 1));
            if (!against) return common::to_sdk(std::move(against).error(), "/against");
            return std::move(against).value();
        }
        Against against{""};
        if (context.input_count("manifest") > 0) {
            SLIPWAY_SDK_TRY_ASSIGN(const common::InputInfo input, common::input_info(context, "manifest"));
            SLIPWAY_SDK_TRY_ASSIGN(const slipway::unique_fd fd, context.open_input("manifest"));
            SLIPWAY_SDK_TRY_ASSIGN(against, read_against(fd.get(), input.name));
        }
        SLIPWAY_SDK_TRY(take_layout(context, against));
        if (against.tree || against.layout) return against;
        return slipway::error{SLIPWAY_CONFIG, "there is nothing to compare the image with",
                              "wire a manifest (rootfs-build) or an OCI layout, or give the option against",
                              "", "/against"};
    }

    slipway::result<void> take_layout(const slipway::context& context, Against& against) const {
        std::vector<LayoutFile> files;
        for (std::uint32_t i = 0; i < context.input_count("layout"); ++i) {
            SLIPWAY_SDK_TRY_ASSIGN(const common::InputInfo input, common::input_info(context, "layout", i));
            SLIPWAY_SDK_TRY_ASSIGN(std::string text, common::read_input(context, "layout", i));
            files.push_back({input.annotations["path"].as_string(), input.sha256, std::move(text)});
        }
        if (files.empty()) return {};
        auto layout = manifest_of_layout(files, settings_->folder, settings_->order.platform);
        if (!layout) return common::to_sdk(std::move(layout).error(), "/platform");
        if (!layout.value())
            return slipway::error{SLIPWAY_CONFIG,
                                  "there is no OCI layout in '" + settings_->folder + "' among the inputs",
                                  "oci-layout's option folder says where it is", "", "/folder"};
        against.layout = std::move(layout).value();
        if (against.name.empty()) against.name = settings_->folder + "index.json";
        return {};
    }

    /// One look at the submission, the Hub and the registry, in this order: no further than the first that
    /// lags.
    slipway::result<Outcome> look(const slipway::context& context, const Against& against) {
        if (context.input_count("submission") > 0) {
            SLIPWAY_SDK_TRY_ASSIGN(const std::string text, common::read_input(context, "submission"));
            SLIPWAY_SDK_TRY_ASSIGN(const json::Value submission, json::parse(text));
            SLIPWAY_SDK_TRY_ASSIGN(auto pending, pending_of_submission(submission));
            if (pending) return Outcome(std::move(*pending));
        }
        settings_->registry.cancelled = [&] { return context.cancelled(); };
        settings_->registry.tell = [&](const std::string& line) { context.info(line); };
        SLIPWAY_SDK_TRY_ASSIGN(auto pending, ask_hub(context));
        if (pending) return Outcome(std::move(*pending));
        SLIPWAY_SDK_TRY(take_credentials(context));
        SLIPWAY_SDK_TRY_ASSIGN(const auto registry,
                               Registry::create(settings_->order.image, settings_->registry));
        SLIPWAY_SDK_TRY_ASSIGN(auto outcome, verify(*registry, settings_->order, against,
                                                    [&](std::uint64_t done, std::uint64_t total) {
                                                        context.progress(done, total, "bytes");
                                                    }));
        return outcome;
    }

    /// The Hub's API only spares the registry questions: where it fails, the registry has the say.
    slipway::result<std::optional<Pending>> ask_hub(const slipway::context& context) const {
        const Order& order = settings_->order;
        if (settings_->hub_api.empty() || order.image.tag.empty()) return std::optional<Pending>();
        const RegistrySettings& registry = settings_->registry;
        SLIPWAY_SDK_TRY_ASSIGN(auto client, http::Client::create({registry.network, {}, registry.cancelled}));
        auto tag = hub_tag(client, registry.retry, http::system_tools(registry.cancelled), settings_->hub_api,
                           order.image.repository, order.image.tag);
        if (tag) return pending_of_hub(tag.value(), order.image.tag, order.platform);
        if (tag.error().kind == support::Kind::cancelled) return common::to_sdk(std::move(tag).error());
        context.warn(tag.error().what + "; asking the registry alone");
        return std::optional<Pending>();
    }

    slipway::result<void> take_credentials(const slipway::context& context) {
        if (!settings_->password_secret.empty()) {
            SLIPWAY_SDK_TRY_ASSIGN(const std::string_view password,
                                   context.secret(settings_->password_secret));
            settings_->registry.credentials =
                Credentials{settings_->user, http::Secret(std::string(password))};
        } else if (!settings_->docker_config.empty()) {
            SLIPWAY_SDK_TRY_ASSIGN(const std::string text, support::read_file(settings_->docker_config));
            auto found = credentials_in(text, settings_->order.image.registry);
            if (!found) return common::to_sdk(std::move(found).error(), "/docker_config");
            settings_->registry.credentials = std::move(found).value();
        }
        return {};
    }

    slipway::result<slipway::outcome> publish(const slipway::context& context, const Verdict& verdict,
                                              const Against& against) const {
        const std::string text = json::dump_pretty(verdict_json(verdict, settings_->order, against));
        if (!settings_->report.empty()) SLIPWAY_SDK_TRY(support::write_file(settings_->report, text));
        if (settings_->fail) SLIPWAY_SDK_TRY(judge(verdict, settings_->order, against));
        for (const std::string& line : verdict_lines(verdict, settings_->order, against))
            verdict.equal() ? context.info(line) : context.warn(line);
        SLIPWAY_SDK_TRY(common::write_output(context, "verdict", "verdict.json", text));
        return slipway::outcome::done;
    }

    std::optional<Settings> settings_;
};

} // namespace

} // namespace slipway::verify

SLIPWAY_EXPORT_PLUGIN("dockerhub-verify 1.0.0", slipway::verify::DockerhubVerify)
