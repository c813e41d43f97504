// SPDX-License-Identifier: GPL-3.0-or-later
#include "read_ahead.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <new>

namespace slipway::rootfs {

using support::Error;
using support::Result;

namespace {

constexpr std::size_t block_size = 1u << 20;

/// Memory is taken in pages of this size, where the system has such: to get one costs less than the 512 small
/// ones.
constexpr std::size_t huge_page = 2u << 20;

} // namespace

void ReadAhead::Free::operator()(char* memory) const {
    std::free(memory);
}

struct ReadAhead::Block {
    char* bytes; ///< room for block_size
    std::size_t size;
    std::uint64_t packed; ///< of the file, up to its end
};

struct ReadAhead::File {
    support::UniqueFd fd;
    std::deque<Block> blocks = {};
    std::optional<Error> error = {}; ///< after the last block
    bool begun = false, ended = false, dropped = false;
};

void ReadAhead::reuse(char* block) {
    if (block != nullptr) spare_.push_back(block);
}

class ReadAhead::Source final : public ByteSource {
public:
    Source(ReadAhead& ahead, std::shared_ptr<File> file) : ahead_(ahead), file_(std::move(file)) {}

    ~Source() override {
        const std::lock_guard lock(ahead_.mutex_);
        file_->dropped = true;
        ahead_.reuse(block_.bytes);
        for (const Block& block : file_->blocks) {
            ahead_.waiting_ -= block.size;
            ahead_.reuse(block.bytes);
        }
        file_->blocks.clear();
        std::erase(ahead_.files_, file_);
        ahead_.room_.notify_all();
    }

    Result<std::string_view> next() override {
        std::unique_lock lock(ahead_.mutex_);
        ahead_.readable_.wait(lock, [&] { return !file_->blocks.empty() || file_->ended; });
        if (file_->blocks.empty()) {
            if (file_->error) return *file_->error;
            return std::string_view();
        }
        ahead_.reuse(block_.bytes);
        block_ = file_->blocks.front();
        file_->blocks.pop_front();
        ahead_.waiting_ -= block_.size;
        // Not at every block: to wake a thread for one costs as much as to fill it.
        if (file_->blocks.empty() || ahead_.waiting_ <= ahead_.budget_ / 2) ahead_.room_.notify_all();
        return std::string_view(block_.bytes, block_.size);
    }

    std::uint64_t packed() const override { return block_.packed; }

private:
    ReadAhead& ahead_;
    std::shared_ptr<File> file_;
    Block block_{};
};

ReadAhead::ReadAhead(unsigned threads, std::size_t budget) : budget_(budget) {
    for (unsigned i = 0; i < std::max(threads, 1u); ++i)
        threads_.emplace_back([this] { work(); });
}

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        room_.notify_all();
    }
    for (std::thread& thread : threads_)
        thread.join();
}

std::unique_ptr<ByteSource> ReadAhead::add(support::UniqueFd fd) {
    auto file = std::make_shared<File>(File{std::move(fd)});
    const std::lock_guard lock(mutex_);
    files_.push_back(file);
    room_.notify_all();
    return std::make_unique<Source>(*this, std::move(file));
}

void ReadAhead::work() {
    const auto room = std::make_shared<UnpackRoom>();
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto next = [&] {
            return std::ranges::find(files_, false, [](const auto& f) { return f->begun; });
        };
        room_.wait(lock, [&] { return stop_ || next() != files_.end(); });
        if (stop_) return;
        const std::shared_ptr<File> file = *next();
        file->begun = true;
        lock.unlock();
        decompress(*file, room);
        lock.lock();
        file->ended = true;
        readable_.notify_one();
    }
}

/// Waits until the block may be kept. The file that is being read may always have one: it is what the
/// reader, and so everybody, waits for. False: nobody wants it any more.
bool ReadAhead::push(File& file, char* bytes, std::size_t size, std::uint64_t packed) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
        return stop_ || file.dropped || waiting_ + size <= budget_
               || (file.blocks.empty() && files_.front().get() == &file);
    });
    if (stop_ || file.dropped) {
        reuse(bytes);
        return false;
    }
    waiting_ += size;
    file.blocks.push_back({bytes, size, packed});
    readable_.notify_one();
    return true;
}

char* ReadAhead::new_block() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) {
        Memory page(static_cast<char*>(std::aligned_alloc(huge_page, huge_page)));
        if (page == nullptr) throw std::bad_alloc();
        (void)::madvise(page.get(), huge_page, MADV_HUGEPAGE);
        for (std::size_t at = 0; at < huge_page; at += block_size)
            spare_.push_back(page.get() + at);
        memory_.push_back(std::move(page));
    }
    char* const block = spare_.back();
    spare_.pop_back();
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
        char* const block = new_block();
        const auto size = source.read({block, block_size});
        if (!size) file.error = size.error();
        if (!size || size.value() == 0) {
            const std::lock_guard lock(mutex_);
            return reuse(block);
        }
        wanted = push(file, block, size.value(), source.packed());
    }
}

} // namespace slipway::rootfs
