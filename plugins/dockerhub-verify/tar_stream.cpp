// SPDX-License-Identifier: GPL-3.0-or-later
#include "tar_stream.hpp"

#include <support/text.hpp>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <climits>
#include <utility>

namespace slipway::verify {

using support::Error;
using support::Kind;
using support::Result;
using support::TarEntry;
using support::TarType;

namespace {

constexpr std::size_t block_size = 512;
constexpr std::uint64_t max_extended = 1u << 20;
constexpr std::string_view posix_magic{"ustar\00000", 8}, gnu_magic{"ustar  \0", 8};

Error bad(const std::string& what) {
    return {Kind::verify, what};
}

bool all_zero(std::string_view bytes) {
    return bytes.find_first_not_of('\0') == std::string_view::npos;
}

/// A number: octal digits between blanks and NULs, or GNU's base 256. Kind::verify: anything else.
Result<std::int64_t> number_in(std::string_view field) {
    if (static_cast<unsigned char>(field[0]) & 0x80) {
        std::int64_t value = field[0] & 0x40 ? -1 : 0; // the sign, in two's complement
        value = value << 6 | (field[0] & 0x3f);
        for (const char c : field.substr(1)) {
            if (value > (INT64_MAX >> 8) || value < (INT64_MIN >> 8))
                return bad("a number that is too large");
            value = value << 8 | static_cast<unsigned char>(c);
        }
        return value;
    }
    const std::size_t begin = std::min(field.find_first_not_of(' '), field.size());
    const std::size_t end = std::min(field.find_first_not_of("01234567", begin), field.size());
    if (field.substr(end).find_first_not_of(std::string_view(" \0", 2)) != std::string_view::npos)
        return bad("a number that is none");
    std::int64_t value = 0;
    for (const char c : field.substr(begin, end - begin))
        value = value << 3 | (c - '0');
    return value;
}

/// Up to the first NUL. `odd` if something comes after it.
std::string text_in(std::string_view field, std::string& odd) {
    const std::string_view text = field.substr(0, field.find('\0'));
    if (!all_zero(field.substr(text.size()))) odd = "bytes after the end of a name";
    return std::string(text);
}

Result<void> check_sum(std::string_view block) {
    SLIPWAY_TRY_ASSIGN(const std::int64_t wanted, number_in(block.substr(148, 8)));
    std::int64_t sum = 8 * ' ', as_signed = 8 * ' '; // some old programs added signed bytes
    for (std::size_t i = 0; i < block_size; ++i) {
        if (i >= 148 && i < 156) continue;
        sum += static_cast<unsigned char>(block[i]);
        as_signed += static_cast<signed char>(block[i]);
    }
    if (sum != wanted && as_signed != wanted) return bad("a header whose checksum is wrong");
    return {};
}

std::optional<std::pair<TarType, unsigned>> type_of(char flag) {
    switch (flag) {
    case '0':
    case '\0':
        return std::pair(TarType::file, S_IFREG);
    case '1':
        return std::pair(TarType::hardlink, S_IFREG);
    case '2':
        return std::pair(TarType::symlink, S_IFLNK);
    case '3':
        return std::pair(TarType::character_device, S_IFCHR);
    case '4':
        return std::pair(TarType::block_device, S_IFBLK);
    case '5':
        return std::pair(TarType::directory, S_IFDIR);
    case '6':
        return std::pair(TarType::fifo, S_IFIFO);
    default:
        return std::nullopt;
    }
}

/// Without "./" in front and a directory's slash at the end; "" for the root.
std::string cleaned(std::string path, bool directory, std::string& odd) {
    const std::string given = path;
    if (path.starts_with("./")) path.erase(0, 2);
    if (directory && path.ends_with('/')) path.pop_back();
    if (path.empty() && directory && !given.empty()) return ".";
    if (path == "." && directory) return path;
    for (const std::string& part : support::split(path, '/'))
        if (part.empty() || part == "." || part == "..")
            odd = "a name that is not in its shortest form: '" + support::printable(given) + "'";
    return path;
}

} // namespace

std::string_view TarStream::field(std::size_t offset, std::size_t width) const {
    return std::string_view(block_).substr(offset, width);
}

void TarStream::enter(State state, std::uint64_t left) {
    state_ = state;
    left_ = left;
    block_.clear();
}

Result<void> TarStream::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (state_ == State::end) {
            if (!all_zero(bytes)) return bad("bytes after the end of the archive");
            return {};
        }
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
        if (state_ == State::content) {
            sink_.content(bytes.substr(0, n));
        } else if (state_ != State::padding) {
            block_ += bytes.substr(0, n);
        }
        left_ -= n;
        bytes.remove_prefix(n);
        if (left_ == 0) SLIPWAY_TRY(take_block());
    }
    return {};
}

