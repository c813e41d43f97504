// SPDX-License-Identifier: GPL-3.0-or-later
#include "hooks.hpp"

#include <common/no_extract.hpp>
#include <fcntl.h>
#include <rootfs/tree_writer.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <set>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r";
    const std::size_t from = text.find_first_not_of(blank);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(blank) - from + 1);
}

Error bad(const std::string& what) {
    return Error{Kind::verify, what, "see alpm-hooks(5)"};
}

Result<void> set_trigger(Trigger& trigger, std::string_view key, std::string_view value) {
    if (key == "Operation") {
        if (value != "Install" && value != "Upgrade" && value != "Remove")
            return bad("unknown Operation '" + support::printable(value) + "'");
        trigger.on_install = trigger.on_install || value == "Install";
    } else if (key == "Type") {
        if (value != "Path" && value != "File" && value != "Package") // File: Path's old name
            return bad("unknown Type '" + support::printable(value) + "'");
        trigger.type = value == "Package" ? TriggerType::package : TriggerType::path;
    } else if (key == "Target") {
        trigger.targets.emplace_back(value);
    } else {
        return bad("unknown key '" + support::printable(key) + "' in [Trigger]");
    }
    return {};
}

Result<void> set_action(Hook& hook, std::string_view key, std::string_view value) {
    if (key == "When") {
        if (value != "PreTransaction" && value != "PostTransaction")
            return bad("unknown When '" + support::printable(value) + "'");
        hook.after = value == "PostTransaction";
    } else if (key == "Description") {
        hook.description = value;
    } else if (key == "Depends") {
        hook.depends.emplace_back(value);
    } else if (key == "NeedsTargets") {
        hook.needs_targets = true;
    } else if (key == "Exec") {
        SLIPWAY_TRY_ASSIGN(hook.exec, split_words(value));
    } else if (key != "AbortOnFail") { // of a PreTransaction hook
        return bad("unknown key '" + support::printable(key) + "' in [Action]");
    }
    return {};
}

Result<void> take_line(Hook& hook, std::string& section, std::string_view line) {
    if (line.empty() || line.front() == '#') return {};
    if (line.front() == '[' && line.back() == ']') {
        section = line.substr(1, line.size() - 2);
        if (section != "Trigger" && section != "Action")
            return bad("unknown section '" + support::printable(section) + "'");
        if (section == "Trigger") hook.triggers.emplace_back();
        return {};
    }
    const std::size_t equals = line.find('=');
    const auto key = trimmed(line.substr(0, equals));
    const auto value =
        equals == std::string_view::npos ? std::string_view() : trimmed(line.substr(equals + 1));
    if (section == "Trigger") return set_trigger(hook.triggers.back(), key, value);
    if (section == "Action") return set_action(hook, key, value);
    return bad("a key outside of a section");
}

/// Nothing if there is no such file.
Result<std::string> read_text(int root, const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const UniqueFd fd, open_beneath(root, path, O_RDONLY));
    return support::read_all(fd.get(), path, 1u << 20);
}

Result<Command> hook_command(int root, const std::string& name, const Transaction& transaction) {
    const auto refuse = [&](const std::string& why, const std::string& hint) {
        return Error{Kind::config, "hook '" + name + "': " + why, hint};
    };
    // pacman.conf(5), HookDir: the later folder's file of the same name counts.
    auto text = read_text(root, "etc/pacman.d/hooks/" + name);
    if (!text) text = read_text(root, "usr/share/libalpm/hooks/" + name);
    if (!text) return refuse("no package brings it", "take it out of 'hooks', or add the package");
    auto parsed = parse_hook(text.value());
    if (!parsed) return std::move(parsed).error().in("hook '" + name + "'");
    const Hook& hook = parsed.value();
    if (!hook.after)
        return refuse("it is a PreTransaction hook",
                      "pacman runs none when it makes a new root; take it out of 'hooks'");
    std::vector<std::string> packages;
    for (const auto& package : transaction.packages)
        packages.push_back(package.name);
    for (const std::string& needed : hook.depends)
        if (std::ranges::find(packages, needed) == packages.end())
            return refuse("it depends on package '" + needed + "', which is not installed",
                          "add the package, or take the hook out of 'hooks'");
    const auto matches = matches_of(hook, transaction.paths, packages);
    if (matches.empty()) return refuse("nothing that was installed triggers it", "take it out of 'hooks'");
    Command command{"hook '" + name + "'", hook.exec};
    if (hook.needs_targets) command.input = support::join(matches, "\n") + "\n";
    return command;
}

