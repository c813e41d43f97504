// SPDX-License-Identifier: GPL-3.0-or-later
#include "completion.hpp"

#include <command.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

namespace slipway::reference {

using host::Command;
using host::Option;

namespace {

/// What an option's value or a command's argument is, by its name in the usage.
enum class Kind { none, words, file, folder, chain, plugin };

Kind kind_of(const std::string& name) {
    const auto has = [&](const char* word) { return name.find(word) != std::string::npos; };
    if (has("CHAIN")) return Kind::chain;
    if (has(".so") || name == "PLUGIN") return Kind::plugin;
    if (has("DIR")) return Kind::folder;
    if (has("FILE") || has("PATH") || has("LOCK") || name == "A B")
        return name.find('=') == std::string::npos ? Kind::file : Kind::none;
    return Kind::none;
}

Kind kind_of(const Option& option) {
    return option.choices.empty() ? kind_of(option.value_name) : Kind::words;
}

std::vector<Option> options_of(const Command& command) {
    std::vector<Option> options = command.spec.options;
    options.push_back(host::help_option());
    return options;
}

std::string names_of(const Option& option) {
    return (option.letter != 0 ? fmt::format("-{} ", option.letter) : "") + "--" + option.name;
}

/// `text` without what ends a word in single quotes, or a field of zsh's _arguments.
std::string plain(std::string_view text, std::string_view special) {
    std::string out;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string command_words() {
    std::string out;
    for (const Command& command : host::commands())
        out += command.spec.name + " ";
    return out + "help";
}

// ------------------------------------------------------------------ bash

std::string bash_action(const Option& option) {
    switch (kind_of(option)) {
    case Kind::words:
        return "_slipway_words '" + support::join(option.choices, " ") + "'";
    case Kind::folder:
        return "_slipway_files -d";
    case Kind::chain:
        return "_slipway_files -f -X '!*.json*'";
    case Kind::plugin:
        return "_slipway_files -f -X '!*.so'";
    case Kind::file:
        return "_slipway_files -f";
    case Kind::none:
        break;
    }
    return ":";
}

std::string bash_command(const Command& command) {
    std::string names, out = fmt::format("    {})\n        case $previous in\n", command.spec.name);
    for (const Option& option : options_of(command)) {
        names += (names.empty() ? "" : " ") + names_of(option);
        if (option.value_name.empty()) continue;
        const std::string pattern =
            option.letter != 0 ? fmt::format("-{} | --{}", option.letter, option.name) : "--" + option.name;
        out += fmt::format("        {}) {} && return ;;\n", pattern, bash_action(option));
    }
    const Option argument{"", 0, command.spec.arguments, "", {}};
    return out
           + fmt::format("        esac\n        case $current in\n        -*) _slipway_words '{}' ;;\n"
                         "        *) {} ;;\n        esac\n        ;;\n",
                         names, bash_action(argument));
}

constexpr const char* bash_begin =
    R"(# Completion of slipway's command line for bash. Made from slipway's own tables.

_slipway_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

# Files that compgen finds, and the folders on the way to more.
_slipway_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <({
        compgen "$@" -- "$current"
        compgen -d -- "$current"
    } | sort -u)
}

_slipway() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    # "--state=DIR" arrives as three words.
    if [ "$current" = = ]; then
        current=
    elif [ "$previous" = = ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
)";

// ------------------------------------------------------------------ zsh

std::string zsh_action(const std::string& name, const Option& option) {
    switch (kind_of(option)) {
    case Kind::words:
        return fmt::format(":{}:({})", name, support::join(option.choices, " "));
    case Kind::folder:
        return ":" + name + ":_files -/";
    case Kind::chain:
        return ":" + name + ":_files -g \"*.json*(-.)\"";
    case Kind::plugin:
        return ":" + name + ":_files -g \"*.so(-.)\"";
    case Kind::file:
        return ":" + name + ":_files";
    case Kind::none:
        break;
    }
    return ":" + name + ": ";
}

/// In single quotes: a quote ends them, is one, and begins them again.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + "'";
}

std::string zsh_option(const Option& option) {
    const std::string help = "[" + plain(option.help, "[]:\\") + "]";
    const bool value = !option.value_name.empty();
    const std::string action = value ? zsh_action(plain(option.value_name, ":\\"), option) : "";
    std::string out =
        fmt::format(" \\\n            {}", quoted("*--" + option.name + (value ? "=" : "") + help + action));
    if (option.letter != 0)
        out += fmt::format(" \\\n            {}",
                           quoted(fmt::format("*-{}{}{}{}", option.letter, value ? "+" : "", help, action)));
    return out;
}

std::string zsh_command(const Command& command) {
    std::string out = fmt::format("    {})\n        _arguments -S", command.spec.name);
    for (const Option& option : options_of(command))
        out += zsh_option(option);
    const Option argument{"", 0, command.spec.arguments, "", {}};
    if (!command.spec.arguments.empty())
        out += fmt::format(" \\\n            {}",
                           quoted("*" + zsh_action(plain(command.spec.arguments, ":\\"), argument)));
    return out + "\n        ;;\n";
}

// ------------------------------------------------------------------ fish

std::string fish_action(const Option& option) {
    switch (kind_of(option)) {
    case Kind::words:
        return " -x -a " + quoted(support::join(option.choices, " "));
    case Kind::folder:
        return " -x -a '(__fish_complete_directories)'";
    case Kind::none:
        return " -x";
    default:
        return " -r -F";
    }
}

std::string fish_command(const Command& command) {
    const std::string begin =
        fmt::format("complete -c slipway -n '__fish_seen_subcommand_from {}'", command.spec.name);
    std::string out;
    const Option argument{"", 0, command.spec.arguments, "", {}};
    if (kind_of(argument) != Kind::none) out += begin + " -F\n";
    for (const Option& option : options_of(command)) {
        out += fmt::format("{} -l {}", begin, option.name);
        if (option.letter != 0) out += fmt::format(" -s {}", option.letter);
        if (!option.value_name.empty()) out += fish_action(option);
        out += " -d " + quoted(plain(option.help, "\\")) + "\n";
    }
    return out;
}

} // namespace