Result<void> TarStream::take_block() {
    switch (state_) {
    case State::header:
        return take_header();
    case State::extended:
        return take_extended();
    case State::content:
        SLIPWAY_TRY(sink_.end());
        enter(padding_ > 0 ? State::padding : State::header, padding_ > 0 ? padding_ : block_size);
        return {};
    case State::padding:
    case State::end:
        enter(State::header, block_size);
        return {};
    }
    return {};
}

Result<void> TarStream::finish() {
    if (state_ == State::header && block_.empty() && !pending_)
        sink_.odd("no end of the archive");
    else if (state_ != State::end)
        return bad("it ends within an entry");
    return {};
}

Result<void> TarStream::take_zero_block() {
    if (pending_) return bad("an extended header without an entry");
    if (zero_block_) {
        enter(State::end, 0);
        return {};
    }
    zero_block_ = true;
    enter(State::header, block_size);
    return {};
}

Result<std::uint64_t> TarStream::size_of_header() const {
    SLIPWAY_TRY_ASSIGN(const std::int64_t size, number_in(field(124, 12)));
    if (size < 0) return bad("a negative size");
    return static_cast<std::uint64_t>(size);
}

Result<void> TarStream::take_header() {
    if (all_zero(block_)) return take_zero_block();
    if (zero_block_) return bad("an entry after a block of zeros");
    SLIPWAY_TRY(check_sum(block_));
    const bool posix = field(257, 8) == posix_magic, gnu = field(257, 8) == gnu_magic;
    if (!posix && !gnu) return bad("a header of an unknown kind");
    // star's and GNU's incremental archives have other fields where POSIX has the prefix.
    if (gnu ? !all_zero(field(345, 167)) : !all_zero(field(500, 12)))
        return bad("a header of an unknown kind");
    const char type = block_[156];
    if (type != 'x' && type != 'L' && type != 'K') return begin_entry(type);
    SLIPWAY_TRY_ASSIGN(const std::uint64_t size, size_of_header());
    if (size == 0 || size > max_extended)
        return bad("an extended header of " + std::to_string(size) + " bytes");
    if (type == 'x' ? pax_.has_value() : (type == 'L' ? long_name_ : long_link_).has_value())
        return bad("two extended headers of one kind for one entry");
    pending_ = true;
    extended_type_ = type;
    padding_ = (block_size - size % block_size) % block_size;
    enter(State::extended, size);
    return {};
}

Result<void> TarStream::take_extended() {
    if (extended_type_ == 'x') {
        SLIPWAY_TRY_ASSIGN(pax_, parse_extended(block_, [this](const std::string& what) { odd_ = what; }));
    } else {
        (extended_type_ == 'L' ? long_name_ : long_link_) = text_in(block_, odd_);
    }
    enter(padding_ > 0 ? State::padding : State::header, padding_ > 0 ? padding_ : block_size);
    return {};
}

