// SPDX-License-Identifier: GPL-3.0-or-later
#include "merge.hpp"

#include "known_digests.hpp"
#include "metadata.hpp"
#include "packed.hpp"
#include "read_ahead.hpp"
#include "root_writer.hpp"

#include <common/no_extract.hpp>
#include <fmt/format.h>
#include <support/cores.hpp>
#include <support/text.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

constexpr const char* database = "var/lib/pacman/local";

/// What all packages of one merge share.
struct Merge {
    RootWriter writer;
    common::NoExtract no_extract;
    common::NoExtract no_upgrade; // the same rules
    std::int64_t epoch;
    const Observer& observer;
    KnownDigests digests;
    std::deque<std::string> names = {}; ///< of the packages; the tree points to them
    std::uint64_t packed_before = 0;    ///< bytes of the packages that are done

    /// A package's `desc` in the local database, written when all packages are: it holds the epoch, and what
    /// comes before does not change with it.
    struct Record {
        std::string path, text;
    };

    std::vector<Record> records = {};

    Result<void> check_cancelled() const {
        return observer.cancelled() ? Result<void>(Error{Kind::cancelled, "cancelled"}) : Result<void>();
    }
};

Result<UniqueFd> open_package(const Package& package) {
    SLIPWAY_TRY_ASSIGN(UniqueFd fd, package.open());

    struct stat status {};

    if (::fstat(fd.get(), &status) != 0) return support::errno_error("fstat", errno);
    if (static_cast<std::uint64_t>(status.st_size) != package.locked.size)
        return Error{
            Kind::verify,
            fmt::format("the file has {} bytes, the lock says {}", status.st_size, package.locked.size),
            "the file is damaged; fetch it again"};
    return fd;
}

/// A source whose first bytes were looked at already.
class Rejoined final : public ByteSource {
public:
    Rejoined(std::string_view start, std::unique_ptr<ByteSource> rest)
        : start_(start), rest_(std::move(rest)) {}

    Result<std::string_view> next() override {
        if (!start_.empty()) return std::exchange(start_, {});
        return rest_->next();
    }

    std::uint64_t packed() const override { return rest_->packed(); }

private:
    std::string_view start_;
    std::unique_ptr<ByteSource> rest_;
};

/// Merges one package.
class PackageMerge {
public:
    PackageMerge(Merge& merge, const Package& package, const std::string& name)
        : merge_(merge), package_(package), name_(name), folder_(std::string(database) + '/' + name) {}

    /// `content`: the package file's, decompressed.
    Result<void> run(std::unique_ptr<ByteSource> content);

    /// After run().
    PackageInfo take_info() { return std::move(info_); }

private:
    Result<Metadata> metadata(std::string_view start) const;
    Result<void> read_head(std::string_view start);
    Result<void> check_against_lock() const;
    std::uint64_t max_content() const;
    Result<void> add(Entry entry);
    Result<void> add_database_file(Entry entry);
    Result<void> add_listed(const Entry& entry);
    Result<void> add_file(Entry entry);
    Result<bool> makes_way(const Entry& entry, const Addition& there) const;
    Result<void> add_other(Entry entry);
    bool is_listed(const Entry& entry);
    bool lost_its_file(const Entry& link) const;
    Backup* backup_of(const std::string& path);

    Result<UniqueFd> open() const { return open_package(package_); }

    Result<std::string> md5_of(const std::string& path) const;

    Pulse quiet_pulse() const {
        return [this](std::uint64_t) { return merge_.check_cancelled(); };
    }

    Pulse pulse() const {
        return [this](std::uint64_t packed) {
            merge_.observer.progress(merge_.packed_before + packed);
            return merge_.check_cancelled();
        };
    }

    Merge& merge_;
    const Package& package_;
    const std::string& name_;
    const std::string folder_; // in the local database
    PackageInfo info_;
    std::optional<std::vector<std::string>> files_; // see Metadata
    std::vector<std::string> seen_;                 // the file list of a package without .MTREE
    std::vector<Backup> backup_;
    KnownDigests::Files digests_; // of its files
    bool has_new_digests_ = false;
    std::unique_ptr<PackageReader> reader_;
};

/// Mostly in the first megabyte, `start`; else the package is read for it.
Result<Metadata> PackageMerge::metadata(std::string_view start) const {
    if (auto found = metadata_in(start)) return std::move(*found);
    SLIPWAY_TRY_ASSIGN(UniqueFd fd, open());
    return read_metadata(std::move(fd), quiet_pulse(), max_content());
}

