// SPDX-License-Identifier: GPL-3.0-or-later
#include "tree_scan.hpp"

#include "tar_writer.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <rootfs/tree_writer.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/text.hpp>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>

namespace slipway::rootfs {

using support::Result;
using support::UniqueFd;

namespace {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

Time time_of(const timespec& t) {
    return {t.tv_sec, static_cast<std::uint32_t>(t.tv_nsec)};
}

std::optional<Type> type_of(mode_t mode) {
    if (S_ISREG(mode)) return Type::file;
    if (S_ISDIR(mode)) return Type::directory;
    if (S_ISLNK(mode)) return Type::symlink;
    if (S_ISFIFO(mode)) return Type::fifo;
    return std::nullopt;
}

class Scan {
public:
    Scan(std::deque<Record>& records, const std::function<void(const std::string&)>& warn) : warn_(warn) {
        known_.reserve(records.size());
        for (Record& record : records)
            known_.emplace(record.entry.path, &record);
    }

    Result<void> folder(UniqueFd fd, const std::string& prefix) {
        const std::unique_ptr<DIR, CloseFolder> folder(::fdopendir(fd.get()));
        if (!folder) return support::errno_error("reading '" + prefix + "' in the work folder", errno);
        (void)fd.release(); // closedir() closes it
        while (const dirent* entry = ::readdir(folder.get())) {
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..") continue;
            SLIPWAY_TRY(one(::dirfd(folder.get()), entry->d_name, prefix + entry->d_name));
        }
        return {};
    }

    std::vector<Record> added;

private:
    Result<void> one(int at, const char* name, const std::string& path) {
        struct stat status {};

        if (::fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            return support::errno_error("reading '" + path + "' in the work folder", errno);
        const auto type = type_of(status.st_mode);
        if (!type) {
            warn_("'" + support::printable(path) + "' is a "
                  + (S_ISSOCK(status.st_mode) ? "socket" : "device") + ": left out");
            return {};
        }
        note(path, *type, status);
        if (*type != Type::directory) return {};
        UniqueFd fd(::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!fd) return support::errno_error("reading '" + path + "' in the work folder", errno);
        return folder(std::move(fd), path + '/');
    }

    void note(const std::string& path, Type type, const struct stat& status) {
        const auto known = known_.find(path);
        if (known == known_.end()) {
            added.push_back(
                {.entry = {.path = path, .type = type}, .is_there = true, .mtime = time_of(status.st_mtim)});
            return;
        }
        Record& record = *known->second;
        record.is_there = true;
        record.mtime = time_of(status.st_mtim);
        record.is_same = record.inode == status.st_ino && record.changed == time_of(status.st_ctim);
    }

    const std::function<void(const std::string&)>& warn_;
    std::unordered_map<std::string_view, Record*> known_;
};

/// Attributes that mean the same on every machine; a security module's label does not.
bool is_portable(std::string_view name, const Entry& before) {
    return name == "security.capability" || name.starts_with("user.")
           || before.xattrs.contains(std::string(name));
}

Result<void> read_xattrs(int fd, const Entry& before, Entry& entry) {
    std::array<char, 64u << 10> names{}, value{}; // the kernel's limits (XATTR_LIST_MAX, XATTR_SIZE_MAX)
    const ssize_t size = ::flistxattr(fd, names.data(), names.size());
    for (const char* name = names.data(); size > 0 && name < names.data() + size;
         name += std::string_view(name).size() + 1) {
        if (!is_portable(name, before)) continue;
        const ssize_t length = ::fgetxattr(fd, name, value.data(), value.size());
        if (length < 0) return support::errno_error("reading attributes of '" + entry.path + "'", errno);
        entry.xattrs[name] = std::string(value.data(), static_cast<std::size_t>(length));
    }
    return {};
}

Result<std::string> link_target(int fd, const std::string& path) {
    std::array<char, 4096> target{};
    const ssize_t n = ::readlinkat(fd, "", target.data(), target.size());
    if (n < 0) return support::errno_error("reading link '" + path + "'", errno);
    std::string text(target.data(), static_cast<std::size_t>(n));
    SLIPWAY_TRY(check_text(text));
    return text;
}

class Finisher {
public:
    Finisher(const Finish& finish, Output& tar, Manifest& manifest)
        : f_(finish), output_(tar), tar_(tar), manifest_(manifest) {}

    Result<void> record(Record& r) {
        const bool hidden = f_.exclude.matches(r.entry.path);
        // Where a segment's first entry is left out, the next one begins it.
        segment_begins_ = segment_begins_ || r.begins_segment;
        if (!r.is_there || hidden) {
            if (hidden) hidden_.insert(r.entry.path);
            return {};
        }
        const bool lost = r.entry.type == Type::hardlink && hidden_.contains(r.entry.link);
        if (!r.is_same || lost) return again(r);
        if (segment_begins_ && !r.begins_segment) return copy_under_new_header(r);
        segment_begins_ = false;
        if (copy_end_ != r.offset) SLIPWAY_TRY(copy());
        if (copy_end_ != r.offset) copy_from_ = r.offset;
        copy_end_ = r.end;
        return manifest_.add(r.entry, r.sha256, r.owner);
    }

    Result<void> finish() {
        SLIPWAY_TRY(copy());
        SLIPWAY_TRY(tar_.finish());
        SLIPWAY_TRY(output_.flush());
        return manifest_.finish();
    }

private:
    /// The run of unchanged entries that was not copied yet.
    Result<void> copy() {
        SLIPWAY_TRY(output_.copy(f_.base, copy_from_, copy_end_ - copy_from_));
        copy_from_ = copy_end_ = 0;
        return {};
    }

