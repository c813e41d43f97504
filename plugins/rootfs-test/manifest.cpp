// SPDX-License-Identifier: GPL-3.0-or-later
#include "manifest.hpp"

#include <fmt/format.h>
#include <support/json.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <set>

namespace slipway::rootfs_test {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::size_t longest_line = 1u << 20; // an entry with large extended attributes

Result<void> each_line(int fd, const std::function<void(std::string_view)>& take) {
    std::array<char, 64u << 10> block{};
    std::string line;
    for (;;) {
        const ssize_t n = ::read(fd, block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return support::errno_error("reading the manifest", errno);
        if (n == 0) break;
        std::string_view rest(block.data(), static_cast<std::size_t>(n));
        for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            take(line += rest.substr(0, end));
            line.clear();
            rest.remove_prefix(end + 1);
        }
        line += rest;
        if (line.size() > longest_line)
            return Error{Kind::verify, "manifest: a line of more than 1 MiB", "it has one entry a line"};
    }
    if (!line.empty()) take(line);
    return {};
}

class ManifestCheck {
public:
    explicit ManifestCheck(const Inventory& inventory) : inventory_(inventory) {}

    /// `{"path":...},`; all other lines are the frame around the entries.
    void line(std::string_view text) {
        if (text.ends_with(',')) text.remove_suffix(1);
        if (!text.starts_with("{\"path\"")) return;
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
    SLIPWAY_TRY(each_line(fd, [&](std::string_view text) { check.line(text); }));
    return check.finish();
}

} // namespace slipway::rootfs_test
