// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.hpp"

#include "expression.hpp"
#include "package_database.hpp"
#include "patterns.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::rootfs_test {

using support::Error;
using support::Kind;
using support::Result;
using support::TarType;

namespace {

constexpr const char* passwd = "etc/passwd";
constexpr const char* shadow = "etc/shadow";

std::string octal(unsigned mode) {
    return fmt::format("{:04o}", mode);
}

/// Compares the fields of one path with its rule, and says in words what it expects.
class FileCheck {
public:
    FileCheck(const Inventory& inventory, const FileRule& rule) : inventory_(inventory), rule_(rule) {}

    Check run() {
        check_.name = "files";
        const Node* node = inventory_.find(rule_.path);
        if (node != nullptr) node = &inventory_.resolved(*node);
        expect("type", rule_.type, node, [](const Node& n) { return std::string(name_of(n.type)); });
        if (rule_.mode) expect("mode", octal(*rule_.mode), node, [](const Node& n) { return octal(n.mode); });
        expect("uid", rule_.uid, node, [](const Node& n) { return n.uid; });
        expect("gid", rule_.gid, node, [](const Node& n) { return n.gid; });
        expect("link", rule_.link, node, [](const Node& n) { return n.link; });
        if (rule_.max_size) size(node);
        if (rule_.matches) content(node);
        check_.expects = "'" + rule_.path + "' exists" + wanted_;
        if (node == nullptr) check_.findings = {{rule_.path, missing(), "exists" + wanted_}};
        return std::move(check_);
    }

private:
    template <class T, class Get>
    void expect(const char* field, const std::optional<T>& value, const Node* node, Get get) {
        if (!value) return;
        const std::string expected = fmt::format("{} {}", field, *value);
        wanted_ += ", " + expected;
        if (node != nullptr && get(*node) != *value)
            check_.findings.push_back({rule_.path, fmt::format("{} {}", field, get(*node)), expected});
    }

    template <class Get>
    void expect(const char* field, const std::string& value, const Node* node, Get get) {
        expect(field, std::optional<std::string>(value), node, get);
    }

    void size(const Node* node) {
        const std::string expected = fmt::format("at most {} bytes", *rule_.max_size);
        wanted_ += ", " + expected;
        if (node != nullptr && node->size > *rule_.max_size)
            check_.findings.push_back({rule_.path, fmt::format("{} bytes", node->size), expected});
    }

    void content(const Node* node) {
        const std::string expected = "content that matches '" + *rule_.matches + "'";
        wanted_ += ", " + expected;
        if (node == nullptr) return;
        auto text = inventory_.text(rule_.path);
        if (!text) return check_.findings.push_back({rule_.path, text.error().what, expected});
        if (!Expression(*rule_.matches).matches(text.value()))
            check_.findings.push_back(
                {rule_.path, text.value().empty() ? "an empty file" : "no line that does", expected});
    }

    /// "missing", and where the path stops being one of folders.
    std::string missing() const {
        for (std::size_t slash = rule_.path.find('/'); slash != std::string::npos;
             slash = rule_.path.find('/', slash + 1)) {
            const std::string parent = rule_.path.substr(0, slash);
            const Node* node = inventory_.find(parent);
            if (node == nullptr) return "missing, and so is '" + parent + "'";
            if (node->type == TarType::symlink)
                return "missing ('" + parent + "' is a symlink to '" + node->link + "')";
        }
        return "missing";
    }

