// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/adapter.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

namespace slipway::common {

namespace json = support::json;

slipway::error to_sdk(support::Error error, std::string config_path) {
    return {static_cast<slipway_status>(error.kind), std::move(error.what), std::move(error.hint),
            support::join(error.trace, "\n"), std::move(config_path)};
}

slipway::result<json::Value> parse_options(std::string_view text) {
    auto value = json::parse(text);
    if (!value) return to_sdk(std::move(value).error().in("options"));
    return std::move(value).value();
}

slipway::result<InputInfo> input_info(const slipway::context& context, const char* port,
                                      std::uint32_t index) {
    auto text = context.input_meta(port, index);
    if (!text) return text.error();
    auto meta = json::parse(text.value());
    if (!meta) return to_sdk(std::move(meta).error().in(std::string("description of input '") + port + "'"));
    const json::Value& m = meta.value();
    return InputInfo{m["name"].as_string(),   m["type"].as_string(),
                     m["sha256"].as_string(), static_cast<std::uint64_t>(m["size"].as_integer()),
                     m["annotations"],        m["variant"]};
}

slipway::result<std::string> read_input(const slipway::context& context, const char* port,
                                        std::uint32_t index, std::size_t max_bytes) {
    auto fd = context.open_input(port, index);
    if (!fd) return fd.error();
    auto text = support::read_all(fd.value().get(), std::string("input '") + port + "'", max_bytes);
    if (!text) return to_sdk(std::move(text).error());
    return std::move(text).value();
}

slipway::result<void> write_output(const slipway::context& context, const char* port, const std::string& name,
                                   std::string_view bytes, const json::Value& meta) {
    auto output = context.create_output(port, name);
    if (!output) return output.error();
    if (auto written = output.value().write(bytes); !written) return written;
    return output.value().commit(meta.is_null() ? std::string() : json::dump(meta));
}

} // namespace slipway::common
