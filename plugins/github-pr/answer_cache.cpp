// SPDX-License-Identifier: GPL-3.0-or-later
#include <answer_cache.hpp>
#include <common/kept.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

namespace slipway::github {

namespace json = support::json;

std::string AnswerCache::path_of(const std::string& url) const {
    return folder_ + "/" + support::Digest::of(url).hex() + ".json";
}

std::optional<AnswerCache::Entry> AnswerCache::find(const std::string& url) const {
    if (folder_.empty()) return std::nullopt;
    const auto text = support::read_file(path_of(url), 16u << 20);
    if (!text) return std::nullopt;
    const auto document = json::parse(text.value());
    if (!document) return std::nullopt;
    const json::Value& kept = document.value();
    // A digest for a name: but what is in it must be of this URL.
    if (kept["url"].as_string() != url || kept["etag"].as_string().empty()) return std::nullopt;
    common::mark_used(path_of(url));
    return Entry{kept["etag"].as_string(), kept["body"], kept["more"].as_bool()};
}

void AnswerCache::keep(const std::string& url, const Entry& entry) const {
    if (folder_.empty() || entry.etag.empty()) return;
    if (!support::make_dirs(folder_, 0700)) return;
    const json::Object document{
        {"url", url}, {"etag", entry.etag}, {"more", entry.more}, {"body", entry.body}};
    (void)support::write_file(path_of(url), json::dump(document), 0600);
}

void AnswerCache::remove_old() const {
    if (!folder_.empty()) common::remove_unused(folder_);
}

} // namespace slipway::github
