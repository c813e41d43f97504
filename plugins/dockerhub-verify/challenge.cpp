// SPDX-License-Identifier: GPL-3.0-or-later
#include "challenge.hpp"

#include <algorithm>
#include <cctype>
#include <map>

namespace slipway::verify {

namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// Reads schemes and their parameters from left to right.
class Reader {
public:
    explicit Reader(const std::string& text) : text_(text) {}

    std::optional<Challenge> run() {
        std::optional<Challenge> best;
        while (skip()) {
            const std::string word = token();
            if (word.empty()) return best;
            if (at_ < text_.size() && text_[at_] == '=') {
                ++at_;
                take(word, value());
            } else {
                end_scheme(best);
                scheme_ = lower(word);
            }
        }
        end_scheme(best);
        return best;
    }

private:
    bool skip() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == ','))
            ++at_;
        return at_ < text_.size();
    }

    std::string token() {
        const std::size_t end = std::min(text_.find_first_of(" \t,=\"", at_), text_.size());
        std::string word = text_.substr(at_, end - at_);
        at_ = end;
        return word;
    }

    std::string value() {
        if (at_ >= text_.size() || text_[at_] != '"') return token();
        std::string value;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            value += text_[at_];
        }
        ++at_;
        return value;
    }

    void take(const std::string& name, std::string value) { parameters_[lower(name)] = std::move(value); }

    void end_scheme(std::optional<Challenge>& best) {
        if (scheme_ == "bearer" && !parameters_["realm"].empty())
            best = Challenge{true, parameters_["realm"], parameters_["service"], parameters_["scope"]};
        else if (scheme_ == "basic" && !best)
            best = Challenge{};
        parameters_.clear();
    }

    const std::string& text_;
    std::size_t at_ = 0;
    std::string scheme_;
    std::map<std::string, std::string> parameters_;
};

} // namespace

std::optional<Challenge> parse_challenge(const std::string& field) {
    return Reader(field).run();
}

} // namespace slipway::verify