/// libalpm (trans.c, _alpm_runscriptlet) does the same: /bin/sh -c ". FILE; post_install VERSION".
Result<Command> script_command(int root, const std::string& name, const Transaction::Package& package) {
    const std::string path = "var/lib/pacman/local/" + package.full_name() + "/install";
    auto text = read_text(root, path);
    if (!text || text.value().find("post_install") == std::string::npos)
        return Error{Kind::config,
                     "install script '" + name + "': package '" + package.full_name()
                         + "' has no post_install",
                     "take it out of 'hooks'"};
    return Command{"install script '" + name + "'",
                   {"/bin/sh", "-c", ". \"$0\"; post_install \"$1\"", "/" + path, package.version}};
}

/// A backslash takes away the meaning of a quote, and means itself before anything else.
bool escapes(char next, char quote) {
    return quote == 0 ? next == '\'' || next == '"' : next == quote;
}

} // namespace

Result<std::vector<std::string>> split_words(std::string_view text) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == 0 && (c == ' ' || (c >= '\t' && c <= '\r'))) {
            in_word = false;
            continue;
        }
        if (!std::exchange(in_word, true)) words.emplace_back();
        if (c == quote)
            quote = 0;
        else if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (c == '\\' && i + 1 < text.size() && escapes(text[i + 1], quote))
            words.back() += text[++i];
        else
            words.back() += c;
    }
    if (quote != 0) return bad("a quote in Exec does not end");
    return words;
}

Result<Hook> parse_hook(std::string_view text) {
    Hook hook;
    std::string section;
    std::size_t number = 0;
    for (const std::string& line : support::split(text, '\n')) {
        ++number;
        if (auto taken = take_line(hook, section, trimmed(line)); !taken)
            return std::move(taken).error().in("line " + std::to_string(number));
    }
    if (hook.exec.empty()) return bad("it has no Exec");
    if (hook.triggers.empty()) return bad("it has no [Trigger]");
    return hook;
}

std::vector<std::string> matches_of(const Hook& hook, const std::vector<std::string>& paths,
                                    const std::vector<std::string>& packages) {
    std::set<std::string> matches;
    for (const Trigger& trigger : hook.triggers) {
        if (!trigger.on_install) continue;
        const common::NoExtract patterns(trigger.targets); // the same rules
        for (const std::string& candidate : trigger.type == TriggerType::path ? paths : packages)
            if (patterns.matches(candidate)) matches.insert(candidate);
    }
    return {matches.begin(), matches.end()};
}

Result<std::vector<Command>> hook_commands(int root, const std::vector<std::string>& names,
                                           const Transaction& transaction) {
    std::vector<Command> commands;
    std::set<std::string> hooks, scripts;
    for (const std::string& name : names)
        (name.ends_with(".hook") ? hooks : scripts).insert(name);
    for (const auto& package : transaction.packages) {
        const auto name = scripts.find(package.name + ".install");
        if (name == scripts.end()) continue;
        SLIPWAY_TRY_ASSIGN(Command command, script_command(root, *name, package));
        commands.push_back(std::move(command));
        scripts.erase(name);
    }
    if (!scripts.empty())
        return Error{Kind::config, "install script '" + *scripts.begin() + "': there is no such package",
                     "write PACKAGE.install, or NAME.hook"};
    for (const std::string& name : hooks) {
        SLIPWAY_TRY_ASSIGN(Command command, hook_command(root, name, transaction));
        commands.push_back(std::move(command));
    }
    return commands;
}

} // namespace slipway::rootfs
