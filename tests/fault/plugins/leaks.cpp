// SPDX-License-Identifier: GPL-3.0-or-later
//
// A stage type that does with its secret what it must not, written as its option "encoding" says: tells it
// through everything it can tell something with, or puts it into an artifact.
#include <slipway/stage.hpp>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace {

constexpr const char* schema = R"({"type": "object", "properties": {
  "secret": {"type": "object", "description": "the secret"},
  "encoding": {"enum": ["plain", "percent", "json", "hex", "base64", "base64url"], "description": "how it is written"},
  "how": {"enum": ["tell", "fail", "commit", "move", "keep", "crash", "wait"], "description": "what is done with it"}}})";

/// The value of a text option; they come in compact form.
std::string option(std::string_view options, const std::string& key) {
    const auto at = options.find("\"" + key + "\":\"");
    if (at == options.npos) return "";
    options.remove_prefix(at + key.size() + 4);
    return std::string(options.substr(0, options.find('"')));
}

std::string each_as(const char* format, const std::string& bytes) {
    std::string out;
    for (const unsigned char c : bytes) {
        char text[8];
        std::snprintf(text, sizeof text, format, c);
        out += text;
    }
    return out;
}

std::string base64(const std::string& bytes, const char* last) {
    const std::string alphabet =
        std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") + last;
    std::string out;
    unsigned bits = 0, count = 0;
    for (const unsigned char c : bytes) {
        bits = bits << 8 | c;
        for (count += 8; count >= 6; count -= 6)
            out += alphabet[bits >> (count - 6) & 63];
    }
    if (count > 0) out += alphabet[bits << (6 - count) & 63];
    return out;
}

/// Every way of writing it that the encoding has, with something around it.
std::string encoded(const std::string& encoding, const std::string& secret) {
    std::string out;
    if (encoding == "percent") return each_as("%%%02x", secret) + " " + each_as("%%%02X", secret);
    if (encoding == "json") return each_as("\\u%04x", secret) + " " + each_as("\\u%04X", secret);
    if (encoding == "hex") return each_as("%02x", secret) + " " + each_as("%02X", secret);
    if (!encoding.starts_with("base64")) return "<" + secret + ">";
    for (const char* before : {"", "u", "u:"})
        out += base64(before + secret + "x", encoding == "base64" ? "+/" : "-_") + " ";
    return out;
}

class Leaks final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "leaks",
        .version = "1.0.0",
        .summary = "tells a secret",
        .license = "MIT",
        .flags = SLIPWAY_IDEMPOTENT | SLIPWAY_EXTERNAL_EFFECTS,
        .config_schema = schema,
        .ports = R"({"outputs": [{"name": "out", "type": "*/*", "many": true, "stream": true}]})",
    };

    slipway::result<void> configure(std::string_view options) override {
        encoding_ = option(options, "encoding");
        how_ = option(options, "how");
        name_ = option(options, "secret");
        return {};
    }

    slipway::result<slipway::outcome> run(slipway::context& context) override {
        auto secret = context.secret(name_);
        if (!secret) return std::move(secret.error());
        const std::string text = encoded(encoding_, std::string(secret.value()));
        if (how_ == "commit") return commit(context, text);
        if (how_ == "move") return move(context, text);
        if (how_ == "keep") {
            std::ofstream(context.cache_dir() + "/kept") << text;
            return slipway::outcome::done;
        }
        if (how_ == "crash") __builtin_trap();
        if (how_ == "wait") {
            context.info("waiting");
            while (!context.cancelled())
                ::usleep(50000);
            return slipway::error{SLIPWAY_CANCELLED, "stopped"};
        }
        if (auto told = tell(context, text); !told) return std::move(told.error());
        if (how_ == "fail")
            return slipway::error{SLIPWAY_AUTH, "wrong: " + text, "not " + text, text, "/" + text};
        return slipway::outcome::done;
    }

private:
    slipway::result<void> tell(const slipway::context& context, const std::string& text) const {
        context.info(text);
        context.info(std::string((32u << 10) - text.size() / 2, 'x') + text); // where a text is cut
        context.progress(1, 2, text.c_str());
        context.report(SLIPWAY_WARNING, text, text);
        print(text + "\n");
        print(std::string((16u << 10) - text.size() / 2, 'x') + text + "\n"); // where a line is cut
        if (auto told = context.effect(SLIPWAY_EFFECT_DONE, text, text, text, text); !told) return told;
        const bool is_name = text.size() < 250 && text.find('/') == text.npos;
        auto out = context.create_output("out", is_name ? text : "out.txt");
        if (!out) return std::move(out.error());
        if (auto written = out.value().write("nothing secret"); !written) return written;
        return out.value().commit("{\"type\": \"text/" + in_json(text) + "\", \"annotations\": {\""
                                  + in_json(text) + "\": \"" + in_json(text) + "\"}}");
    }

    /// To standard output and error, in pieces of one to seven bytes.
    static void print(const std::string& text) {
        for (std::size_t at = 0, n = 1; at < text.size(); at += n, n = n % 7 + 1) {
            n = text.size() - at > 4096 ? 4096 : n;
            (void)!::write(at % 2 == 0 ? STDOUT_FILENO : STDERR_FILENO, text.data() + at,
                           std::min(n, text.size() - at));
        }
    }

    static std::string in_json(const std::string& text) {
        std::string out;
        for (const char c : text)
            out += c == '\\' || c == '"' ? std::string{'\\', c} : std::string{c};
        return out;
    }

    static slipway::result<slipway::outcome> commit(const slipway::context& context,
                                                    const std::string& text) {
        auto out = context.create_output("out", "out.txt");
        if (!out) return std::move(out.error());
        if (auto written = out.value().write("some text " + text); !written)
            return std::move(written.error());
        if (auto committed = out.value().commit(R"({"type": "text/plain"})"); !committed)
            return std::move(committed.error());
        return slipway::outcome::done;
    }

    static slipway::result<slipway::outcome> move(const slipway::context& context, const std::string& text) {
        const std::string path = context.work_dir() + "/file";
        std::ofstream(path) << text;
        auto moved = context.move("out", "out.txt", path, R"({"type": "text/plain"})");
        if (!moved) return std::move(moved.error());
        return slipway::outcome::done;
    }

    std::string encoding_, how_, name_;
};

} // namespace

SLIPWAY_EXPORT_PLUGIN("leaks 1.0.0", Leaks)
