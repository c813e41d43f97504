// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_package.hpp"

#include <gtest/gtest.h>
#include <metadata.hpp>

using namespace slipway;
using namespace slipway::test;

namespace {

TestEntry mtree(const std::string& path) {
    return {.path = ".MTREE", .content = compressed("#mtree\n./" + path + " type=file\n", Filter::gzip)};
}

} // namespace

TEST(Metadata, OfAStartIsTheWholeOrNone) {
    const std::string whole =
        make_package({mtree("x"), pkginfo("one", "1-1"), {.path = "x", .content = "1"}}, Filter::none);
    const std::string_view view = whole;
    std::size_t found = 0;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const auto metadata = rootfs::metadata_in(view.substr(0, size));
        if (!metadata) {
            EXPECT_EQ(found, 0U) << size;
            continue;
        }
        ++found;
        EXPECT_EQ(metadata->info.name, "one") << size;
        ASSERT_TRUE(metadata->files) << size;
        EXPECT_EQ(*metadata->files, std::vector<std::string>{"x"}) << size;
    }
    EXPECT_GT(found, 0U);
    EXPECT_LT(found, whole.size());
}

TEST(Metadata, WithoutAListIsNotFoundInAStart) {
    const std::string bytes = make_package({pkginfo("one", "1-1"), {.path = "x"}}, Filter::none);
    EXPECT_FALSE(rootfs::metadata_in(bytes)); // .MTREE may follow
}