    Result<void> begin(const Entry& entry) {
        if (std::exchange(segment_begins_, false)) tar_.begin_segment();
        return tar_.begin(entry);
    }

    Result<void> copy_under_new_header(const Record& r) {
        SLIPWAY_TRY(copy());
        SLIPWAY_TRY(begin(r.entry));
        SLIPWAY_TRY(output_.copy(f_.base, r.data_offset, r.end - r.data_offset));
        return manifest_.add(r.entry, r.sha256, r.owner);
    }

    /// As it is on disk now.
    Result<void> again(const Record& r) {
        SLIPWAY_TRY(copy());
        SLIPWAY_TRY(check_path(r.entry.path));
        SLIPWAY_TRY_ASSIGN(UniqueFd fd, open_beneath(f_.root, r.entry.path, O_PATH));

        struct stat status {};

        if (::fstat(fd.get(), &status) != 0) return support::errno_error("fstat", errno);
        Entry entry{.path = r.entry.path, .type = *type_of(status.st_mode)};
        entry.mode = entry.type == Type::symlink ? 0777 : status.st_mode & 07777;
        entry.size = entry.type == Type::file ? static_cast<std::uint64_t>(status.st_size) : 0;
        entry.uid = status.st_uid;
        entry.gid = status.st_gid;
        entry.mtime = r.mtime; // a folder's may be another by now
        const bool made_here = entry.mtime.seconds >= f_.started || entry.mtime > f_.epoch;
        if ((made_here && entry.mtime != r.entry.mtime) || f_.only_epoch) entry.mtime = f_.epoch;
        if (entry.type == Type::symlink) {
            SLIPWAY_TRY_ASSIGN(entry.link, link_target(fd.get(), entry.path));
        }
        if (entry.type == Type::symlink || entry.type == Type::fifo) return put(entry, "", r.owner);
        SLIPWAY_TRY_ASSIGN(fd, open_beneath(f_.root, r.entry.path, O_RDONLY));
        SLIPWAY_TRY(read_xattrs(fd.get(), r.entry, entry));
        if (entry.type == Type::directory) return put(entry, "", r.owner);
        if (is_link(entry, status)) return put_link(std::move(entry), status, r.owner);
        return put_file(std::move(entry), fd.get(), r.owner);
    }

    Result<void> put(const Entry& entry, const std::string& sha256, const std::string* owner) {
        SLIPWAY_TRY(begin(entry));
        return manifest_.add(entry, sha256, owner);
    }

    /// Of a file with several names, the first brings the content, the others are links to it.
    bool is_link(const Entry& entry, const struct stat& status) {
        return status.st_nlink > 1 && !names_.try_emplace(status.st_ino, entry.path).second;
    }

    Result<void> put_link(Entry entry, const struct stat& status, const std::string* owner) {
        entry.type = Type::hardlink;
        entry.link = names_.at(status.st_ino);
        entry.size = 0;
        entry.xattrs.clear();
        return put(entry, "", owner);
    }

    Result<void> put_file(const Entry& entry, int fd, const std::string* owner) {
        SLIPWAY_TRY(begin(entry));
        support::Sha256 sha256;
        std::string block(256u << 10, '\0');
        for (std::uint64_t left = entry.size; left > 0;) {
            const ssize_t n = ::read(fd, block.data(), std::min<std::uint64_t>(left, block.size()));
            if (n <= 0) return support::errno_error("reading '" + entry.path + "'", n < 0 ? errno : EIO);
            const auto bytes = std::string_view(block).substr(0, static_cast<std::size_t>(n));
            sha256.update(bytes);
            SLIPWAY_TRY(tar_.write(bytes));
            left -= bytes.size();
        }
        SLIPWAY_TRY(tar_.end());
        return manifest_.add(entry, sha256.finish().hex(), owner);
    }

    const Finish& f_;
    Output& output_;
    TarWriter tar_;
    Manifest& manifest_;
    std::uint64_t copy_from_ = 0, copy_end_ = 0;
    bool segment_begins_ = false; // with the next entry
    std::set<std::string> hidden_;
    std::unordered_map<std::uint64_t, std::string> names_; // of files with several, by inode
};

} // namespace

Result<std::vector<Record>> scan(int root, std::deque<Record>& records,
                                 const std::function<void(const std::string&)>& warn) {
    Scan scan(records, warn);
    UniqueFd fd(::openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return support::errno_error("reading the work folder", errno);
    SLIPWAY_TRY(scan.folder(std::move(fd), ""));
    std::ranges::sort(scan.added, {}, [](const Record& r) -> const std::string& { return r.entry.path; });
    return std::move(scan.added);
}

std::vector<std::string> not_needed(const std::deque<Record>& records) {
    std::vector<std::string> paths;
    for (const Record& record : records) // a hard link may have to bring the content
        if (record.is_same && record.entry.type != Type::directory && record.entry.type != Type::hardlink)
            paths.push_back(record.entry.path);
    return paths;
}

Result<void> finish_tree(std::deque<Record>& records, std::vector<Record> added, const Finish& finish,
                         Output& tar, Manifest& manifest) {
    Finisher finisher(finish, tar, manifest);
    for (Record& record : records)
        SLIPWAY_TRY(finisher.record(record));
    for (Record& record : added)
        SLIPWAY_TRY(finisher.record(record));
    return finisher.finish();
}

} // namespace slipway::rootfs
