// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `git-publish`: the adapter between the SDK and publication.hpp.
#include <common/adapter.hpp>
#include <fmt/format.h>
#include <layout.hpp>
#include <publication.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

namespace {

using slipway::common::InputInfo;
using slipway::git_publish::Publication;
using slipway::git_publish::Source;
using slipway::git_publish::TagKind;
using slipway::support::UniqueFd;
using slipway::support::json::Value;

constexpr const char* schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "required": ["remote"],
  "properties": {
    "remote": {"type": "string", "minLength": 1, "slipwayPath": "write",
      "description": "the bare repository to publish to: a path or a file:// URL"},
    "tag": {"type": "string", "default": "",
      "description": "the tag's name; if empty, the chain's version"},
    "message": {"type": "string", "default": "",
      "description": "of the commit and the tag; if empty, 'Release VERSION'"},
    "author": {"type": "object", "additionalProperties": false, "default": {},
      "description": "author, committer and tagger",
      "properties": {
        "name": {"type": "string", "minLength": 1, "default": "Slipway", "description": "name"},
        "email": {"type": "string", "minLength": 1, "default": "slipway@localhost", "description": "address"}
      }},
    "annotated": {"type": "boolean", "default": true,
      "description": "make a tag object, with author, time and message; else a plain ref"},
    "layout": {"type": "string", "minLength": 1, "default": "{variant}{name}",
      "description": "path of each file in the tree: {name} is its name, {variant} its variant's values, each followed by '/'; where a file's maker has said a path, {name} is that and {variant} nothing"},
    "extra": {"type": "array", "default": [],
      "description": "local files to add, such as a Dockerfile",
      "items": {"type": "object", "additionalProperties": false, "required": ["path", "file"],
        "properties": {
          "path": {"type": "string", "minLength": 1, "description": "path in the tree"},
          "file": {"type": "string", "minLength": 1, "slipwayPath": "file", "description": "the file to read"}
        }}},
    "max_object_bytes": {"type": "integer", "minimum": 1, "default": 100000000,
      "description": "refuse to publish a file larger than this; GitHub takes up to 100 MiB"}
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "files", "many": true,
              "type": ["application/zstd", "application/x-xz", "application/gzip", "application/octet-stream",
                       "text/x-sha256sum", "application/vnd.oci.layout.header.v1+json",
                       "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
                       "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip",
                       "application/vnd.oci.image.layer.v1.tar+zstd", "application/vnd.oci.image.layer.v1.tar",
                       "application/vnd.oci.empty.v1+json", "application/spdx+json",
                       "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"],
              "doc": "what to publish: archives and their digests, OCI image layouts"}],
  "outputs": [{"name": "release", "type": "application/vnd.slipway.release.v1+json",
               "doc": "the tag, the commit and the files"}]
})json";

std::vector<std::string> values_of(const Value& variant) {
    std::vector<std::string> values;
    for (const auto& member : variant.as_object())
        values.push_back(member.value.as_string());
    return values;
}

class GitPublish final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "git-publish",
        .version = "1.0.0",
        .summary = "publish files as a tag without history in a git repository",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_IDEMPOTENT | SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN | SLIPWAY_SEEKABLE_INPUTS,
        .config_schema = schema,
        .ports = ports,
    };

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(options_, slipway::common::parse_options(text));
        request_.remote = options_["remote"].as_string();
        request_.text.tag = options_["tag"].as_string();
        request_.text.message = options_["message"].as_string();
        request_.text.kind = options_["annotated"].as_bool(true) ? TagKind::annotated : TagKind::lightweight;
        auto& author = request_.text.author;
        if (const Value* name = options_.at_pointer("/author/name")) author.name = name->as_string();
        if (const Value* email = options_.at_pointer("/author/email")) author.email = email->as_string();
        if (const Value* limit = options_.find("max_object_bytes"))
            request_.max_object_bytes = static_cast<std::uint64_t>(limit->as_integer());
        if (const Value* layout = options_.find("layout")) layout_ = layout->as_string();
        return check();
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        SLIPWAY_SDK_TRY(complete(context));
        SLIPWAY_SDK_TRY(take_inputs(context));
        SLIPWAY_SDK_TRY(take_extras());
        const auto meter = [&](std::uint64_t done, std::uint64_t total) {
            context.progress(done, total, "bytes");
            return !context.cancelled();
        };
        SLIPWAY_SDK_TRY_ASSIGN(Publication publication, Publication::prepare(request_, meter));
        SLIPWAY_SDK_TRY(publish(context, publication, meter));
        const std::string document = dump_pretty(to_json(publication.release()));
        SLIPWAY_SDK_TRY(slipway::common::write_output(context, "release", "release.json", document));
        return slipway::outcome::done;
    }

