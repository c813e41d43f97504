// SPDX-License-Identifier: GPL-3.0-or-later
#include <support/version.hpp>

#include <algorithm>

namespace slipway::support {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Cut off and return the beginning whose characters satisfy `belongs`.
template <class Predicate>
std::string_view take(std::string_view& text, Predicate belongs) {
    const auto end = std::find_if_not(text.begin(), text.end(), belongs);
    const auto head = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(head.size());
    return head;
}

int sign(int n) {
    return (n > 0) - (n < 0);
}

int compare_numbers(std::string_view a, std::string_view b) {
    take(a, [](char c) { return c == '0'; });
    take(b, [](char c) { return c == '0'; });
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return sign(a.compare(b));
}

/// One part of a version: segments of digits or letters, one after the other; a number is newer than letters.
int compare_part(std::string_view a, std::string_view b) {
    const auto separates = [](char c) { return !is_digit(c) && !is_letter(c); };
    while (!a.empty() && !b.empty()) {
        const auto before_a = take(a, separates).size(), before_b = take(b, separates).size();
        if (a.empty() || b.empty()) break;
        if (before_a != before_b) return before_a < before_b ? -1 : 1;
        const bool number = is_digit(a.front());
        const auto first = take(a, number ? is_digit : is_letter),
                   second = take(b, number ? is_digit : is_letter);
        if (second.empty()) return number ? 1 : -1;
        if (const int order = number ? compare_numbers(first, second) : sign(first.compare(second));
            order != 0)
            return order;
    }
    if (a.empty() && b.empty()) return 0;
    // "1.0a" comes before "1.0", "1.0.1" after it.
    return (a.empty() && !is_letter(b.front())) || (!a.empty() && is_letter(a.front())) ? -1 : 1;
}

struct Parts {
    std::string_view epoch = "0", version, release;
    bool has_release = false;
};

Parts split(std::string_view text) {
    Parts parts;
    const auto colon = text.find(':');
    if (colon != std::string_view::npos
        && std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), is_digit)) {
        if (colon > 0) parts.epoch = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    const auto dash = text.rfind('-');
    parts.version = text.substr(0, dash);
    parts.has_release = dash != std::string_view::npos;
    if (parts.has_release) parts.release = text.substr(dash + 1);
    return parts;
}

} // namespace

int compare_versions(std::string_view a, std::string_view b) {
    if (a == b) return 0;
    const Parts one = split(a), two = split(b);
    if (const int order = compare_part(one.epoch, two.epoch); order != 0) return order;
    if (const int order = compare_part(one.version, two.version); order != 0) return order;
    return one.has_release && two.has_release ? compare_part(one.release, two.release) : 0;
}

} // namespace slipway::support