std::string bash_completion() {
    std::string out = bash_begin;
    out += fmt::format(
        "    if [ \"$COMP_CWORD\" = 1 ]; then\n        _slipway_words '{} --help --version'\n"
        "        return\n    fi\n    case ${{COMP_WORDS[1]}} in\n    help) _slipway_words '{}' ;;\n",
        command_words(), command_words());
    for (const Command& command : host::commands())
        out += bash_command(command);
    return out + "    esac\n}\n\ncomplete -F _slipway slipway\n";
}

std::string zsh_completion() {
    std::string out = "#compdef slipway\n# Completion of slipway's command line for zsh. Made from slipway's "
                      "own tables.\n\n"
                      "_slipway_commands() {\n    local -a commands=(\n";
    for (const Command& command : host::commands())
        out +=
            fmt::format("        {}\n", quoted(plain(command.spec.name, ":") + ":" + command.spec.summary));
    out += "        'help:show help'\n    )\n    _describe command commands\n}\n\n"
           "local context state state_descr line\ntypeset -A opt_args\n"
           "_arguments -C '1: :_slipway_commands' '*:: :->rest' && return\n"
           "case $state in\nrest)\n    case $words[1] in\n    help) _slipway_commands ;;\n";
    for (const Command& command : host::commands())
        out += zsh_command(command);
    return out + "    esac\n    ;;\nesac\n";
}

std::string fish_completion() {
    std::string out = "# Completion of slipway's command line for fish. Made from slipway's own tables.\n\n"
                      "complete -c slipway -f\ncomplete -c slipway -n __fish_use_subcommand -l version -d "
                      "'tell the version'\n";
    const auto subcommand = [&](const std::string& name, const std::string& summary) {
        out += fmt::format("complete -c slipway -n __fish_use_subcommand -a {} -d {}\n", name,
                           quoted(plain(summary, "\\")));
    };
    for (const Command& command : host::commands())
        subcommand(command.spec.name, command.spec.summary);
    subcommand("help", "show help");
    out += "complete -c slipway -n '__fish_seen_subcommand_from help' -a " + quoted(command_words()) + "\n";
    for (const Command& command : host::commands())
        out += fish_command(command);
    return out;
}

} // namespace slipway::reference
