// SPDX-License-Identifier: GPL-3.0-or-later
//
// A POSIX extended regular expression (regex(7)). Unlike std::regex it needs no stack for long texts.
#pragma once

#include <regex.h>
#include <support/result.hpp>

#include <string>

namespace slipway::rootfs_test {

class Expression {
public:
    explicit Expression(const std::string& text)
        : status_(::regcomp(&regex_, text.c_str(), REG_EXTENDED | REG_NEWLINE | REG_NOSUB)) {}

    Expression(const Expression&) = delete;
    Expression& operator=(const Expression&) = delete;

    ~Expression() {
        if (status_ == 0) ::regfree(&regex_);
    }

    /// Kind::config: `text` is none. `option` says where it comes from: "files/0/matches".
    static support::Result<void> validate(const std::string& text, const std::string& option) {
        const std::string wrong = Expression(text).error();
        if (wrong.empty()) return {};
        return support::Error{support::Kind::config, "option '" + option + "': '" + text + "': " + wrong,
                              "a POSIX extended regular expression; see regex(7)"};
    }

    /// Is there a match anywhere? ^ and $ are those of lines.
    bool matches(const std::string& text) const {
        return ::regexec(&regex_, text.c_str(), 0, nullptr, 0) == 0;
    }

private:
    std::string error() const {
        char text[256] = "";
        if (status_ != 0) ::regerror(status_, &regex_, text, sizeof text);
        return text;
    }

    regex_t regex_{};
    int status_;
};

} // namespace slipway::rootfs_test