    const Inventory& inventory_;
    const FileRule& rule_;
    Check check_;
    std::string wanted_;
};

Check check_absent(const Inventory& inventory, const std::vector<std::string>& patterns) {
    Check check{"absent", "nothing matches '" + support::join(patterns, "', '") + "'"};
    for (const auto& [path, node] : inventory.nodes())
        if (const std::string* pattern = first_match(patterns, path))
            check.findings.push_back(
                {path, std::string("a ") + name_of(node.type), "absent (pattern '" + *pattern + "')"});
    return check;
}

/// The fields of each line of etc/passwd or etc/shadow that has as many as it must (passwd(5), shadow(5)).
Result<std::vector<std::vector<std::string>>> accounts(const Inventory& inventory, const char* path,
                                                       std::size_t fields) {
    SLIPWAY_TRY_ASSIGN(const std::string text, inventory.text(path));
    std::vector<std::vector<std::string>> lines;
    for (const std::string& line : support::split(text, '\n'))
        if (auto parts = support::split(line, ':'); parts.size() == fields) lines.push_back(std::move(parts));
    return lines;
}

Check check_accounts(const Inventory& inventory, std::int64_t least) {
    Check check{"accounts", fmt::format("at least {} accounts in {}", least, passwd)};
    auto found = accounts(inventory, passwd, 7);
    if (!found)
        check.findings.push_back({passwd, found.error().what, check.expects});
    else if (static_cast<std::int64_t>(found.value().size()) < least)
        check.findings.push_back({passwd, fmt::format("{}", found.value().size()), check.expects});
    return check;
}

Check check_root_locked(const Inventory& inventory) {
    Check check{"root_locked", "no password opens root"};
    auto found = accounts(inventory, shadow, 9);
    if (!found) {
        check.findings.push_back({shadow, found.error().what, check.expects});
        return check;
    }
    const auto root = std::ranges::find_if(found.value(), [](const auto& line) { return line[0] == "root"; });
    // The password itself is nobody's business here.
    if (root == found.value().end())
        check.findings.push_back({shadow, "no line for root", "root's password starts with '!' or '*'"});
    else if (const std::string& password = (*root)[1]; password.empty())
        check.findings.push_back({shadow, "root has an empty password", "it starts with '!' or '*'"});
    else if (password[0] != '!' && password[0] != '*')
        check.findings.push_back({shadow, "root has a password", "it starts with '!' or '*'"});
    return check;
}

bool in_sticky_folder(const Inventory& inventory, const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const Node* parent = slash == std::string::npos ? nullptr : inventory.find(path.substr(0, slash));
    return parent != nullptr && (parent->mode & 01000u) != 0;
}

Check check_world_writable(const Inventory& inventory) {
    Check check{"world_writable", "nothing that everybody may write, outside sticky folders"};
    for (const auto& [path, node] : inventory.nodes()) {
        if (node.type == TarType::symlink || (node.mode & 02u) == 0) continue;
        const bool sticky =
            node.type == TarType::directory ? (node.mode & 01000u) != 0 : in_sticky_folder(inventory, path);
        if (!sticky)
            check.findings.push_back({path,
                                      fmt::format("a {} of mode {}", name_of(node.type), octal(node.mode)),
                                      "not writable by everybody"});
    }
    return check;
}

Check check_setuid(const Inventory& inventory, const std::vector<std::string>& allowed) {
    Check check{"setuid", allowed.empty()
                              ? "no setuid or setgid file"
                              : "no setuid or setgid file but '" + support::join(allowed, "', '") + "'"};
    for (const auto& [path, node] : inventory.nodes()) {
        const Node& file = inventory.resolved(node);
        if (file.type != TarType::file || (file.mode & 06000u) == 0 || first_match(allowed, path) != nullptr)
            continue;
        check.findings.push_back({path,
                                  fmt::format("mode {}, owner {}:{}", octal(file.mode), file.uid, file.gid),
                                  "neither setuid nor setgid"});
    }
    return check;
}

Check check_size(const Inventory& inventory, std::uint64_t most) {
    Check check{"max_size", fmt::format("all files have at most {} bytes", most)};
    if (inventory.size() > most)
        check.findings.push_back(
            {".", fmt::format("{} bytes", inventory.size()), fmt::format("at most {}", most)});
    return check;
}

} // namespace

Result<void> validate(const Rules& rules) {
    for (std::size_t i = 0; i < rules.files.size(); ++i)
        if (const auto& text = rules.files[i].matches)
            SLIPWAY_TRY(Expression::validate(*text, fmt::format("files/{}/matches", i)));
    return {};
}

Wanted wanted(const Rules& rules) {
    std::vector<std::string> paths{passwd, shadow};
    for (const FileRule& rule : rules.files)
        if (rule.matches) paths.push_back(rule.path);
    std::ranges::sort(paths);
    return {[paths = std::move(paths), database = rules.package_database](const std::string& path) {
                return std::ranges::binary_search(paths, path) || (database && is_database_text(path));
            },
            rules.package_database};
}

std::vector<Check> check(const Inventory& inventory, const Rules& rules) {
    std::vector<Check> checks;
    for (const FileRule& rule : rules.files)
        checks.push_back(FileCheck(inventory, rule).run());
    if (!rules.absent.empty()) checks.push_back(check_absent(inventory, rules.absent));
    if (rules.accounts > 0) checks.push_back(check_accounts(inventory, rules.accounts));
    if (rules.root_locked) checks.push_back(check_root_locked(inventory));
    if (rules.world_writable) checks.push_back(check_world_writable(inventory));
    if (rules.setuid) checks.push_back(check_setuid(inventory, *rules.setuid));
    if (rules.package_database) checks.push_back(check_package_database(inventory, rules.allow_missing));
    if (rules.max_size > 0) checks.push_back(check_size(inventory, rules.max_size));
    return checks;
}

} // namespace slipway::rootfs_test