Result<void> PackageMerge::read_head(std::string_view start) {
    SLIPWAY_TRY_ASSIGN(Metadata read, metadata(start));
    info_ = std::move(read.info);
    files_ = std::move(read.files);
    SLIPWAY_TRY(check_against_lock());
    for (const std::string& path : info_.backup)
        backup_.push_back({path});
    return {};
}

Result<void> PackageMerge::check_against_lock() const {
    const LockedPackage& locked = package_.locked;
    const auto disagree = [](const std::string& says) {
        return Error{Kind::verify, "its .PKGINFO says " + support::printable(says),
                     "the lock and the package do not belong together; make the lock anew"};
    };
    if (info_.name != locked.name || info_.version != locked.version)
        return disagree("'" + info_.name + '-' + info_.version + "'");
    if (!locked.architecture.empty() && info_.arch != locked.architecture)
        return disagree(
            fmt::format("'arch = {}', the lock '{}'", info_.arch.value_or(""), locked.architecture));
    if (locked.installed_size && info_.size != *locked.installed_size)
        return disagree(fmt::format("'size = {}', the lock {}", info_.size, *locked.installed_size));
    if (locked.build_date && info_.build_date != *locked.build_date)
        return disagree(fmt::format("'builddate = {}', the lock {}", info_.build_date, *locked.build_date));
    return {};
}

/// A few kilobytes can unpack to anything. What the lock says was known before a byte came; the installed
/// size of a real package is within a few percent of its files' (makepkg counts blocks of folders, not
/// metadata).
std::uint64_t PackageMerge::max_content() const {
    constexpr std::uint64_t slack = 64u << 20;
    const std::int64_t declared = package_.locked.installed_size.value_or(info_.size);
    if (declared < 0 || declared > (std::int64_t{1} << 60)) return slack;
    if (!package_.locked.installed_size && info_.name.empty()) return std::uint64_t{1} << 60; // not read yet
    return slack + 2 * static_cast<std::uint64_t>(declared);
}

Result<void> PackageMerge::run(std::unique_ptr<ByteSource> content) {
    SLIPWAY_TRY_ASSIGN(const std::string_view start, content->next());
    SLIPWAY_TRY(read_head(start));
    merge_.writer.begin_segment();
    SLIPWAY_TRY(merge_.writer.make_directory(folder_, Time{info_.build_date, 0}));
    digests_ = merge_.digests.find(package_.locked.sha256);
    SLIPWAY_TRY_ASSIGN(reader_, PackageReader::open(std::make_unique<Rejoined>(start, std::move(content)),
                                                    pulse(), max_content()));
    for (;;) {
        SLIPWAY_TRY_ASSIGN(std::optional<Entry> entry, reader_->next());
        if (!entry) break;
        SLIPWAY_TRY(add(std::move(*entry)));
    }
    SLIPWAY_TRY(reader_->finish());
    if (has_new_digests_) merge_.digests.keep(package_.locked.sha256, digests_);
    merge_.records.push_back({folder_ + "/desc", desc_text(info_, package_.locked, merge_.epoch)});
    return merge_.writer.make_file(folder_ + "/files",
                                   files_text(std::move(files_ ? *files_ : seen_), backup_),
                                   Time{info_.build_date, 0});
}

Result<void> PackageMerge::add(Entry entry) {
    // pacman keeps all names that start with a dot for itself.
    if (entry.path.starts_with('.')) return add_database_file(std::move(entry));
    if (!is_listed(entry)) {
        merge_.observer.warn("package '" + name_ + "': '" + entry.path + "' is not in its .MTREE: left out");
        return {};
    }
    if (merge_.no_extract.matches(entry.slashed())) return add_listed(entry);
    if (entry.type == Type::file) return add_file(std::move(entry));
    if (entry.type == Type::hardlink && lost_its_file(entry)) {
        merge_.observer.warn("package '" + name_ + "': hard link '" + entry.path
                             + "' is left out: no_extract took '" + entry.link + "'");
        return add_listed(entry);
    }
    return add_other(std::move(entry));
}

/// A backup file is no conflict, even one that is not extracted.
Result<void> PackageMerge::add_listed(const Entry& entry) {
    if (merge_.writer.overlay_file(entry.path) != nullptr && backup_of(entry.path) != nullptr) return {};
    return merge_.writer.list(entry, &name_);
}

/// pacman warns and leaves the link out, too.
bool PackageMerge::lost_its_file(const Entry& link) const {
    const Node* node = merge_.writer.tree().find(link.link);
    return node != nullptr && node->owner == &name_ && node->presence == Presence::listed;
}

