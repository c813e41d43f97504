// SPDX-License-Identifier: GPL-3.0-or-later
#include <release.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

namespace slipway::github {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

Result<Release> read_release(const std::string& text) {
    auto document = json::parse(text);
    if (!document) return std::move(document).error().in("release");
    const json::Value& root = document.value();
    Release release{root["version"].as_string(),
                    root["remote"].as_string(),
                    root["ref"].as_string(),
                    root["commit"].as_string(),
                    {}};
    if (release.version.empty() || release.commit.empty())
        return Error{Kind::config, "release: no version or no commit",
                     "the input must be a release document, as git-publish makes it"};
    for (const json::Value& file : root["files"].as_array())
        release.files.push_back({file["path"].as_string(), file["sha256"].as_string(),
                                 static_cast<std::uint64_t>(file["size"].as_integer())});
    return release;
}

std::string cell_of(const json::Value& variant) {
    std::string cell;
    for (const auto& [key, value, position] : variant.as_object())
        cell += (cell.empty() ? "" : ",") + key + "=" + value.as_string();
    return cell;
}

LockMemory::LockMemory(const std::string& folder, const std::string& repository, const std::string& chain)
    : folder_(folder), path_(folder + "/" + support::Digest::of(repository + "\n" + chain).hex() + ".json") {}

std::vector<NamedLock> LockMemory::recall() const {
    std::vector<NamedLock> locks;
    const auto text = support::read_file(path_);
    const auto document = text ? json::parse(text.value()) : Result<json::Value>(json::Value());
    if (!document) return locks;
    for (const auto& [cell, lock, position] : document.value()["locks"].as_object())
        locks.push_back({cell, lock, ""});
    return locks;
}

void LockMemory::keep(const std::vector<NamedLock>& locks) const {
    if (locks.empty()) return;
    json::Value all = json::Object{};
    for (const NamedLock& one : locks)
        all.set(one.cell, one.lock);
    if (!support::make_dirs(folder_, 0700)) return;
    (void)support::write_file(path_,
                              json::dump(json::Object{{"slipway_locks", 1}, {"locks", std::move(all)}}));
}

} // namespace slipway::github
