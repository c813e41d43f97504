// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/base64.hpp>

#include <cstdint>

namespace slipway::common {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

std::string base64(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 3; ++i)
            word = word << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= bytes.size() ? digits[word >> (18 - 6 * i) & 63] : '=';
        bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3);
    }
    return text;
}

std::optional<std::string> unbase64(std::string_view text) {
    const std::string_view all = text;
    std::string bytes;
    while (text.size() >= 4) {
        std::uint32_t word = 0;
        std::size_t count = 3;
        for (std::size_t i = 0; i < 4; ++i) {
            const auto digit = digits.find(text[i]);
            if (digit == std::string_view::npos && i > 1) count = count < i - 1 ? count : i - 1;
            word = word << 6 | static_cast<std::uint32_t>(digit == std::string_view::npos ? 0 : digit);
        }
        for (std::size_t i = 0; i < count; ++i)
            bytes += static_cast<char>(word >> (16 - 8 * i) & 0xff);
        text.remove_prefix(4);
    }
    if (base64(bytes) != all) return std::nullopt;
    return bytes;
}

} // namespace slipway::common
