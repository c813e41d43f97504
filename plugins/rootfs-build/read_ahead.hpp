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
    struct File;
    class Source;

    void work();
    void decompress(File& file, const std::shared_ptr<UnpackRoom>& room);
    std::string new_block();
    bool push(File& file, std::string block, std::uint64_t packed);

    const std::size_t budget_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<File>> files_; ///< not dropped yet, in the order in which they will be read
    std::size_t waiting_ = 0;                  ///< bytes decompressed and not read
    std::vector<std::string> spare_;           ///< blocks to be used again
    bool stop_ = false;
    std::vector<std::thread> threads_;
};

} // namespace slipway::rootfs
