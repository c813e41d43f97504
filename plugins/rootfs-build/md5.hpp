// SPDX-License-Identifier: GPL-3.0-or-later
//
// MD5 (RFC 1321): pacman's local database keeps it for backup files, to tell whether an administrator
// changed them. Not for security.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace slipway::rootfs {

class Md5 {
public:
    Md5();
    Md5(Md5&&) noexcept;
    Md5& operator=(Md5&&) noexcept;
    ~Md5();

    void update(std::string_view bytes);

    /// 32 lower-case hex digits of all bytes so far; call once.
    std::string finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

} // namespace slipway::rootfs
