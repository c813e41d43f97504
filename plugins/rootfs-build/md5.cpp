// SPDX-License-Identifier: GPL-3.0-or-later
#include "md5.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>

namespace slipway::rootfs {

struct Md5::Context {
    EVP_MD_CTX* md = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    ~Context() { EVP_MD_CTX_free(md); }
};

Md5::Md5() : context_(std::make_unique<Context>()) {
    if (context_->md == nullptr || EVP_DigestInit_ex(context_->md, EVP_md5(), nullptr) != 1)
        throw std::bad_alloc();
}

Md5::Md5(Md5&&) noexcept = default;
Md5& Md5::operator=(Md5&&) noexcept = default;
Md5::~Md5() = default;

void Md5::update(std::string_view bytes) {
    EVP_DigestUpdate(context_->md, bytes.data(), bytes.size());
}

std::string Md5::finish() {
    std::array<unsigned char, 16> raw{};
    EVP_DigestFinal_ex(context_->md, raw.data(), nullptr);
    std::string hex;
    for (const unsigned char byte : raw)
        hex += fmt::format("{:02x}", byte);
    return hex;
}

} // namespace slipway::rootfs
