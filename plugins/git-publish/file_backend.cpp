// SPDX-License-Identifier: GPL-3.0-or-later
#include <file_backend.hpp>
#include <git2/sys/odb_backend.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace slipway::git_publish {

namespace {

/// Asked before libgit2's own backends for packs and loose objects (2 and 1).
constexpr int priority = 10;

struct Backend : git_odb_backend {
    std::vector<Blob> blobs;
};

const Blob* find(git_odb_backend* backend, const git_oid* id) {
    const auto& blobs = static_cast<Backend*>(backend)->blobs;
    const auto it =
        std::find_if(blobs.begin(), blobs.end(), [&](const Blob& blob) { return same(blob.id, *id); });
    return it == blobs.end() ? nullptr : &*it;
}

int exists(git_odb_backend* backend, const git_oid* id) {
    return find(backend, id) != nullptr ? 1 : 0;
}

int read_header(std::size_t* size, git_object_t* type, git_odb_backend* backend, const git_oid* id) {
    const Blob* blob = find(backend, id);
    if (blob == nullptr) return GIT_ENOTFOUND;
    *size = blob->size;
    *type = GIT_OBJECT_BLOB;
    return 0;
}

bool read_all(const Blob& blob, char* to) {
    for (std::uint64_t done = 0; done < blob.size;) {
        const ssize_t n = ::pread(blob.fd, to + done, blob.size - done, static_cast<off_t>(done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            git_error_set_str(GIT_ERROR_OS, ("reading '" + blob.path + "' failed").c_str());
            return false;
        }
        done += static_cast<std::uint64_t>(n);
    }
    return true;
}

int read(void** data, std::size_t* size, git_object_t* type, git_odb_backend* backend, const git_oid* id) {
    const Blob* blob = find(backend, id);
    if (blob == nullptr) return GIT_ENOTFOUND;
    void* buffer = git_odb_backend_data_alloc(backend, std::max<std::size_t>(1, blob->size));
    if (buffer == nullptr) return GIT_ERROR;
    if (!read_all(*blob, static_cast<char*>(buffer))) {
        git_odb_backend_data_free(backend, buffer);
        return GIT_ERROR;
    }
    *data = buffer;
    return read_header(size, type, backend, id);
}

void destroy(git_odb_backend* backend) {
    delete static_cast<Backend*>(backend);
}

} // namespace

support::Result<void> add_blobs(git_repository* repository, const std::vector<Blob>& blobs) {
    SLIPWAY_GIT_MAKE(Odb, odb, "scratch repository", git_repository_odb, repository);
    auto backend = std::make_unique<Backend>();
    SLIPWAY_GIT_TRY(git_odb_init_backend(backend.get(), GIT_ODB_BACKEND_VERSION), "scratch repository");
    backend->exists = &exists;
    backend->read_header = &read_header;
    backend->read = &read;
    backend->free = &destroy;
    backend->blobs = blobs;
    SLIPWAY_GIT_TRY(git_odb_add_backend(odb.get(), backend.get(), priority), "scratch repository");
    (void)backend.release(); // the database's now
    return {};
}

} // namespace slipway::git_publish
