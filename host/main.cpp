// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.hpp"
#include "version.hpp"

#include <fmt/format.h>
#include <support/secret_bytes.hpp>
#include <support/text.hpp>
#include <worker/worker_main.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace slipway::host {

namespace {

const Command* find(const std::string& name) {
    for (const Command& command : commands())
        if (command.spec.name == name) return &command;
    return nullptr;
}

int unknown_command(const std::string& name) {
    if (name.starts_with("-"))
        return complain({support::Kind::config, "unknown option '" + support::printable(name) + "'",
                         "options stand behind the command: slipway COMMAND [OPTION...]"});
    std::vector<std::string> known{"help", "version"};
    for (const Command& command : commands())
        known.push_back(command.spec.name);
    const auto near = support::nearest(name, known);
    return complain({support::Kind::config, "unknown command '" + support::printable(name) + "'",
                     near ? "did you mean '" + *near + "'?" : "slipway help lists them"});
}

int main_command(const std::vector<std::string>& words) {
    if (words.empty()) {
        fmt::print(stderr, "{}", overview());
        return exit_usage;
    }
    const bool asks_help = words[0] == "help" || words[0] == "--help" || words[0] == "-h";
    if (words[0] == "--version" || words[0] == "version") {
        fmt::print("slipway {} (stage ABI {})\n", version, abi_version);
        return exit_done;
    }
    if (asks_help && words.size() == 1) {
        fmt::print("{}", overview());
        return exit_done;
    }
    const std::string& name = asks_help ? words[1] : words[0];
    const Command* command = find(name);
    if (command == nullptr) return unknown_command(name);
    auto arguments =
        parse(command->spec, asks_help ? std::vector<std::string>{"--help"}
                                       : std::vector<std::string>(words.begin() + 1, words.end()));
    if (!arguments) return complain(arguments.error());
    if (arguments.value().has("help")) {
        fmt::print("{}", help_text(command->spec));
        return exit_done;
    }
    return command->run(arguments.value());
}

} // namespace

} // namespace slipway::host

int main(int argc, char** argv) {
    // The host's own binary, re-executed as the worker of a stage.
    if (argc == 3 && std::strcmp(argv[1], "worker") == 0) slipway::worker::worker_main(std::atoi(argv[2]));
    slipway::support::forbid_core_dumps();
    slipway::support::hide_process();
    try {
        const int code =
            slipway::host::main_command(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
        if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
        (void)std::fputs("slipway: standard output cannot be written\n", stderr);
        return code == slipway::host::exit_done ? slipway::host::exit_usage : code;
    } catch (const std::exception& e) {
        // Such as a full disk below standard error. What ran is in the journal as interrupted.
        (void)std::fprintf(stderr, "slipway: %s\n", e.what());
        return slipway::host::exit_usage;
    }
}
