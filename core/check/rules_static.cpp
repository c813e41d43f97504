// SPDX-License-Identifier: GPL-3.0-or-later
//
// The file, before anything of it runs.
#include "rule.hpp"
#include "trial.hpp"

#include <dlfcn.h>
#include <plugin/loader.hpp>
#include <slipway/stage.h>
#include <support/text.hpp>

#include <array>
#include <string_view>

namespace slipway::check {

namespace json = support::json;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

/// With a sanitizer its runtime is in the host, for the plugin as well.
bool is_of_sanitizer(std::string_view name) {
    if (!sanitized) return false;
    while (name.starts_with('_'))
        name.remove_prefix(1);
    constexpr auto starts = std::to_array<std::string_view>(
        {"asan_", "ubsan_", "tsan_", "lsan_", "msan_", "sanitizer_", "sancov_", "interceptor_", "odr_asan"});
    for (const std::string_view start : starts)
        if (name.starts_with(start)) return true;
    return false;
}

std::string list(const std::vector<std::string>& names) {
    constexpr std::size_t most = 5;
    const std::vector<std::string> first(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(most, names.size())));
    std::string out = support::join(first, ", ");
    if (names.size() > most) out += " and " + std::to_string(names.size() - most) + " more";
    return out;
}

Verdict none_of(const std::vector<std::string>& found, const std::string& before) {
    return found.empty() ? kept() : broken(before + list(found));
}

Verdict file(Trial& trial) {
    auto fine = plugin::check_file(trial.path());
    if (!fine) return broken(fine.error().message());
    auto elf = read_elf(trial.path());
    return elf ? kept() : broken(elf.error().message());
}

Verdict entry(Trial& trial) {
    for (const Symbol& symbol : trial.elf.symbols)
        if (symbol.defined && !symbol.hidden && symbol.name == SLIPWAY_ENTRY_SYMBOL) return kept();
    return broken("'" SLIPWAY_ENTRY_SYMBOL "' is not exported");
}

Verdict exports(Trial& trial) {
    if (entry(trial).state != State::kept) return not_tried("'static.entry' is broken");
    std::vector<std::string> others;
    for (const Symbol& symbol : trial.elf.symbols)
        if (symbol.defined && !symbol.hidden && !symbol.unique && symbol.name != SLIPWAY_ENTRY_SYMBOL
            && !is_of_sanitizer(symbol.name))
            others.push_back(symbol.name);
    return none_of(others, "exports ");
}

Verdict gnu_unique(Trial& trial) {
    std::vector<std::string> names;
    for (const Symbol& symbol : trial.elf.symbols)
        if (symbol.unique) names.push_back(symbol.name);
    return none_of(names, "shares with every other plugin: ");
}

/// Looked for by the dynamic linker itself, in a process that has loaded nothing else.
Verdict found_by_linker(Trial& trial, const std::function<json::Value()>& look, const std::string& before) {
    ChildSetup setup;
    setup.plain = true;
    const ChildResult child = trial.child(setup, [&](const Note&) { return look(); });
    if (const std::string failure = child.failure(); !failure.empty()) return broken(failure);
    std::vector<std::string> names;
    for (const json::Value& name : child.value.as_array())
        names.push_back(name.as_string());
    return none_of(names, before);
}

Verdict needed(Trial& trial) {
    return found_by_linker(
        trial,
        [&] {
            json::Array missing;
            for (const std::string& library : trial.elf.needed)
                if (::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL) == nullptr)
                    missing.emplace_back(library);
            return missing;
        },
        "cannot be loaded: ");
}

Verdict undefined(Trial& trial) {
    if (needed(trial).state != State::kept) return not_tried("'static.needed' is broken");
    return found_by_linker(
        trial,
        [&] {
            std::vector<void*> libraries;
            for (const std::string& library : trial.elf.needed)
                if (void* handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL))
                    libraries.push_back(handle);
            json::Array nowhere;
            for (const Symbol& symbol : trial.elf.symbols) {
                if (symbol.defined || symbol.weak || symbol.name.empty() || is_of_sanitizer(symbol.name))
                    continue;
                bool found = false;
                for (void* library : libraries)
                    found = found || ::dlsym(library, symbol.name.c_str()) != nullptr;
                if (!found) nowhere.emplace_back(symbol.name);
            }
            return nowhere;
        },
        "no library it needs has ");
}

Verdict relro(Trial& trial) {
    return trial.elf.relro ? kept() : broken("has no segment PT_GNU_RELRO");
}

Verdict bind_now(Trial& trial) {
    return trial.elf.bind_now ? kept() : broken("binds its symbols when they are first called");
}

Verdict stack(Trial& trial) {
    return trial.elf.executable_stack ? broken("asks for an executable stack") : kept();
}

Verdict run_path(Trial& trial) {
    return trial.elf.run_path.empty() ? kept()
                                      : broken("looks for libraries in '" + trial.elf.run_path + "'");
}

Verdict fixed_text(Trial& trial) {
    if (trial.elf.text_relocations) return broken("has relocations in its code");
    return trial.elf.writable_code ? broken("has a segment that is writable and executable") : kept();
}

constexpr Rule rules[] = {
    {"static.file", "a regular ELF shared object for this machine that only its owner may change",
     "link with -shared for this machine; chmod go-w the file and its folder", Scope::file, &file,
     Breaks::loading},
    {"static.entry", "slipway_plugin_v1 is exported",
     "define it with SLIPWAY_EXPORT, or use SLIPWAY_EXPORT_PLUGIN", Scope::file, &entry, Breaks::loading},
    {"static.exports", "nothing else is exported",
     "link with -Wl,--version-script=plugin.map (slipway_add_plugin does)", Scope::file, &exports},
    {"static.gnu-unique", "no symbol is shared with other plugins (STB_GNU_UNIQUE)",
     "compile with -fno-gnu-unique -fvisibility=hidden", Scope::file, &gnu_unique},
    {"static.needed", "every library it needs can be loaded", "install it, or link it statically",
     Scope::file, &needed, Breaks::loading},
    {"static.undefined", "every symbol it uses is in a library it needs",
     "link that library, and with -Wl,-z,defs so that the linker tells", Scope::file, &undefined,
     Breaks::loading},
    {"static.relro", "relocated data is read-only (RELRO)", "link with -Wl,-z,relro", Scope::file, &relro},
    {"static.bind-now", "symbols are bound when it is loaded", "link with -Wl,-z,now", Scope::file,
     &bind_now},
    {"static.stack", "the stack is not executable",
     "link with -Wl,-z,noexecstack; assembler files need a .note.GNU-stack section", Scope::file, &stack},
    {"static.run-path", "no library path of the build machine (RPATH, RUNPATH)",
     "link without -rpath; CMake: CMAKE_SKIP_RPATH", Scope::file, &run_path},
    {"static.fixed-text", "code is not changed when it is loaded", "compile with -fPIC", Scope::file,
     &fixed_text},
};

} // namespace

std::span<const Rule> static_rules() {
    return rules;
}

} // namespace slipway::check
