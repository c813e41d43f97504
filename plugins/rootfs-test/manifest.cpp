// SPDX-License-Identifier: GPL-3.0-or-later
#include "manifest.hpp"

#include <fmt/format.h>
#include <rootfs/manifest_lines.hpp>
#include <support/json.hpp>

#include <set>

namespace slipway::rootfs_test {

namespace json = support::json;
using support::Result;

namespace {

class ManifestCheck {
public:
    explicit ManifestCheck(const Inventory& inventory) : inventory_(inventory) {}

    void line(std::string_view text) {
        auto entry = json::parse(text);
        if (!entry) return find("manifest", entry.error().what, "an entry");
        take(entry.value());
    }

    Check finish() {
        for (const auto& [path, node] : inventory_.nodes())
            if (!seen_.contains(path)) find(path, name_of(node.type), "an entry of the manifest");
        return std::move(check_);
    }

private:
    void find(std::string subject, std::string found, std::string expected) {
        check_.findings.push_back({std::move(subject), std::move(found), std::move(expected)});
    }

    void take(const json::Value& entry) {
        const std::string& path = entry["path"].as_string();
        const Node* node = inventory_.find(path);
        if (!seen_.insert(path).second) return find(path, "two entries of the manifest", "one");
        if (node == nullptr) return find(path, "missing", "there, as the manifest says");
        const std::string found = describe(*node);
        const std::string expected =
            fmt::format("{} {} {}:{} {} {} {}", entry["type"].as_string(), entry["mode"].as_string(),
                        entry["uid"].as_integer(), entry["gid"].as_integer(), entry["size"].as_integer(),
                        entry["sha256"].as_string(), entry["link"].as_string());
        if (found != expected) find(path, found, expected);
    }

    static std::string describe(const Node& n) {
        return fmt::format("{} {:04o} {}:{} {} {} {}", name_of(n.type), n.mode, n.uid, n.gid, n.size,
                           n.sha256, n.link);
    }

    const Inventory& inventory_;
    std::set<std::string> seen_;
    Check check_{"manifest", "the manifest names every entry as it is"};
};

} // namespace

Result<Check> check_manifest(const Inventory& inventory, int fd) {
    ManifestCheck check(inventory);
    SLIPWAY_TRY(rootfs::each_manifest_entry(fd, [&](std::string_view text) {
        check.line(text);
        return Result<void>();
    }));
    return check.finish();
}

} // namespace slipway::rootfs_test
