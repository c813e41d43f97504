// SPDX-License-Identifier: GPL-3.0-or-later
#include <archive.h>
#include <support/archive.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace slipway::support {

void FreeArchive::operator()(archive* a) const {
    archive_read_free(a);
}

ArchiveHandle new_archive_reader() {
    ArchiveHandle handle(archive_read_new());
    if (handle == nullptr) throw std::bad_alloc();
    return handle;
}

Error archive_failure(archive* a) {
    const char* text = archive_error_string(a);
    return Error{Kind::verify, text != nullptr ? text : "not readable"};
}

Utf8Scope::Utf8Scope() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8 != nullptr) previous_ = ::uselocale(utf8);
}

Utf8Scope::~Utf8Scope() {
    if (previous_ != nullptr) ::uselocale(previous_);
}

Result<std::string_view> ArchiveContent::next() {
    static constexpr std::array<char, 64u << 10> zeros{};
    if (done_ == next_data_ && block_.empty() && !at_end_) SLIPWAY_TRY(read_block());
    in_hole_ = done_ < next_data_;
    if (in_hole_) {
        const auto n = std::min<std::uint64_t>(next_data_ - done_, zeros.size());
        done_ += n;
        return std::string_view(zeros.data(), static_cast<std::size_t>(n));
    }
    done_ += block_.size();
    next_data_ = done_;
    return std::exchange(block_, {});
}

Result<void> ArchiveContent::read_block() {
    const void* bytes = nullptr;
    std::size_t size = 0;
    while (size == 0) {
        la_int64_t offset = 0;
        const int status = archive_read_data_block(archive_, &bytes, &size, &offset);
        at_end_ = status == ARCHIVE_EOF;
        if (at_end_) {
            next_data_ = size_;
            return {};
        }
        if (status != ARCHIVE_OK) return archive_failure(archive_);
        next_data_ = static_cast<std::uint64_t>(offset);
        if (next_data_ < done_ || next_data_ > size_ || size > size_ - next_data_)
            return Error{Kind::verify, "content larger than its header says"};
    }
    block_ = {static_cast<const char*>(bytes), size};
    return {};
}

Result<std::string> ArchiveContent::text(std::size_t max_bytes) {
    if (size_ > max_bytes)
        return Error{Kind::resource, "larger than " + std::to_string(max_bytes) + " bytes"};
    std::string text;
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const std::string_view bytes, next());
        if (bytes.empty()) return text;
        text += bytes;
    }
}

} // namespace slipway::support
