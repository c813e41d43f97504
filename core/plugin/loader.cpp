// SPDX-License-Identifier: GPL-3.0-or-later
//
// Boost.DLL does the loading. Its default mode is lazy binding: rtld_now makes a plugin with an undefined
// symbol fail here and not in the middle of a release.
#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <elf.h>
#include <plugin/loader.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/machine.hpp>
#include <support/text.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <vector>

namespace slipway::plugin {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

#if defined(__x86_64__)
constexpr unsigned native_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned native_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr unsigned native_machine = EM_RISCV;
#else
#error "name this machine's ELF number here"
#endif

constexpr unsigned char native_data = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

Error broken(Kind kind, const std::string& path, const std::string& cause, const std::string& hint = {}) {
    return Error{kind, "plugin '" + path + "': " + cause, hint};
}

/// Nobody but root and the user may change what is loaded.
Result<void> check_writers(const std::string& subject, const std::string& shown, bool is_folder) {
    struct stat st {};

    if (::stat(subject.c_str(), &st) != 0) return support::errno_error("plugin '" + shown + "'", errno);
    const std::string what = is_folder ? "its folder" : "it";
    const bool sticky_folder = is_folder && (st.st_mode & S_ISVTX) != 0;
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky_folder)
        return broken(Kind::denied, shown, what + " is writable by group or others",
                      "chmod go-w '" + subject + "'");
    if (st.st_uid != 0 && st.st_uid != ::geteuid())
        return broken(Kind::denied, shown,
                      what + " belongs to another user (uid " + std::to_string(st.st_uid) + ")",
                      "chown it to root or to yourself");
    return {};
}

Result<void> check_elf(const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, support::open_read(path));
    Elf64_Ehdr header{};
    const ssize_t n = ::pread(fd.get(), &header, sizeof header, 0);
    if (n < SELFMAG || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return broken(Kind::unsupported, path, "not an ELF file", "a plugin is a shared object (.so)");
    if (n < static_cast<ssize_t>(sizeof header))
        return broken(Kind::unsupported, path, "truncated ELF header");
    if (header.e_ident[EI_DATA] != native_data)
        return broken(Kind::unsupported, path, "built for a machine of the other byte order",
                      "build it for " + support::machine_name(native_machine));
    if (header.e_ident[EI_CLASS] != ELFCLASS64 && header.e_machine == native_machine)
        return broken(Kind::unsupported, path, "a 32-bit object, this host is 64-bit",
                      "build it without -m32 or -mx32");
    if (header.e_machine != native_machine)
        return broken(Kind::unsupported, path,
                      "built for " + support::machine_name(header.e_machine) + ", this host is "
                          + support::machine_name(native_machine),
                      "build it for " + support::machine_name(native_machine));
    if (header.e_type != ET_DYN)
        return broken(Kind::unsupported, path, "an ELF file, but not a shared object",
                      "link it with -shared");
    return {};
}

/// dlerror's text out of Boost.DLL's "... (dlerror system message: TEXT): errno's text", without the path it
/// may start with.
std::string reason_of(std::string text, const std::string& path) {
    constexpr std::string_view before = "dlerror system message: ";
    const std::size_t start = text.find(before), end = text.rfind("): ");
    if (start != std::string::npos && end != std::string::npos && end > start)
        text = text.substr(start + before.size(), end - start - before.size());
    if (text.starts_with(path + ": ")) text.erase(0, path.size() + 2);
    return support::printable(text);
}

Error load_failure(const std::string& path, const std::string& reason) {
    if (reason.find("undefined symbol") != std::string::npos)
        return broken(Kind::unsupported, path, reason, "link what defines it into the plugin");
    if (reason.find("cannot open shared object file") != std::string::npos)
        return broken(Kind::unsupported, path, reason, "install the library it needs");
    return broken(Kind::unsupported, path, reason);
}

