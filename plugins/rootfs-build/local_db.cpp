// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_db.hpp"

#include <support/text.hpp>

#include <algorithm>
#include <charconv>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

namespace {

Result<std::int64_t> parse_number(std::string_view key, std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size())
        return Error{Kind::verify,
                     "'" + std::string(key) + "' is no number: '" + support::printable(text) + "'"};
    return number;
}

std::vector<std::string>* list_of(PackageInfo& info, std::string_view key) {
    if (key == "group") return &info.groups;
    if (key == "license") return &info.licenses;
    if (key == "replaces") return &info.replaces;
    if (key == "depend") return &info.depends;
    if (key == "optdepend") return &info.optdepends;
    if (key == "conflict") return &info.conflicts;
    if (key == "provides") return &info.provides;
    if (key == "backup") return &info.backup;
    return nullptr;
}

std::optional<std::string>* optional_of(PackageInfo& info, std::string_view key) {
    if (key == "pkgbase") return &info.base;
    if (key == "pkgdesc") return &info.desc;
    if (key == "url") return &info.url;
    if (key == "arch") return &info.arch;
    if (key == "packager") return &info.packager;
    return nullptr;
}

Result<void> take(PackageInfo& info, std::string_view key, std::string_view value) {
    if (key == "pkgname") info.name = value;
    if (key == "pkgver") info.version = value;
    if (std::int64_t* number = key == "builddate" ? &info.build_date : key == "size" ? &info.size : nullptr) {
        SLIPWAY_TRY_ASSIGN(*number, parse_number(key, value));
    }
    if (auto* list = list_of(info, key)) list->emplace_back(value);
    if (auto* field = optional_of(info, key)) *field = value;
    return {};
}

void put(std::string& text, std::string_view key, std::string_view value) {
    ((text += '%') += key) += "%\n";
    (text += value) += "\n\n";
}

void put(std::string& text, std::string_view key, const std::optional<std::string>& value) {
    if (value) put(text, key, std::string_view(*value));
}

void put(std::string& text, std::string_view key, std::int64_t number) {
    if (number != 0) put(text, key, std::string_view(std::to_string(number)));
}

void put(std::string& text, std::string_view key, const std::vector<std::string>& lines) {
    if (!lines.empty()) put(text, key, std::string_view(support::join(lines, "\n")));
}

} // namespace

Result<PackageInfo> parse_pkginfo(std::string_view text) {
    PackageInfo info;
    for (const std::string& line : support::split(text, '\n')) {
        const std::size_t space = line.find(' ');
        if (line.starts_with('#') || space == std::string::npos || line.compare(space, 3, " = ") != 0)
            continue;
        SLIPWAY_TRY(
            take(info, std::string_view(line).substr(0, space), std::string_view(line).substr(space + 3)));
    }
    if (info.name.empty() || info.version.empty()) return Error{Kind::verify, "no pkgname or no pkgver"};
    return info;
}

std::string desc_text(const PackageInfo& info, const LockedPackage& locked, std::int64_t install_date) {
    std::string text;
    put(text, "NAME", std::string_view(info.name));
    put(text, "VERSION", std::string_view(info.version));
    put(text, "BASE", info.base);
    put(text, "DESC", info.desc);
    put(text, "URL", info.url);
    put(text, "ARCH", info.arch);
    put(text, "BUILDDATE", info.build_date);
    put(text, "INSTALLDATE", install_date);
    put(text, "PACKAGER", info.packager);
    put(text, "SIZE", info.size);
    put(text, "REASON", std::int64_t{locked.reason == Reason::dependency ? 1 : 0});
    put(text, "GROUPS", info.groups);
    put(text, "LICENSE", info.licenses);
    put(text, "VALIDATION", std::string_view(locked.key.empty() ? "sha256" : "pgp"));
    put(text, "REPLACES", info.replaces);
    put(text, "DEPENDS", info.depends);
    put(text, "OPTDEPENDS", info.optdepends);
    put(text, "CONFLICTS", info.conflicts);
    put(text, "PROVIDES", info.provides);
    return text;
}

std::string files_text(std::vector<std::string> paths, const std::vector<Backup>& backup) {
    std::sort(paths.begin(), paths.end());
    std::string text;
    put(text, "FILES", paths);
    std::vector<std::string> lines;
    for (const Backup& file : backup)
        lines.push_back(file.path + '\t' + file.md5.value_or("(null)")); // what printf makes of no hash
    put(text, "BACKUP", lines);
    return text;
}

} // namespace slipway::rootfs
