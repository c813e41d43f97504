// SPDX-License-Identifier: GPL-3.0-or-later
//
// A worker is this program's own binary, re-executed: the tests' main must know the hidden command too.
#include <gmock/gmock.h>
#include <worker/worker_main.hpp>

#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], "worker") == 0) slipway::worker::worker_main(std::atoi(argv[2]));
    // With the sanitizers a worker that crashes must still die of its signal.
    ::setenv("ASAN_OPTIONS", "handle_segv=0", 0);
    ::setenv("TSAN_OPTIONS", "handle_segv=0", 0);
    ::testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
