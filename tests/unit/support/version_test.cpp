// SPDX-License-Identifier: GPL-3.0-or-later
//
// The order of versions, judged by vercmp(8) of pacman.
#include <gtest/gtest.h>
#include <support/version.hpp>

#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace slipway::support {
namespace {

struct Closer {
    void operator()(std::FILE* file) const { ::pclose(file); }
};

int vercmp(const std::string& a, const std::string& b) {
    const std::unique_ptr<std::FILE, Closer> pipe(::popen(("vercmp '" + a + "' '" + b + "'").c_str(), "r"));
    int order = 99;
    if (std::fscanf(pipe.get(), "%d", &order) != 1) ADD_FAILURE() << "vercmp says nothing";
    return (order > 0) - (order < 0);
}

TEST(CompareVersions, AsVercmp) {
    const std::vector<std::string> versions{"1",      "1.0",     "1.0-1",  "1.0-2",  "1.0a",  "1.0b-1",
                                            "1.0.1",  "1:0.5-1", "0:1.0",  "1..0",   "1.0.",  "01.0",
                                            "1.0rc1", "1.0-1.1", "2024.1", "1.0+r3", "1.0_1", "a",
                                            "1.a",    "1.a1",    "10",     "9",      "1.10",  "1.9-9"};
    for (const std::string& a : versions)
        for (const std::string& b : versions)
            EXPECT_EQ(compare_versions(a, b), vercmp(a, b)) << a << " " << b;
}

TEST(CompareVersions, AsVercmpForWhateverComes) {
    std::minstd_rand random(3);
    const auto version = [&] {
        std::string text;
        for (std::size_t length = random() % 8 + 1; text.size() < length;)
            text += "0019ab..:-_+"[random() % 12];
        return text;
    };
    for (int i = 0; i < 300; ++i) {
        const std::string a = version(), b = version();
        EXPECT_EQ(compare_versions(a, b), vercmp(a, b)) << a << " " << b;
    }
}

} // namespace
} // namespace slipway::support
