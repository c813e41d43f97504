// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <store/store.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>

namespace slipway::store {

using support::Digest;
using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

/// Seconds since 1970 when this machine was started.
std::time_t boot_time() {
    timespec now{}, up{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    ::clock_gettime(CLOCK_BOOTTIME, &up);
    return now.tv_sec - up.tv_sec;
}

/// A read lease is given only while nobody has the file open for writing (fcntl(2)).
bool somebody_writes(int fd) {
    if (::fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        ::fcntl(fd, F_SETLEASE, F_UNLCK);
        return false;
    }
    return errno == EAGAIN; // other errors: a file system without leases
}

} // namespace

Draft::Draft(Draft&& other) noexcept : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)) {}

Draft& Draft::operator=(Draft&& other) noexcept {
    if (this != &other) {
        discard();
        path_ = std::exchange(other.path_, {});
        fd_ = std::move(other.fd_);
    }
    return *this;
}

Draft::~Draft() {
    discard();
}

void Draft::discard() noexcept {
    fd_.reset();
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
}

Result<Store> Store::open(const std::string& root) {
    SLIPWAY_TRY(support::make_dirs(root + "/tmp", 0700));
    SLIPWAY_TRY(support::make_dirs(root + "/sha256"));
    return Store(root);
}

Result<Draft> Store::create() const {
    std::string path = root_ + "/tmp/XXXXXX";
    UniqueFd fd(::mkostemp(path.data(), O_CLOEXEC));
    if (!fd) return support::errno_error("creating an artifact in '" + root_ + "/tmp'", errno);
    return Draft(std::move(path), std::move(fd));
}

namespace {

constexpr std::string_view taken_prefix = "taken-";

bool is_single_file(int fd) {
    struct stat st {};

    return ::fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

} // namespace

Result<Draft> Store::take(int folder, const std::string& name, const std::optional<Digest>& expected) const {
    SLIPWAY_TRY_ASSIGN(Draft draft,
                       expected ? Draft(root_ + "/tmp/" + std::string(taken_prefix) + expected->hex(), {})
                                : create());
    if (::renameat(folder, name.c_str(), AT_FDCWD, draft.path_.c_str()) != 0) {
        if (errno == EXDEV) return Error{Kind::unsupported, "it is on another file system"};
        return support::errno_error("moving '" + name + "'", errno);
    }
    // Now that nobody else can reach it by name.
    draft.fd_ = UniqueFd(::open(draft.path_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!draft.fd_ || !is_single_file(draft.fd()))
        return Error{Kind::verify, "'" + name + "' is no file with a single name"};
    return draft;
}

Result<Draft> Store::seal(Draft draft) const {
    // Our own descriptor is open for writing too: look through one that is not.
    SLIPWAY_TRY_ASSIGN(draft.fd_, support::open_read(draft.path_));
    if (::fchmod(draft.fd(), 0444) != 0) return support::errno_error("protecting an artifact", errno);
    if (somebody_writes(draft.fd()))
        return Error{Kind::conflict, "the artifact is still open for writing",
                     "close every descriptor of it first"};
    return draft;
}

Result<Stored> Store::commit(Draft draft) const {
    SLIPWAY_TRY_ASSIGN(const Digest digest, support::sha256_of_fd(draft.fd()));

    struct stat st {};

    if (::fstat(draft.fd(), &st) != 0) return support::errno_error("reading an artifact", errno);
    return commit(std::move(draft), {digest, static_cast<std::uint64_t>(st.st_size)});
}

Result<Stored> Store::commit(Draft draft, Stored known) const {
    const std::string target = path_of(known.digest);
    SLIPWAY_TRY(support::make_dirs(target.substr(0, target.rfind('/'))));
    if (::rename(draft.path_.c_str(), target.c_str()) != 0)
        return support::errno_error("storing artifact '" + target + "'", errno);
    draft.path_.clear();
    return known;
}

Result<Stored> Store::put(std::string_view bytes) const {
    SLIPWAY_TRY_ASSIGN(Draft draft, create());
    SLIPWAY_TRY(support::write_all(draft.fd(), bytes, "storing an artifact"));
    SLIPWAY_TRY_ASSIGN(Draft sealed, seal(std::move(draft)));
    return commit(std::move(sealed));
}

Result<UniqueFd> Store::open_artifact(const Digest& digest) const {
    static const std::time_t booted = boot_time();
    const std::string path = path_of(digest);
    auto fd = support::open_read(path);
    if (!fd && fd.error().kind == Kind::not_found)
        return Error{Kind::not_found, "artifact " + digest.hex() + " is not in the store"};
    if (!fd) return fd;

    struct stat st {};

    if (::fstat(fd.value().get(), &st) != 0) return support::errno_error("reading '" + path + "'", errno);
    if (st.st_ctime >= booted) return fd;
    SLIPWAY_TRY_ASSIGN(const Digest actual, support::sha256_of_fd(fd.value().get()));
    if (actual != digest) {
        ::unlink(path.c_str());
        return Error{Kind::not_found,
                     "artifact " + digest.hex() + " was damaged and has been removed from the store"};
    }
    // Any change of the inode sets its ctime: it is not hashed again until the next start of the machine.
    ::fchmod(fd.value().get(), 0444);
    return fd;
}

Result<std::uint64_t> Store::check(const Digest& digest) const {
    SLIPWAY_TRY_ASSIGN(const UniqueFd fd, open_artifact(digest));

    struct stat st {};

    if (::fstat(fd.get(), &st) != 0) return support::errno_error("reading an artifact", errno);
    return static_cast<std::uint64_t>(st.st_size);
}

std::string Store::path_of(const Digest& digest) const {
    return root_ + "/sha256/" + digest.hex().substr(0, 2) + "/" + digest.hex();
}

/// Commit a file that take() had moved, if it is whole.
void Store::finish_taken(const std::string& path, const Digest& expected) const {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd || !is_single_file(fd.get()) || ::fchmod(fd.get(), 0444) != 0) return;
    const auto digest = support::sha256_of_fd(fd.get());
    if (digest && digest.value() == expected) (void)commit(Draft(path, std::move(fd)), {expected, 0});
}

void Store::finish_drafts() const {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(root_ + "/tmp", failed)) {
        const std::string name = entry.path().filename();
        if (!name.starts_with(taken_prefix)) continue;
        if (const auto digest = Digest::parse(name.substr(taken_prefix.size())))
            finish_taken(entry.path(), digest.value());
    }
}

Result<void> Store::remove_drafts() const {
    finish_drafts();
    SLIPWAY_TRY(support::remove_tree(root_ + "/tmp"));
    return support::make_dirs(root_ + "/tmp", 0700);
}

} // namespace slipway::store
