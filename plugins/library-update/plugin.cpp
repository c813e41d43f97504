// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `library-update`: the adapter between the SDK and move.hpp, template.hpp and preflight.hpp.
#include <common/adapter.hpp>
#include <documents.hpp>
#include <local_checks.hpp>
#include <preflight.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <template.hpp>

#include <algorithm>

namespace {

using namespace slipway;
namespace json = support::json;

constexpr const char* schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "required": ["file"],
  "properties": {
    "file": {"type": "string", "minLength": 1, "slipwayPath": "file",
             "description": "the current library file, such as a checkout's library/archlinux"},
    "path": {"type": "string", "default": "",
             "description": "the file's path inside official-images; empty: library/ and the file's base name"},
    "entries": {"type": "array", "items": {"type": "string", "minLength": 1}, "default": [],
                "description": "move the entries that have one of these tags, or of these patterns with * and ?; none: all that come from the release's remote"},
    "releases": {"type": "array", "default": [],
                 "description": "which release moves which entries, where several come in",
                 "items": {"type": "object", "additionalProperties": false, "required": ["variant", "entries"],
                   "properties": {
                     "variant": {"type": "object", "additionalProperties": {"type": "string"},
                                 "description": "values of the release's variant, by axis"},
                     "entries": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1},
                                 "description": "as the option of that name"},
                     "tag": {"type": "string", "default": "", "description": "as the option of that name"}
                   }}},
    "keep": {"type": "integer", "minimum": 0, "maximum": 100, "default": 0,
             "description": "how many older releases stay, each as an entry with only its dated tag"},
    "tag": {"type": "string", "default": "",
            "description": "the dated tag of the release; empty: its git tag"},
    "builder": {"enum": ["", "oci-import"], "default": "",
                "description": "'oci-import': the entries that move become this; empty: their Builder stays"},
    "template": {"type": "string", "default": "", "slipwayPath": "file",
                 "description": "make the whole file from this template, instead of editing"},
    "preflight": {"enum": ["full", "local", "off"], "default": "full",
                  "description": "before anything is submitted, check what official-images' own checks would: full, all, which reads the repositories that the file names; local, the file alone"},
    "repositories": {"type": "array", "default": [], "slipwayPath": "tree", "items": {"type": "string", "minLength": 1},
                     "description": "repositories on this machine that the file names by path: the preflight may read these"},
    "ca_file": {"type": "string", "default": "", "slipwayPath": "file",
                "description": "PEM certificates to trust, instead of the system's, when a repository is read"},
    "title": {"type": "string", "default": "", "pattern": "^[^\n\r]*$",
              "description": "title of the change; empty: 'NAME: Update to VERSION', NAME being the file's base name"}
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "release", "many": true, "type": "application/vnd.slipway.release.v1+json",
              "doc": "what the entries are moved to"}],
  "outputs": [{"name": "change", "type": "application/vnd.slipway.change.v1+json", "doc": "the edit, to be submitted"},
              {"name": "file", "type": "text/x-stackbrew", "doc": "the edited library file"}]
})json";

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::vector<std::string> texts_of(const json::Value& array) {
    std::vector<std::string> out;
    for (const json::Value& item : array.as_array())
        out.push_back(item.as_string());
    return out;
}

std::vector<std::pair<std::string, std::string>> axes_of(const json::Value& variant) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& axis : variant.as_object())
        out.emplace_back(axis.key, axis.value.as_string());
    return out;
}

