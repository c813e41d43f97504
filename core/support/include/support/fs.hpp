// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files and descriptors: owning handles and the few whole-file operations used everywhere.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::support {

/// Owns a file descriptor.
class UniqueFd {
public:
    UniqueFd() = default;

    explicit UniqueFd(int fd) noexcept : fd_(fd) {}

    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    UniqueFd& operator=(UniqueFd&& other) noexcept;

    ~UniqueFd() { reset(); }

    int get() const noexcept { return fd_; }

    explicit operator bool() const noexcept { return fd_ >= 0; }

    int release() noexcept { return std::exchange(fd_, -1); }

    void reset() noexcept;

private:
    int fd_ = -1;
};

struct Pipe {
    UniqueFd read, write;
};

/// Close-on-exec.
Result<Pipe> make_pipe();

/// Open for reading, close-on-exec.
Result<UniqueFd> open_read(const std::string& path);

/// Everything the file holds. Kind::resource if it is larger than `max_bytes`.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes = 64u << 20);

/// Everything from the descriptor's current offset on, under the same limit.
Result<std::string> read_all(int fd, const std::string& subject, std::size_t max_bytes = 64u << 20);

/// Write all bytes, over partial writes and EINTR.
Result<void> write_all(int fd, std::string_view bytes, const std::string& subject);

/// What the name of a file ends in that is being written, to be renamed when it is whole.
constexpr std::string_view draft_suffix = ".draft";

/// A name for a draft of `path`, beside it; another one for each call, in this process and in others.
std::string draft_of(const std::string& path);

/// Replace `path` in one step: a draft beside it, fsync, rename, fsync of the folder. A device, a pipe
/// or a socket (/dev/null, /dev/stdout) is not replaced but written to.
Result<void> write_file(const std::string& path, std::string_view bytes, unsigned mode = 0644);

/// Make the folder and its parents. Existing ones are fine.
Result<void> make_dirs(const std::string& path, unsigned mode = 0755);

/// Remove the drafts below `folder`, which who wrote them was killed over. Nobody may be writing there.
Result<void> remove_drafts(const std::string& folder);

/// Whether something is done, or only told of.
enum class Change { made, told };

/// How much there is of something.
struct Amount {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;

    Amount& operator+=(const Amount& other);
};

/// What a file or a whole tree holds; nothing if it is missing, what cannot be read counts as empty. Never
/// follows symlinks; a file with other names frees nothing when it goes, and counts without its bytes.
Amount measure_tree(const std::string& path);

/// The drafts below `folder` that remove_drafts() would remove.
std::vector<std::string> drafts_in(const std::string& folder);

/// Remove a file or a whole tree, whatever the modes in it; missing is fine. Never follows symlinks.
Result<void> remove_tree(const std::string& path);

/// fsync a folder, so that renames in it survive a power loss.
Result<void> sync_dir(const std::string& path);

/// `path` made absolute against `base` (itself absolute) and lexically normal.
std::string absolute_path(std::string_view base, std::string_view path);

} // namespace slipway::support
