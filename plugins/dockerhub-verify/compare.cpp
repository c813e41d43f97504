// SPDX-License-Identifier: GPL-3.0-or-later
#include "compare.hpp"

#include <fmt/format.h>
#include <fnmatch.h>
#include <support/text.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace slipway::verify {

using support::printable;
using support::TarEntry;
using support::TarType;

namespace {

/// Short enough to read.
std::string shown(std::string_view bytes) {
    constexpr std::size_t longest = 200;
    std::string text = printable(bytes.substr(0, longest));
    return bytes.size() > longest ? text + fmt::format("... ({} bytes)", bytes.size()) : text;
}

std::string text_of(const std::map<std::string, std::string>& xattrs) {
    std::vector<std::string> list;
    for (const auto& [name, value] : xattrs) {
        std::string hex;
        for (const char c : value.substr(0, 64))
            hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
        list.push_back(shown(name) + "=" + hex
                       + (value.size() > 64 ? fmt::format("... ({} bytes)", value.size()) : ""));
    }
    return list.empty() ? "none" : support::join(list, ", ");
}

std::string time_of(const TarEntry& e) {
    return support::iso_time(e.mtime) + (e.mtime_nsec != 0 ? fmt::format(" +{} ns", e.mtime_nsec) : "");
}

bool same_time(const TarEntry& expected, const TarEntry& found) {
    return expected.mtime == found.mtime
           && (found.mtime_nsec == 0 || expected.mtime_nsec == found.mtime_nsec);
}

/// What a scratch image's engine gives the root if no entry does.
Inode plain_root() {
    Inode root;
    root.entry.type = TarType::directory;
    root.entry.mode = 0755;
    return root;
}

std::string describe(const Inode& inode) {
    const TarEntry& e = inode.entry;
    std::string text = fmt::format("{} {:04o} {}:{}", support::name_of(e.type), e.mode, e.uid, e.gid);
    if (e.type == TarType::file) text += fmt::format(", {} bytes, sha256 {}", e.size, inode.sha256);
    if (!e.link.empty()) text += " to " + shown(e.link);
    if (!e.xattrs.empty()) text += ", " + text_of(e.xattrs);
    return text;
}

class Comparison {
public:
    Comparison(const Tree& expected, const Tree& found, const CompareRules& rules, Findings& findings)
        : expected_(expected), found_(found), rules_(rules), findings_(findings) {}

    bool run() {
        times_ = compares_times();
        allow_folders();
        const auto& before = expected_.paths();
        const auto& after = found_.paths();
        for (auto a = before.begin(), b = after.begin(); a != before.end() || b != after.end();) {
            const bool first = b == after.end() || (a != before.end() && a->first <= b->first);
            const bool second = a == before.end() || (b != after.end() && b->first <= a->first);
            const std::string& path = first ? a->first : b->first;
            take(path, first ? &expected_.inode(a->second.inode) : nullptr,
                 second ? &found_.inode(b->second.inode) : nullptr);
            if (first) ++a;
            if (second) ++b;
        }
        compare_links();
        return times_;
    }

private:
    bool compares_times() const {
        if (rules_.times != Times::automatic) return rules_.times == Times::compare;
        return distinct_times(found_) > 1 || distinct_times(expected_) < 2;
    }

    /// 0, 1, or 2 for more. Folders that nobody describes have none.
    static std::size_t distinct_times(const Tree& tree) {
        std::set<std::int64_t> times;
        for (auto it = tree.paths().begin(); it != tree.paths().end() && times.size() < 2; ++it)
            if (const Inode& inode = tree.inode(it->second.inode); !inode.implicit)
                times.insert(inode.entry.mtime);
        return times.size();
    }

    static bool is_literal(const std::string& pattern) {
        return pattern.find_first_of("*?[\\") == std::string::npos;
    }

    /// Something that gives rights: nobody means it by a wildcard.
    static bool is_privileged(const Inode* inode) {
        if (inode == nullptr) return false;
        const TarEntry& e = inode->entry;
        const bool device = e.type == TarType::character_device || e.type == TarType::block_device;
        return device
               || (e.type == TarType::file
                   && ((e.mode & 06000) != 0 || e.xattrs.contains("security.capability")));
    }

    /// Of a path and its field; "" if it is not allowed.
    std::string allowed(const std::string& path, const char* field) const {
        const bool by_name = is_privileged(found_.find(path));
        for (const std::string& pattern : rules_.allow)
            if (::fnmatch(pattern.c_str(), path.c_str(), 0) == 0 && (!by_name || is_literal(pattern)))
                return pattern;
        const auto folder = folders_.find(path);
        return folder != folders_.end() && std::string_view(field) == "mtime" ? folder->second : "";
    }