class LibraryUpdate final : public slipway::stage {
public:
    static constexpr stage_info info{.id = "library-update",
                                     .version = "0.3.0",
                                     .summary =
                                         "move the entries of an official-images library file to a release",
                                     .license = "GPL-3.0-or-later",
                                     .flags = SLIPWAY_IDEMPOTENT | SLIPWAY_DRY_RUN,
                                     .config_schema = schema,
                                     .ports = ports,
                                     .capabilities = R"({"network": true})"};

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(options_, common::parse_options(text));
        file_ = options_["file"].as_string();
        name_ = base_name(file_);
        change_.path = options_["path"].as_string();
        if (change_.path.empty()) change_.path = "library/" + name_;
        move_.keep = static_cast<std::size_t>(options_["keep"].as_integer());
        if (options_["builder"].as_string() == "oci-import") move_.builder = stackbrew::Builder::oci_import;
        return check_options();
    }

    slipway::result<outcome> run(context& context) override {
        SLIPWAY_SDK_TRY(take_releases(context));
        SLIPWAY_SDK_TRY_ASSIGN(const auto before, read_library());
        change_.before = before.text;
        change_.maintainers = stackbrew::maintainers_of(before);
        SLIPWAY_SDK_TRY(options_["template"].as_string().empty() ? edit(before) : fill(before));
        tell(context, before);
        SLIPWAY_SDK_TRY(check(context));
        change_.title = options_["title"].as_string();
        if (change_.title.empty()) change_.title = name_ + ": Update to " + targets_.front().release.version;
        change_.body = stackbrew::describe(change_.edited);
        change_.after = change_.edited.text;
        SLIPWAY_SDK_TRY(
            common::write_output(context, "change", "change.json", stackbrew::write_change(change_)));
        SLIPWAY_SDK_TRY(common::write_output(context, "file", name_, change_.after));
        return outcome::done;
    }

