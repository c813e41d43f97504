// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `oci-layout`: the adapter between the SDK and images.hpp.
#include <bytes.hpp>
#include <common/adapter.hpp>
#include <images.hpp>
#include <support/cores.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <map>

namespace {

namespace oci = slipway::oci;
using slipway::common::InputInfo;
using slipway::support::UniqueFd;
using slipway::support::json::Value;

constexpr const char* schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "platform": {"type": "string", "minLength": 1, "default": "linux/amd64",
      "description": "[OS/]ARCHITECTURE[/VARIANT] of each root filesystem; {AXIS} is its value: \"{arch}\""},
    "folder": {"type": "string", "default": "{variant}",
      "description": "folder of the layout that it goes to: {AXIS} is a value, {variant} all, each followed by '/'; root filesystems of one folder become one image of several platforms"},
    "base": {"type": "object", "default": {}, "additionalProperties": {"type": "string"},
      "description": "axes and values, such as {\"group\": \"base\"}: the root filesystem of these gives the first layers of the others"},
    "tag": {"type": "string", "default": "latest", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$",
      "description": "the image's name in the layout's index"},
    "compression": {"type": "string", "enum": ["gzip", "zstd", "none"], "default": "gzip",
      "description": "of the layers; Builder: oci-import takes gzip and none"},
    "level": {"type": "integer", "minimum": 0, "maximum": 22,
      "description": "how hard to try: gzip 1 to 12 (7 if not given), zstd 1 to 22 (8)"},
    "threads": {"type": "integer", "minimum": 0, "maximum": 256, "default": 0,
      "description": "threads to use, 0 for one on each core; the bytes do not depend on it"},
    "max_layer": {"type": "integer", "minimum": 0, "default": 100000000,
      "description": "a layer has at most so many compressed bytes; 0 for no limit"},
    "config": {"type": "object", "additionalProperties": false, "default": {},
      "description": "what a container starts with",
      "properties": {
        "user": {"type": "string", "default": "", "description": "user, or user:group"},
        "env": {"type": "object", "additionalProperties": {"type": "string"}, "default": {},
          "description": "environment variables; PATH has a default"},
        "entrypoint": {"type": "array", "items": {"type": "string"}, "default": [], "description": "program that always runs"},
        "cmd": {"type": "array", "items": {"type": "string"}, "default": [], "description": "program, or its arguments"},
        "working_dir": {"type": "string", "default": "", "description": "folder that it starts in"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}, "description": "labels"},
        "stop_signal": {"type": "string", "default": "", "description": "signal that stops it"}
      }},
    "annotations": {"type": "object", "additionalProperties": {"type": "string"}, "default": {},
      "description": "of the manifests; org.opencontainers.image.created is the run's epoch"},
    "attach": {"type": "boolean", "default": false,
      "description": "attach the files of the port attachments to the images of their variants; index.json then has more than one manifest"}
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "rootfs", "type": "application/x-tar", "many": true, "doc": "root filesystems"},
             {"name": "attachments", "many": true, "optional": true,
              "type": ["text/spdx+json", "application/spdx+json", "application/vnd.cyclonedx+json",
                       "application/vnd.in-toto+json"],
              "doc": "SBOMs and provenance"}],
  "outputs": [{"name": "files", "many": true, "doc": "the layout's files; the annotation path says where each goes",
               "type": ["application/vnd.oci.layout.header.v1+json", "application/vnd.oci.image.index.v1+json",
                        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json",
                        "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.layer.v1.tar+zstd",
                        "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.empty.v1+json",
                        "application/spdx+json", "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"]}]
})json";

/// As Docker and podman set it where an image does not.
constexpr const char* default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

oci::Texts texts_of(const Value& object) {
    oci::Texts texts;
    for (const auto& member : object.as_object())
        texts[member.key] = member.value.as_string();
    return texts;
}

std::vector<std::string> list_of(const Value& array) {
    std::vector<std::string> list;
    for (const Value& item : array.as_array())
        list.push_back(item.as_string());
    return list;
}

oci::Variant variant_of(const Value& object) {
    oci::Variant variant;
    for (const auto& member : object.as_object())
        variant.emplace_back(member.key, member.value.as_string());
    return variant;
}

oci::RunConfig run_config(const Value& options) {
    oci::RunConfig config{options["user"].as_string(),
                          options["working_dir"].as_string(),
                          options["stop_signal"].as_string(),
                          list_of(options["entrypoint"]),
                          list_of(options["cmd"]),
                          texts_of(options["env"]),
                          texts_of(options["labels"])};
    config.env.try_emplace("PATH", default_path);
    return config;
}

class OciLayout final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "oci-layout",
        .version = "1.0.0",
        .summary = "make OCI image layouts of root filesystems",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT | SLIPWAY_SEEKABLE_INPUTS,
        .config_schema = schema,
        .ports = ports,
    };

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const Value options, slipway::common::parse_options(text));
        if (const Value* platform = options.find("platform")) images_.platform = platform->as_string();
        if (const Value* folder = options.find("folder")) images_.folder = folder->as_string();
        images_.base = variant_of(options["base"]);
        if (const Value* tag = options.find("tag")) settings_.tag = tag->as_string();
        if (const Value* limit = options.find("max_layer"))
            images_.layers.max_size = static_cast<std::uint64_t>(limit->as_integer());
        const auto threads = static_cast<unsigned>(options["threads"].as_integer());
        images_.layers.threads = std::clamp(threads != 0 ? threads : slipway::support::cores(), 1u, 256u);
        settings_.config = run_config(options["config"]);
        settings_.annotations = texts_of(options["annotations"]);
        attach_ = options["attach"].as_bool();
        return configure_codec(options);
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        settings_.created = context.epoch();
        settings_.annotations.try_emplace("org.opencontainers.image.created",
                                          slipway::support::iso_time(settings_.created));
        images_.layers.folder = context.work_dir();
        SLIPWAY_SDK_TRY(take_inputs(context));
        const oci::Meter meter = [&](std::uint64_t done) {
            context.progress(done, total_, "bytes");
            return !context.cancelled();
        };
        SLIPWAY_SDK_TRY_ASSIGN(
            auto images,
            oci::make_images(sources_, images_, std::max<std::int64_t>(settings_.created, 0), meter));
        SLIPWAY_SDK_TRY(take_attachments(context, images));
        SLIPWAY_SDK_TRY(publish(context, oci::layout_files(images, settings_)));
        for (const oci::Image& image : images)
            context.info(summary(image));
        return slipway::outcome::done;
    }

