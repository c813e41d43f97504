// SPDX-License-Identifier: GPL-3.0-or-later
#include <blob.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

static_assert(GIT_OID_RAWSZ == 20, "git ids here are SHA-1");

struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// A blob's id: the SHA-1 of "blob SIZE", a NUL and the content (Pro Git, "Git Objects").
class BlobId {
public:
    explicit BlobId(std::uint64_t size) : context_(EVP_MD_CTX_new()) {
        const std::string header = "blob " + std::to_string(size);
        EVP_DigestInit_ex(context_.get(), EVP_sha1(), nullptr);
        update({header.c_str(), header.size() + 1});
    }

    void update(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

    git_oid finish() {
        git_oid id{};
        EVP_DigestFinal_ex(context_.get(), id.id, nullptr);
        return id;
    }

private:
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

Error changed(const Source& source) {
    return Error{Kind::verify, source.label + ": the file changed while it was read", "run again"};
}

} // namespace

std::string octal(FileMode mode) {
    return fmt::format("{:o}", static_cast<unsigned>(mode));
}

Result<std::uint64_t> size_of(const Source& source) {
    struct stat st {};

    if (::fstat(source.fd, &st) != 0) return support::errno_error(source.label, errno);
    if (!S_ISREG(st.st_mode)) return Error{Kind::unsupported, source.label + ": not a regular file"};
    return static_cast<std::uint64_t>(st.st_size);
}

Result<Blob> hash_blob(const Source& source, std::uint64_t before, std::uint64_t total, const Meter& meter) {
    SLIPWAY_TRY_ASSIGN(const std::uint64_t size, size_of(source));
    BlobId id(size);
    support::Sha256 sha256;
    std::vector<char> buffer(256u << 10);
    std::uint64_t done = 0;
    for (;;) {
        if (!meter(before + done, total)) return Error{Kind::cancelled, source.label + ": cancelled"};
        const ssize_t n = ::pread(source.fd, buffer.data(), buffer.size(), static_cast<off_t>(done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return support::errno_error("reading " + source.label, errno);
        if (n == 0) break;
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
        id.update(bytes);
        sha256.update(bytes);
        done += bytes.size();
    }
    if (done != size) return changed(source);
    Blob blob{id.finish(), source.fd, source.path, source.mode, source.artifact, size, sha256.finish()};
    if (!source.sha256.empty() && source.sha256 != blob.sha256.hex())
        return Error{Kind::verify,
                     source.label + ": SHA-256 is " + blob.sha256.hex() + ", expected " + source.sha256};
    return blob;
}

} // namespace slipway::git_publish
