// SPDX-License-Identifier: GPL-3.0-or-later
#include "read_ahead.hpp"

#include <algorithm>
#include <deque>

namespace slipway::rootfs {

using support::Error;
using support::Result;

namespace {

constexpr std::size_t block_size = 512u << 10;

}

struct ReadAhead::File {
    struct Block {
        std::string bytes;
        std::uint64_t packed;
    };

    support::UniqueFd fd;
    std::deque<Block> blocks = {};
    std::optional<Error> error = {}; ///< after the last block
    bool begun = false, ended = false, dropped = false;
};

class ReadAhead::Source final : public ByteSource {
public:
    Source(ReadAhead& ahead, std::shared_ptr<File> file) : ahead_(ahead), file_(std::move(file)) {}

    ~Source() override {
        const std::lock_guard lock(ahead_.mutex_);
        file_->dropped = true;
        for (const File::Block& block : file_->blocks)
            ahead_.waiting_ -= block.bytes.size();
        file_->blocks.clear();
        std::erase(ahead_.files_, file_);
        ahead_.changed_.notify_all();
    }

    Result<std::string_view> next() override {
        std::unique_lock lock(ahead_.mutex_);
        ahead_.changed_.wait(lock, [&] { return !file_->blocks.empty() || file_->ended; });
        if (file_->blocks.empty()) {
            if (file_->error) return *file_->error;
            return std::string_view();
        }
        ahead_.spare_.push_back(std::move(block_.bytes));
        block_ = std::move(file_->blocks.front());
        file_->blocks.pop_front();
        ahead_.waiting_ -= block_.bytes.size();
        ahead_.changed_.notify_all();
        return std::string_view(block_.bytes);
    }

    std::uint64_t packed() const override { return block_.packed; }

private:
    ReadAhead& ahead_;
    std::shared_ptr<File> file_;
    File::Block block_{};
};

ReadAhead::ReadAhead(unsigned threads, std::size_t budget) : budget_(budget) {
    for (unsigned i = 0; i < std::max(threads, 1u); ++i)
        threads_.emplace_back([this] { work(); });
}

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        changed_.notify_all();
    }
    for (std::thread& thread : threads_)
        thread.join();
}

std::unique_ptr<ByteSource> ReadAhead::add(support::UniqueFd fd) {
    auto file = std::make_shared<File>(File{std::move(fd)});
    const std::lock_guard lock(mutex_);
    files_.push_back(file);
    changed_.notify_all();
    return std::make_unique<Source>(*this, std::move(file));
}

void ReadAhead::work() {
    const auto room = std::make_shared<UnpackRoom>();
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto next = [&] {
            return std::ranges::find(files_, false, [](const auto& f) { return f->begun; });
        };
        changed_.wait(lock, [&] { return stop_ || next() != files_.end(); });
        if (stop_) return;
        const std::shared_ptr<File> file = *next();
        file->begun = true;
        lock.unlock();
        decompress(*file, room);
        lock.lock();
        file->ended = true;
        changed_.notify_all();
    }
}

/// Waits until the block may be kept. The file that is being read may always have one: it is what the
/// reader, and so everybody, waits for. False: nobody wants it any more.
bool ReadAhead::push(File& file, std::string block, std::uint64_t packed) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
        return stop_ || file.dropped || waiting_ + block.size() <= budget_
               || (file.blocks.empty() && files_.front().get() == &file);
    });
    if (stop_ || file.dropped) return false;
    waiting_ += block.size();
    file.blocks.push_back({std::move(block), packed});
    changed_.notify_all();
    return true;
}

std::string ReadAhead::new_block() {
    const std::lock_guard lock(mutex_);
    std::string block;
    if (!spare_.empty()) {
        block = std::move(spare_.back());
        spare_.pop_back();
        block.clear();
    }
    block.reserve(2 * block_size);
    return block;
}

void ReadAhead::decompress(File& file, const std::shared_ptr<UnpackRoom>& room) {
    auto opened = open_packed(std::move(file.fd), room);
    if (!opened) {
        file.error = std::move(opened).error();
        return;
    }
    ByteSource& source = *opened.value();
    for (bool wanted = true; wanted;) {
        std::string block = new_block();
        bool ended = false;
        while (block.size() < block_size && !ended) {
            auto bytes = source.next();
            if (!bytes) file.error = std::move(bytes).error();
            ended = !bytes || bytes.value().empty();
            if (!ended) block.append(bytes.value());
        }
        const bool last = ended;
        if (!block.empty()) wanted = push(file, std::move(block), source.packed());
        if (last) return;
    }
}

} // namespace slipway::rootfs
