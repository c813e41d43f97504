// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <tar_header.hpp>

#include <algorithm>

namespace slipway::oci {

namespace {

constexpr std::size_t name_width = 100;

std::string block_of(std::string_view name, char type, std::uint64_t size, std::int64_t mtime) {
    std::string block(name.substr(0, name_width));
    block.resize(name_width);
    block += fmt::format("{:07o}", 0644) + '\0';
    block += fmt::format("{:07o}", 0) + '\0' + fmt::format("{:07o}", 0) + '\0'; // owner, group
    block += fmt::format("{:011o}", size) + '\0' + fmt::format("{:011o}", mtime) + '\0';
    const std::size_t checksum = block.size();
    block += "        ";
    block += type;
    block.resize(257);
    block += std::string("ustar\00000", 8);
    block.resize(tar_block);
    unsigned sum = 0;
    for (const char c : block)
        sum += static_cast<unsigned char>(c);
    return block.replace(checksum, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
}

/// "LENGTH path=PATH\n"; LENGTH counts its own digits, too.
std::string path_record(const std::string& path) {
    const std::size_t rest = path.size() + std::string_view(" path=\n").size();
    std::size_t length = rest + 1;
    while (rest + std::to_string(length).size() != length)
        length = rest + std::to_string(length).size();
    return fmt::format("{} path={}\n", length, path);
}

} // namespace

std::string tar_file_header(const std::string& path, std::uint64_t size, std::int64_t mtime) {
    const bool ascii = std::ranges::all_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii && path.size() <= name_width) return block_of(path, '0', size, mtime);
    const std::string record = path_record(path);
    return block_of("././@PaxHeader", 'x', record.size(), 0) + record + tar_padding(record.size())
           + block_of("././@LongName", '0', size, mtime);
}

std::string tar_padding(std::uint64_t size) {
    return std::string((tar_block - size % tar_block) % tar_block, '\0');
}

std::string tar_end() {
    return std::string(2 * tar_block, '\0');
}

} // namespace slipway::oci
