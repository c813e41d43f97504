// SPDX-License-Identifier: GPL-3.0-or-later
//
// Adapter of patch-submit: a change in, a mail-formatted patch and a submission out.
#include <change/change.hpp>
#include <change/diff.hpp>
#include <common/adapter.hpp>
#include <mail.hpp>
#include <support/fs.hpp>

namespace {

using namespace slipway;
namespace json = support::json;

constexpr const char* schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "required": ["author"],
  "properties": {
    "author": {
      "type": "object", "additionalProperties": false, "required": ["name", "email"],
      "description": "who the patch is from",
      "properties": {"name": {"type": "string", "minLength": 1, "description": "full name"},
                     "email": {"type": "string", "minLength": 3, "description": "mail address"}}
    },
    "directory": {"type": "string", "minLength": 1, "slipwayPath": "write",
                  "description": "also write the patch into this folder, as 0001-TITLE.patch"}
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "change", "type": "application/vnd.slipway.change.v1+json", "doc": "what to submit"},
             {"name": "release", "type": "application/vnd.slipway.release.v1+json", "optional": true,
              "doc": "the release it belongs to: its version and commit are noted on the outputs"}],
  "outputs": [{"name": "patch", "type": "text/x-patch", "optional": true, "doc": "for git am; none for an empty change"},
              {"name": "submission", "type": "application/vnd.slipway.submission.v1+json", "doc": "what was made of it"}]
})json";

class PatchSubmit final : public slipway::stage {
public:
    static constexpr stage_info info{.id = "patch-submit",
                                     .version = "0.1.0",
                                     .summary = "write a change as a patch for git am",
                                     .license = "GPL-3.0-or-later",
                                     .flags = SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN | SLIPWAY_IDEMPOTENT,
                                     .config_schema = schema,
                                     .ports = ports};

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value options, common::parse_options(text));
        author_ = {options["author"]["name"].as_string(), options["author"]["email"].as_string()};
        if (auto good = patch::check_author(author_); !good)
            return common::to_sdk(std::move(good).error(), "/author");
        directory_ = options["directory"].as_string();
        return {};
    }

    slipway::result<outcome> run(context& context) override {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string document, common::read_input(context, "change"));
        SLIPWAY_SDK_TRY_ASSIGN(const change::Change change, change::read_change(document));
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value meta, release_meta(context));
        if (change.files.empty()) {
            context.info("the change is empty: no patch");
            SLIPWAY_SDK_TRY(write_submission(context, change.title, "", "unchanged", meta));
            return outcome::done;
        }
        SLIPWAY_SDK_TRY(patch::check_title(change.title));
        std::vector<change::FileDiff> diffs;
        for (const change::ChangedFile& file : change.files) {
            SLIPWAY_SDK_TRY_ASSIGN(auto diff, change::diff(file));
            diffs.push_back(std::move(diff));
        }
        const std::string name = patch::file_name(change.title);
        const std::string mail = patch::compose(change, diffs, author_, context.epoch());
        SLIPWAY_SDK_TRY(common::write_output(context, "patch", name, mail, meta));
        SLIPWAY_SDK_TRY(write_submission(
            context, change.title, directory_.empty() ? name : directory_ + "/" + name, "written", meta));
        if (!directory_.empty()) {
            SLIPWAY_SDK_TRY(write_to_directory(context, name, mail, diffs));
        }
        return outcome::done;
    }

private:
    static slipway::result<json::Value> release_meta(const context& context) {
        json::Value meta = json::Object{};
        if (context.input_count("release") == 0) return meta;
        SLIPWAY_SDK_TRY_ASSIGN(const std::string text, common::read_input(context, "release", 0, 1u << 20));
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value release, json::parse(text));
        json::Value annotations = json::Object{};
        annotations.set("release", release["version"].as_string());
        annotations.set("commit", release["commit"].as_string());
        meta.set("annotations", std::move(annotations));
        return meta;
    }

    static slipway::result<void> write_submission(const context& context, const std::string& title,
                                                  const std::string& url, const char* state,
                                                  const json::Value& meta) {
        json::Value submission = json::Object{};
        submission.set("kind", "patch");
        submission.set("title", title);
        submission.set("url", url);
        submission.set("state", state);
        return common::write_output(context, "submission", "submission.json", json::dump_pretty(submission),
                                    meta);
    }

    slipway::result<void> write_to_directory(const context& context, const std::string& name,
                                             const std::string& mail,
                                             const std::vector<change::FileDiff>& diffs) const {
        const std::string path = directory_ + "/" + name;
        const auto tell = [&](int state) {
            std::string detail;
            for (const change::FileDiff& file : diffs)
                detail += file.text;
            return context.effect(state, "file.write", path, "write the patch " + name, detail);
        };
        if (context.dry_run()) return tell(SLIPWAY_EFFECT_PLANNED);
        const auto present = support::read_file(path);
        if (present && present.value() == mail) return tell(SLIPWAY_EFFECT_SKIPPED);
        SLIPWAY_SDK_TRY(tell(SLIPWAY_EFFECT_STARTED));
        if (auto made = support::make_dirs(directory_); !made)
            return common::to_sdk(std::move(made).error(), "/directory");
        if (auto written = support::write_file(path, mail); !written)
            return common::to_sdk(std::move(written).error(), "/directory");
        return tell(SLIPWAY_EFFECT_DONE);
    }

    patch::Author author_;
    std::string directory_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("patch-submit 0.1.0", PatchSubmit)
