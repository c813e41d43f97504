// SPDX-License-Identifier: GPL-3.0-or-later
#include "additions.hpp"

#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;
namespace json = support::json;

namespace {

Error as_option(Error error, const std::string& subject) {
    error.kind = Kind::config;
    error.hint = "such a name cannot be in a root filesystem; change it";
    return std::move(error).in(subject);
}

std::optional<std::uint32_t> parse_id(const json::Value& value) {
    if (!value.is_integer()) return std::nullopt;
    return static_cast<std::uint32_t>(value.as_integer());
}

std::optional<unsigned> parse_mode(const json::Value& value) {
    if (!value.is_string()) return std::nullopt;
    return static_cast<unsigned>(std::stoul(value.as_string(), nullptr, 8));
}

void obey(Entry& entry, const OverlayRule& rule) {
    if (::fnmatch(rule.match.c_str(), entry.path.c_str(), 0) != 0) return;
    entry.uid = rule.uid.value_or(entry.uid);
    entry.gid = rule.gid.value_or(entry.gid);
    if (entry.type == Type::file) entry.mode = rule.file_mode.value_or(entry.mode);
    if (entry.type == Type::directory) entry.mode = rule.dir_mode.value_or(entry.mode);
}

Result<Entry> describe(const std::string& source, std::string path, Time mtime) {
    struct stat status {};

    if (::lstat(source.c_str(), &status) != 0) return support::errno_error("reading '" + source + "'", errno);
    Entry entry{.path = std::move(path), .mtime = mtime};
    if (S_ISDIR(status.st_mode)) {
        entry.type = Type::directory;
        entry.mode = 0755;
    } else if (S_ISREG(status.st_mode)) {
        entry.mode = (status.st_mode & S_IXUSR) != 0 ? 0755 : 0644;
        entry.size = static_cast<std::uint64_t>(status.st_size);
    } else if (S_ISLNK(status.st_mode)) {
        std::error_code failed;
        entry.type = Type::symlink;
        entry.mode = 0777;
        entry.link = std::filesystem::read_symlink(source, failed).string();
        if (failed) return support::errno_error("reading '" + source + "'", failed.value());
        if (auto usable = check_text(entry.link); !usable)
            return as_option(std::move(usable).error(), "overlay: '" + source + "'");
    } else {
        return Error{Kind::config, "overlay: '" + source + "' is no file, folder or symlink",
                     "take it out of the overlay"};
    }
    return entry;
}

Result<void> add(Additions& additions, Addition addition) {
    const auto it = additions.find(addition.entry.path);
    if (it == additions.end()) {
        additions.emplace(addition.entry.path, std::move(addition));
        return {};
    }
    if ((it->second.entry.type == Type::directory) != (addition.entry.type == Type::directory))
        return Error{Kind::config,
                     "overlay: '" + addition.entry.path + "' is a " + name_of(addition.entry.type)
                         + " where another overlay has a " + name_of(it->second.entry.type),
                     "take one of them out"};
    it->second = std::move(addition);
    return {};
}

} // namespace

std::vector<Overlay> parse_overlays(const json::Value& array) {
    std::vector<Overlay> overlays;
    for (const json::Value& value : array.as_array()) {
        Overlay& overlay = overlays.emplace_back();
        overlay.path = value["path"].as_string();
        if (value["when"].as_string() == "after") overlay.when = When::after;
        for (const json::Value& rule : value["rules"].as_array())
            overlay.rules.push_back({rule["match"].as_string(), parse_id(rule["uid"]), parse_id(rule["gid"]),
                                     parse_mode(rule["file_mode"]), parse_mode(rule["dir_mode"])});
    }
    return overlays;
}

Result<void> add_overlay(Additions& additions, const Overlay& overlay, Time mtime) {
    namespace fs = std::filesystem;
    std::error_code failed;
    fs::recursive_directory_iterator it(overlay.path, failed);
    for (; !failed && it != fs::recursive_directory_iterator(); it.increment(failed)) {
        std::string path = it->path().lexically_relative(overlay.path).string();
        if (auto usable = check_path(path); !usable)
            return as_option(std::move(usable).error(), "overlay '" + overlay.path + "'");
        SLIPWAY_TRY_ASSIGN(Entry entry, describe(it->path().string(), std::move(path), mtime));
        for (const OverlayRule& rule : overlay.rules)
            obey(entry, rule);
        const bool has_content = entry.type == Type::file;
        SLIPWAY_TRY(add(additions, {std::move(entry), has_content ? it->path().string() : std::string()}));
    }
    if (failed) return support::errno_error("reading overlay '" + overlay.path + "'", failed.value());
    return {};
}

Result<void> add_symlink(Additions& additions, const std::string& path, const std::string& target,
                         Time mtime) {
    if (auto usable = check_path(path); !usable) return as_option(std::move(usable).error(), "symlinks");
    if (auto usable = check_text(target); !usable) return as_option(std::move(usable).error(), "symlinks");
    additions[path] = {{.path = path, .type = Type::symlink, .mode = 0777, .mtime = mtime, .link = target}};
    return {};
}

Result<void> read_content(const Addition& addition, const Sink& sink) {
    SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, support::open_read(addition.source));
    std::string buffer(256u << 10, '\0');
    std::uint64_t left = addition.entry.size;
    for (;;) {
        const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
        if (n < 0) return support::errno_error("reading '" + addition.source + "'", errno);
        if (static_cast<std::uint64_t>(n) > left || (n == 0 && left > 0))
            return Error{Kind::io, "overlay: '" + addition.source + "' changed while it was read",
                         "run again when nobody writes there"};
        if (n == 0) return {};
        SLIPWAY_TRY(sink({buffer.data(), static_cast<std::size_t>(n)}));
        left -= static_cast<std::uint64_t>(n);
    }
}

} // namespace slipway::rootfs
