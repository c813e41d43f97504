// SPDX-License-Identifier: GPL-3.0-or-later
#include "tar_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <map>
#include <utility>

namespace slipway::rootfs {

using support::Result;

namespace {

constexpr std::size_t block_size = 512;
constexpr std::uint64_t max_octal7 = 07777777;      // seven digits and a NUL
constexpr std::uint64_t max_octal11 = 077777777777; // eleven digits and a NUL

using Block = std::array<char, block_size>;
using Records = std::map<std::string, std::string>;

// Offsets and widths of the ustar header's fields (POSIX.1-2017, pax, "ustar Header Block").
struct Field {
    std::size_t offset, width;
};

constexpr Field name_field{0, 100}, mode_field{100, 8}, uid_field{108, 8}, gid_field{116, 8},
    size_field{124, 12}, mtime_field{136, 12}, checksum_field{148, 8}, type_field{156, 1},
    link_field{157, 100}, magic_field{257, 8}, major_field{329, 8}, minor_field{337, 8};

void put(Block& block, Field field, std::string_view text) {
    std::memcpy(block.data() + field.offset, text.data(), std::min(text.size(), field.width));
}

void put_octal(Block& block, Field field, std::uint64_t value) {
    put(block, field, fmt::format("{:0{}o}", value, field.width - 1));
}

bool is_ascii(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    return true;
}

/// A name for the ustar field of an entry whose real name is in the extended header.
std::string ascii_stub(std::string_view text) {
    std::string stub(text.substr(0, name_field.width));
    for (char& c : stub)
        if (static_cast<unsigned char>(c) >= 0x80) c = '_';
    return stub;
}

bool fits(std::string_view name) {
    return name.size() <= name_field.width && is_ascii(name);
}

/// "LENGTH KEY=VALUE\n"; LENGTH counts its own digits, too.
std::string record(const std::string& key, const std::string& value) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (rest + std::to_string(length).size() != length)
        length = rest + std::to_string(length).size();
    return fmt::format("{} {}={}\n", length, key, value);
}

/// A decimal number of seconds, with a fraction only where there is one.
std::string decimal(Time time) {
    if (time.nanoseconds == 0) return std::to_string(time.seconds);
    const bool negative = time.seconds < 0;
    const auto whole = negative ? -(time.seconds + 1) : time.seconds;
    const auto fraction = negative ? 1'000'000'000 - time.nanoseconds : time.nanoseconds;
    std::string text = fmt::format("{}{}.{:09}", negative ? "-" : "", whole, fraction);
    return text.substr(0, text.find_last_not_of('0') + 1);
}

Records extended_records(const Entry& entry) {
    Records records;
    if (const std::string name = entry.slashed(); !fits(name)) records["path"] = name;
    if (!entry.link.empty() && !fits(entry.link)) records["linkpath"] = entry.link;
    if (entry.uid > max_octal7) records["uid"] = std::to_string(entry.uid);
    if (entry.gid > max_octal7) records["gid"] = std::to_string(entry.gid);
    if (entry.size > max_octal11) records["size"] = std::to_string(entry.size);
    const bool plain_time = entry.mtime.nanoseconds == 0 && entry.mtime.seconds >= 0
                            && static_cast<std::uint64_t>(entry.mtime.seconds) <= max_octal11;
    if (!plain_time) records["mtime"] = decimal(entry.mtime);
    for (const auto& [name, value] : entry.xattrs)
        records["SCHILY.xattr." + name] = value;
    return records;
}

char type_flag(Type type) {
    switch (type) {
    case Type::file:
        return '0';
    case Type::hardlink:
        return '1';
    case Type::symlink:
        return '2';
    case Type::directory:
        return '5';
    case Type::fifo:
        return '6';
    }
    return '0';
}

void put_number(Block& block, Field field, std::uint64_t value, std::uint64_t max) {
    put_octal(block, field, value <= max ? value : 0); // too large: the extended header has it
}

Block header(std::string_view name, char type, const Entry& entry) {
    Block block{};
    put(block, name_field, name);
    put_octal(block, mode_field, entry.mode);
    put_number(block, uid_field, entry.uid, max_octal7);
    put_number(block, gid_field, entry.gid, max_octal7);
    put_number(block, size_field, entry.size, max_octal11);
    put_number(block, mtime_field,
               entry.mtime.seconds < 0 ? 0 : static_cast<std::uint64_t>(entry.mtime.seconds), max_octal11);
    block[type_field.offset] = type;
    put(block, link_field, fits(entry.link) ? entry.link : ascii_stub(entry.link));
    put(block, magic_field, std::string_view("ustar\00000", 8));
    put_octal(block, major_field, 0);
    put_octal(block, minor_field, 0);
    put(block, checksum_field, "        ");
    unsigned sum = 0;
    for (const char c : block)
        sum += static_cast<unsigned char>(c);
    put(block, checksum_field, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    return block;
}

std::string_view bytes_of(const Block& block) {
    return {block.data(), block.size()};
}

} // namespace

Result<void> TarWriter::begin(const Entry& entry) {
    const std::uint64_t offset = output_.size();
    const bool begins_segment = std::exchange(begins_segment_, false);
    std::string text;
    Records records = extended_records(entry);
    if (begins_segment) records["comment"] = "segment";
    for (const auto& [key, value] : records)
        text += record(key, value);
    if (!text.empty()) {
        Entry extended;
        extended.mode = 0644;
        extended.size = text.size();
        SLIPWAY_TRY(output_.write(bytes_of(header("././@PaxHeader", 'x', extended))));
        SLIPWAY_TRY(output_.write(text));
        SLIPWAY_TRY(end());
    }
    const std::string name = entry.slashed();
    SLIPWAY_TRY(
        output_.write(bytes_of(header(fits(name) ? name : ascii_stub(name), type_flag(entry.type), entry))));
    if (ledger_ != nullptr) ledger_->begin(entry, begins_segment, offset, output_.size());
    return {};
}

Result<void> TarWriter::write(std::string_view content) {
    return output_.write(content);
}

Result<void> TarWriter::end() {
    static constexpr Block zeros{};
    const std::size_t used = output_.size() % block_size;
    return used == 0 ? Result<void>() : output_.write(bytes_of(zeros).substr(used));
}

Result<void> TarWriter::finish() {
    const std::string zeros(2 * block_size, '\0');
    return output_.write(zeros);
}

} // namespace slipway::rootfs
