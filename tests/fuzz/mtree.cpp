// SPDX-License-Identifier: GPL-3.0-or-later
//
// The reader of .MTREE: what it takes can stand in pacman's file list.
#include <archive.hpp>

#include <cstdint>
#include <cstdlib>

using namespace slipway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto paths = rootfs::mtree_paths({reinterpret_cast<const char*>(data), size});
    if (!paths) return 0;
    for (std::string path : paths.value()) {
        if (path.ends_with('/')) path.pop_back();
        if (path.starts_with('.') || !rootfs::check_path(path)) std::abort();
    }
    return 0;
}
