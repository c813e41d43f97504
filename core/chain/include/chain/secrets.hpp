// SPDX-License-Identifier: GPL-3.0-or-later
//
// Secrets by name, and their removal from everything that is shown or kept.
#pragma once

#include <chain/secret_sources.hpp>
#include <support/redactor.hpp>
#include <support/secret_bytes.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::chain {

/// All on one thread, but for what ask() gives.
class Secrets {
public:
    explicit Secrets(SecretSources sources = {}) : sources_(std::move(sources)) {}

    Secrets(const Secrets&) = delete;
    Secrets& operator=(const Secrets&) = delete;

    /// Take the values of those of `names` that are environment variables' out of the environment of this
    /// process, where others could see them.
    void take_environment(const std::vector<std::string>& names);

    /// The value if it has been given out before, else nullptr.
    const support::SecretBytes* known(const std::string& name) const;

    /// Begin to look for the value. What this gives waits for it, on any thread, also when this object is
    /// gone. Kind::auth: there is none, or none that can be a secret's (empty, not UTF-8, with a NUL).
    /// Kind::denied: others may read it.
    std::function<support::Result<support::SecretBytes>()> ask(const std::string& name) const;

    /// It is about to be given out: from now on redact() finds it.
    const support::SecretBytes& keep(const std::string& name, support::SecretBytes value);

    /// `text` with "***" in place of every value that has been given out, however it is written.
    std::string redact(std::string text) const { return redactor_.redact(std::move(text)); }

    const support::Redactor& redactor() const { return redactor_; }

    /// The same for what is kept for ever: only what cannot be there by chance.
    const support::Redactor& detector() const { return detector_; }

private:
    SecretSources sources_;
    std::map<std::string, std::shared_ptr<const support::SecretBytes>> environment_; ///< by variable
    std::map<std::string, support::SecretBytes> known_;
    support::Redactor redactor_, detector_;
};

} // namespace slipway::chain
