// SPDX-License-Identifier: GPL-3.0-or-later
#include <archive.h>
#include <archive_entry.h>
#include <support/archive.hpp>
#include <support/fs.hpp>
#include <support/tar_writer.hpp>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <vector>

namespace slipway::support {

namespace {

// What it holds is compressed for the most part: a higher level takes longer, and no byte less.
constexpr const char* level = "3";

struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

} // namespace

void TarWriter::Free::operator()(archive* a) const {
    archive_write_free(a);
}

Result<TarWriter> TarWriter::create(int fd, std::int64_t mtime) {
    Handle handle(archive_write_new());
    if (handle == nullptr) throw std::bad_alloc();
    TarWriter writer(std::move(handle), mtime);
    archive* a = writer.handle_.get();
    // pax only where ustar does not do: for large files.
    if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK
        || archive_write_add_filter_zstd(a) != ARCHIVE_OK
        || archive_write_set_filter_option(a, "zstd", "compression-level", level) != ARCHIVE_OK
        || archive_write_open_fd(a, fd) != ARCHIVE_OK)
        return writer.failure();
    return writer;
}

Error TarWriter::failure() const {
    const int number = archive_errno(handle_.get());
    const char* text = archive_error_string(handle_.get());
    if (number == ENOSPC || number == EDQUOT) return errno_error("writing the archive", number);
    return {Kind::io, std::string("writing the archive: ") + (text != nullptr ? text : "libarchive failed")};
}

Result<void> TarWriter::begin(const std::string& name, std::uint64_t size) {
    const Utf8Scope utf8;
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    if (entry == nullptr) throw std::bad_alloc();
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), mtime_, 0);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    if (archive_write_header(handle_.get(), entry.get()) < ARCHIVE_WARN) return failure();
    return {};
}

Result<void> TarWriter::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const la_ssize_t n = archive_write_data(handle_.get(), bytes.data(), bytes.size());
        if (n <= 0) return failure();
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<void> TarWriter::add(const std::string& name, std::string_view bytes) {
    SLIPWAY_TRY(begin(name, bytes.size()));
    return write(bytes);
}

Result<void> TarWriter::add(const std::string& name, int from, std::uint64_t size) {
    SLIPWAY_TRY(begin(name, size));
    std::vector<char> block(1u << 20);
    std::uint64_t done = 0;
    for (;;) {
        const ssize_t n = ::read(from, block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("reading '" + name + "'", errno);
        if (n == 0) break;
        done += static_cast<std::uint64_t>(n);
        if (done > size) break;
        SLIPWAY_TRY(write({block.data(), static_cast<std::size_t>(n)}));
    }
    if (done != size) return Error{Kind::io, "'" + name + "' is not as long as it should be"};
    return {};
}

Result<void> TarWriter::finish() {
    if (archive_write_close(handle_.get()) != ARCHIVE_OK) return failure();
    return {};
}

} // namespace slipway::support
