// SPDX-License-Identifier: GPL-3.0-or-later
//
// A secret for a program that takes it from a file only: the file is in memory and has no name on any disk.
#pragma once

#include <support/fs.hpp>

#include <string>
#include <string_view>

namespace slipway::common {

/// For its owner alone (mode 0400). Zeroed when this goes.
class SecretFile {
public:
    static support::Result<SecretFile> make(std::string_view value);

    SecretFile(SecretFile&& other) noexcept;
    SecretFile& operator=(SecretFile&&) = delete;
    ~SecretFile();

    int fd() const { return fd_.get(); }

    /// For a program that we start.
    std::string path() const;

    /// For a program that inherits fd(), and for what it starts with that.
    std::string inherited_path() const;

private:
    SecretFile() = default;

    support::UniqueFd fd_;
    char* memory_ = nullptr; ///< the file's bytes
    std::size_t size_ = 0;
};

} // namespace slipway::common