Result<void> PackageMerge::add_database_file(Entry entry) {
    const char* name = entry.path == ".MTREE"       ? "/mtree"
                       : entry.path == ".INSTALL"   ? "/install"
                       : entry.path == ".CHANGELOG" ? "/changelog"
                                                    : nullptr;
    if (name == nullptr) return {};
    if (entry.type != Type::file)
        return Error{Kind::verify, "entry '" + entry.path + "' is a " + name_of(entry.type),
                     "no sound package has such an entry; do not use it"};
    entry.path = folder_ + name;
    entry.mode = 0644;
    return merge_.writer.put_file(std::move(entry), nullptr,
                                  [&](const Sink& sink) { return reader_->content(sink); });
}

Result<void> PackageMerge::add_file(Entry entry) {
    Backup* const backup = backup_of(entry.path);
    const std::string path = entry.path;
    const std::string* owner = &name_;
    std::optional<Md5> md5;
    if (backup != nullptr) md5.emplace();
    if (const Addition* there = merge_.writer.overlay_file(entry.path);
        there != nullptr && backup != nullptr) {
        SLIPWAY_TRY_ASSIGN(const bool replaces, makes_way(entry, *there));
        if (replaces) {
            merge_.writer.drop_overlay_file(entry.path);
        } else {
            merge_.observer.warn("'" + entry.path + "' of the overlay stays, that of package '" + name_
                                 + "' is '" + entry.path + ".pacnew'");
            entry.path += ".pacnew";
            owner = nullptr;
        }
    }
    const auto known = digests_.find(path);
    std::string sha256 = known == digests_.end() ? "" : known->second;
    SLIPWAY_TRY(merge_.writer.put_file(std::move(entry), owner,
                                       [&](const Sink& sink) { return reader_->content(sink); },
                                       {md5 ? &*md5 : nullptr, &sha256}));
    if (known == digests_.end() && !sha256.empty())
        has_new_digests_ = digests_.emplace(path, std::move(sha256)).second;
    if (backup != nullptr) backup->md5 = md5->finish();
    return {};
}

Result<void> PackageMerge::add_other(Entry entry) {
    Backup* const backup = entry.type == Type::hardlink ? backup_of(entry.path) : nullptr;
    SLIPWAY_TRY_ASSIGN(const Placed placed, merge_.writer.put(entry, &name_));
    if (backup != nullptr) {
        SLIPWAY_TRY_ASSIGN(backup->md5, md5_of(entry.link));
    }
    if (placed == Placed::kept_different)
        merge_.observer.warn(
            fmt::format("directory permissions differ on '{}': {:04o}, package '{}' has {:04o}", entry.path,
                        merge_.writer.tree().find(entry.path)->mode, name_, entry.mode));
    return {};
}

/// What pacman (6.0.2, add.c) does with a backup file that is there already: one of the same content is
/// replaced, so that times and modes are the package's, any other stays.
Result<bool> PackageMerge::makes_way(const Entry& entry, const Addition& there) const {
    if (merge_.no_upgrade.matches(entry.path) || there.entry.size != entry.size) return false;
    Md5 md5;
    SLIPWAY_TRY(read_content(there, [&](std::string_view bytes) {
        md5.update(bytes);
        return Result<void>();
    }));
    SLIPWAY_TRY_ASSIGN(const std::string ours, md5_of(entry.path));
    return md5.finish() == ours;
}

bool PackageMerge::is_listed(const Entry& entry) {
    if (files_) return std::binary_search(files_->begin(), files_->end(), entry.slashed());
    seen_.push_back(entry.slashed());
    return true;
}

Backup* PackageMerge::backup_of(const std::string& path) {
    const auto it =
        std::find_if(backup_.begin(), backup_.end(), [&](const Backup& b) { return b.path == path; });
    return it == backup_.end() ? nullptr : &*it;
}

/// The MD5 of a file that has passed already: no file's content is kept, so the package is read again.
Result<std::string> PackageMerge::md5_of(const std::string& path) const {
    SLIPWAY_TRY_ASSIGN(UniqueFd fd, open());
    SLIPWAY_TRY_ASSIGN(auto source, open_packed(std::move(fd), std::make_shared<UnpackRoom>()));
    SLIPWAY_TRY_ASSIGN(const auto reader,
                       PackageReader::open(std::move(source), quiet_pulse(), max_content()));
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const std::optional<Entry> entry, reader->next());
        if (!entry)
            return Error{Kind::verify, "entry '" + path + "' is gone", "the file changed while it was read"};
        if (entry->path != path) continue;
        if (entry->type == Type::hardlink) return md5_of(entry->link);
        Md5 md5;
        SLIPWAY_TRY(reader->content([&](std::string_view bytes) {
            md5.update(bytes);
            return Result<void>();
        }));
        return md5.finish();
    }
}

