// SPDX-License-Identifier: GPL-3.0-or-later
#include "package_database.hpp"

#include "mtree.hpp"

#include <common/no_extract.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

#include <set>

namespace slipway::rootfs_test {

using support::TarType;

namespace {

constexpr std::string_view database = "var/lib/pacman/local/";

/// The lines of a `files` file below %FILES%, and the paths below %BACKUP% (alpm-files(5)).
struct FileList {
    std::vector<std::string> files;
    std::set<std::string> backup;
};

FileList parse_files(const std::string& text) {
    FileList list;
    std::string section;
    for (const std::string& line : support::split(text, '\n')) {
        if (line.empty() || line.front() == '%')
            section = line;
        else if (section == "%FILES%")
            list.files.push_back(line);
        else if (section == "%BACKUP%")
            list.backup.insert(line.substr(0, line.find('\t')));
    }
    return list;
}

class DatabaseCheck {
public:
    DatabaseCheck(const Inventory& inventory, const std::vector<std::string>& allow_missing, Check& check)
        : inventory_(inventory), allow_missing_(allow_missing), check_(check) {}

    /// `folder`: of the package, with a slash at the end.
    void package(const std::string& folder) {
        text(folder + "desc");
        const auto files = text(folder + "files");
        const auto mtree = text(folder + "mtree");
        if (!files || !mtree) return;
        const FileList list = parse_files(*files);
        for (const std::string& name : list.files)
            present(name, folder);
        auto entries = parse_mtree(*mtree);
        if (!entries) return find(folder + "mtree", entries.error().what, "an mtree file");
        for (const auto& [path, recorded] : entries.value())
            if (const Node* node = inventory_.find(path))
                compare(path, inventory_.resolved(*node), recorded, list.backup.contains(path));
    }

private:
    void find(std::string subject, std::string found, std::string expected) {
        check_.findings.push_back({std::move(subject), std::move(found), std::move(expected)});
    }

    std::optional<std::string> text(const std::string& path) {
        auto text = inventory_.text(path);
        if (text) return std::move(text).value();
        find(path, text.error().what, "a file of pacman's database");
        return {};
    }

    void present(const std::string& name, const std::string& folder) {
        const bool directory = name.ends_with('/');
        const std::string path = directory ? name.substr(0, name.size() - 1) : name;
        const std::string owner(folder, database.size(), folder.size() - database.size() - 1);
        const Node* node = inventory_.find(path);
        if (node == nullptr && !allow_missing_.matches(name))
            find(path, "missing", "a file of package '" + owner + "'");
        if (node != nullptr && directory && node->type != TarType::directory)
            find(path, std::string("a ") + support::name_of(node->type), "a directory");
    }

    void compare(const std::string& path, const Node& node, const Node& recorded, bool backup) {
        const auto differ = [&](const char* field, const std::string& found, const std::string& expected) {
            if (found != expected)
                find(path, fmt::format("{} {}", field, found), fmt::format("{} {}", field, expected));
        };
        if (node.type != recorded.type)
            return differ("type", support::name_of(node.type), support::name_of(recorded.type));
        differ("owner", fmt::format("{}:{}", node.uid, node.gid),
               fmt::format("{}:{}", recorded.uid, recorded.gid));
        differ("link", support::printable(node.link), support::printable(recorded.link));
        if (node.type != TarType::symlink)
            differ("mode", fmt::format("{:04o}", node.mode), fmt::format("{:04o}", recorded.mode));
        if (node.type != TarType::file || backup) return;
        differ("size", std::to_string(node.size), std::to_string(recorded.size));
        if (!recorded.sha256.empty()) differ("sha256", node.sha256, recorded.sha256);
    }

    const Inventory& inventory_;
    common::NoExtract allow_missing_;
    Check& check_;
};

} // namespace

bool is_database_text(const std::string& path) {
    return path.starts_with(database)
           && (path.ends_with("/desc") || path.ends_with("/files") || path.ends_with("/mtree"));
}

Check check_package_database(const Inventory& inventory, const std::vector<std::string>& allow_missing) {
    Check check{"package_database", ""};
    DatabaseCheck run(inventory, allow_missing, check);
    std::size_t packages = 0;
    const std::string begin(database);
    for (auto it = inventory.nodes().lower_bound(begin);
         it != inventory.nodes().end() && it->first.starts_with(database); ++it) {
        const bool below = it->first.find('/', begin.size()) != std::string::npos;
        if (below || it->second.type != TarType::directory) continue;
        run.package(it->first + "/");
        ++packages;
    }
    if (packages == 0)
        check.findings.push_back({begin.substr(0, begin.size() - 1), "no package", "a package database"});
    check.expects = fmt::format("every file of {} packages is there, as its package had it", packages);
    return check;
}

} // namespace slipway::rootfs_test