Result<void> TarStream::read_names(TarEntry& entry, char type, const Extended& pax, std::string& odd) {
    if ((pax.path && long_name_) || (pax.link && long_link_)) return bad("two long names for one entry");
    std::string name = text_in(field(0, 100), odd);
    if (const std::string prefix = text_in(field(345, 155), odd); !prefix.empty()) name = prefix + "/" + name;
    if (long_name_) name = *long_name_;
    if (pax.path) name = *pax.path;
    std::string link = text_in(field(157, 100), odd);
    if (long_link_) link = *long_link_;
    if (pax.link) link = *pax.link;
    if (name.empty()) return bad("an entry without a name");
    if (std::max(name.size(), link.size()) >= PATH_MAX) return bad("a name of more than 4095 bytes");
    // An old form: Go's archive/tar and libarchive take a file whose name ends with a slash for a folder.
    if (type != '5' && name.ends_with('/')) odd = "a name with a slash at its end that is no folder's";
    entry.path = cleaned(name, entry.type == TarType::directory, odd);
    if (entry.type == TarType::hardlink) entry.link = cleaned(link, false, odd);
    if (entry.type == TarType::symlink) entry.link = link;
    if (entry.link.empty() && (entry.type == TarType::hardlink || entry.type == TarType::symlink))
        odd = "a link to nowhere";
    return {};
}

Result<void> TarStream::read_numbers(TarEntry& entry, const Extended& pax, std::string& odd) const {
    SLIPWAY_TRY_ASSIGN(entry.uid, number_in(field(108, 8)));
    SLIPWAY_TRY_ASSIGN(entry.gid, number_in(field(116, 8)));
    SLIPWAY_TRY_ASSIGN(entry.mtime, number_in(field(136, 12)));
    SLIPWAY_TRY_ASSIGN(entry.size, size_of_header());
    entry.uid = pax.uid.value_or(entry.uid);
    entry.gid = pax.gid.value_or(entry.gid);
    if (entry.uid < 0 || entry.gid < 0 || entry.uid > UINT32_MAX || entry.gid > UINT32_MAX)
        odd = "an owner out of range";
    entry.mtime = pax.mtime.value_or(entry.mtime);
    entry.mtime_nsec = pax.mtime_nsec;
    entry.size = pax.size.value_or(entry.size);
    entry.xattrs = pax.xattrs;
    SLIPWAY_TRY_ASSIGN(const std::int64_t major, number_in(field(329, 8)));
    SLIPWAY_TRY_ASSIGN(const std::int64_t minor, number_in(field(337, 8)));
    const bool device = entry.type == TarType::character_device || entry.type == TarType::block_device;
    if (device) entry.device = makedev(static_cast<unsigned>(major), static_cast<unsigned>(minor));
    return {};
}

Result<void> TarStream::begin_entry(char flag) {
    const auto type = type_of(flag);
    if (!type)
        return bad(std::string("an entry of type '") + support::printable(std::string_view(&flag, 1)) + "'");
    TarEntry entry;
    entry.type = type->first;
    std::string odd = std::exchange(odd_, "");
    const Extended pax = std::exchange(pax_, std::nullopt).value_or(Extended{});
    SLIPWAY_TRY(read_names(entry, flag, pax, odd));
    SLIPWAY_TRY(read_numbers(entry, pax, odd));
    SLIPWAY_TRY_ASSIGN(const std::int64_t mode, number_in(field(100, 8)));
    entry.mode = static_cast<unsigned>(mode) & 07777;
    // Go's archive/tar takes the type in the mode for the entry's, too.
    if (mode < 0 || (mode & ~07777) != 0) {
        if ((static_cast<unsigned>(mode) & ~07777u) != type->second) odd = "a mode that is another type's";
    }
    if (entry.type != TarType::file && entry.size != 0)
        return bad("'" + support::printable(entry.path) + "' has content and is no file");
    long_name_.reset();
    long_link_.reset();
    pending_ = false;
    const std::uint64_t size = entry.size;
    padding_ = (block_size - size % block_size) % block_size;
    SLIPWAY_TRY(sink_.begin(std::move(entry), odd));
    if (size > 0) {
        enter(State::content, size);
        return {};
    }
    SLIPWAY_TRY(sink_.end());
    enter(State::header, block_size);
    return {};
}

} // namespace slipway::verify
