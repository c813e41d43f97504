// SPDX-License-Identifier: GPL-3.0-or-later
#include <dated_tag.hpp>

namespace slipway::stackbrew {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool same_form(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && !(is_digit(a[i]) && is_digit(b[i]))) return false;
    return true;
}

bool same(std::string_view a, std::string_view b) {
    return a == b;
}

/// The first piece of `tag` that matches `name`.
std::optional<DatedTag> find_piece(std::string_view tag, std::string_view name,
                                   bool (*matches)(std::string_view, std::string_view)) {
    if (name.empty()) return std::nullopt;
    for (std::size_t at = 0; at + name.size() <= tag.size(); ++at) {
        const std::size_t end = at + name.size();
        const bool bounded = (at == 0 || tag[at - 1] == '-') && (end == tag.size() || tag[end] == '-');
        const std::string_view piece = tag.substr(at, name.size());
        if (bounded && matches(piece, name))
            return DatedTag{std::string(tag.substr(0, at)), std::string(piece), std::string(tag.substr(end)),
                            false};
    }
    return std::nullopt;
}

} // namespace

std::string_view git_tag_of(std::string_view ref) {
    constexpr std::string_view prefix = "refs/tags/";
    return ref.starts_with(prefix) ? ref.substr(prefix.size()) : std::string_view();
}

std::string_view strip_v(std::string_view tag) {
    return tag.size() > 1 && tag[0] == 'v' && is_digit(tag[1]) ? tag.substr(1) : tag;
}

std::optional<DatedTag> dated(std::string_view tag, const Dating& dating) {
    if (auto found = find_piece(tag, dating.git_tag, same)) return found;
    if (auto found = find_piece(tag, strip_v(dating.git_tag), same)) {
        found->without_v = true;
        return found;
    }
    return dating.git_tag.empty() ? std::nullopt : find_piece(tag, dating.example, same_form);
}

} // namespace slipway::stackbrew
