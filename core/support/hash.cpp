// SPDX-License-Identifier: GPL-3.0-or-later
#include <openssl/evp.h>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace slipway::support {

Result<Digest> Digest::parse(std::string_view hex) {
    if (hex.size() != 64 || hex.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return Error{Kind::config, "'" + std::string(hex.substr(0, 80)) + "' is no SHA-256 digest",
                     "64 lower-case hex digits"};
    return Digest(std::string(hex));
}

Digest Digest::of(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

struct Sha256::Context {
    EVP_MD_CTX* md = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    ~Context() { EVP_MD_CTX_free(md); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    // Looking the algorithm up once saves OpenSSL 3 a search of its providers for every digest.
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (context_->md == nullptr || EVP_DigestInit_ex(context_->md, algorithm, nullptr) != 1)
        throw std::bad_alloc();
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(const void* data, std::size_t size) {
    EVP_DigestUpdate(context_->md, data, size);
}

Digest Sha256::finish() {
    std::array<unsigned char, 32> raw{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_->md, raw.data(), &size);
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(64);
    for (const unsigned char byte : raw) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return Digest(std::move(hex));
}

Result<Digest> sha256_of_fd(int fd) {
    Sha256 hash;
    std::vector<char> buffer(256u << 10);
    for (off_t offset = 0;;) {
        const ssize_t n = ::pread(fd, buffer.data(), buffer.size(), offset);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("reading", errno);
        if (n == 0) return hash.finish();
        hash.update(buffer.data(), static_cast<std::size_t>(n));
        offset += n;
    }
}

Result<Digest> sha256_of_file(const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const UniqueFd fd, open_read(path));
    auto digest = sha256_of_fd(fd.get());
    if (!digest) return std::move(digest).error().in("'" + path + "'");
    return digest;
}

} // namespace slipway::support
