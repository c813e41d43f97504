// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_package.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

namespace slipway::test {

TestEntry dir(const std::string& path, unsigned mode) {
    return {.path = path + '/', .type = 0040000, .mode = mode};
}

TestEntry pkginfo(const std::string& name, const std::string& version, const std::string& more) {
    return {.path = ".PKGINFO",
            .content = "# made\npkgname = " + name + "\npkgver = " + version + "\n" + more};
}

namespace {

void add(archive* a, const TestEntry& e) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, e.path.c_str());
    archive_entry_set_filetype(entry, e.type);
    archive_entry_set_perm(entry, e.mode);
    archive_entry_set_mtime(entry, 1'600'000'000, 0);
    if (!e.hardlink.empty()) archive_entry_set_hardlink(entry, e.hardlink.c_str());
    if (!e.symlink.empty()) archive_entry_set_symlink(entry, e.symlink.c_str());
    if (e.type == 0100000 && e.hardlink.empty())
        archive_entry_set_size(entry, e.size >= 0 ? e.size : static_cast<la_int64_t>(e.content.size()));
    EXPECT_GE(archive_write_header(a, entry), ARCHIVE_WARN) << e.path << ": " << archive_error_string(a);
    if (!e.content.empty()) archive_write_data(a, e.content.data(), e.content.size());
    archive_entry_free(entry);
}

la_ssize_t append(archive*, void* text, const void* bytes, std::size_t size) {
    static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
}

archive* new_writer(Filter filter) {
    archive* a = archive_write_new();
    if (filter == Filter::zstd) archive_write_add_filter_zstd(a);
    if (filter == Filter::xz) archive_write_add_filter_xz(a);
    if (filter == Filter::gzip) archive_write_add_filter_gzip(a);
    archive_write_set_bytes_in_last_block(a, 1); // else the compressed file is padded, too
    return a;
}

} // namespace

std::string compressed(const std::string& bytes, Filter filter) {
    std::string out;
    archive* a = new_writer(filter);
    archive_write_set_format_raw(a);
    archive_write_open(a, &out, nullptr, &append, nullptr);
    add(a, {.path = "raw", .content = bytes});
    EXPECT_EQ(archive_write_free(a), ARCHIVE_OK);
    return out;
}

std::string make_package(const std::vector<TestEntry>& entries, Filter filter) {
    std::string bytes;
    archive* a = new_writer(filter);
    archive_write_set_format_pax(a);
    archive_write_open(a, &bytes, nullptr, &append, nullptr);
    for (const TestEntry& entry : entries)
        add(a, entry);
    EXPECT_EQ(archive_write_free(a), ARCHIVE_OK);
    return bytes;
}

} // namespace slipway::test
