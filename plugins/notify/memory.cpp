// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/kept.hpp>
#include <memory.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

namespace slipway::notify {

namespace json = support::json;
using support::Result;

Memory::Memory(std::string folder, const News& news)
    : folder_(std::move(folder)), path_(folder_ + "/" + support::Digest::of(news.run).hex()),
      identity_(news.identity()), now_(news.now) {
    const auto text = support::read_file(path_);
    auto known = json::parse(text ? text.value() : "");
    if (known && known.value().is_object()) channels_ = std::move(known).value();
}

bool Memory::told(const std::string& channel, std::optional<std::chrono::seconds> repeat) const {
    const json::Value& last = channels_[channel];
    if (last["news"].as_string() != identity_) return false;
    return !repeat || std::chrono::milliseconds(now_ - last["told_ms"].as_integer()) < *repeat;
}

Result<void> Memory::remember(const std::string& channel) {
    channels_.set(channel, json::Object{{"news", identity_}, {"told_ms", now_}});
    SLIPWAY_TRY(support::make_dirs(folder_, 0700));
    SLIPWAY_TRY(support::write_file(path_, json::dump(channels_)));
    common::remove_unused(folder_);
    return {};
}

} // namespace slipway::notify
