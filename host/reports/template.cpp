// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/template.hpp"

#include <support/text.hpp>

#include <cassert>
#include <vector>

namespace slipway::host::reports {

namespace json = support::json;
using json::Value;

namespace {

enum class Kind { text, value, raw, section, inverted, close, partial, remark };

struct Token {
    Kind kind = Kind::text;
    std::string_view text;
    std::size_t close = 0; ///< of a section: its end's index
};

Kind kind_of(char c) {
    switch (c) {
    case '#':
        return Kind::section;
    case '^':
        return Kind::inverted;
    case '/':
        return Kind::close;
    case '>':
        return Kind::partial;
    case '!':
        return Kind::remark;
    case '{':
        return Kind::raw;
    default:
        return Kind::value;
    }
}

/// The text of a template, tag by tag.
class Tokens {
public:
    explicit Tokens(std::string_view text) {
        while (!text.empty())
            take(text);
        pair_sections();
    }

    std::vector<Token> list{};

private:
    void take(std::string_view& text) {
        const std::size_t begin = text.find("{{");
        if (begin == std::string_view::npos) {
            list.push_back({Kind::text, text});
            text = {};
            return;
        }
        assert(begin + 2 < text.size());
        const Kind kind = kind_of(text[begin + 2]);
        const std::string_view closing = kind == Kind::raw ? "}}}" : "}}";
        const std::size_t end = text.find(closing, begin);
        assert(end != std::string_view::npos);
        const std::size_t name = begin + (kind == Kind::value ? 2 : 3);
        std::string_view before = text.substr(0, begin), after = text.substr(end + closing.size());
        if (kind != Kind::value && kind != Kind::raw) strip_line(before, after);
        if (!before.empty()) list.push_back({Kind::text, before});
        list.push_back({kind, text.substr(name, end - name)});
        line_begins_ = after.data() > text.data() && after.data()[-1] == '\n';
        text = after;
    }

    /// A tag alone on its line takes the line with it.
    void strip_line(std::string_view& before, std::string_view& after) const {
        const std::size_t line = before.rfind('\n');
        const std::string_view margin = line == std::string_view::npos ? before : before.substr(line + 1);
        const bool alone = margin.find_first_not_of(' ') == std::string_view::npos
                           && (line != std::string_view::npos || line_begins_) && after.starts_with('\n');
        if (!alone) return;
        before.remove_suffix(margin.size());
        after.remove_prefix(1);
    }

    void pair_sections() {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (list[i].kind == Kind::section || list[i].kind == Kind::inverted) open.push_back(i);
            if (list[i].kind != Kind::close) continue;
            assert(!open.empty() && list[open.back()].text == list[i].text);
            list[open.back()].close = i;
            open.pop_back();
        }
        assert(open.empty());
    }

    bool line_begins_ = true;
};

bool is_empty(const Value& value) {
    if (value.is_null()) return true;
    if (value.is_bool()) return !value.as_bool();
    if (value.is_number()) return value.as_number(static_cast<double>(value.as_integer())) == 0;
    if (value.is_string()) return value.as_string().empty();
    return value.is_array() && value.as_array().empty();
}

class Renderer {
public:
    Renderer(const Value& view, Escape escape) : escape_(escape), stack_{&view} {}

    void render(std::string_view text) {
        const Tokens tokens(text);
        range(tokens.list, 0, tokens.list.size());
    }

    std::string take() { return std::move(out_); }

private:
    void range(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const Token& token = tokens[i];
            if (token.kind == Kind::text) out_ += token.text;
            if (token.kind == Kind::value) out_ += escape_(text_of(find(token.text)));
            if (token.kind == Kind::raw) out_ += text_of(find(token.text));
            if (token.kind == Kind::partial) render(embedded(token.text));
            if (token.kind != Kind::section && token.kind != Kind::inverted) continue;
            section(tokens, i);
            i = token.close;
        }
    }

    void section(const std::vector<Token>& tokens, std::size_t open) {
        const Token& token = tokens[open];
        const Value& value = find(token.text);
        const auto once = [&](const Value& inner) {
            stack_.push_back(&inner);
            range(tokens, open + 1, token.close);
            stack_.pop_back();
        };
        if (is_empty(value) == (token.kind == Kind::section)) return;
        if (token.kind == Kind::inverted) return range(tokens, open + 1, token.close);
        if (!value.is_array()) return once(value);
        for (const Value& item : value.as_array())
            once(item);
    }

    const Value& find(std::string_view name) const {
        static const Value none;
        if (name == ".") return *stack_.back();
        std::vector<std::string> parts = support::split(name, '.');
        const Value* found = nullptr;
        for (auto it = stack_.rbegin(); found == nullptr && it != stack_.rend(); ++it)
            found = (*it)->find(parts.front());
        for (std::size_t i = 1; found != nullptr && i < parts.size(); ++i)
            found = found->find(parts[i]);
        return found == nullptr ? none : *found;
    }

    static std::string text_of(const Value& value) {
        if (value.is_null()) return {};
        return value.is_string() ? value.as_string() : json::dump(value);
    }

    Escape escape_;
    std::vector<const Value*> stack_;
    std::string out_{};
};

} // namespace

std::string render(std::string_view text, const Value& view, Escape escape) {
    Renderer renderer(view, escape);
    renderer.render(text);
    return renderer.take();
}

std::string html_escape(std::string_view text) {
    std::string out;
    for (const char c : support::printable_text(text)) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&#39;";
        else
            out += c;
    }
    return out;
}

std::string markdown_escape(std::string_view text) {
    constexpr std::string_view special = "\\`*_{}[]<>()#!|~&$";
    std::string out;
    for (const char c : support::printable_text(text)) {
        if (special.find(c) != std::string_view::npos) out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

} // namespace slipway::host::reports
