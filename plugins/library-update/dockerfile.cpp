// SPDX-License-Identifier: GPL-3.0-or-later
#include <dockerfile.hpp>
#include <stackbrew.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace slipway::stackbrew {

namespace {

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    return text;
}

std::string with_tag(const std::string& image) {
    return image == "scratch" || image.empty() || image.find(':') != std::string::npos ? image
                                                                                       : image + ":latest";
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words(1);
    for (const char c : line) {
        if (c != ' ' && c != '\t')
            words.back() += c;
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

/// Instructions of one line each; blank lines and comments are nothing, even inside a continued one.
std::vector<std::string> instructions(const std::string& dockerfile) {
    std::vector<std::string> out;
    bool open = false;
    for (const std::string& raw : support::split(dockerfile, '\n')) {
        const std::string_view line = unfolded(raw); // trimmed
        if (line.empty() || line.starts_with('#')) continue;
        if (!open) out.emplace_back();
        out.back() += line;
        open = line.ends_with('\\');
        if (open) out.back().pop_back();
    }
    return out;
}

class Stages {
public:
    void from(const std::vector<std::string>& words) {
        std::string image = words.size() > 1 ? words[1] : "";
        if (const auto stage = names_.find(image); stage != names_.end()) image = stage->second;
        image = with_tag(image);
        if (words.size() == 4 && upper(words[2]) == "AS") names_[words[3]] = image;
        stages_.push_back(image);
        images_.push_back(std::move(image));
    }

    void copy(const std::vector<std::string>& words) {
        constexpr std::string_view flag = "--from=";
        for (std::size_t i = 1; i < words.size() && words[i].starts_with("--"); ++i)
            if (words[i].starts_with(flag))
                images_.push_back(with_tag(resolved(words[i].substr(flag.size()))));
    }

    std::vector<std::string> images() && { return std::move(images_); }

private:
    std::string resolved(const std::string& name) const {
        if (const auto stage = names_.find(name); stage != names_.end()) return stage->second;
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        const bool is_number = error == std::errc() && end == name.data() + name.size();
        return is_number && number < stages_.size() ? stages_[number] : name;
    }

    std::map<std::string, std::string> names_;
    std::vector<std::string> stages_, images_;
};

} // namespace

std::vector<std::string> froms(const std::string& dockerfile) {
    Stages stages;
    for (const std::string& line : instructions(dockerfile)) {
        const auto words = words_of(line);
        if (words.empty()) continue;
        const std::string instruction = upper(words.front());
        if (instruction == "FROM") stages.from(words);
        if (instruction == "COPY") stages.copy(words);
    }
    return std::move(stages).images();
}

} // namespace slipway::stackbrew
