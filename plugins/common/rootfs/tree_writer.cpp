// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <linux/openat2.h>
#include <rootfs/tree_writer.hpp>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

constexpr std::size_t batch_entries = 128;
constexpr std::uint64_t batch_bytes = 1u << 20;

Error failed(const Record& record) {
    return support::errno_error("writing '" + record.entry.path + "' to the work folder", errno);
}

std::array<timespec, 2> times_of(const Record& record) {
    const timespec mtime{record.entry.mtime.seconds, static_cast<long>(record.entry.mtime.nanoseconds)};
    return {mtime, mtime};
}

void remember(Record& record, const struct stat& status) {
    record.inode = status.st_ino;
    record.changed = {status.st_ctim.tv_sec, static_cast<std::uint32_t>(status.st_ctim.tv_nsec)};
}

/// Owner first: a change of it takes setuid bits and capabilities away.
Result<void> set_attributes(Record& record, int fd) {
    const Entry& entry = record.entry;
    if (::fchown(fd, entry.uid, entry.gid) != 0 || ::fchmod(fd, entry.mode) != 0) return failed(record);
    for (const auto& [name, value] : entry.xattrs)
        if (::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0) != 0) return failed(record);

    struct stat status {};

    if (::futimens(fd, times_of(record).data()) != 0 || ::fstat(fd, &status) != 0) return failed(record);
    remember(record, status);
    return {};
}

Result<void> set_attributes(Record& record, int parent, const char* name) {
    struct stat status {};

    const Entry& entry = record.entry;
    if (::fchownat(parent, name, entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0
        || (entry.type != Type::symlink && ::fchmodat(parent, name, entry.mode, 0) != 0)
        || ::utimensat(parent, name, times_of(record).data(), AT_SYMLINK_NOFOLLOW) != 0
        || ::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return failed(record);
    remember(record, status);
    return {};
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash);
}

const char* name_in(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
}

/// The kernel's stamps advance with its timer (10 ms at most): a change within the tick of the last one would
/// not show.
void wait_for_next_stamp() {
    timespec first{}, now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &first);
    do {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    } while (now.tv_sec == first.tv_sec && now.tv_nsec == first.tv_nsec);
}

} // namespace

Result<UniqueFd> open_beneath(int root, const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
    if (!fd) return support::errno_error("opening '" + path + "' in the work folder", errno);
    return fd;
}

