// SPDX-License-Identifier: GPL-3.0-or-later
#include <http/secret.hpp>

#include <cstring>
#include <ostream>
#include <utility>

namespace slipway::http {

namespace {

void wipe(std::string& text) {
    text.resize(text.capacity()); // what a shorter text left behind it too
    ::explicit_bzero(text.data(), text.size());
    text.clear();
}

void hide(std::string& text, std::string_view secret) {
    if (secret.empty()) return;
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += 3)
        text.replace(at, secret.size(), "***");
}

} // namespace

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
    wipe(other.text_); // a short text is copied, not moved
}

Secret& Secret::operator=(Secret other) noexcept {
    text_.swap(other.text_);
    return *this;
}

Secret::~Secret() {
    wipe(text_);
}

std::string Secret::redact(std::string text) const {
    hide(text, text_);
    const std::size_t blank = text_.find(' ');
    if (blank != std::string::npos) hide(text, std::string_view(text_).substr(blank + 1));
    return text;
}

support::Error Secret::redact(support::Error error) const {
    error.what = redact(std::move(error.what));
    error.hint = redact(std::move(error.hint));
    for (std::string& line : error.trace)
        line = redact(std::move(line));
    return error;
}

std::ostream& operator<<(std::ostream& out, const Secret&) {
    return out << "***";
}

Secret bearer(const Secret& token) {
    std::string text;
    text.reserve(token.reveal().size() + 8);
    text.append("Bearer ").append(token.reveal());
    return Secret(std::move(text));
}

} // namespace slipway::http
