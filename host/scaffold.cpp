// SPDX-License-Identifier: GPL-3.0-or-later
#include "scaffold.hpp"

#include "version.hpp"

#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string_view>

namespace slipway::host {

namespace fs = std::filesystem;
using support::Error;
using support::Kind;
using support::Result;

namespace {

// Names a template has; they become the plugin's, everywhere in its files.
constexpr std::string_view template_name = "my-stage", template_identifier = "my_stage";

// CMake's own targets (policy CMP0037) and this SDK's; what Cargo takes for itself (the folders in target,
// the crates of every program, the template's own) and Rust's keywords (The Rust Reference, "Keywords").
constexpr std::string_view taken[] = {
    "all",         "clean", "depend",   "help",   "install", "package",  "preinstall",  "test",
    "slipway",     "alloc", "build",    "core",   "deps",    "examples", "incremental", "proc-macro",
    "slipway-sys", "std",   "abstract", "as",     "async",   "await",    "become",      "box",
    "break",       "const", "continue", "crate",  "do",      "dyn",      "else",        "enum",
    "extern",      "false", "final",    "fn",     "for",     "if",       "impl",        "in",
    "let",         "loop",  "macro",    "match",  "mod",     "move",     "mut",         "override",
    "priv",        "pub",   "ref",      "return", "self",    "static",   "struct",      "super",
    "trait",       "true",  "try",      "type",   "typeof",  "unsafe",   "unsized",     "use",
    "virtual",     "where", "while",    "yield",  "gen"};

bool is_plugin_name(std::string_view name) {
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= 64 && small(name.front())
           && std::ranges::all_of(name,
                                  [&](char c) { return small(c) || (c >= '0' && c <= '9') || c == '-'; });
}

void replace_all(std::string& text, std::string_view old, std::string_view fresh) {
    for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + fresh.size()))
        text.replace(at, old.size(), fresh);
}

/// Built in place, a template has these too.
bool is_left_by_builds(const fs::path& path) {
    const std::string name = path.filename().string();
    return name == "build" || name == "target" || name == "Cargo.lock";
}

Result<void> copy_file(const fs::path& from, const std::string& to, const std::string& name) {
    SLIPWAY_TRY_ASSIGN(std::string text, support::read_file(from.string()));
    std::string identifier = name;
    std::ranges::replace(identifier, '-', '_');
    replace_all(text, template_name, name);
    replace_all(text, template_identifier, identifier);
    return support::write_file(to, text);
}

Result<void> copy_tree(const fs::path& from, const std::string& to, const std::string& name) {
    std::error_code failed;
    fs::recursive_directory_iterator it(from, failed);
    for (; !failed && it != fs::recursive_directory_iterator(); it.increment(failed)) {
        const std::string target = to + "/" + it->path().lexically_relative(from).string();
        if (is_left_by_builds(it->path()))
            it.disable_recursion_pending();
        else if (it->is_directory())
            SLIPWAY_TRY(support::make_dirs(target));
        else
            SLIPWAY_TRY(copy_file(it->path(), target, name));
    }
    if (failed) return Error{Kind::io, "reading '" + from.string() + "': " + failed.message()};
    return {};
}

} // namespace

const std::vector<std::string>& languages() {
    static const std::vector<std::string> all{"cpp", "c", "rust"};
    return all;
}

Result<void> check_plugin_name(const std::string& name) {
    if (!is_plugin_name(name))
        return Error{Kind::config, "'" + support::printable(name) + "' is no name for a stage",
                     "small letters, digits and dashes, a letter first, at most 64 characters: my-stage"};
    if (std::ranges::find(taken, name) != std::end(taken))
        return Error{Kind::config, "'" + name + "' is taken by CMake or Cargo",
                     "choose another name, such as " + name + "-stage"};
    return {};
}

Result<void> make_plugin_folder(const Scaffold& scaffold, const std::string& templates) {
    const std::string& folder = scaffold.folder;
    if (const auto parent = fs::path(folder).parent_path(); !parent.empty())
        SLIPWAY_TRY(support::make_dirs(parent.string()));
    // Whoever makes the folder has it: nothing that is there already is written to, or removed on failure.
    if (::mkdir(folder.c_str(), 0777) != 0) {
        if (errno != EEXIST)
            return support::errno_error("making '" + support::printable(folder) + "'", errno);
        return Error{Kind::conflict, "'" + support::printable(folder) + "' exists already",
                     "name another folder, or remove this one"};
    }
    auto copied = copy_tree(fs::path(templates) / scaffold.language, folder, scaffold.name);
    if (!copied) (void)support::remove_tree(folder);
    return copied;
}

Result<std::string> template_folder() {
    std::error_code failed;
    const fs::path binary = fs::read_symlink("/proc/self/exe", failed);
    const fs::path folder = (binary.parent_path() / data_from_binary / "slipway/template").lexically_normal();
    if (fs::is_directory(folder, failed)) return folder.string();
    return Error{Kind::not_found, "the templates are not installed: '" + folder.string() + "' is not there",
                 "install the SDK (Debian: slipway-sdk-dev)"};
}

} // namespace slipway::host
