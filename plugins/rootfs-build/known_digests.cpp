// SPDX-License-Identifier: GPL-3.0-or-later
#include "known_digests.hpp"

#include <common/kept.hpp>
#include <fcntl.h>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <unistd.h>

namespace slipway::rootfs {

namespace {

constexpr std::size_t hex_digits = 64;

/// "DIGEST  PATH\n" of each file, as sha256sum prints them: no path of a package has a line break.
std::string text_of(const KnownDigests::Files& files) {
    std::string text;
    for (const auto& [path, digest] : files)
        text.append(digest).append("  ").append(path).append("\n");
    return text;
}

KnownDigests::Files files_of(std::string_view text) {
    KnownDigests::Files files;
    while (text.size() > hex_digits + 2) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (line.size() <= hex_digits + 2) return {};
        files.emplace(line.substr(hex_digits + 2), line.substr(0, hex_digits));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return files;
}

} // namespace

// A file is the digest of the package's own and of the lines in hex, and the lines: a power loss leaves files
// of zeros.
KnownDigests::Files KnownDigests::find(const std::string& package) const {
    if (folder_.empty()) return {};
    constexpr std::size_t most = 256u << 20; // of a million entries
    auto text = support::read_file(path_of(package), most);
    if (!text || text.value().size() < hex_digits) return {};
    const std::string_view lines = std::string_view(text.value()).substr(hex_digits);
    if (support::Digest::of(package + std::string(lines)).hex() != text.value().substr(0, hex_digits))
        return {};
    common::mark_used(path_of(package));
    return files_of(lines);
}

void KnownDigests::keep(const std::string& package, const Files& files) const {
    if (folder_.empty() || !support::make_dirs(folder_)) return;
    const std::string lines = text_of(files), draft = support::draft_of(path_of(package));
    const support::UniqueFd fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    const bool written =
        fd && support::write_all(fd.get(), support::Digest::of(package + lines).hex() + lines, draft);
    if (!written || ::rename(draft.c_str(), path_of(package).c_str()) != 0) ::unlink(draft.c_str());
}

void KnownDigests::remove_old() const {
    if (!folder_.empty()) common::remove_unused(folder_);
}

} // namespace slipway::rootfs
