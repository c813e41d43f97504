// SPDX-License-Identifier: GPL-3.0-or-later
#include "expected.hpp"

#include <common/base64.hpp>
#include <rootfs/manifest_lines.hpp>
#include <support/hash.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

#include <charconv>

namespace slipway::verify {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;
using support::TarEntry;
using support::TarType;

namespace {

Error no_entry(const std::string& path, const std::string& why) {
    return {Kind::verify, "manifest: '" + support::printable(path) + "': " + why};
}

Result<TarType> type_named(const std::string& name, const std::string& path) {
    for (const TarType type :
         {TarType::file, TarType::directory, TarType::symlink, TarType::hardlink, TarType::fifo})
        if (name == support::name_of(type)) return type;
    return no_entry(path, "unknown type '" + support::printable(name) + "'");
}

Result<TarEntry> parse_entry(const json::Value& line) {
    TarEntry entry;
    entry.path = line["path"].as_string();
    if (entry.path.empty()) return no_entry("", "an entry without a path");
    SLIPWAY_TRY_ASSIGN(entry.type, type_named(line["type"].as_string(), entry.path));
    const std::string& mode = line["mode"].as_string();
    if (std::from_chars(mode.data(), mode.data() + mode.size(), entry.mode, 8).ec != std::errc())
        return no_entry(entry.path, "no mode");
    entry.uid = line["uid"].as_integer(-1);
    entry.gid = line["gid"].as_integer(-1);
    entry.mtime = line["mtime"].as_integer();
    entry.mtime_nsec = line["mtime_ns"].as_integer();
    entry.size = static_cast<std::uint64_t>(line["size"].as_integer());
    entry.link = line["link"].as_string();
    for (const json::Member& xattr : line["xattrs"].as_object()) {
        auto value = common::unbase64(xattr.value.as_string());
        if (!value) return no_entry(entry.path, "an extended attribute that is not base64");
        entry.xattrs[xattr.key] = std::move(*value);
    }
    return entry;
}

Result<void> add(Tree& tree, TarEntry entry, std::string sha256) {
    const std::string path = entry.path;
    if (entry.type != TarType::hardlink) {
        tree.put(path, Inode{std::move(entry), std::move(sha256)}, 0);
        return {};
    }
    if (tree.link(path, entry.link, 0)) return {};
    return Error{Kind::verify, "'" + support::printable(path) + "': a hard link to '"
                                   + support::printable(entry.link) + "', which is not there"};
}

} // namespace

Result<Tree> tree_of_manifest(int fd) {
    Tree tree;
    SLIPWAY_TRY(rootfs::each_manifest_entry(fd, [&](std::string_view text) -> Result<void> {
        auto line = json::parse(text);
        if (!line) return std::move(line).error().in("manifest");
        SLIPWAY_TRY_ASSIGN(TarEntry entry, parse_entry(line.value()));
        if (tree.find(entry.path) != nullptr) return no_entry(entry.path, "there twice");
        return add(tree, std::move(entry), line.value()["sha256"].as_string());
    }));
    return tree;
}

Result<Tree> tree_of_tar(int fd) {
    SLIPWAY_TRY_ASSIGN(support::TarReader reader, support::TarReader::open(fd));
    Tree tree;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(std::optional<TarEntry> entry, reader.next());
        if (!entry) return tree;
        std::string sha256;
        if (entry->type == TarType::file) {
            support::Sha256 hash;
            SLIPWAY_TRY(reader.content([&](std::string_view bytes) {
                hash.update(bytes);
                return Result<void>();
            }));
            sha256 = hash.finish().hex();
        }
        SLIPWAY_TRY(add(tree, std::move(*entry), std::move(sha256)));
    }
}

Result<std::set<std::string>> packages_of_lock(const std::string& text) {
    SLIPWAY_TRY_ASSIGN(const json::Value lock, json::parse(text));
    if (lock.find("slipway_locks") != nullptr)
        return Error{Kind::config, "the file has the locks of several root filesystems",
                     "write the lock of one into a file of its own"};
    if (lock["slipway_lock"].as_integer() != 1)
        return Error{Kind::config, "not a lock", "slipway lock writes them"};
    std::set<std::string> packages;
    for (const json::Value& package : lock["packages"].as_array())
        packages.insert(package["name"].as_string() + "-" + package["version"].as_string());
    return packages;
}

std::set<std::string> packages_of_tree(const Tree& tree) {
    static const std::string folder = "var/lib/pacman/local/";
    std::set<std::string> packages;
    for (auto it = tree.paths().lower_bound(folder);
         it != tree.paths().end() && it->first.starts_with(folder); ++it) {
        const std::string name = it->first.substr(folder.size());
        const bool package = tree.inode(it->second.inode).entry.type == TarType::directory;
        if (package && name.find('/') == std::string::npos) packages.insert(name);
    }
    return packages;
}

} // namespace slipway::verify
