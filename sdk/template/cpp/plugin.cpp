// SPDX-License-Identifier: MIT
//
// my-stage: reads one file and writes the line that cksum(1) prints for it: checksum, size, name.
//
// A whole stage plugin in C++20. Make it yours by replacing compute(), the options and the ports; the rest
// can stay as it is. What the host may expect of it is written in <slipway/stage.h>.
#include "json.hpp"

#include <fcntl.h>
#include <slipway/stage.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace {

// The host checks the options against this schema before configure(), fills in the defaults, makes the
// path absolute, and shows the descriptions in `slipway inspect` and in its errors.
constexpr const char* config_schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "file": {"type": "string", "slipwayPath": "file",
             "description": "read this file, and not the input"},
    "name": {"type": "string", "minLength": 1,
             "description": "what the line calls the file (default: the input's name, or -)"},
    "max_bytes": {"type": "integer", "minimum": 1, "maximum": 9007199254740991, "default": 1073741824,
                  "description": "refuse to read more than so many bytes"}
  }
})json";

// The input is optional because the option "file" can stand in for it.
constexpr const char* ports = R"json({
  "inputs": [{"name": "input", "type": "*/*", "optional": true, "doc": "the file to read"}],
  "outputs": [{"name": "checksum", "type": "text/plain", "doc": "one line, as of cksum(1)"}]
})json";

/// The CRC of cksum, POSIX.1-2017: polynomial 0x04C11DB7, highest bit first, the length after the data.
class Crc {
public:
    void update(std::string_view bytes) {
        for (const char c : bytes)
            add(static_cast<unsigned char>(c));
        size_ += bytes.size();
    }

    std::uint64_t size() const { return size_; }

    std::uint32_t finish() {
        for (std::uint64_t rest = size_; rest != 0; rest >>= 8)
            add(static_cast<unsigned char>(rest & 0xFF));
        return ~crc_;
    }

private:
    static constexpr std::array<std::uint32_t, 256> make_table() {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t crc = i << 24;
            for (int bit = 0; bit < 8; ++bit)
                crc = (crc & 0x80000000u) != 0 ? crc << 1 ^ 0x04C11DB7u : crc << 1;
            table[i] = crc;
        }
        return table;
    }

    void add(unsigned char byte) {
        static constexpr auto table = make_table();
        crc_ = crc_ << 8 ^ table[crc_ >> 24 ^ byte];
    }

    std::uint32_t crc_ = 0;
    std::uint64_t size_ = 0;
};

class Checksum final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "my-stage",
        .version = "1.0.0", // raise it when the output changes: it is part of the host's cache key
        .summary = "write the checksum and size of a file",
        .license = "MIT",
        // Equal options, inputs and epoch give equal bytes: the host may then keep the result and not run
        // the stage again. Beware: a path counts by the content of its file, so it must not reach the output.
        .flags = SLIPWAY_DETERMINISTIC,
        .config_schema = config_schema,
        .ports = ports,
        .capabilities = "{}", // no network, no programs, no root
    };

    slipway::result<void> configure(std::string_view options) override {
        file_ = json::string_member(options, "file");
        name_ = json::string_member(options, "name");
        max_bytes_ = json::number_member(options, "max_bytes", 0);
        // The schema has seen to types and ranges; what it cannot say is checked here.
        if (name_ && name_->find('\n') != std::string::npos)
            return slipway::error{.code = SLIPWAY_CONFIG,
                                  .summary = "has a line break",
                                  .hint = "the result is one line",
                                  .config_path = "/name"};
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        auto source = open_source(context);
        if (!source) return source.error();
        Crc crc;
        if (auto done = compute(context, source.value().get(), crc); !done) return done.error();
        const std::string size = std::to_string(crc.size());
        const auto name = source_name(context);
        if (!name) return name.error();
        const std::string line = std::to_string(crc.finish()) + " " + size + " " + name.value() + "\n";
        // An artifact is created, written and committed. Without the commit the host throws it away.
        auto output = context.create_output("checksum", "checksum.txt");
        if (!output) return output.error();
        if (auto done = output.value().write(line); !done) return done.error();
        if (auto done = output.value().commit(); !done) return done.error();
        return slipway::outcome::done;
    }

private:
    /// The option's file, or else the artifact wired to the input.
    slipway::result<slipway::unique_fd> open_source(const slipway::context& context) const {
        if (!file_ && context.input_count("input") == 0)
            return slipway::error{.code = SLIPWAY_CONFIG,
                                  .summary = "there is nothing to read",
                                  .hint = "set the option 'file', or put a stage above this one",
                                  .config_path = "/file"};
        if (!file_) return context.open_input("input");
        slipway::unique_fd fd(::open(file_->c_str(), O_RDONLY | O_CLOEXEC));
        if (fd.get() >= 0) return fd;
        return slipway::error{.code = errno == ENOENT ? SLIPWAY_NOT_FOUND : SLIPWAY_IO,
                              .summary = "opening '" + *file_ + "': " + std::strerror(errno),
                              .config_path = "/file"};
    }

    slipway::result<void> compute(const slipway::context& context, int fd, Crc& crc) const {
        struct stat status {};

        const bool known = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
        const auto total = known ? static_cast<std::uint64_t>(status.st_size) : 0;
        char buffer[65536];
        for (;;) {
            if (context.cancelled()) return slipway::error{SLIPWAY_CANCELLED, "cancelled"};
            const ssize_t n = ::read(fd, buffer, sizeof buffer);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0)
                return slipway::error{SLIPWAY_IO, std::string("reading the file: ") + std::strerror(errno)};
            if (n == 0) return {};
            crc.update({buffer, static_cast<std::size_t>(n)});
            if (crc.size() > max_bytes_)
                return slipway::error{.code = SLIPWAY_RESOURCE,
                                      .summary =
                                          "the file is larger than " + std::to_string(max_bytes_) + " bytes",
                                      .hint = "raise max_bytes if the file may be so large",
                                      .config_path = "/max_bytes"};
            context.progress(crc.size(), total, "bytes");
        }
    }

    slipway::result<std::string> source_name(const slipway::context& context) const {
        if (name_) return *name_;
        if (file_) return std::string("-");
        const auto meta = context.input_meta("input");
        if (!meta) return meta.error(); // when a host function fails, the host has told the user why
        return json::string_member(meta.value(), "name").value_or("-");
    }

    std::optional<std::string> file_;
    std::optional<std::string> name_;
    std::uint64_t max_bytes_ = 0;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("my-stage 1.0.0", Checksum)
