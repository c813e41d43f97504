// SPDX-License-Identifier: GPL-3.0-or-later
#include <archive.h>
#include <archive_entry.h>
#include <support/mtree.hpp>

namespace slipway::support {

Result<void> read_mtree(const ArchiveHandle& handle, std::string_view bytes, const MtreeSink& sink) {
    const Utf8Scope scope;
    archive* a = handle.get();
    archive_read_support_format_mtree(a);
    if (archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK) return archive_failure(a);
    archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    while ((status = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        const char* name = archive_entry_pathname(entry);
        std::string path = name != nullptr ? name : "";
        if (path.starts_with("./")) path.erase(0, 2);
        SLIPWAY_TRY(sink(std::move(path), entry));
    }
    if (status != ARCHIVE_EOF) return archive_failure(a);
    return {};
}

} // namespace slipway::support