Result<TreeFolder> TreeFolder::make(const std::string& work_folder) {
    TreeFolder made{work_folder + '/' + name, {}, {}};
    SLIPWAY_TRY(support::remove_tree(made.path));
    SLIPWAY_TRY(support::make_dirs(made.path, 0755));
    made.root = UniqueFd(::open(made.path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    made.content = UniqueFd(::open(work_folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
    if (!made.root || !made.content || ::chmod(made.path.c_str(), 0755) != 0)
        return support::errno_error("work folder '" + work_folder + "'", errno);
    return made;
}

TreeWriter::TreeWriter(int root, int content, std::function<Result<void>()> flush, unsigned threads)
    : root_(root), content_(content), flush_(std::move(flush)) {
    for (unsigned i = 0; i < threads; ++i)
        threads_.emplace_back([this] { work(); });
}

TreeWriter::~TreeWriter() {
    stop();
}

void TreeWriter::stop() {
    {
        const std::lock_guard lock(mutex_);
        no_more_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

Result<void> TreeWriter::add(Record& record) {
    if (record.entry.type == Type::directory) {
        SLIPWAY_TRY_ASSIGN(const UniqueFd parent,
                           open_beneath(root_, parent_of(record.entry.path), O_PATH | O_DIRECTORY));
        if (::mkdirat(parent.get(), name_in(record.entry.path), 0700) != 0) return failed(record);
        directories_.push_back(&record);
        return {};
    }
    if (record.entry.type == Type::hardlink) {
        links_.push_back(&record);
        return {};
    }
    files_.emplace(record.entry.path, &record);
    pending_.push_back(&record);
    pending_bytes_ += record.entry.size;
    return pending_.size() >= batch_entries || pending_bytes_ >= batch_bytes ? hand_over() : Result<void>();
}

Result<void> TreeWriter::hand_over() {
    SLIPWAY_TRY(flush_());
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    batches_.push_back(std::exchange(pending_, {}));
    pending_bytes_ = 0;
    changed_.notify_one();
    return {};
}

void TreeWriter::work() {
    for (;;) {
        Batch batch;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return no_more_ || !batches_.empty(); });
            if (batches_.empty() || failure_) return;
            batch = std::move(batches_.back());
            batches_.pop_back();
        }
        if (auto written = write_batch(batch); !written) {
            const std::lock_guard lock(mutex_);
            failure_ = std::move(written).error();
        }
    }
}

Result<void> TreeWriter::write_batch(const Batch& batch) const {
    std::string open_path;
    UniqueFd parent;
    for (Record* record : batch) {
        std::string path = parent_of(record->entry.path);
        if (!parent || path != open_path) {
            SLIPWAY_TRY_ASSIGN(parent, open_beneath(root_, path, O_PATH | O_DIRECTORY));
            open_path = std::move(path);
        }
        SLIPWAY_TRY(write(*record, parent.get(), name_in(record->entry.path)));
    }
    return {};
}

Result<void> TreeWriter::write(Record& record, int parent, const char* name) const {
    const Entry& entry = record.entry;
    if (entry.type == Type::file) return write_file(record, parent, name);
    const int made = entry.type == Type::symlink ? ::symlinkat(entry.link.c_str(), parent, name)
                                                 : ::mkfifoat(parent, name, 0600);
    if (made != 0) return failed(record);
    return set_attributes(record, parent, name);
}

Result<void> TreeWriter::write_file(Record& record, int parent, const char* name) const {
    const UniqueFd fd(::openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return failed(record);
    auto from = static_cast<off_t>(record.data_offset);
    for (std::uint64_t left = record.entry.size; left > 0;) {
        const ssize_t n = ::copy_file_range(content_, &from, fd.get(), nullptr, left, 0);
        if (n < 0) return failed(record);
        if (n == 0)
            return Error{Kind::internal, "'" + record.entry.path + "' is not whole in the work folder"};
        left -= static_cast<std::uint64_t>(n);
    }
    return set_attributes(record, fd.get());
}

Result<void> TreeWriter::link(Record& record) {
    SLIPWAY_TRY_ASSIGN(const UniqueFd from,
                       open_beneath(root_, parent_of(record.entry.link), O_PATH | O_DIRECTORY));
    SLIPWAY_TRY_ASSIGN(const UniqueFd to,
                       open_beneath(root_, parent_of(record.entry.path), O_PATH | O_DIRECTORY));
    if (::linkat(from.get(), name_in(record.entry.link), to.get(), name_in(record.entry.path), 0) != 0)
        return failed(record);
    files_.emplace(record.entry.path, &record);
    return {};
}

/// A link changes the ctime of the file, and so of all its names: they are looked at when all are made.
Result<void> TreeWriter::remember_link(Record& record) const {
    SLIPWAY_TRY_ASSIGN(const UniqueFd parent,
                       open_beneath(root_, parent_of(record.entry.path), O_PATH | O_DIRECTORY));

    struct stat status {};

    if (::fstatat(parent.get(), name_in(record.entry.path), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return failed(record);
    remember(record, status);
    for (auto it = files_.find(record.entry.link); it != files_.end();
         it = files_.find(it->second->entry.link))
        remember(*it->second, status);
    return {};
}

Result<void> TreeWriter::finish_directory(Record& record) const {
    SLIPWAY_TRY_ASSIGN(const UniqueFd fd, open_beneath(root_, record.entry.path, O_RDONLY | O_DIRECTORY));
    return set_attributes(record, fd.get());
}

Result<void> TreeWriter::finish() {
    SLIPWAY_TRY(hand_over());
    stop();
    if (failure_) return *failure_;
    for (Record* record : links_)
        SLIPWAY_TRY(link(*record));
    for (Record* record : links_)
        SLIPWAY_TRY(remember_link(*record));
    for (Record* record : directories_)
        SLIPWAY_TRY(finish_directory(*record));
    wait_for_next_stamp();
    return {};
}

} // namespace slipway::rootfs
