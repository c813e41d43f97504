// SPDX-License-Identifier: GPL-3.0-or-later
#include <command/command.hpp>
#include <elf_file.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>

#include <algorithm>

using namespace slipway;
using check::read_elf;

TEST(ElfFile, OfOurPluginIsAsItsLinkerWasTold) {
    const auto elf = read_elf(std::string(SLIPWAY_STAGES) + "/compress.so");
    ASSERT_TRUE(elf);
    const check::ElfFile& file = elf.value();
    EXPECT_TRUE(file.relro);
    EXPECT_TRUE(file.bind_now);
    EXPECT_FALSE(file.executable_stack);
    EXPECT_FALSE(file.text_relocations);
    EXPECT_FALSE(file.writable_code);
    EXPECT_EQ(file.run_path, "");
    EXPECT_THAT(file.needed, testing::Contains("libzstd.so.1"));
    EXPECT_TRUE(std::ranges::any_of(file.symbols, [](const check::Symbol& symbol) {
        return symbol.defined && symbol.name == "slipway_plugin_v1";
    }));
}

TEST(ElfFile, IsRefusedWhenItIsNoneAndWhenItIsCutShort) {
    const test::ScratchFolder folder;
    const std::string path = folder / "x.so";
    ASSERT_TRUE(support::write_file(path, "#!/bin/sh\n"));
    EXPECT_FALSE(read_elf(path));
    EXPECT_FALSE(read_elf(folder / "missing"));
    auto whole = support::read_file(std::string(SLIPWAY_FAULT) + "/loader/good.so");
    ASSERT_TRUE(whole);
    for (const std::size_t size :
         {std::size_t{20}, std::size_t{64}, std::size_t{1000}, whole.value().size() / 2}) {
        ASSERT_TRUE(support::write_file(path, whole.value().substr(0, size)));
        EXPECT_FALSE(read_elf(path)) << size;
    }
}

TEST(ElfFile, SurvivesEveryDamagedByteOfItsHeaders) {
    const test::ScratchFolder folder;
    const std::string path = folder / "x.so";
    auto whole = support::read_file(std::string(SLIPWAY_FAULT) + "/loader/good.so");
    ASSERT_TRUE(whole);
    for (std::size_t i = 0; i < 1024; i += 3) {
        std::string bytes = whole.value();
        bytes[i] = static_cast<char>(~bytes[i]);
        ASSERT_TRUE(support::write_file(path, bytes));
        (void)read_elf(path);
    }
}
