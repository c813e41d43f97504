// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <license.hpp>

using namespace slipway::rootfs;

namespace {

std::string expression(const std::vector<std::string>& fields) {
    LicenseRefs refs;
    return license_expression(fields, refs);
}

} // namespace

TEST(License, KeepsSpdxExpressions) {
    EXPECT_EQ(expression({"MIT"}), "MIT");
    EXPECT_EQ(expression({"GPL-2.0-or-later"}), "GPL-2.0-or-later");
    EXPECT_EQ(expression({"GPL-2.0+"}), "GPL-2.0+");
    EXPECT_EQ(expression({"MIT OR (Apache-2.0 AND BSD-3-Clause)"}), "MIT OR (Apache-2.0 AND BSD-3-Clause)");
    EXPECT_EQ(expression({"( MIT )"}), "(MIT)");
    EXPECT_EQ(expression({"GPL-3.0-or-later WITH GCC-exception-3.1"}),
              "GPL-3.0-or-later WITH GCC-exception-3.1");
}

TEST(License, AllFieldsHold) {
    EXPECT_EQ(expression({"MIT", "BSD-2-Clause"}), "MIT AND BSD-2-Clause");
    EXPECT_EQ(expression({"MIT", "ISC OR Zlib"}), "MIT AND (ISC OR Zlib)");
    EXPECT_EQ(expression({"MIT", "MIT"}), "MIT");
    EXPECT_EQ(expression({}), "NOASSERTION");
    EXPECT_EQ(expression({""}), "NOASSERTION");
}

TEST(License, WhatSpdxDoesNotKnowIsExplained) {
    LicenseRefs refs;
    EXPECT_EQ(license_expression({"GPL", "custom:my own"}, refs),
              "LicenseRef-GPL AND LicenseRef-custom-my-own");
    EXPECT_EQ(license_expression({"custom-my own"}, refs), "LicenseRef-custom-my-own-2");
    EXPECT_EQ(license_expression({"custom:my own"}, refs), "LicenseRef-custom-my-own");
    EXPECT_EQ(license_expression({"MIT AND LicenseRef-x"}, refs), "MIT AND LicenseRef-x");
    EXPECT_EQ(license_expression({"mit"}, refs), "LicenseRef-mit");
    EXPECT_EQ(refs.words().at("LicenseRef-custom-my-own"), "custom:my own");
    EXPECT_EQ(refs.words().size(), 5u);
}

TEST(License, WhatIsNoExpressionIsOneName) {
    for (const char* text : {"MIT AND", "AND", "(MIT", "MIT)", "MIT ISC", "MIT WITH", "MIT WITH nothing",
                             "LicenseRef-x WITH GCC-exception-3.1", "MIT OR OR ISC", "a/b", "()"})
        EXPECT_TRUE(expression({text}).starts_with("LicenseRef-")) << text;
    const std::string deep = std::string(60, '(') + "MIT" + std::string(60, ')');
    EXPECT_TRUE(expression({deep}).starts_with("LicenseRef-"));
}

TEST(License, KnowsTheListInOrder) {
    // Binary search finds them only if the table is sorted.
    for (const char* id :
         {"0BSD", "AFL-1.1", "GPL-2.0-only", "MIT", "Zlib", "eGenix", "zlib-acknowledgement"})
        EXPECT_TRUE(is_license_id(id)) << id;
    EXPECT_FALSE(is_license_id("GPL"));
    EXPECT_TRUE(is_license_exception("Classpath-exception-2.0"));
    EXPECT_FALSE(is_license_exception("MIT"));
}