/// Conflicts name their packages themselves; every other error gets its package here.
Error in_package(Error error, const std::string& name) {
    const bool named = error.kind == Kind::cancelled || error.what.find("package '") != std::string::npos;
    return named ? error : std::move(error).in("package '" + name + "'");
}

/// The packages' decompressed content, a few of them ahead of the one that is being merged.
class Contents {
public:
    explicit Contents(const std::vector<Package>& packages) : packages_(packages) {}

    /// Of the next package.
    Result<std::unique_ptr<ByteSource>> next() {
        while (sources_.size() < files && added_ < packages_.size())
            add(packages_[added_++]);
        auto source = std::move(sources_.front());
        sources_.pop_front();
        return source;
    }

private:
    static constexpr std::size_t files = 3;
    static constexpr std::size_t budget = 32u << 20;

    /// One keeps up with four cores that compress, and a second would only take the caches from them.
    static unsigned threads() { return support::cores() > 4 ? 2 : 1; }

    void add(const Package& package) {
        auto fd = open_package(package);
        if (fd)
            sources_.emplace_back(ahead_.add(std::move(fd).value()));
        else
            sources_.emplace_back(std::move(fd).error());
    }

    const std::vector<Package>& packages_;
    std::size_t added_ = 0;
    ReadAhead ahead_{threads(), budget};
    std::deque<Result<std::unique_ptr<ByteSource>>> sources_;
};

Result<PackageInfo> merge_one(Merge& merge, Contents& contents, const Package& package,
                              const std::string& name) {
    SLIPWAY_TRY_ASSIGN(auto content, contents.next());
    PackageMerge one(merge, package, name);
    SLIPWAY_TRY(one.run(std::move(content)));
    return one.take_info();
}

TimeRange mtimes_of(const Options& options) {
    const Time epoch{options.epoch, 0};
    return {options.mtimes == Mtimes::epoch ? epoch : Time{std::numeric_limits<std::int64_t>::min(), 0},
            options.mtimes == Mtimes::keep ? Time{std::numeric_limits<std::int64_t>::max(), 0} : epoch};
}

Result<Plan> plan_of(const Options& options) {
    const Time made{options.epoch, 0};
    Plan plan;
    plan.blank = options.blank;
    for (const std::string& path : plan.blank)
        if (auto usable = check_path(path); !usable)
            return Error{Kind::config, "blank: " + usable.error().what, "write the path from the root"};
    for (const Overlay& overlay : options.overlays)
        SLIPWAY_TRY(add_overlay(overlay.when == When::before ? plan.before : plan.after, overlay, made));
    for (const auto& [path, target] : options.symlinks)
        SLIPWAY_TRY(add_symlink(plan.after, path, target, made));
    return plan;
}

} // namespace

Result<std::vector<Installed>> merge(const std::vector<Package>& packages, const Options& options,
                                     const Target& target, const Observer& observer) {
    SLIPWAY_TRY_ASSIGN(const Plan plan, plan_of(options));
    Exclude exclude(target.ledger != nullptr ? std::vector<std::string>() : options.exclude);
    Merge merge{RootWriter(target, std::move(exclude), mtimes_of(options), {options.epoch, 0}, plan),
                common::NoExtract(options.no_extract),
                common::NoExtract(options.no_upgrade),
                options.epoch,
                observer,
                KnownDigests(options.digests)};
    const Time made{options.epoch, 0};
    // pacman makes its database (version 9 since pacman 4.2) before the first package comes.
    merge.writer.begin_segment();
    SLIPWAY_TRY(merge.writer.make_file(std::string(database) + "/ALPM_DB_VERSION", "9\n", made));
    SLIPWAY_TRY(merge.writer.begin());
    Contents contents(packages);
    std::vector<Installed> installed;
    for (const Package& package : packages) {
        const std::string& name = merge.names.emplace_back(package.locked.full_name());
        auto info = merge_one(merge, contents, package, name);
        if (!info) return in_package(std::move(info).error(), name);
        installed.push_back({package.locked, std::move(info).value()});
        merge.packed_before += package.locked.size;
        observer.progress(merge.packed_before);
    }
    merge.writer.begin_segment();
    for (const Merge::Record& record : merge.records)
        SLIPWAY_TRY(merge.writer.make_file(record.path, record.text, made));
    SLIPWAY_TRY(merge.writer.finish());
    merge.digests.remove_old();
    return installed;
}

} // namespace slipway::rootfs