private:
    slipway::result<void> check() const {
        using namespace slipway::git_publish;
        if (auto ok = check_layout(layout_); !ok)
            return slipway::common::to_sdk(std::move(ok).error(), "/layout");
        if (auto ok = check_identity(request_.text.author); !ok)
            return slipway::common::to_sdk(std::move(ok).error(), "/author");
        if (request_.text.tag.empty()) return {};
        if (auto ok = check_tag_name(request_.text.tag); !ok)
            return slipway::common::to_sdk(std::move(ok).error(), "/tag");
        return {};
    }

    /// What only the running chain can tell.
    slipway::result<void> complete(const slipway::context& context) {
        SLIPWAY_SDK_TRY_ASSIGN(const Value chain, slipway::common::parse_options(context.chain_json()));
        request_.version = chain["version"].as_string();
        request_.work_dir = context.work_dir();
        request_.text.time = context.epoch();
        if (request_.text.tag.empty()) request_.text.tag = request_.version;
        if (request_.text.tag.empty())
            return slipway::error{SLIPWAY_CONFIG, "tag: the chain has no version to name it by",
                                  "give the chain a version or this stage a tag", "", "/tag"};
        if (request_.text.message.empty())
            request_.text.message =
                "Release " + (request_.version.empty() ? request_.text.tag : request_.version);
        return {};
    }

    slipway::result<void> take_inputs(const slipway::context& context) {
        for (std::uint32_t i = 0; i < context.input_count("files"); ++i) {
            SLIPWAY_SDK_TRY_ASSIGN(const InputInfo input, slipway::common::input_info(context, "files", i));
            SLIPWAY_SDK_TRY_ASSIGN(auto fd, context.open_input("files", i));
            open_.emplace_back(fd.release());
            const std::string& path = input.annotations["path"].as_string();
            request_.sources.push_back(Source{
                open_.back().get(),
                path.empty() ? slipway::git_publish::tree_path(layout_, values_of(input.variant), input.name)
                             : slipway::git_publish::tree_path(layout_, {}, path),
                fmt::format("input {} '{}'", i + 1, input.name), input.sha256});
        }
        return {};
    }

    slipway::result<void> take_extras() {
        for (const Value& extra : options_["extra"].as_array()) {
            const std::string& file = extra["file"].as_string();
            SLIPWAY_SDK_TRY_ASSIGN(UniqueFd fd, slipway::support::open_read(file));
            open_.push_back(std::move(fd));
            request_.sources.push_back(
                Source{open_.back().get(), extra["path"].as_string(), "extra file '" + file + "'", ""});
        }
        return {};
    }

    /// Push, unless it is there or this is a dry run; the effects are told around it.
    slipway::result<void> publish(const slipway::context& context, Publication& publication,
                                  const slipway::git_publish::Meter& meter) const {
        const auto& release = publication.release();
        const auto tell = [&](int state) {
            return context.effect(state, "git.push", release.remote + " " + release.ref(),
                                  fmt::format("create tag {} ({} {}, {})", release.tag, release.files.size(),
                                              release.files.size() == 1 ? "file" : "files",
                                              slipway::support::human_bytes(publication.bytes())));
        };
        if (publication.is_published()) {
            context.info("tag " + release.tag + " is on the remote with the same tree: nothing to send");
            return context.dry_run() ? slipway::result<void>() : tell(SLIPWAY_EFFECT_SKIPPED);
        }
        if (context.dry_run()) return tell(SLIPWAY_EFFECT_PLANNED);
        SLIPWAY_SDK_TRY(tell(SLIPWAY_EFFECT_STARTED));
        SLIPWAY_SDK_TRY(publication.push(meter));
        return tell(SLIPWAY_EFFECT_DONE);
    }

    Value options_;
    slipway::git_publish::Request request_;
    std::string layout_ = "{variant}{name}";
    std::vector<UniqueFd> open_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("slipway git-publish 1.0.0", GitPublish)
