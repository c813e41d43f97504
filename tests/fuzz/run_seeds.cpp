// SPDX-License-Identifier: GPL-3.0-or-later
//
// A fuzz target without libFuzzer: every file of the folders given, once.
#include <support/fs.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    int count = 0;
    for (int i = 1; i < argc; ++i)
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            const auto bytes = slipway::support::read_file(entry.path());
            if (!bytes) return 1;
            LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.value().data()),
                                   bytes.value().size());
            ++count;
        }
    std::printf("%d seeds\n", count);
    return count > 0 ? 0 : 1;
}
