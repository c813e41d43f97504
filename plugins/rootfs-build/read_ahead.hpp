// SPDX-License-Identifier: GPL-3.0-or-later
//
// Decompresses files on threads of its own, ahead of the one who reads them.
#pragma once

#include "packed.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace slipway::rootfs {

/// Bounded: no more than `budget` bytes wait to be read, and one block of each file that is being read.
class ReadAhead {
public:
    ReadAhead(unsigned threads, std::size_t budget);
    ~ReadAhead(); ///< all sources must be gone

    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// Begin to decompress a file. Sources are to be read, or dropped, in the order of these calls, all by
    /// one thread.
    std::unique_ptr<ByteSource> add(support::UniqueFd fd);

private:
    struct Block;
    struct File;
    class Source;

    struct Free {
        void operator()(char* memory) const;
    };

    using Memory = std::unique_ptr<char, Free>;

    void work();
    void decompress(File& file, const std::shared_ptr<UnpackRoom>& room);
    void reuse(char* block); ///< with the mutex held; none: nothing
    char* new_block();
    bool push(File& file, char* bytes, std::size_t size, std::uint64_t packed);

    const std::size_t budget_;
    std::mutex mutex_;
    std::condition_variable readable_;         ///< a block has come, or a file's end: for the reader
    std::condition_variable room_;             ///< a file to begin, or room for blocks: for the threads
    std::vector<std::shared_ptr<File>> files_; ///< not dropped yet, in the order in which they will be read
    std::size_t waiting_ = 0;                  ///< bytes decompressed and not read
    std::vector<Memory> memory_;               ///< of the blocks
    std::vector<char*> spare_;                 ///< blocks to be used again
    bool stop_ = false;
    std::vector<std::thread> threads_;
};

} // namespace slipway::rootfs
