// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/kept.hpp>
#include <database_cache.hpp>
#include <fcntl.h>
#include <support/fs.hpp>
#include <support/json.hpp>

#include <filesystem>

namespace slipway::pacman_fetch {

namespace fs = std::filesystem;
namespace json = support::json;

namespace {

json::Value read_record(const std::string& path) {
    const auto text = support::read_file(path, 64 << 10);
    if (!text) return {};
    auto record = json::parse(text.value());
    return record ? std::move(record).value() : json::Value();
}

} // namespace

std::string DatabaseCache::record_of(const std::string& url) const {
    return folder_ + "/" + support::Digest::of(url).hex();
}

Validator DatabaseCache::known(const std::string& url) const {
    const json::Value record = read_record(record_of(url) + ".json");
    if (record["url"].as_string() != url) return {};
    return {record["etag"].as_string(), record["last_modified"].as_string()};
}

bool DatabaseCache::copy_to(const std::string& url, const std::string& path) const {
    const json::Value record = read_record(record_of(url) + ".json");
    std::error_code failed;
    fs::copy_file(record_of(url) + ".db", path, fs::copy_options::overwrite_existing, failed);
    if (failed) return false;
    const auto digest = support::sha256_of_file(path);
    if (!digest || digest.value().hex() != record["sha256"].as_string()) return false;
    for (const char* ending : {".json", ".db"})
        common::mark_used(record_of(url) + ending);
    return true;
}

void DatabaseCache::keep(const std::string& url, const Validator& validator, const std::string& path) const {
    if (validator.empty() || !support::make_dirs(folder_)) return;
    common::remove_unused(folder_); // an archive has other URLs each day
    const auto digest = support::sha256_of_file(path);
    if (!digest) return;
    // First the bytes, then what says that they are there; each in one step, for others who read here.
    const std::string base = record_of(url);
    std::error_code failed;
    const std::string draft = path + ".keep";
    fs::copy_file(path, draft, fs::copy_options::overwrite_existing, failed);
    if (!failed) fs::rename(draft, base + ".db", failed);
    if (failed) return forget(url);
    const json::Value record = json::Object{{"url", url},
                                            {"etag", validator.etag},
                                            {"last_modified", validator.last_modified},
                                            {"sha256", digest.value().hex()}};
    const support::UniqueFd file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file && support::write_all(file.get(), json::dump(record), draft))
        fs::rename(draft, base + ".json", failed);
}

void DatabaseCache::forget(const std::string& url) const {
    (void)support::remove_tree(record_of(url) + ".json");
}

} // namespace slipway::pacman_fetch
