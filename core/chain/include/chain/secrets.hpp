// SPDX-License-Identifier: GPL-3.0-or-later
//
// Secrets by name, and their removal from everything that is shown or kept.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::chain {

class Secrets {
public:
    /// `credentials`: $CREDENTIALS_DIRECTORY (systemd.exec(5)) or "".
    explicit Secrets(std::string credentials = {}) : credentials_(std::move(credentials)) {}

    ~Secrets();
    Secrets(const Secrets&) = delete;
    Secrets& operator=(const Secrets&) = delete;

    /// The value: from the environment variable NAME, else the file CREDENTIALS/NAME without its last
    /// newline. From then on redact() knows it.
    std::optional<std::string> value(const std::string& name);

    /// `text` with every value given out so far replaced by "***", and every line of a value of several
    /// lines: output comes line by line.
    std::string redact(std::string text) const;

private:
    void remember(const std::string& name, const std::string& value);

    std::string credentials_;
    std::map<std::string, std::string> known_;
    std::vector<std::string> patterns_; ///< longest first: one may be part of another
};

} // namespace slipway::chain
