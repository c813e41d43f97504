// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway new-plugin: the first minute of a plugin's author.
#include "command.hpp"
#include "scaffold.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <filesystem>

namespace slipway::host {

using support::Error;
using support::Kind;
using support::Result;

namespace {

Result<std::string> language_of(const Arguments& arguments) {
    const std::string language = arguments.value("lang", languages().front());
    if (std::ranges::find(languages(), language) != languages().end()) return language;
    return Error{Kind::config, "unknown language '" + support::printable(language) + "'",
                 support::join_or(languages())};
}

Result<Scaffold> scaffold_of(const Arguments& arguments) {
    Scaffold scaffold;
    scaffold.name = arguments.first();
    SLIPWAY_TRY(check_plugin_name(scaffold.name));
    SLIPWAY_TRY_ASSIGN(scaffold.language, language_of(arguments));
    // "DIR/" is DIR.
    scaffold.folder = arguments.positional().size() > 1 ? arguments.positional()[1] : scaffold.name;
    while (scaffold.folder.size() > 1 && scaffold.folder.back() == '/')
        scaffold.folder.pop_back();
    return scaffold;
}

/// For a shell, in single quotes only where they are needed.
std::string shell_word(const std::string& text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@";
    if (text.find_first_not_of(plain) == std::string::npos) return text;
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + "'";
}

/// As the README of the template has them.
std::string next_steps(const Scaffold& scaffold) {
    const bool rust = scaffold.language == "rust";
    return fmt::format("    cd {}\n    {}\n    {}\n    slipway run --plugin-dir {} chain.jsonc\n",
                       shell_word(scaffold.folder),
                       rust ? "cargo build --release" : "cmake -S . -B build && cmake --build build",
                       rust ? "cargo test --workspace" : "ctest --test-dir build --output-on-failure",
                       rust ? "target/release" : "build");
}

Result<Scaffold> make(const Arguments& arguments) {
    SLIPWAY_TRY_ASSIGN(const Scaffold scaffold, scaffold_of(arguments));
    SLIPWAY_TRY_ASSIGN(const std::string templates, template_folder());
    SLIPWAY_TRY(make_plugin_folder(scaffold, templates));
    return scaffold;
}

int new_plugin(const Arguments& arguments) {
    const auto made = make(arguments);
    if (!made) return complain(made.error());
    fmt::print("made '{}', a stage plugin in {}; build it, check it, run it:\n\n{}", made.value().name,
               made.value().language, next_steps(made.value()));
    return exit_done;
}

} // namespace

Command new_plugin_command() {
    return {{"new-plugin",
             "NAME [DIR]",
             "start a stage plugin of your own, in C++, C or Rust",
             "Makes a folder DIR (default: NAME) with a stage plugin that builds, passes `slipway check` and "
             "runs\n"
             "in a chain as it is. NAME is what chains call the stage: small letters, digits and dashes.",
             "slipway new-plugin my-stage --lang rust",
             {{"lang", 0, "LANGUAGE", "cpp (default), c or rust"}},
             1,
             2},
            &new_plugin};
}

} // namespace slipway::host