    static std::string folder_of(const std::string& path) {
        const std::size_t slash = path.rfind('/');
        return slash == std::string::npos ? "." : path.substr(0, slash);
    }

    /// Folders with an entry that is allowed to differ, and does; or that may have come and gone, as its name
    /// alone says.
    void allow_folders() {
        if (rules_.allow.empty()) return;
        for (const std::string& pattern : rules_.allow)
            if (is_literal(pattern)) folders_.emplace(folder_of(pattern), pattern);
        for (const Tree* tree : {&expected_, &found_})
            for (const auto& [path, name] : tree->paths()) {
                const std::string pattern = allowed(path, "entry");
                const Inode *a = expected_.find(path), *b = found_.find(path);
                const bool differs = a == nullptr || b == nullptr || describe(*a) != describe(*b);
                if (!pattern.empty() && differs) folders_.emplace(folder_of(path), pattern);
            }
    }

    void find(const std::string& path, const char* field, std::string before, std::string after) {
        std::string pattern = allowed(path, field);
        findings_.add({printable(path), field, std::move(before), std::move(after), printable(pattern)});
    }

    void take(const std::string& path, const Inode* before, const Inode* after) {
        const Inode root = plain_root();
        if (path == "." && before == nullptr) return compare_fields(path, root, *after, false);
        if (path == "." && after == nullptr) return compare_fields(path, *before, root, false);
        if (before == nullptr || after == nullptr)
            return find(path, "entry", before != nullptr ? describe(*before) : "missing",
                        after != nullptr ? describe(*after) : "missing");
        compare_fields(path, *before, *after, times_);
    }

    void compare_fields(const std::string& path, const Inode& before, const Inode& after, bool times) {
        const TarEntry &a = before.entry, &b = after.entry;
        const auto field = [&](const char* name, bool same, std::string was, std::string is) {
            if (!same) find(path, name, std::move(was), std::move(is));
        };
        if (a.type != b.type) return find(path, "type", describe(before), describe(after));
        // Nobody can set a symlink's own mode; engines and libarchive write 0777.
        if (a.type != TarType::symlink)
            field("mode", a.mode == b.mode, fmt::format("{:04o}", a.mode), fmt::format("{:04o}", b.mode));
        field("owner", a.uid == b.uid && a.gid == b.gid, fmt::format("{}:{}", a.uid, a.gid),
              fmt::format("{}:{}", b.uid, b.gid));
        field("size", a.size == b.size, std::to_string(a.size), std::to_string(b.size));
        field("content", before.sha256 == after.sha256, "sha256 " + before.sha256, "sha256 " + after.sha256);
        field("link", a.link == b.link, shown(a.link), shown(b.link));
        field("device", a.device == b.device, std::to_string(a.device), std::to_string(b.device));
        field("xattrs", a.xattrs == b.xattrs, text_of(a.xattrs), text_of(b.xattrs));
        if (times) field("mtime", same_time(a, b), time_of(a), time_of(b));
    }

    /// The other names of each path's file, as far as both trees have them.
    void compare_links() {
        const auto before = expected_.linked(), after = found_.linked();
        std::set<std::string> paths;
        for (const auto* groups : {&before, &after})
            for (const auto& [number, group] : *groups)
                paths.insert(group.begin(), group.end());
        std::map<std::pair<std::size_t, std::size_t>, std::pair<std::string, std::string>> texts;
        for (const std::string& path : paths) {
            const Name *a = expected_.name(path), *b = found_.name(path);
            if (a == nullptr || b == nullptr) continue;
            const auto [it, is_new] = texts.try_emplace({a->inode, b->inode});
            if (is_new) it->second = {names(before, a->inode, found_), names(after, b->inode, expected_)};
            if (it->second.first != it->second.second)
                find(path, "hard links", shown(it->second.first), shown(it->second.second));
        }
    }

    static std::string names(const std::map<std::size_t, std::vector<std::string>>& groups, std::size_t inode,
                             const Tree& other) {
        const auto group = groups.find(inode);
        std::vector<std::string> list;
        if (group != groups.end())
            for (const std::string& path : group->second)
                if (other.find(path) != nullptr) list.push_back(path);
        return list.size() > 1 ? support::join(list, ", ") : "none";
    }

    const Tree& expected_;
    const Tree& found_;
    const CompareRules& rules_;
    Findings& findings_;
    std::map<std::string, std::string> folders_; // and the pattern that allows their times
    bool times_ = true;
};

} // namespace

bool compare(const Tree& expected, const Tree& found, const CompareRules& rules, Findings& findings) {
    return Comparison(expected, found, rules, findings).run();
}

} // namespace slipway::verify
