// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `git-publish`: the adapter between the SDK and publication.hpp.
#include "schema.hpp"

#include <common/adapter.hpp>
#include <fmt/format.h>
#include <layout.hpp>
#include <settings.hpp>
#include <support/text.hpp>

namespace {

using slipway::common::InputInfo;
namespace publish = slipway::git_publish;
using publish::Publication;
using publish::Request;
using slipway::support::Error;
using slipway::support::Result;
using slipway::support::UniqueFd;
using slipway::support::json::Value;

std::vector<std::string> values_of(const Value& variant) {
    std::vector<std::string> values;
    for (const auto& member : variant.as_object())
        values.push_back(member.value.as_string());
    return values;
}

/// The other way than common::to_sdk: what the host answered inside a domain callback.
Error to_domain(slipway::error error) {
    return {slipway::support::kind_of_status(error.code), std::move(error.summary), std::move(error.hint)};
}

class GitPublish final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "git-publish",
        .version = "2.0.0",
        .summary = "publish files as a tag in a git repository",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_IDEMPOTENT | SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN | SLIPWAY_SEEKABLE_INPUTS,
        .config_schema = ::config_schema,
        .ports = ::ports,
        // ssh, git and what signs; a repository by path runs its own hooks
        .capabilities = R"({"network": ["/remote", "/proxy"], "exec": true, "read": ["~/.ssh/known_hosts"]})",
    };

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(options_, slipway::common::parse_options(text));
        std::string pointer;
        auto settings = publish::read_settings(options_, pointer);
        if (!settings) return slipway::common::to_sdk(std::move(settings).error(), pointer);
        settings_ = std::move(settings).value();
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        SLIPWAY_SDK_TRY(complete(context));
        SLIPWAY_SDK_TRY(take_inputs(context));
        SLIPWAY_SDK_TRY(publish::take_contents(options_, settings_.variables, contents_));
        Request& request = settings_.request;
        request.sources = contents_.sources();
        request.remote.stop = [&context] { return context.cancelled(); };
        SLIPWAY_SDK_TRY_ASSIGN(request.known, publish::read_older(options_));
        const publish::GiveSecret secret = [&](const std::string& name) -> Result<std::string> {
            auto value = context.secret(name);
            if (!value) return to_domain(std::move(value.error()));
            return std::string(value.value());
        };
        SLIPWAY_SDK_TRY(publish::take_credentials(options_, secret, keys_, request.remote));
        SLIPWAY_SDK_TRY_ASSIGN(request.sign, publish::read_signing(options_, secret, keys_,
                                                                   context.work_dir(), context.epoch()));
        const publish::Meter meter = [&](std::uint64_t done, std::uint64_t total) {
            context.progress(done, total, "bytes");
            return !context.cancelled();
        };
        auto prepared = Publication::prepare(request, meter);
        request.sign = {}; // with the agent it may have started, and its key
        SLIPWAY_SDK_TRY_ASSIGN(Publication publication, std::move(prepared));
        SLIPWAY_SDK_TRY(publish_it(context, publication, meter));
        SLIPWAY_SDK_TRY(retire(context, publication, meter));
        const std::string document = dump_pretty(to_json(publication.release()));
        SLIPWAY_SDK_TRY(slipway::common::write_output(context, "release", "release.json", document));
        return slipway::outcome::done;
    }