private:
    /// What the schema cannot say.
    slipway::result<void> check_options() const {
        const auto given = [&](const char* option) {
            const json::Value& value = options_[option];
            return !value.as_string().empty() || !value.as_array().empty() || value.as_integer() > 0;
        };
        const auto alone = [&](const char* option, std::initializer_list<const char*> others,
                               const char* why) -> slipway::result<void> {
            for (const char* other : others)
                if (given(option) && given(other))
                    return slipway::error{SLIPWAY_CONFIG,
                                          std::string("options '") + option + "' and '" + other
                                              + "' exclude each other",
                                          why, "", std::string("/") + other};
            return {};
        };
        SLIPWAY_SDK_TRY(alone("releases", {"entries", "tag"}, "say it in the items of 'releases'"));
        return alone("template", {"entries", "releases", "keep", "tag", "builder"},
                     "a template makes the whole file: say it there");
    }

    slipway::result<void> take_releases(const context& context) {
        std::vector<stackbrew::Release> releases;
        for (std::uint32_t i = 0; i < context.input_count("release"); ++i) {
            SLIPWAY_SDK_TRY_ASSIGN(auto release, take_release(context, i));
            releases.push_back(std::move(release));
        }
        if (releases.empty())
            return slipway::error{SLIPWAY_CONFIG, "no release comes in", "put git-publish before this stage"};
        const json::Value& assigned = options_["releases"];
        if (assigned.as_array().empty()) {
            for (stackbrew::Release& release : releases)
                targets_.push_back(
                    {std::move(release), texts_of(options_["entries"]), options_["tag"].as_string()});
            return {};
        }
        std::vector<stackbrew::Assignment> assignments;
        for (const json::Value& item : assigned.as_array())
            assignments.push_back(
                {axes_of(item["variant"]), texts_of(item["entries"]), item["tag"].as_string()});
        auto targets = stackbrew::assign(releases, assignments);
        if (!targets) return common::to_sdk(std::move(targets).error(), "/releases");
        targets_ = std::move(targets).value();
        return {};
    }

    slipway::result<stackbrew::Release> take_release(const context& context, std::uint32_t index) {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string text,
                               common::read_input(context, "release", index, 4u << 20));
        auto document = json::parse(text);
        if (!document) return common::to_sdk(std::move(document).error().in("release"));
        SLIPWAY_SDK_TRY_ASSIGN(auto release, stackbrew::read_release(document.value()));
        SLIPWAY_SDK_TRY_ASSIGN(const auto input, common::input_info(context, "release", index));
        release.variant = axes_of(input.variant);
        change_.releases.push_back(std::move(document).value());
        return release;
    }

    slipway::result<stackbrew::File> read_library() const {
        auto text = support::read_file(file_, 4u << 20);
        if (!text) return common::to_sdk(std::move(text).error(), "/file");
        auto file = stackbrew::parse(std::move(text).value());
        if (!file) return common::to_sdk(std::move(file).error().in("'" + file_ + "'"), "/file");
        return std::move(file).value();
    }

    slipway::result<void> edit(const stackbrew::File& file) {
        auto edited = stackbrew::move(file, targets_, move_);
        if (!edited) return common::to_sdk(std::move(edited).error().in("'" + file_ + "'"), "/file");
        change_.edited = std::move(edited).value();
        return {};
    }

    slipway::result<void> fill(const stackbrew::File& before) {
        const std::string& path = options_["template"].as_string();
        auto text = support::read_file(path, 4u << 20);
        if (!text) return common::to_sdk(std::move(text).error(), "/template");
        std::vector<stackbrew::Release> releases;
        for (const stackbrew::Target& target : targets_) {
            SLIPWAY_SDK_TRY(stackbrew::check_release(target.release));
            releases.push_back(target.release);
        }
        auto filled = stackbrew::fill_template(text.value(), releases);
        if (!filled) return common::to_sdk(std::move(filled).error().in("'" + path + "'"), "/template");
        auto edited = stackbrew::replace_whole(before, filled.value());
        if (!edited)
            return common::to_sdk(std::move(edited).error().in("'" + path + "', filled"), "/template");
        change_.edited = std::move(edited).value();
        return {};
    }

    /// Preflight: what official-images would refuse is refused here.
    slipway::result<void> check(const context& context) {
        change_.preflight = options_["preflight"].as_string();
        if (change_.preflight == "off") return {};
        SLIPWAY_SDK_TRY_ASSIGN(const auto file, stackbrew::parse(change_.edited.text));
        if (const auto problems = stackbrew::check_locally(file); !problems.empty())
            return refuse(stackbrew::refusal(support::Kind::verify, "", problems, ""));
        for (const auto& doubt : stackbrew::local_doubts(file))
            context.warn("line " + std::to_string(doubt.line) + ": " + doubt.what);
        if (change_.preflight == "local") return {};
        if (context.dry_run()) { // what is planned is nowhere yet
            context.info("preflight: the repositories are checked when the chain runs");
            change_.preflight = "local";
            return {};
        }
        return check_repositories(context, file);
    }

    slipway::result<void> check_repositories(const context& context, const stackbrew::File& file) const {
        stackbrew::PreflightOrder order{file_.substr(0, file_.rfind('/') + 1) + ".",
                                        base_name(change_.path),
                                        {},
                                        {context.work_dir(), options_["ca_file"].as_string()}};
        for (const stackbrew::Target& target : targets_)
            order.releases.push_back(target.release);
        const auto meter = [&](std::uint64_t done, std::uint64_t total) {
            context.progress(done, total, "objects");
            return !context.cancelled();
        };
        auto report = stackbrew::preflight(file, order, meter);
        if (!report) return refuse(std::move(report).error());
        for (const std::string& warning : report.value().warnings)
            context.warn("preflight: " + warning);
        const auto& findings = report.value().findings;
        if (findings.empty()) return {};
        const auto text = [](const stackbrew::Finding& f) { return "entry '" + f.entry + "': " + f.what; };
        support::Error error{support::Kind::verify, text(findings.front())};
        for (std::size_t i = 1; i < findings.size(); ++i)
            error.trace.push_back(text(findings[i]));
        return refuse(std::move(error));
    }

    static slipway::error refuse(support::Error error) {
        if (error.hint.empty())
            error.hint =
                "official-images' checks would refuse this; \"preflight\": \"off\" submits it all the same";
        return common::to_sdk(std::move(error).in("preflight"));
    }

    void tell(const context& context, const stackbrew::File& before) const {
        for (const auto& doubt : stackbrew::doubts(before))
            context.warn("line " + std::to_string(doubt.line) + ": " + doubt.what);
        for (const std::string& warning : change_.edited.warnings)
            context.warn(warning);
        std::vector<std::string> refs;
        for (const stackbrew::Target& target : targets_)
            if (std::ranges::find(refs, target.release.ref) == refs.end()) refs.push_back(target.release.ref);
        const std::string where = support::join(refs, ", ");
        if (change_.edited.text == before.text)
            context.info("'" + name_ + "' is at " + where + " already: nothing to change");
        else
            context.info("'" + name_ + "': " + std::to_string(change_.edited.moved.size())
                         + " entries moved to " + where);
    }

    json::Value options_;
    std::string file_, name_;
    std::vector<stackbrew::Target> targets_;
    stackbrew::MoveOptions move_;
    stackbrew::Change change_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("library-update 0.3.0", LibraryUpdate)
