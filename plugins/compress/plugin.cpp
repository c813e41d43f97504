// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage `compress`: the adapter between the SDK and compress.hpp.
#include <common/adapter.hpp>
#include <compress.hpp>

namespace {

using slipway::common::InputInfo;
using slipway::compress::Archive;
using slipway::compress::Format;
using slipway::support::json::Value;

constexpr const char* schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "format": {"type": "string", "enum": ["zstd", "xz", "gzip", "none"], "default": "zstd",
      "description": "the archive's format"},
    "level": {"type": "integer", "minimum": 0, "maximum": 22,
      "description": "how hard to try: zstd 1 to 22 (8 if not given), xz 0 to 9 (6), gzip 1 to 12 (7)"},
    "long": {"type": "boolean", "default": true,
      "description": "zstd: find matches up to 128 MiB back; a reader then needs 128 MiB of memory"},
    "frames": {"type": "string", "enum": ["package", "none"], "default": "package",
      "description": "zstd: package: a frame for each package of a root filesystem, kept and used again by later runs; none: one stream"},
    "threads": {"type": "integer", "minimum": 0, "maximum": 256, "default": 0,
      "description": "threads to use, 0 for one on each core; the bytes do not depend on it"},
    "checksum": {"type": "boolean", "default": true,
      "description": "store a checksum of the content in the archive; gzip always does"},
    "name": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^/]+$",
      "description": "the archive's file name; if not given, the input's with .zst, .xz or .gz at its end"},
    "max_size": {"type": "integer", "minimum": 0, "default": 0,
      "description": "fail if the archive has more bytes than this; 0 for no limit"}
  },
  "if": {"properties": {"format": {"const": "xz"}}, "required": ["format"]},
  "then": {"properties": {"level": {"minimum": 0, "maximum": 9}}},
  "else": {
    "if": {"properties": {"format": {"const": "gzip"}}, "required": ["format"]},
    "then": {"properties": {"level": {"minimum": 1, "maximum": 12}}},
    "else": {
      "if": {"properties": {"format": {"const": "none"}}, "required": ["format"]},
      "then": {"properties": {"level": {"minimum": 0, "maximum": 0}}},
      "else": {"properties": {"level": {"minimum": 1, "maximum": 22}}}
    }
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "file", "type": ["application/x-tar", "*/*"], "doc": "the file to compress"}],
  "outputs": [{"name": "archive", "doc": "the archive", "stream": true,
               "type": ["application/zstd", "application/x-xz", "application/gzip", "application/octet-stream"]},
              {"name": "sums", "type": "text/x-sha256sum", "doc": "SHA256SUMS with the archive's line"}]
})json";

class Compress final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "compress",
        .version = "1.0.0",
        .summary = "compress a file with zstd, xz or gzip, the same bytes on every machine",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT,
        .config_schema = schema,
        .ports = ports,
    };

    slipway::result<void> configure(std::string_view text) override {
        SLIPWAY_SDK_TRY_ASSIGN(const Value options, slipway::common::parse_options(text));
        settings_.format =
            slipway::compress::format_named(options["format"].as_string()).value_or(Format::zstd);
        std::optional<std::int64_t> asked;
        if (const Value* level = options.find("level")) asked = level->as_integer();
        auto level = slipway::compress::level_for(settings_.format, asked);
        if (!level) return slipway::common::to_sdk(std::move(level).error(), "/level");
        settings_.level = level.value();
        settings_.long_distance = options["long"].as_bool(true);
        settings_.checksum = options["checksum"].as_bool(true);
        settings_.threads = static_cast<unsigned>(options["threads"].as_integer());
        settings_.frames = options["frames"].as_string() != "none";
        max_size_ = static_cast<std::uint64_t>(options["max_size"].as_integer());
        name_ = options["name"].as_string();
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        SLIPWAY_SDK_TRY_ASSIGN(const InputInfo input, slipway::common::input_info(context, "file"));
        SLIPWAY_SDK_TRY_ASSIGN(const auto in, context.open_input("file"));
        const std::string name = name_.empty() ? input.name + suffix_of(settings_.format) : name_;
        SLIPWAY_SDK_TRY_ASSIGN(auto out, context.create_output("archive", name));
        settings_.cache = context.cache_dir() + "/frames";
        SLIPWAY_SDK_TRY_ASSIGN(const auto encoder, slipway::compress::make_encoder(settings_));
        const auto meter = [&](std::uint64_t done) {
            context.progress(done, input.size, "bytes");
            return !context.cancelled();
        };
        SLIPWAY_SDK_TRY_ASSIGN(
            const Archive archive,
            slipway::compress::compress({in.get(), out.fd(), input.name, name}, *encoder, meter));
        if (const std::string summary = encoder->summary(); !summary.empty()) context.info(summary);
        if (!input.sha256.empty()) // else it is still being made, and nobody knows yet
            SLIPWAY_SDK_TRY(slipway::compress::check_input(input.name, archive, input.size));
        auto fits = slipway::compress::check_size(name, archive, max_size_);
        if (!fits) return slipway::common::to_sdk(std::move(fits).error(), "/max_size");
        return publish(context, out, name, archive);
    }

private:
    slipway::result<slipway::outcome> publish(slipway::context& context, slipway::output& out,
                                              const std::string& name, const Archive& archive) const {
        Value meta;
        meta.set("type", media_type_of(settings_.format));
        meta.set("sha256", archive.sha256.hex());
        SLIPWAY_SDK_TRY(out.commit(slipway::support::json::dump(meta)));
        SLIPWAY_SDK_TRY(slipway::common::write_output(
            context, "sums", "SHA256SUMS", slipway::compress::checksum_line(archive.sha256, name)));
        return slipway::outcome::done;
    }

    slipway::compress::Settings settings_;
    std::uint64_t max_size_ = 0;
    std::string name_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("slipway compress 1.0.0", Compress)