Result<void> check_versions(const std::string& path, const slipway_plugin& plugin) {
    if (plugin.struct_size < offsetof(slipway_plugin, get_extension))
        return broken(Kind::unsupported, path,
                      "truncated slipway_plugin (" + std::to_string(plugin.struct_size) + " bytes, at least "
                          + std::to_string(offsetof(slipway_plugin, get_extension)) + " needed)",
                      "set struct_size to sizeof(slipway_plugin)");
    if (plugin.abi_major != SLIPWAY_ABI_MAJOR)
        return broken(Kind::unsupported, path,
                      "built for ABI " + std::to_string(plugin.abi_major) + "."
                          + std::to_string(plugin.abi_minor) + ", this host speaks "
                          + std::to_string(SLIPWAY_ABI_MAJOR) + "." + std::to_string(SLIPWAY_ABI_MINOR),
                      "rebuild the plugin against this host's SDK");
    if (plugin.min_host_minor > SLIPWAY_ABI_MINOR)
        return broken(Kind::unsupported, path,
                      "needs ABI 1." + std::to_string(plugin.min_host_minor)
                          + " or later, this host speaks 1." + std::to_string(SLIPWAY_ABI_MINOR),
                      "use a newer slipway, or an older build of the plugin");
    return {};
}

/// Every text is there, and fit to travel and to be shown.
Result<void> check_texts(const std::string& path, const slipway_stage_desc& desc) {
    const std::pair<const char*, const char*> texts[] = {{"id", desc.id},
                                                         {"version", desc.version},
                                                         {"summary", desc.summary},
                                                         {"license", desc.license},
                                                         {"config_schema", desc.config_schema},
                                                         {"ports", desc.ports},
                                                         {"capabilities", desc.capabilities}};
    for (const auto& [name, text] : texts) {
        if (text == nullptr)
            return broken(Kind::unsupported, path, std::string("a stage's ") + name + " is NULL",
                          "give every text");
        if (!support::is_valid_utf8(text))
            return broken(Kind::unsupported, path, std::string("a stage's ") + name + " is not UTF-8");
    }
    for (const char* shown : {desc.version, desc.summary, desc.license})
        if (support::printable(shown) != shown)
            return broken(Kind::unsupported, path,
                          "'" + support::printable(shown) + "' has control characters");
    return {};
}

/// stage.h, slipway_stage_desc::id.
bool is_stage_id(std::string_view id) {
    const bool reverse_dns = id.find('.') != std::string_view::npos;
    const auto fits = [reverse_dns](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'
               || (reverse_dns && (c == '.' || c == '_'));
    };
    return !id.empty() && id.size() <= (reverse_dns ? 255u : 64u) && id[0] >= 'a' && id[0] <= 'z'
           && std::ranges::all_of(id, fits) && id.find("..") == std::string_view::npos;
}

Result<StageType> describe_stage(const std::string& path, const slipway_stage_desc& desc) {
    constexpr std::uint32_t known_flags = SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT
                                          | SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN
                                          | SLIPWAY_SEEKABLE_INPUTS;
    if (!SLIPWAY_HAS(&desc, capabilities))
        return broken(Kind::unsupported, path,
                      "truncated slipway_stage_desc (" + std::to_string(desc.struct_size)
                          + " bytes, at least " + std::to_string(sizeof(slipway_stage_desc)) + " needed)",
                      "set struct_size to sizeof(slipway_stage_desc)");
    SLIPWAY_TRY(check_texts(path, desc));
    if (!is_stage_id(desc.id))
        return broken(Kind::unsupported, path,
                      "'" + support::printable(desc.id) + "' is no id of a stage type",
                      "[a-z][a-z0-9-]*, at most 64 characters, or reverse DNS with dots");
    const std::string subject = std::string("stage '") + desc.id + "': ";
    if ((desc.flags & ~known_flags) != 0)
        return broken(Kind::unsupported, path,
                      subject + "unknown flag " + std::to_string(desc.flags & ~known_flags),
                      "use a newer slipway, or a plugin built for this one");
    StageType type{desc.id, desc.version, desc.summary, desc.license, desc.flags, desc.config_schema, {}, {}};
    const auto section = [&](const char* name, const char* text) -> Result<json::Value> {
        auto value = json::parse(text);
        if (!value) return broken(Kind::unsupported, path, subject + name + ": " + value.error().what);
        return value;
    };
    SLIPWAY_TRY(section("config_schema", desc.config_schema));
    SLIPWAY_TRY_ASSIGN(const json::Value ports, section("ports", desc.ports));
    SLIPWAY_TRY_ASSIGN(const json::Value capabilities, section("capabilities", desc.capabilities));
    auto parsed_ports = parse_ports(ports);
    if (!parsed_ports) return broken(Kind::unsupported, path, subject + parsed_ports.error().what);
    auto parsed_capabilities = parse_capabilities(capabilities);
    if (!parsed_capabilities)
        return broken(Kind::unsupported, path, subject + parsed_capabilities.error().what,
                      parsed_capabilities.error().hint);
    type.ports = std::move(parsed_ports).value();
    type.capabilities = parsed_capabilities.value();
    return type;
}

