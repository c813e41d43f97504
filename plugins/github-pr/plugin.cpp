// SPDX-License-Identifier: GPL-3.0-or-later
//
// Adapter of github-pr: a change in, a pull request on GitHub, and its submission out once it is merged.
#include "schema.hpp"

#include <change/diff.hpp>
#include <common/adapter.hpp>
#include <submit.hpp>
#include <support/text.hpp>

namespace {

using namespace slipway;
namespace json = support::json;

int state_of(github::EffectState state) {
    switch (state) {
    case github::EffectState::planned:
        return SLIPWAY_EFFECT_PLANNED;
    case github::EffectState::started:
        return SLIPWAY_EFFECT_STARTED;
    case github::EffectState::done:
        return SLIPWAY_EFFECT_DONE;
    case github::EffectState::skipped:
        return SLIPWAY_EFFECT_SKIPPED;
    }
    return SLIPWAY_EFFECT_STARTED;
}

const char* name_of(github::State state) {
    switch (state) {
    case github::State::open:
        return "open";
    case github::State::merged:
        return "merged";
    case github::State::unchanged:
        return "unchanged";
    }
    return "";
}

class GithubPr final : public slipway::stage {
public:
    static constexpr stage_info info{
        .id = "github-pr",
        .version = "0.1.0",
        .summary = "submit a change as a pull request on GitHub and wait until it is merged",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN | SLIPWAY_IDEMPOTENT,
        .config_schema = config_schema,
        .ports = ports,
        .capabilities = R"({"network": ["/api", "/proxy"]})"};

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value options, common::parse_options(text));
        std::string pointer;
        auto settings = github::read_settings(options, pointer);
        if (!settings) return common::to_sdk(std::move(settings).error(), pointer);
        settings_ = std::move(settings).value();
        return {};
    }

    slipway::result<outcome> run(context& context) override {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string document, common::read_input(context, "change"));
        github::Facts facts;
        SLIPWAY_SDK_TRY_ASSIGN(facts.change, change::read_change(document));
        if (facts.change.files.empty()) {
            context.info("the change is empty: no pull request");
            SLIPWAY_SDK_TRY(write_submission(context, {}, facts.change.title));
            return outcome::done;
        }
        SLIPWAY_SDK_TRY(read_facts(context, facts));
        const github::LockMemory memory(context.cache_dir() + "/locks", settings_.repository.full_name(),
                                        facts.mark.chain);
        facts.before = memory.recall();
        SLIPWAY_SDK_TRY_ASSIGN(const github::Proposal proposal, propose(facts));
        SLIPWAY_SDK_TRY_ASSIGN(auto api, open_api(context));
        SLIPWAY_SDK_TRY_ASSIGN(const github::Submission now, submit(context, api, proposal));
        if (const auto end = github::expiry_of(api.token_expires()))
            context.expires("/token", support::iso_time(*end));
        if (now.state == github::State::open && !context.dry_run()) return wait(context, api, now);
        if (now.state == github::State::merged && !context.dry_run()) memory.keep(facts.locks);
        SLIPWAY_SDK_TRY(write_submission(context, now, proposal.texts.title));
        return outcome::done;
    }

private:
    slipway::result<void> read_facts(const context& context, github::Facts& facts) const {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value chain, json::parse(context.chain_json()));
        facts.mark = {chain["name"].as_string(), chain["version"].as_string(), context.run_id(),
                      context.epoch()};
        facts.mention = settings_.mention;
        if (context.input_count("release") > 0) {
            SLIPWAY_SDK_TRY_ASSIGN(const std::string text,
                                   common::read_input(context, "release", 0, 1u << 20));
            SLIPWAY_SDK_TRY_ASSIGN(facts.release, github::read_release(text));
            facts.mark.version = facts.release->version;
        }
        for (std::uint32_t i = 0; i < context.input_count("locks"); ++i) {
            SLIPWAY_SDK_TRY_ASSIGN(const auto input, common::input_info(context, "locks", i));
            SLIPWAY_SDK_TRY_ASSIGN(const std::string text, common::read_input(context, "locks", i));
            SLIPWAY_SDK_TRY_ASSIGN(json::Value lock, json::parse(text));
            facts.locks.push_back({github::cell_of(input.variant), std::move(lock), input.sha256});
        }
        return {};
    }

    slipway::result<github::Proposal> propose(const github::Facts& facts) const {
        SLIPWAY_SDK_TRY_ASSIGN(github::Texts texts, github::compose(settings_.title, settings_.body, facts));
        github::Proposal proposal{facts.change, std::move(texts), facts.mark, ""};
        for (const change::ChangedFile& file : facts.change.files) {
            SLIPWAY_SDK_TRY_ASSIGN(const auto diff, change::diff(file));
            proposal.diff += diff.text;
        }
        return proposal;
    }

    slipway::result<github::Api> open_api(const context& context) const {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string_view token, context.secret(settings_.token));
        const auto cancelled = [&context] { return context.cancelled(); };
        SLIPWAY_SDK_TRY_ASSIGN(
            auto api, github::Api::create({settings_.api, http::Secret(std::string(token)), settings_.network,
                                           http::RetryPolicy{}, context.cache_dir() + "/answers"},
                                          http::system_tools(cancelled), cancelled,
                                          [&context](const std::string& why) { context.info(why); }));
        return api;
    }

    slipway::result<github::Submission> submit(const context& context, github::Api& api,
                                               const github::Proposal& proposal) const {
        const github::Hooks hooks{
            [&](const github::Effect& effect) -> support::Result<void> {
                auto told = context.effect(state_of(effect.state), effect.kind, effect.target, effect.summary,
                                           effect.detail);
                if (told) return {};
                return support::Error{support::kind_of_status(told.error().code), told.error().summary};
            },
            [&](const std::string& text) { context.info(text); },
            [&](const std::string& text) { context.warn(text); }};
        github::Submitter submitter(api, settings_, proposal, hooks);
        SLIPWAY_SDK_TRY_ASSIGN(auto now, context.dry_run() ? submitter.plan() : submitter.run());
        return now;
    }

    static slipway::result<outcome> wait(const context& context, const github::Api& api,
                                         const github::Submission& now) {
        std::string note = now.note;
        if (!api.token_expires().empty()) note += "; the token expires " + api.token_expires();
        context.report(SLIPWAY_INFO, note);
        return outcome::waiting;
    }

    static slipway::result<void> write_submission(const context& context, const github::Submission& now,
                                                  const std::string& title) {
        json::Value document = json::Object{{"kind", "github-pr"}, {"title", title}};
        document.set("url", now.pull ? now.pull->url : "");
        document.set("state", name_of(now.state));
        if (!now.branch.empty()) document.set("branch", now.branch);
        if (now.pull) document.set("number", now.pull->number);
        if (now.state == github::State::merged) {
            document.set("merge_commit", now.pull->merge_commit);
            document.set("merged_at", now.pull->merged_at);
        }
        return common::write_output(context, "submission", "submission.json", json::dump_pretty(document));
    }

    github::Settings settings_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("github-pr 0.1.0", GithubPr)