private:
    slipway::result<void> configure_codec(const Value& options) {
        std::optional<std::int64_t> level;
        if (const Value* asked = options.find("level")) level = asked->as_integer();
        const auto compression =
            oci::compression_named(options["compression"].as_string()).value_or(oci::Compression::gzip);
        auto codec = oci::Codec::create(compression, level);
        if (!codec) return slipway::common::to_sdk(std::move(codec).error(), "/level");
        images_.layers.codec = codec.value();
        return {};
    }

    slipway::result<void> take_inputs(const slipway::context& context) {
        for (std::uint32_t i = 0; i < context.input_count("rootfs"); ++i) {
            SLIPWAY_SDK_TRY_ASSIGN(const InputInfo input, slipway::common::input_info(context, "rootfs", i));
            SLIPWAY_SDK_TRY_ASSIGN(auto fd, context.open_input("rootfs", i));
            open_.emplace_back(fd.release());
            const oci::Variant variant = variant_of(input.variant);
            std::string name = input.name;
            for (const auto& [axis, value] : variant)
                name += " " + axis + "=" + value;
            sources_.push_back({open_.back().get(), name, variant});
            total_ += input.size;
        }
        return {};
    }

    /// An image's are those of its root filesystem's variant.
    slipway::result<void> take_attachments(const slipway::context& context, std::vector<oci::Image>& images) {
        for (std::uint32_t i = 0; attach_ && i < context.input_count("attachments"); ++i) {
            SLIPWAY_SDK_TRY_ASSIGN(const InputInfo input,
                                   slipway::common::input_info(context, "attachments", i));
            const auto source = std::ranges::find(sources_, variant_of(input.variant), &oci::Source::variant);
            if (source == sources_.end())
                return slipway::error{SLIPWAY_CONFIG,
                                      "attachment '" + input.name + "': no root filesystem has its variant",
                                      "wire attachments from stages with the same \"each\"", "", "/attach"};
            SLIPWAY_SDK_TRY_ASSIGN(const std::string text,
                                   slipway::common::read_input(context, "attachments", i));
            const std::string path = context.work_dir() + "/attachment-" + std::to_string(i);
            SLIPWAY_SDK_TRY(slipway::support::write_file(path, text));
            // SPDX's own name of earlier days; the registered one is application/spdx+json.
            const std::string type = input.type == "text/spdx+json" ? "application/spdx+json" : input.type;
            images[static_cast<std::size_t>(source - sources_.begin())].attachments.push_back(
                {input.name, type, path, oci::describe(type, text)});
        }
        return {};
    }

    static slipway::result<void> publish(const slipway::context& context,
                                         const std::vector<oci::File>& files) {
        std::map<std::string, std::size_t> left; // of each source
        for (const oci::File& file : files)
            ++left[file.source];
        for (const oci::File& file : files) {
            Value meta;
            meta.set("type", file.media_type);
            meta.set("sha256", file.digest.hex());
            meta.set("annotations", slipway::support::json::Object{{"path", file.path}});
            const std::string name = file.path.substr(file.path.rfind('/') + 1);
            const std::string description = slipway::support::json::dump(meta);
            if (file.source.empty()) {
                SLIPWAY_SDK_TRY(slipway::common::write_output(context, "files", name, file.text, meta));
                continue;
            }
            const bool last = --left[file.source] == 0;
            SLIPWAY_SDK_TRY_ASSIGN(bool there,
                                   last ? context.move("files", name, file.source, description)
                                        : context.adopt("files", name, file.digest.hex(), description));
            if (!there) SLIPWAY_SDK_TRY(copy(context, name, file.source, description));
        }
        return {};
    }

    static slipway::result<void> copy(const slipway::context& context, const std::string& name,
                                      const std::string& source, const std::string& description) {
        SLIPWAY_SDK_TRY_ASSIGN(auto out, context.create_output("files", name));
        SLIPWAY_SDK_TRY_ASSIGN(const UniqueFd in, slipway::support::open_read(source));
        SLIPWAY_SDK_TRY(oci::copy_file(in.get(), out.fd(), name));
        return out.commit(description);
    }

    static std::string summary(const oci::Image& image) {
        std::uint64_t size = 0;
        for (const oci::Layer& layer : image.layers)
            size += layer.size;
        return "'" + slipway::support::printable(image.name) + "': " + image.platform.text() + ", "
               + std::to_string(image.layers.size()) + (image.layers.size() == 1 ? " layer, " : " layers, ")
               + slipway::support::human_bytes(size);
    }

    oci::ImagesSettings images_;
    oci::ImageSettings settings_;
    bool attach_ = false;
    std::vector<UniqueFd> open_;
    std::vector<oci::Source> sources_;
    std::uint64_t total_ = 0;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("slipway oci-layout 1.0.0", OciLayout)
