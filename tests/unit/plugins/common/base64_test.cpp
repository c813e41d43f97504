// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/base64.hpp>
#include <gtest/gtest.h>

#include <utility>

namespace {

using slipway::common::base64;
using slipway::common::unbase64;

TEST(Base64, IsThatOfTheRfc) { // RFC 4648, 10
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(base64(bytes), text);
        EXPECT_EQ(unbase64(text), bytes);
    }
    for (const char* bad : {"Z", "Zg=", "Zg=a", "Zh==", "====", "Zm9v ", "Zg==Zg=="})
        EXPECT_EQ(unbase64(bad), std::nullopt) << bad;
}

} // namespace
