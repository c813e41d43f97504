// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <smart.hpp>

using namespace slipway::git_publish;

namespace {

TEST(Smart, AtomicGoesToTheFirstLinesEnd) {
    const std::string rest = "0009tail.PACK";
    EXPECT_EQ(with_atomic(std::string("000aa b\0c\n", 10) + rest),
              std::string("0011a b\0c atomic\n", 17) + rest);
    EXPECT_EQ(with_atomic(std::string("0009a b\0c", 9) + rest), std::string("0010a b\0c atomic", 16) + rest);
}

TEST(Smart, NoSuchRequest) {
    for (const std::string& text :
         {std::string(), std::string("00"), std::string("0000"), std::string("zzzza\0b", 7),
          std::string("00ffa\0b", 7), std::string("0007abc")})
        EXPECT_FALSE(with_atomic(text)) << text;
}

} // namespace
