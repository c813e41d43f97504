// SPDX-License-Identifier: GPL-3.0-or-later
//
// Two stage types that the host can join: "pours" writes a megabyte-sized artifact piece by piece, "drinks"
// reads one and writes its size. Each goes wrong where its option says.
#include <fcntl.h>
#include <signal.h>
#include <slipway/stage.hpp>
#include <unistd.h>

#include <string>

namespace {

constexpr const char* schema = R"({"type": "object", "properties": {
  "megabytes": {"type": "integer", "default": 3}, "wrong": {"type": "string", "default": ""}}})";

/// `wrong` of the options; they come in compact form.
std::string wrong_of(std::string_view options) {
    const auto at = options.find("\"wrong\":\"");
    if (at == options.npos) return "";
    options.remove_prefix(at + 9);
    return std::string(options.substr(0, options.find('"')));
}

int megabytes_of(std::string_view options) {
    const auto at = options.find("\"megabytes\":");
    return at == options.npos ? 3 : std::atoi(options.data() + at + 12);
}

class Pours final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "pours",
        .version = "1.0.0",
        .summary = "writes a stream",
        .license = "MIT",
        .flags = SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT,
        .config_schema = schema,
        .ports = R"({"outputs": [{"name": "water", "type": "text/plain", "stream": true},
                                 {"name": "label", "type": "application/json", "stream": true}]})",
    };

    slipway::result<void> configure(std::string_view options) override {
        wrong_ = wrong_of(options);
        megabytes_ = megabytes_of(options);
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        auto created = context.create_output("water", "water.txt");
        if (!created) return std::move(created.error());
        if (wrong_ == "pipe" && ::lseek(created.value().fd(), 0, SEEK_CUR) >= 0)
            return slipway::error{SLIPWAY_INTERNAL, "it is no pipe"};
        if (wrong_ == "anew") {
            (void)!::write(created.value().fd(), "mud", 3);
            created = context.create_output("water", "water.txt");
            if (!created) return std::move(created.error());
        }
        const std::string piece(1 << 20, 'w');
        for (int i = 0; i < megabytes_; ++i) {
            if (wrong_ == "crash" && i == 1) ::raise(SIGSEGV);
            if (wrong_ == "hang" && i == 1) ::pause();
            if (::write(created.value().fd(), piece.data(), piece.size()) < 0)
                return slipway::error{SLIPWAY_IO, "writing failed"};
        }
        if (wrong_ == "both") {
            auto label = context.create_output("label", "label.json");
            if (!label || ::write(label.value().fd(), "{}", 2) < 0 || !label.value().commit())
                return slipway::error{SLIPWAY_IO, "no label"};
        }
        if (wrong_ == "fail") return slipway::error{SLIPWAY_VERIFY, "a bad package"};
        if (wrong_ == "forget") return slipway::outcome::done;
        if (wrong_ == "twice") {
            auto again = context.create_output("water", "water.txt");
            if (!again) return std::move(again.error());
        }
        const int copy = wrong_ == "open" ? ::dup(created.value().fd()) : -1;
        auto committed = created.value().commit(
            wrong_ == "digest"
                ? R"({"sha256": "0000000000000000000000000000000000000000000000000000000000000000"})"
                : "");
        if (copy >= 0) ::close(copy);
        if (!committed) return std::move(committed.error());
        if (wrong_ == "late") return slipway::error{SLIPWAY_VERIFY, "the label is torn"};
        return slipway::outcome::done;
    }

private:
    std::string wrong_;
    int megabytes_ = 3;
};

class Drinks final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "drinks",
        .version = "1.0.0",
        .summary = "reads a stream",
        .license = "MIT",
        .flags = SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT,
        .config_schema = schema,
        .ports = R"({"inputs": [{"name": "in", "type": "text/plain"}],
                     "outputs": [{"name": "size", "type": "application/json"}]})",
    };

    slipway::result<void> configure(std::string_view options) override {
        wrong_ = wrong_of(options);
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        if (wrong_ == "deaf") return write(context, 0);
        auto in = context.open_input("in");
        if (!in) return std::move(in.error());
        if (wrong_ == "again") {
            auto again = context.open_input("in");
            if (!again) return std::move(again.error());
        }
        std::string buffer(1 << 16, '\0');
        std::size_t size = 0;
        for (ssize_t n = 1; n > 0; size += static_cast<std::size_t>(n)) {
            n = ::read(in.value().get(), buffer.data(), buffer.size());
            if (n < 0) return slipway::error{SLIPWAY_IO, "reading failed"};
            if (wrong_ == "choke" && size > 100000) return slipway::error{SLIPWAY_RESOURCE, "too much"};
        }
        return write(context, size);
    }

private:
    static slipway::result<slipway::outcome> write(slipway::context& context, std::size_t size) {
        auto out = context.create_output("size", "size.json");
        if (!out) return std::move(out.error());
        const std::string text = std::to_string(size);
        if (::write(out.value().fd(), text.data(), text.size()) < 0)
            return slipway::error{SLIPWAY_IO, "writing"};
        auto committed = out.value().commit();
        if (!committed) return std::move(committed.error());
        return slipway::outcome::done;
    }

    std::string wrong_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("pipes 1.0.0", Pours, Drinks)
