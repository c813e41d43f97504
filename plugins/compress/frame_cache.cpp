// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <frame_cache.hpp>
#include <support/fs.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>

namespace slipway::compress {

namespace fs = std::filesystem;
using support::Digest;

namespace {

constexpr std::size_t hex_digits = 64;
constexpr std::size_t max_frame = 1u << 30;

} // namespace

// A file is the frame's SHA-256 in hex, and the frame: a power loss leaves files of zeros.
std::optional<std::string> FrameCache::find(const Digest& key) const {
    if (folder_.empty()) return std::nullopt;
    const support::UniqueFd fd(::open(path_of(key).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return std::nullopt;
    auto text = support::read_all(fd.get(), "a frame", max_frame);
    if (!text || text.value().size() < hex_digits) return std::nullopt;
    std::string frame = text.value().substr(hex_digits);
    if (Digest::of(frame).hex() != text.value().substr(0, hex_digits)) return std::nullopt;
    ::futimens(fd.get(), nullptr);
    return frame;
}

void FrameCache::keep(const Digest& key, std::string_view frame) const {
    if (folder_.empty() || !support::make_dirs(folder_)) return;
    static std::atomic<unsigned> number = 0;
    const std::string draft =
        path_of(key) + "." + std::to_string(::getpid()) + "." + std::to_string(number.fetch_add(1));
    const support::UniqueFd fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    const bool written = fd && support::write_all(fd.get(), Digest::of(frame).hex(), draft)
                         && support::write_all(fd.get(), frame, draft);
    if (!written || ::rename(draft.c_str(), path_of(key).c_str()) != 0) ::unlink(draft.c_str());
}

void FrameCache::remove_old() const {
    if (folder_.empty()) return;
    const auto oldest = fs::file_time_type::clock::now() - std::chrono::hours(100 * 24);
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder_, failed)) {
        std::error_code unknown;
        const auto used = entry.last_write_time(unknown);
        if (!unknown && used < oldest) fs::remove(entry.path(), unknown);
    }
}

} // namespace slipway::compress
