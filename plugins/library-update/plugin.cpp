// SPDX-License-Identifier: GPL-3.0-or-later
//
// Adapter of library-update: a release and the current library file in, the change and the edited file out.
#include <check.hpp>
#include <common/adapter.hpp>
#include <documents.hpp>
#include <support/fs.hpp>

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
                "description": "move the entries that have one of these tags; none: all that come from the release's remote"},
    "keep": {"type": "integer", "minimum": 0, "maximum": 100, "default": 0,
             "description": "how many older releases stay, each as an entry with only its dated tag"},
    "tag": {"type": "string", "default": "",
            "description": "the dated tag of the release; empty: its git tag"},
    "title": {"type": "string", "default": "", "pattern": "^[^\n\r]*$",
              "description": "title of the change; empty: 'NAME: Update to VERSION', NAME being the file's base name"}
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "release", "type": "application/vnd.slipway.release.v1+json",
              "doc": "what the entries are moved to"}],
  "outputs": [{"name": "change", "type": "application/vnd.slipway.change.v1+json", "doc": "the edit, to be submitted"},
              {"name": "file", "type": "text/x-stackbrew", "doc": "the edited library file"}]
})json";

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

class LibraryUpdate final : public slipway::stage {
public:
    static constexpr stage_info info{.id = "library-update",
                                     .version = "0.1.0",
                                     .summary =
                                         "move the entries of an official-images library file to a release",
                                     .license = "GPL-3.0-or-later",
                                     .flags = SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT,
                                     .config_schema = schema,
                                     .ports = ports};

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const json::Value options, common::parse_options(text));
        file_ = options["file"].as_string();
        name_ = base_name(file_);
        path_ = options["path"].as_string();
        if (path_.empty()) path_ = "library/" + name_;
        title_ = options["title"].as_string();
        move_.keep = static_cast<std::size_t>(options["keep"].as_integer());
        move_.tag = options["tag"].as_string();
        for (const json::Value& entry : options["entries"].as_array())
            move_.entries.push_back(entry.as_string());
        return {};
    }

    slipway::result<outcome> run(context& context) override {
        SLIPWAY_SDK_TRY_ASSIGN(const std::string document,
                               common::read_input(context, "release", 0, 1u << 20));
        SLIPWAY_SDK_TRY_ASSIGN(const auto release, stackbrew::read_release(document));
        SLIPWAY_SDK_TRY_ASSIGN(const auto before, read_library());
        SLIPWAY_SDK_TRY_ASSIGN(const auto edited, edit(before, release));
        tell(context, before, edited, release);
        const std::string title = title_.empty() ? name_ + ": Update to " + release.version : title_;
        const stackbrew::Change change{title, stackbrew::describe(edited, release), path_, before.text,
                                       edited.text};
        SLIPWAY_SDK_TRY(
            common::write_output(context, "change", "change.json", stackbrew::write_change(change)));
        SLIPWAY_SDK_TRY(common::write_output(context, "file", name_, edited.text));
        return outcome::done;
    }

private:
    slipway::result<stackbrew::File> read_library() const {
        auto text = support::read_file(file_, 4u << 20);
        if (!text) return common::to_sdk(std::move(text).error(), "/file");
        auto file = stackbrew::parse(std::move(text).value());
        if (!file) return common::to_sdk(std::move(file).error().in("'" + file_ + "'"), "/file");
        return std::move(file).value();
    }

    slipway::result<stackbrew::Edited> edit(const stackbrew::File& file,
                                            const stackbrew::Release& release) const {
        auto edited = stackbrew::move_to_release(file, release, move_);
        if (!edited) return common::to_sdk(std::move(edited).error().in("'" + file_ + "'"), "/file");
        return std::move(edited).value();
    }

    void tell(const context& context, const stackbrew::File& before, const stackbrew::Edited& edited,
              const stackbrew::Release& release) const {
        for (const auto& doubt : stackbrew::doubts(before))
            context.warn("line " + std::to_string(doubt.line) + ": " + doubt.what);
        for (const std::string& warning : edited.warnings)
            context.warn(warning);
        if (edited.text == before.text)
            context.info("'" + name_ + "' is at " + release.ref + " already: nothing to change");
        else
            context.info("'" + name_ + "': " + std::to_string(edited.moved.size()) + " entries moved to "
                         + release.ref);
    }

    std::string file_, name_, path_, title_;
    stackbrew::MoveOptions move_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("library-update 0.1.0", LibraryUpdate)