private:
    /// What only the running chain can tell.
    slipway::result<void> complete(const slipway::context& context) {
        SLIPWAY_SDK_TRY_ASSIGN(const Value chain, slipway::common::parse_options(context.chain_json()));
        Request& request = settings_.request;
        request.version = chain["version"].as_string();
        request.work_dir = context.work_dir();
        request.text.time = context.epoch();
        if (request.text.tag.empty()) request.text.tag = request.version;
        if (request.text.tag.empty())
            return slipway::error{SLIPWAY_CONFIG, "tag: the chain has no version to name it by",
                                  "give the chain a version or this stage a tag", "", "/tag"};
        if (request.text.message.empty())
            request.text.message =
                "Release " + (request.version.empty() ? request.text.tag : request.version);
        settings_.variables.insert(
            {{"name", chain["name"].as_string()}, {"version", request.version}, {"tag", request.text.tag}});
        return {};
    }

    slipway::result<void> take_inputs(const slipway::context& context) {
        for (std::uint32_t i = 0; i < context.input_count("files"); ++i) {
            SLIPWAY_SDK_TRY_ASSIGN(const InputInfo input, slipway::common::input_info(context, "files", i));
            SLIPWAY_SDK_TRY_ASSIGN(auto fd, context.open_input("files", i));
            const std::string& path = input.annotations["path"].as_string();
            publish::Source source;
            source.path = path.empty()
                              ? publish::tree_path(settings_.layout, values_of(input.variant), input.name)
                              : publish::tree_path(settings_.layout, {}, path);
            source.label = fmt::format("input {} '{}'", i + 1, input.name);
            source.sha256 = input.sha256;
            // A list of digests is small, and another one in each release.
            source.artifact = !input.type.starts_with("text/");
            contents_.add_input(UniqueFd(fd.release()), std::move(source));
        }
        return {};
    }

    /// Push, unless it is there or this is a dry run; the effects are told around it.
    slipway::result<void> publish_it(const slipway::context& context, Publication& publication,
                                     const publish::Meter& meter) const {
        const publish::Release& release = publication.release();
        std::string detail;
        const auto tell = [&](int state) {
            const std::string branch =
                release.branch.empty() ? "" : fmt::format(", move branch {} to it", release.branch);
            return context.effect(state, "git.push", release.remote + " " + release.ref(),
                                  fmt::format("create tag {} ({} {}, {}){}", release.tag,
                                              release.files.size(),
                                              release.files.size() == 1 ? "file" : "files",
                                              slipway::support::human_bytes(publication.bytes()), branch),
                                  detail);
        };
        if (publication.is_published()) {
            context.info("tag " + release.tag + " is on the remote with the same tree: nothing to send");
            return context.dry_run() ? slipway::result<void>() : tell(SLIPWAY_EFFECT_SKIPPED);
        }
        if (context.dry_run()) {
            SLIPWAY_SDK_TRY_ASSIGN(detail, publication.plan_text(meter));
            return tell(SLIPWAY_EFFECT_PLANNED);
        }
        SLIPWAY_SDK_TRY(tell(SLIPWAY_EFFECT_STARTED));
        SLIPWAY_SDK_TRY(publication.push(meter));
        return tell(SLIPWAY_EFFECT_DONE);
    }

    /// Older releases' tags, after this one is safe.
    slipway::result<void> retire(const slipway::context& context, const Publication& publication,
                                 const publish::Meter& meter) const {
        if (!options_["retention"].is_object()) return {};
        const publish::Release& release = publication.release();
        SLIPWAY_SDK_TRY_ASSIGN(const auto retention, publish::read_retention(options_, release.tag));
        // As one who fetches: only then are the commits of annotated tags told.
        SLIPWAY_SDK_TRY_ASSIGN(const publish::Refs refs,
                               publication.remote().list(publish::Service::upload_pack));
        publish::Refs gone;
        for (const std::string& ref : publish::outdated(refs, retention)) {
            context.info("retention: " + ref.substr(10) + " need not stay");
            gone[ref] = refs.at(ref);
        }
        if (gone.empty() || !options_["retention"]["delete"].as_bool(false)) return {};
        const auto tell = [&](int state) -> slipway::result<void> {
            for (const auto& [ref, id] : gone)
                SLIPWAY_SDK_TRY(
                    context.effect(state, "git.delete-tag", release.remote + " " + ref,
                                   "delete tag " + ref.substr(10) + " (was " + publish::hex(id) + ")"));
            return {};
        };
        if (context.dry_run()) return tell(SLIPWAY_EFFECT_PLANNED);
        SLIPWAY_SDK_TRY(tell(SLIPWAY_EFFECT_STARTED));
        SLIPWAY_SDK_TRY(publication.remove(gone, meter));
        return tell(SLIPWAY_EFFECT_DONE);
    }

    Value options_;
    publish::Settings settings_;
    publish::KeyFiles keys_;
    publish::Contents contents_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("slipway git-publish 2.0.0", GitPublish)