Result<slipway_entry_fn> find_entry(const std::string& path) {
    using boost::dll::shared_library;
    namespace mode = boost::dll::load_mode;
    // Kept for the life of the process: never unload what strings, vtables or threads may still point to.
    static std::vector<shared_library> loaded;
    try {
        shared_library& library =
            loaded.emplace_back(std::filesystem::path(path), mode::rtld_now | mode::rtld_local);
        if (library.has(SLIPWAY_ENTRY_SYMBOL))
            return slipway_entry_fn(&library.get<const slipway_plugin*()>(SLIPWAY_ENTRY_SYMBOL));
        return broken(Kind::unsupported, path, "does not export '" SLIPWAY_ENTRY_SYMBOL "'",
                      "is it a Slipway plugin? see sdk/template for one");
    } catch (const boost::dll::fs::system_error& e) {
        return load_failure(path, reason_of(e.what(), path));
    }
}

Result<const slipway_plugin*> call_entry(const std::string& path, slipway_entry_fn entry) {
    constexpr const char* rule = "no exception may cross the plugin boundary";
    try {
        const slipway_plugin* plugin = entry();
        if (plugin != nullptr) return plugin;
    } catch (const std::exception& e) {
        return broken(Kind::unsupported, path,
                      "'" SLIPWAY_ENTRY_SYMBOL "' threw an exception: " + support::printable(e.what()), rule);
    } catch (...) {
        return broken(Kind::unsupported, path,
                      "'" SLIPWAY_ENTRY_SYMBOL "' threw an exception of unknown type", rule);
    }
    return broken(Kind::unsupported, path, "'" SLIPWAY_ENTRY_SYMBOL "' returned NULL",
                  "it must return a constant description");
}

} // namespace

Result<void> check_file(const std::string& path) {
    struct stat st {};

    if (::stat(path.c_str(), &st) != 0) return support::errno_error("plugin '" + path + "'", errno);
    if (!S_ISREG(st.st_mode)) return broken(Kind::unsupported, path, "not a regular file");
    SLIPWAY_TRY(check_writers(path, path, false));
    const std::string folder = std::filesystem::path(path).parent_path().string();
    SLIPWAY_TRY(check_writers(folder.empty() ? "." : folder, path, true));
    return check_elf(path);
}

Result<const slipway_plugin*> load(const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const slipway_entry_fn entry, find_entry(path));
    SLIPWAY_TRY_ASSIGN(const slipway_plugin* plugin, call_entry(path, entry));
    SLIPWAY_TRY(check_versions(path, *plugin));
    return plugin;
}

Result<Description> describe(const std::string& path, const slipway_plugin& plugin) {
    SLIPWAY_TRY_ASSIGN(const support::Digest digest, support::sha256_of_file(path));
    Description description{path,
                            digest.hex(),
                            plugin.abi_major,
                            plugin.abi_minor,
                            plugin.min_host_minor,
                            plugin.build_info == nullptr ? "" : support::printable(plugin.build_info),
                            {}};
    if (plugin.stage_count == 0 || plugin.stage == nullptr || plugin.create == nullptr)
        return broken(Kind::unsupported, path, "offers no stage", "set stage_count, stage and create");
    for (std::uint32_t i = 0; i < plugin.stage_count; ++i) {
        const slipway_stage_desc* desc = plugin.stage(i);
        if (desc == nullptr)
            return broken(Kind::unsupported, path, "stage(" + std::to_string(i) + ") returned NULL");
        SLIPWAY_TRY_ASSIGN(StageType type, describe_stage(path, *desc));
        description.stages.push_back(std::move(type));
    }
    return description;
}

} // namespace slipway::plugin
