// SPDX-License-Identifier: GPL-3.0-or-later
//
// Loading chains in tests: what a user would read, or the chain.
#pragma once

#include <config/chain_file.hpp>
#include <config/options.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>

#include <filesystem>
#include <string>

namespace slipway::config::testing {

/// 2026-11-05T00:00:00Z
inline constexpr std::int64_t epoch = 1793836800;

inline LoadOptions at_epoch(std::vector<std::string> settings = {}, std::vector<std::string> overrides = {}) {
    LoadOptions options;
    options.epoch = epoch;
    for (const std::string& text : settings)
        options.settings.push_back(parse_setting(text).value());
    for (const std::string& text : overrides)
        options.overrides.push_back(parse_override(text).value());
    return options;
}

/// All problems as the user reads them; "" if there are none.
inline std::string problems_of(const std::string& text, const LoadOptions& options = at_epoch()) {
    const auto loaded = load_text(text, "chain.json", options);
    const auto* problems = std::get_if<Problems>(&loaded);
    return problems ? render(*problems) : "";
}

inline Chain loaded(const std::string& text, const LoadOptions& options = at_epoch()) {
    auto result = load_text(text, "chain.json", options);
    if (const auto* problems = std::get_if<Problems>(&result)) {
        ADD_FAILURE() << render(*problems);
        return {};
    }
    return std::get<Chain>(std::move(result));
}

inline std::vector<Instance> expanded(const Chain& chain) {
    auto result = expand(chain);
    if (const auto* problems = std::get_if<Problems>(&result)) {
        ADD_FAILURE() << render(*problems);
        return {};
    }
    return std::get<std::vector<Instance>>(std::move(result));
}

/// A chain of these stages (JSON), one a line from line 2 on.
inline std::string chain_of(const std::string& stages, const std::string& more = "") {
    return R"({"slipway": 1, "name": "arch", )" + more + R"("stages": [)" + "\n" + stages + "\n]}";
}

/// The options of the only instance of a chain of one stage with these options.
inline std::string options_of(const std::string& with, const std::string& more = "") {
    const auto instances =
        expanded(loaded(chain_of(R"({"id": "a", "use": "mock", "with": )" + with + "}", more)));
    return instances.size() == 1 ? support::json::dump(instances[0].options) : "";
}

/// A folder that goes away with the test.
class Folder {
public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "slipway-config.XXXXXX";
        path_ = ::mkdtemp(name.data());
    }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    ~Folder() { std::filesystem::remove_all(path_); }

    std::string write(const std::string& name, const std::string& text) const {
        const std::string path = path_ + "/" + name;
        EXPECT_TRUE(support::write_file(path, text));
        return path;
    }

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace slipway::config::testing
