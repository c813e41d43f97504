// SPDX-License-Identifier: GPL-3.0-or-later
//
// The reader of locks: what it takes, it writes again so that it reads the same.
#include <lock.hpp>

#include <cstdint>
#include <cstdlib>

using namespace slipway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto lock = pacman_fetch::parse_lock(std::string(reinterpret_cast<const char*>(data), size));
    if (!lock) return 0;
    const std::string text = pacman_fetch::lock_text(lock.value());
    const auto again = pacman_fetch::parse_lock(text);
    if (!again || pacman_fetch::lock_text(again.value()) != text) std::abort();
    return 0;
}
