// SPDX-License-Identifier: GPL-3.0-or-later
#include "scratch.hpp"

#include <chain/path_digest.hpp>
#include <linux/magic.h>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace slipway::check {

namespace fs = std::filesystem;
using support::Error;
using support::Kind;
using support::Result;

namespace {

/// A file, or a folder entry by entry, so that the order of the entries is ours.
void copy_entry(const fs::path& from, const fs::path& to, Order order, std::error_code& failed) {
    if (failed) return;
    if (!fs::is_directory(fs::symlink_status(from, failed))) {
        fs::copy(from, to, fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing, failed);
        return;
    }
    fs::create_directories(to, failed);
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(from, failed))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    if (order == Order::backward) std::ranges::reverse(names);
    for (const fs::path& name : names)
        copy_entry(from / name, to / name, order, failed);
}

/// `path` relative to `folder`, or "" if it is not in it.
fs::path below(const fs::path& path, const fs::path& folder) {
    const fs::path relative = path.lexically_relative(folder);
    return relative.empty() || relative == "." || *relative.begin() == ".." ? fs::path() : relative;
}

std::vector<std::string> environment_of(const std::string& home) {
    return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC",
            "HOME=" + home};
}

} // namespace

Result<Scratch> Scratch::create(const std::string& folder, const Sample& sample, const config::Schema& schema,
                                Order order) {
    SLIPWAY_TRY(support::remove_tree(folder));
    Scratch scratch(folder);
    for (const std::string& path : {scratch.world(), scratch.work(), scratch.cache(), scratch.artifacts()})
        SLIPWAY_TRY(support::make_dirs(path));
    SLIPWAY_TRY(scratch.copy(sample, schema, order));
    SLIPWAY_TRY(scratch.prepare(sample));
    SLIPWAY_TRY(scratch.place_inputs(sample));
    return scratch;
}

Scratch::Scratch(Scratch&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), options_(std::move(other.options_)),
      paths_(std::move(other.paths_)), inputs_(std::move(other.inputs_)) {}

Scratch::~Scratch() {
    if (!folder_.empty()) (void)support::remove_tree(folder_);
}

Result<void> Scratch::copy(const Sample& sample, const config::Schema& schema, Order order) {
    std::vector<fs::path> wanted(sample.files.begin(), sample.files.end());
    for (const auto& [port, inputs] : sample.inputs)
        for (const SampleInput& input : inputs)
            if (!input.file.empty()) wanted.emplace_back(input.file);
    support::json::Value here = sample.with;
    for (const config::OptionPath& path : config::complete_options(here, schema, sample.folder))
        if (const fs::path relative = below(path.path, sample.folder); !relative.empty())
            wanted.push_back(relative);
    for (const fs::path& relative : wanted) {
        const fs::path from = fs::path(sample.folder) / relative, to = fs::path(world()) / relative;
        std::error_code failed;
        if (!fs::exists(fs::symlink_status(from, failed))) continue; // what is written or prepared
        fs::create_directories(to.parent_path(), failed);
        copy_entry(from, to, order, failed);
        if (failed)
            return Error{Kind::io,
                         "case '" + sample.name + "': copying '" + from.string() + "': " + failed.message()};
    }
    options_ = sample.with;
    paths_ = config::complete_options(options_, schema, world());
    return {};
}

Result<void> Scratch::prepare(const Sample& sample) const {
    for (const auto& command : sample.prepare) {
        support::Spawn spawn;
        spawn.change_folder(world());
        spawn.give_null(0);
        pid_t pid = -1;
        std::vector<std::string> words{"env"};
        words.insert(words.end(), command.begin(), command.end());
        const int failed = spawn.start("/usr/bin/env", words, environment_of(world()), pid);
        int status = 0;
        if (failed == 0) ::waitpid(pid, &status, 0);
        if (failed != 0 || status != 0)
            return Error{Kind::not_found,
                         "case '" + sample.name + "': '" + support::join(command, " ") + "' failed",
                         "its \"prepare\" runs in a copy of what the case names"};
    }
    return {};
}

Result<void> Scratch::place_inputs(const Sample& sample) {
    for (const auto& [port, inputs] : sample.inputs)
        for (const SampleInput& input : inputs) {
            std::string path = input.file.empty()
                                   ? artifacts() + "/in-" + port + "-" + std::to_string(inputs_[port].size())
                                   : world() + "/" + input.file;
            if (input.file.empty()) SLIPWAY_TRY(support::write_file(path, input.text));
            auto digest = support::sha256_of_file(path);
            if (!digest) return std::move(digest).error().in("case '" + sample.name + "'");
            std::error_code failed;
            support::json::Value description =
                support::json::Object{{"name", input.name},
                                      {"type", input.type},
                                      {"size", static_cast<std::uint64_t>(fs::file_size(path, failed))},
                                      {"sha256", digest.value().hex()},
                                      {"stage", "check"},
                                      {"variant", sample.variant},
                                      {"annotations", input.annotations}};
            inputs_[port].push_back({std::move(path), std::move(description)});
        }
    return {};
}

Result<void> Scratch::renew_work() const {
    SLIPWAY_TRY(support::remove_tree(work()));
    return support::make_dirs(work());
}

std::vector<std::string> Scratch::write_paths() const {
    std::vector<std::string> out{work(), cache()};
    for (const config::OptionPath& path : paths_)
        if (path.use == config::PathUse::write) out.push_back(path.path);
    return out;
}

Result<std::string> Scratch::digest() const {
    SLIPWAY_TRY_ASSIGN(const support::Digest digest, chain::digest_of_path(world()));
    return digest.hex();
}

ScratchRoot::~ScratchRoot() {
    if (!folder_.empty()) (void)support::remove_tree(folder_);
}

Result<std::string> ScratchRoot::folder() {
    if (!folder_.empty()) return folder_;
    std::string made = parent_ + "/slipway-check-XXXXXX";
    if (::mkdtemp(made.data()) == nullptr) return support::errno_error("making '" + made + "'", errno);
    folder_ = made;
    return folder_;
}

std::string usual_parent() {
    std::error_code failed;
    const fs::path folder = fs::temp_directory_path(failed);
    return failed ? "/tmp" : folder.string();
}

std::string other_parent() {
    struct statfs about {};

    const bool usable = ::statfs("/dev/shm", &about) == 0 && about.f_type == TMPFS_MAGIC
                        && ::access("/dev/shm", W_OK | X_OK) == 0;
    return usable ? "/dev/shm" : usual_parent();
}

} // namespace slipway::check
