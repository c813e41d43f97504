// SPDX-License-Identifier: GPL-3.0-or-later
//
// The content-addressed folder of artifacts.
//
//   ROOT/sha256/ab/abcdef…   an artifact, mode 0444, never changed
//   ROOT/tmp/                artifacts being written; empty when no run is active
#pragma once

#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::store {

/// An artifact being written. Dropped without Store::commit(), its file is removed.
class Draft {
public:
    Draft(std::string path, support::UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    Draft(Draft&& other) noexcept;
    Draft& operator=(Draft&& other) noexcept;
    ~Draft();

    /// Open for reading and writing; once sealed, for reading.
    int fd() const { return fd_.get(); }

    const std::string& path() const { return path_; }

private:
    friend class Store;

    void discard() noexcept;

    std::string path_; ///< "" once committed
    support::UniqueFd fd_;
};

struct Stored {
    support::Digest digest;
    std::uint64_t size = 0; ///< bytes
};

/// What sweep() removes: artifacts that nothing needs.
struct Swept {
    std::vector<support::Digest> artifacts;
    std::uint64_t bytes = 0;
};

/// Safe to use from several threads: it has no state but the folder.
class Store {
public:
    /// Opens or makes the folder.
    static support::Result<Store> open(const std::string& root);

    support::Result<Draft> create() const;

    /// Take file `name` of a folder as a draft: it is moved. `expected`: what it should be; then it is not
    /// lost if the host is killed before commit(). Kind::not_found; Kind::verify: it is no file, or has other
    /// names; Kind::unsupported: it is on another file system.
    support::Result<Draft> take(int folder, const std::string& name,
                                const std::optional<support::Digest>& expected) const;

    /// Make the draft read-only, for good. Kind::conflict if anybody but its owner still has the file open
    /// for writing: its bytes could change after they are hashed. Not while another thread starts a process:
    /// that one has a copy of every descriptor until it execs.
    support::Result<Draft> seal(Draft draft) const;

    /// Hash a sealed draft and put it in its place.
    support::Result<Stored> commit(Draft sealed) const;

    /// The same for a draft that nobody but the caller has written, and that it has hashed on the way.
    support::Result<Stored> commit(Draft sealed, Stored known) const;

    /// Store a small artifact in one go.
    support::Result<Stored> put(std::string_view bytes) const;

    /// Open an artifact for reading. Kind::not_found if it is not there. One that was written before the
    /// machine last started is hashed first (a power loss may have cost it its last bytes); if it is damaged
    /// it is removed and not found.
    support::Result<support::UniqueFd> open_artifact(const support::Digest& digest) const;

    /// The size of an artifact that open_artifact() would open; the same errors.
    support::Result<std::uint64_t> check(const support::Digest& digest) const;

    std::string path_of(const support::Digest& digest) const;

    /// Remove drafts that a killed host left, but for files it had taken that are what they should be: those
    /// are committed. Only while no run is active.
    support::Result<void> remove_drafts() const;

    /// Commit drafts as remove_drafts() does, and leave the others where they are.
    void finish_drafts() const;

    /// Whether an artifact is to stay; `stored`: seconds since 1970 when it came, or was last checked.
    using Needed = std::function<bool(const support::Digest& digest, std::time_t stored)>;

    /// Remove every artifact that is not needed, or only tell which those are. What is no artifact is left
    /// alone, and no link is followed. Only while no run is active.
    support::Result<Swept> sweep(const Needed& needed, support::Change change) const;

private:
    void finish_taken(const std::string& path, const support::Digest& expected) const;

    explicit Store(std::string root) : root_(std::move(root)) {}

    std::string root_;
};

} // namespace slipway::store
