// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/kept.hpp>
#include <fcntl.h>
#include <frame_cache.hpp>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <support/fs.hpp>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <new>

namespace slipway::compress {

namespace {

constexpr std::size_t hex_digits = 32;
constexpr const char* key_file = "key";

struct FreeMac {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

std::string hex(const std::array<unsigned char, hex_digits / 2>& bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes)
        text.append({digits[byte >> 4], digits[byte & 15]});
    return text;
}

} // namespace

FrameCache::FrameCache(std::string folder) : folder_(std::move(folder)) {
    if (folder_.empty()) return;
    const std::string path = path_of(key_file);
    const support::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd && ::read(fd.get(), key_.data(), key_.size()) == static_cast<ssize_t>(key_.size())) return;
    // Two that make one at the same time: the frames of one of them will not be found again.
    const bool made =
        ::getrandom(key_.data(), key_.size(), 0) == static_cast<ssize_t>(key_.size())
        && support::make_dirs(folder_)
        && support::write_file(path, {reinterpret_cast<const char*>(key_.data()), key_.size()}, 0600);
    if (!made) folder_.clear();
}

std::string FrameCache::code_of(std::string_view head, std::string_view bytes) const {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "GMAC", nullptr);
    const std::unique_ptr<EVP_MAC_CTX, FreeMac> context(EVP_MAC_CTX_new(algorithm));
    if (context == nullptr) throw std::bad_alloc();
    // One nonce for all: who sees several codes of a key may forge one, but only the key's owner sees any.
    std::array<unsigned char, 12> nonce{};
    std::string cipher = "AES-128-GCM";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, nonce.data(), nonce.size()),
        OSSL_PARAM_construct_end(),
    };
    std::array<unsigned char, hex_digits / 2> code{};
    std::size_t size = 0;
    const auto take = [&](std::string_view some) {
        return EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(some.data()),
                              some.size());
    };
    if (EVP_MAC_init(context.get(), key_.data(), key_.size(), parameters) != 1 || take(head) != 1
        || take(bytes) != 1 || EVP_MAC_final(context.get(), code.data(), &size, code.size()) != 1)
        throw std::bad_alloc();
    return hex(code);
}

std::string FrameCache::name_of(std::string_view recipe, std::string_view content) const {
    return folder_.empty() ? std::string() : code_of(recipe, content);
}

// A file is the code of its name and frame in hex, and the frame: a power loss leaves files of zeros.
bool FrameCache::find(const std::string& name, PieceBuffer& frame) const {
    frame.clear();
    if (folder_.empty()) return false;
    const support::UniqueFd fd(::open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC));

    struct stat status {};

    std::array<char, hex_digits> code{};
    if (!fd || ::fstat(fd.get(), &status) != 0
        || ::read(fd.get(), code.data(), code.size()) != static_cast<ssize_t>(code.size()))
        return false;
    const auto size = static_cast<std::size_t>(status.st_size) - code.size();
    if (!frame.read(fd.get(), size)
        || code_of(name, frame.view()) != std::string_view(code.data(), code.size())) {
        frame.clear();
        return false;
    }
    common::mark_used(fd.get());
    return true;
}

void FrameCache::keep(const std::string& name, std::string_view frame) const {
    if (folder_.empty()) return;
    const std::string draft = support::draft_of(path_of(name));
    const support::UniqueFd fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    const bool written = fd && support::write_all(fd.get(), code_of(name, frame), draft)
                         && support::write_all(fd.get(), frame, draft);
    if (!written || ::rename(draft.c_str(), path_of(name).c_str()) != 0) ::unlink(draft.c_str());
}

void FrameCache::remove_old() const {
    if (folder_.empty()) return;
    common::remove_unused(folder_, key_file);
}

} // namespace slipway::compress
