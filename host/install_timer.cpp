// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway install-timer: the systemd units that run a chain every month.
#include "command.hpp"
#include "session.hpp"
#include "units.hpp"

#include <fmt/format.h>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace slipway::host {

namespace fs = std::filesystem;
using support::Error;
using support::Kind;
using support::Result;

namespace {

/// What the service does not see: ProtectHome=, PrivateTmp= (systemd.exec(5)).
constexpr const char* hidden_folders[] = {"/home", "/root", "/run/user", "/tmp", "/var/tmp"};

bool is_below(const std::string& path, const std::string& folder) {
    return path == folder || path.starts_with(folder + "/");
}

Result<void> check_visible(const std::string& path, const std::string& what) {
    std::error_code failed;
    const std::string real = fs::weakly_canonical(path, failed).string();
    for (const char* folder : hidden_folders)
        if (is_below(path, folder) || is_below(real, folder))
            return Error{Kind::config, what + " '" + path + "': the service does not see " + folder,
                         "put the chain and what it names elsewhere, such as /etc/slipway/chains"};
    return {};
}

/// systemd takes a file's name for a credential, and a colon ends it (LoadCredential= in systemd.exec(5)).
Result<void> check_secret(const std::string& name) {
    if (!name.empty() && name.find_first_of("/:") == std::string::npos && support::printable(name) == name
        && name.size() <= 255)
        return {};
    return Error{Kind::config, "secret '" + support::printable(name) + "': no name for a credential",
                 "no '/' and no ':', at most 255 characters"};
}

/// The nearest to `path` that is there: what is not yet is made in it.
Result<std::string> writable_part(const std::string& path) {
    fs::path part = path;
    std::error_code failed;
    while (part.has_relative_path() && !fs::exists(part, failed))
        part = part.parent_path();
    if (part.has_relative_path()) return part.string();
    return Error{Kind::not_found, "option path '" + path + "': no folder on the way to it is there",
                 "make the folder, and give it to the user slipway"};
}

Result<void> add_paths(ChainUnit& unit, const chain::PlannedStage& stage, const std::string& state) {
    support::json::Value options = stage.instance.options;
    for (const auto& option : config::complete_options(options, *stage.schema, stage.folder)) {
        const std::string what = stage.key() + ", option" + option.pointer + ":";
        SLIPWAY_TRY(check_visible(option.path, what));
        if (option.use != config::PathUse::write || is_below(option.path, state)) continue;
        SLIPWAY_TRY_ASSIGN(std::string part, writable_part(option.path));
        if (std::ranges::find(unit.write_paths, part) == unit.write_paths.end())
            unit.write_paths.push_back(std::move(part));
    }
    return {};
}

std::vector<std::string> run_arguments(const Arguments& arguments) {
    std::vector<std::string> out;
    for (const std::string& value : arguments.values("set"))
        out.insert(out.end(), {"--set", value});
    for (std::string value : arguments.values("override")) {
        const std::size_t file = value.find(':');
        if (file != std::string::npos)
            value =
                value.substr(0, file + 1) + fs::absolute(value.substr(file + 1)).lexically_normal().string();
        out.insert(out.end(), {"--override", value});
    }
    return out;
}

/// The service has neither --plugin-dir nor SLIPWAY_PLUGIN_PATH.
Result<void> check_plugin(const std::string& path, const std::string& program) {
    const auto folders = chain::plugin_search_path({}, nullptr, program);
    if (std::ranges::find(folders, fs::path(path).parent_path().string()) != folders.end()) return {};
    return Error{Kind::config, "plugin '" + path + "': the service does not look there",
                 "put it into one of " + support::join(folders, ", ")};
}

Result<ChainUnit> unit_of(const Arguments& arguments, const chain::Plan& plan, const std::string& program) {
    ChainUnit unit;
    unit.name = plan.chain.name;
    unit.path = fs::absolute(arguments.first()).lexically_normal().string();
    unit.arguments = run_arguments(arguments);
    unit.calendar = arguments.value("on-calendar");
    SLIPWAY_TRY(check_visible(unit.path, "chain"));
    std::set<std::string> secrets;
    unit.root = plan.chain.sandbox == "required"; // its namespaces need the same rights
    for (const chain::PlannedStage& stage : plan.stages) {
        SLIPWAY_TRY(check_plugin(stage.plugin->path, program));
        secrets.insert(stage.secrets.begin(), stage.secrets.end());
        unit.root = unit.root
                    || plugin::capabilities_of(stage.plugin->type.capabilities, stage.instance.options).root;
        SLIPWAY_TRY(add_paths(unit, stage, "/var/lib/slipway"));
    }
    for (const std::string& secret : secrets)
        SLIPWAY_TRY(check_secret(secret));
    unit.secrets.assign(secrets.begin(), secrets.end());
    return unit;
}

/// Installed with slipway: PREFIX/lib/systemd/system/slipway@.service.
bool units_are_installed(const std::string& program) {
    return fs::exists(fs::path(program).parent_path().parent_path() / "lib/systemd/system/slipway@.service");
}

Result<void> write_units(const std::vector<UnitFile>& files, const std::string& folder) {
    for (const UnitFile& file : files) {
        const std::string path = folder + "/" + file.path;
        SLIPWAY_TRY(support::make_dirs(fs::path(path).parent_path().string()));
        SLIPWAY_TRY(support::write_file(path, file.text));
        fmt::print("{}\n", path);
    }
    return {};
}

void tell_what_is_next(const ChainUnit& unit, const std::string& program) {
    std::string text = "\nnext, as root:\n";
    if (auto visible = check_visible(program, "program"); !visible)
        text += fmt::format("  # {}: install slipway, and write the units again\n", visible.error().what);
    for (const std::string& secret : unit.secrets)
        if (const std::string file = credentials_folder + ("/" + secret); ::access(file.c_str(), F_OK) != 0)
            text +=
                fmt::format("  install -m 0600 /dev/stdin {}   # type the secret, end with Ctrl-D\n", file);
    for (const std::string& path : unit.write_paths)
        text += fmt::format("  # the user slipway must be able to write to {}\n", path);
    if (unit.root)
        text += "  # stages run programs as root of a user namespace; once:\n"
                "  apt-get install uidmap\n"
                "  usermod --add-subuids 100000-165535 --add-subgids 100000-165535 slipway\n";
    fmt::print(
        "{}  systemctl daemon-reload\n  systemctl enable --now slipway@{}.timer slipway-resume.timer\n", text,
        unit.name);
}

int install_timer(const Arguments& arguments) {
    if (arguments.first() == "-")
        return complain({Kind::config, "standard input is no chain for a timer", "name a file"});
    if (arguments.value("on-calendar").find('\n') != std::string::npos)
        return complain({Kind::config, "--on-calendar: more than one line", "see systemd.time(7)"});
    auto options = load_options(arguments);
    if (!options) return complain(options.error());
    worker::Loop loop;
    const chain::Catalog catalog = open_catalog(arguments, loop, nullptr);
    auto plan = planned(config::load(arguments.first(), options.value()), catalog, arguments);
    if (const int* code = std::get_if<int>(&plan)) return *code;
    if (std::get<chain::Plan>(plan).mocked())
        return complain(
            {Kind::config, "the chain has mocked stages", "a timer makes releases; run this one by hand"});
    const std::string program = fs::read_symlink("/proc/self/exe").string();
    auto unit = unit_of(arguments, std::get<chain::Plan>(plan), program);
    if (!unit) return complain(unit.error());
    std::vector<UnitFile> files = chain_units(unit.value(), program);
    if (!units_are_installed(program)) {
        const std::vector<UnitFile> common = common_units(program);
        files.insert(files.begin(), common.begin(), common.end());
    }
    auto wrote = write_units(files, arguments.value("unit-dir", "/etc/systemd/system"));
    if (!wrote) return complain(wrote.error());
    tell_what_is_next(unit.value(), program);
    return exit_done;
}

} // namespace

Command install_timer_command() {
    auto options = chain_options();
    std::erase_if(options,
                  [](const Option& option) { return option.name == "epoch" || option.name == "no-mocks"; });
    return {
        {"install-timer", "CHAIN", "write the systemd units that run a chain every month",
         "Writes what slipway@NAME.service needs to run CHAIN (whose name is NAME): the command, the secrets "
         "as\n"
         "credentials, the paths it may write to, and what stages that are root over their trees take. The "
         "same\n"
         "for slipway-resume.service, which goes on with parked runs every hour. Starts nothing; tells what "
         "is "
         "next.",
         "slipway install-timer /etc/slipway/chains/archlinux.json",
         std::vector<Option>{
             {"on-calendar", 0, "TIME", "when to run, as systemd.time(7); default: *-*-05 UTC"},
             {"unit-dir", 0, "DIR", "where to write; default: /etc/systemd/system"}}
             + options,
         1, 1},
        &install_timer};
}

} // namespace slipway::host
