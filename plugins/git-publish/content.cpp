// SPDX-License-Identifier: GPL-3.0-or-later
#include <content.hpp>
#include <layout.hpp>
#include <support/text.hpp>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace slipway::git_publish {

namespace fs = std::filesystem;

namespace {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

constexpr std::size_t largest_template = 1u << 20;

/// "sha256:base/base.tar.zst" is a name as well.
bool is_name(std::string_view text) {
    const auto fits = [](char c) {
        const char lower = static_cast<char>(c | 0x20);
        return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')
               || std::string_view("_-.:/").find(c) < 5;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

Error unknown_name(std::string_view name, std::string_view before, const Variables& variables,
                   const std::string& label) {
    std::vector<std::string> names;
    for (const auto& [known, value] : variables)
        names.push_back(known);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto near = support::nearest(name, names);
    return Error{Kind::config,
                 label + ", line " + std::to_string(line) + ": '@" + std::string(name) + "@' has no value",
                 (near ? "did you mean '@" + *near + "@'? " : std::string())
                     + "values come from \"variables\"; write @@ for a plain @"};
}

Result<FileMode> mode_of(const std::string& mode, int fd, const std::string& label) {
    if (mode == "100755") return FileMode::executable;
    if (mode == "100644") return FileMode::regular;

    struct stat st {};

    if (::fstat(fd, &st) != 0) return support::errno_error(label, errno);
    return (st.st_mode & S_IXUSR) != 0 ? FileMode::executable : FileMode::regular; // as git does
}

std::string joined(const std::string& folder, const std::string& name) {
    return folder.empty() ? name : folder + "/" + name;
}

} // namespace

Result<std::string> render(std::string_view text, const Variables& variables, const std::string& label) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t end = text[i] == '@' ? text.find('@', i + 1) : std::string_view::npos;
        const std::string_view name = end == std::string_view::npos ? "" : text.substr(i + 1, end - i - 1);
        if (end == i + 1) {
            out += '@';
        } else if (is_name(name)) {
            const auto value = variables.find(std::string(name));
            if (value == variables.end()) return unknown_name(name, text.substr(0, i), variables, label);
            out += value->second;
        } else {
            out += text[i];
            continue;
        }
        i = end;
    }
    return out;
}

void Contents::add_input(UniqueFd fd, Source source) {
    source.fd = fd.get();
    open_.push_back(std::move(fd));
    sources_.push_back(std::move(source));
}

Result<void> Contents::add_file(const std::string& path, const std::string& file, const std::string& mode) {
    SLIPWAY_TRY_ASSIGN(UniqueFd fd, support::open_read(file));
    Source source{fd.get(), path, "extra file '" + file + "'", ""};
    SLIPWAY_TRY_ASSIGN(source.mode, mode_of(mode, fd.get(), source.label));
    add_input(std::move(fd), std::move(source));
    return {};
}

Result<void> Contents::add_template(const std::string& path, const std::string& file, const std::string& mode,
                                    const Variables& variables) {
    SLIPWAY_TRY_ASSIGN(const UniqueFd fd, support::open_read(file));
    Source source{-1, path, "template '" + file + "'", ""};
    SLIPWAY_TRY_ASSIGN(source.mode, mode_of(mode, fd.get(), source.label));
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_all(fd.get(), source.label, largest_template));
    SLIPWAY_TRY_ASSIGN(const std::string rendered, render(text, variables, source.label));
    return add_text(std::move(source), rendered);
}

Result<void> Contents::add_text(Source source, std::string_view text) {
    UniqueFd fd(::memfd_create("content", MFD_CLOEXEC));
    if (!fd) return support::errno_error(source.label, errno);
    SLIPWAY_TRY(support::write_all(fd.get(), text, source.label));
    add_input(std::move(fd), std::move(source));
    return {};
}

Result<void> Contents::add_folder(const std::string& path, const std::string& folder) {
    std::error_code failed;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
        entries.push_back(*it);
    if (failed) return support::errno_error("folder '" + folder + "'", failed.value());
    std::sort(entries.begin(), entries.end());
    for (const fs::directory_entry& entry : entries) {
        const std::string inside = joined(path, entry.path().filename());
        const fs::file_status status = entry.symlink_status(failed);
        if (failed) return support::errno_error("'" + entry.path().string() + "'", failed.value());
        if (fs::is_directory(status)) {
            SLIPWAY_TRY(add_folder(inside, entry.path()));
        } else if (fs::is_symlink(status)) {
            SLIPWAY_TRY(add_link(inside, entry.path()));
        } else if (fs::is_regular_file(status)) {
            SLIPWAY_TRY(add_file(inside, entry.path(), ""));
        } else {
            return Error{Kind::unsupported,
                         "'" + support::printable(entry.path().string())
                             + "': neither file, folder nor symbolic link",
                         "git cannot hold it: take it out of the folder"};
        }
    }
    return {};
}

Result<void> Contents::add_link(const std::string& path, const std::string& link) {
    std::error_code failed;
    const std::string target = fs::read_symlink(link, failed);
    if (failed) return support::errno_error("'" + link + "'", failed.value());
    SLIPWAY_TRY(check_link(path, target, "link '" + link + "'"));
    return add_text(Source{-1, path, "link '" + link + "'", "", FileMode::link}, target);
}

} // namespace slipway::git_publish
