// SPDX-License-Identifier: GPL-3.0-or-later
#include "license.hpp"

#include <support/text.hpp>

#include <algorithm>
#include <optional>

namespace slipway::rootfs {

namespace {

constexpr std::string_view ref_prefix = "LicenseRef-";

bool is_id_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_id(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_id_char);
}

/// Parentheses are words of their own.
std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        const bool alone = c == '(' || c == ')';
        if ((c == ' ' || alone) && !words.back().empty()) words.emplace_back();
        if (c == ' ') continue;
        words.back() += c;
        if (alone) words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

/// Reads one expression. Kept apart from the refs until it is known to be one.
class Parser {
public:
    explicit Parser(std::vector<std::string> words) : words_(std::move(words)) {}

    /// The terms are replaced by what `name` makes of them; nothing if this is no expression.
    template <class Name>
    std::optional<std::string> parse(const Name& name) {
        if (!alternatives(0) || at_ != words_.size()) return std::nullopt;
        std::string text;
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const bool glued = i == 0 || words_[i] == ")" || words_[i - 1] == "(";
            const bool is_term = std::find(terms_.begin(), terms_.end(), i) != terms_.end();
            (text += glued ? "" : " ") += is_term ? name(words_[i]) : words_[i];
        }
        return text;
    }

    bool is_compound() const { return words_.size() > 1; }

private:
    bool take(std::string_view word) {
        if (at_ == words_.size() || words_[at_] != word) return false;
        ++at_;
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as the parentheses, which are counted
    bool alternatives(int depth) {
        constexpr int deepest = 50;
        if (depth > deepest) return false;
        do {
            do {
                if (!operand(depth)) return false;
            } while (take("AND"));
        } while (take("OR"));
        return true;
    }

    bool operand(int depth) {
        if (take("(")) return alternatives(depth + 1) && take(")");
        if (at_ == words_.size()) return false;
        std::string_view id = words_[at_];
        if (id.ends_with('+')) id.remove_suffix(1);
        if (!is_id(id) || id == "AND" || id == "OR" || id == "WITH") return false;
        terms_.push_back(at_++);
        if (!take("WITH")) return true;
        return is_license_id(id) && at_ < words_.size() && is_license_exception(words_[at_++]);
    }

    std::vector<std::string> words_;
    std::vector<std::size_t> terms_;
    std::size_t at_ = 0;
};

} // namespace

std::string LicenseRefs::add(const std::string& words) {
    const bool is_ref = words.starts_with(ref_prefix);
    std::string id(ref_prefix);
    for (const char c : is_ref ? words.substr(ref_prefix.size()) : words)
        id += is_id_char(c) ? c : '-';
    std::string unique = id;
    for (int n = 2;; ++n) {
        const auto [it, inserted] = words_.emplace(unique, words);
        if (inserted || it->second == words) return unique;
        unique = id + '-' + std::to_string(n);
    }
}

std::string license_expression(const std::vector<std::string>& fields, LicenseRefs& refs) {
    const auto name = [&refs](const std::string& id) {
        const bool later = id.ends_with('+') && is_license_id(std::string_view(id).substr(0, id.size() - 1));
        return later || is_license_id(id) ? id : refs.add(id);
    };
    std::vector<std::string> parts;
    for (const std::string& field : fields) {
        if (field.empty()) continue;
        Parser parser(words_of(field));
        std::string part = parser.parse(name).value_or("");
        if (part.empty())
            part = refs.add(field);
        else if (parser.is_compound() && fields.size() > 1)
            part = "(" + part + ")";
        if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(std::move(part));
    }
    return parts.empty() ? "NOASSERTION" : support::join(parts, " AND ");
}

} // namespace slipway::rootfs
