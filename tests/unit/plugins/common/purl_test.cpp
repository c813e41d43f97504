// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/purl.hpp>
#include <gtest/gtest.h>

namespace {

using slipway::common::alpm_purl;

// The forms of the purl specification's own examples and tests for the type alpm.
TEST(AlpmPurl, IsAsTheSpecificationHasIt) {
    EXPECT_EQ(alpm_purl("pacman", "6.0.1-1", "x86_64"), "pkg:alpm/arch/pacman@6.0.1-1?arch=x86_64");
    EXPECT_EQ(alpm_purl("python-pip", "21.0-1", "any"), "pkg:alpm/arch/python-pip@21.0-1?arch=any");
}

TEST(AlpmPurl, EncodesAllButColons) {
    EXPECT_EQ(alpm_purl("libstdc++5", "1:2.0+r3~rc1-1", "x86_64"),
              "pkg:alpm/arch/libstdc%2B%2B5@1:2.0%2Br3~rc1-1?arch=x86_64");
    EXPECT_EQ(alpm_purl("lib@x", "1/2", "a b"), "pkg:alpm/arch/lib%40x@1%2F2?arch=a%20b");
    EXPECT_EQ(alpm_purl("zlib", "1:1.3.1-2", "x86_64"), "pkg:alpm/arch/zlib@1:1.3.1-2?arch=x86_64");
}

TEST(AlpmPurl, NamesAreLowerCase) {
    EXPECT_EQ(alpm_purl("Qt", "1-1", "any"), "pkg:alpm/arch/qt@1-1?arch=any");
}

TEST(AlpmPurl, MayBeWithoutAnArchitecture) {
    EXPECT_EQ(alpm_purl("libsigc++", "2.0~rc1+x-1", std::nullopt),
              "pkg:alpm/arch/libsigc%2B%2B@2.0~rc1%2Bx-1");
    EXPECT_EQ(alpm_purl("Lib@x", "1-1", std::nullopt), "pkg:alpm/arch/lib%40x@1-1");
    EXPECT_EQ(alpm_purl("a", "1-1", ""), "pkg:alpm/arch/a@1-1?arch=");
}

} // namespace
