// SPDX-License-Identifier: GPL-3.0-or-later
//
// Layer files, judged by gzip, zstd and tar.
#include <command/command.hpp>
#include <gtest/gtest.h>
#include <layers.hpp>
#include <sys/resource.h>
#include <tar_of/tar_of.hpp>

#include <csignal>
#include <filesystem>
#include <random>

using namespace slipway;
using namespace slipway::oci;
using support::Kind;
using test::file;
using test::folder;
using test::hard_link;
using test::run_command;
using test::TarFile;

namespace {

const Meter silent = [](std::uint64_t) { return true; };

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes(size, '\0');
    for (char& c : bytes)
        c = static_cast<char>(random());
    return bytes;
}

std::string name(int number) {
    return "d/f" + std::to_string(number);
}

/// A folder and `count` files of `size` bytes of noise.
std::vector<TarFile> files(int count, std::size_t size) {
    std::vector<TarFile> all{folder("d")};
    for (int i = 0; i < count; ++i)
        all.push_back(file(name(i), noise(size, static_cast<unsigned>(i))));
    return all;
}

class Layers : public ::testing::Test {
protected:
    support::Result<std::vector<Layer>> make(const std::vector<TarFile>& tar) {
        fd_ = test::file_of(test::tar_of(tar));
        auto tree = Tree::read(fd_.get(), "r.tar");
        if (!tree) return tree.error();
        settings_.folder = folder_.path();
        return make_layers(all_of(tree.value()), settings_, meter_);
    }

    /// Names in a layer, as tar lists them.
    std::string listed(const Layer& layer) { return run_command({"tar", "-tf", layer.path}).output; }

    test::ScratchFolder folder_;
    LayerSettings settings_;
    Meter meter_ = silent;
    support::UniqueFd fd_;
};

TEST_F(Layers, OneThatIsTheTar) {
    const std::vector<TarFile> tar = files(3, 700'000);
    auto layers = make(tar);
    ASSERT_TRUE(layers) << layers.error().message();
    ASSERT_EQ(layers.value().size(), 1u);
    const Layer& layer = layers.value()[0];
    EXPECT_EQ(layer.media_type, "application/vnd.oci.image.layer.v1.tar+gzip");
    EXPECT_EQ(layer.size, std::filesystem::file_size(layer.path));
    EXPECT_EQ(support::sha256_of_file(layer.path).value(), layer.digest);
    ASSERT_EQ(run_command({"cp", layer.path, folder_ / "x.gz"}).status, 0);
    ASSERT_EQ(run_command({"gzip", "-dk", folder_ / "x.gz"}).output, "");
    EXPECT_EQ(support::sha256_of_file(folder_ / "x").value(), layer.diff_id);
    // The same entries; the tar itself may have more zeros at its end.
    const std::string whole = test::tar_of(tar), mine = support::read_file(folder_ / "x").value();
    EXPECT_EQ(whole.substr(0, mine.size()), mine);
}

TEST_F(Layers, ZstdAndNone) {
    for (const Compression compression : {Compression::zstd, Compression::none}) {
        settings_.codec = Codec::create(compression, std::nullopt).value();
        auto layers = make(files(20, 500'000));
        ASSERT_TRUE(layers) << layers.error().message();
        const Layer& layer = layers.value().at(0);
        EXPECT_NE(listed(layer).find("d/f19"), std::string::npos);
        if (compression == Compression::none) {
            EXPECT_EQ(layer.digest, layer.diff_id);
            EXPECT_EQ(layer.media_type, "application/vnd.oci.image.layer.v1.tar");
            continue;
        }
        EXPECT_EQ(layer.media_type, "application/vnd.oci.image.layer.v1.tar+zstd");
        EXPECT_EQ(run_command({"zstd", "-qdf", "-o", folder_ / "x", layer.path}).output, "");
        EXPECT_EQ(support::sha256_of_file(folder_ / "x").value(), layer.diff_id);
    }
}

TEST_F(Layers, SplitBelowTheLimit) {
    settings_.max_size = 1'000'000;
    auto layers = make(files(25, 150'000));
    ASSERT_TRUE(layers) << layers.error().message();
    ASSERT_EQ(layers.value().size(), 5u); // of six files, but for the last
    std::string all;
    for (const Layer& layer : layers.value()) {
        EXPECT_LE(layer.size, settings_.max_size);
        const std::string names = listed(layer);
        EXPECT_TRUE(names.starts_with("d/\n")) << names; // the folder keeps its attributes
        all += names.substr(3);
    }
    std::string expected;
    for (int i = 0; i < 25; ++i)
        expected += name(i) + "\n";
    EXPECT_EQ(all, expected);
}

TEST_F(Layers, EveryLimitHolds) {
    const std::vector<TarFile> tar = files(30, 20'000);
    for (settings_.max_size = 30'000; settings_.max_size < 700'000; settings_.max_size += 23'456) {
        auto layers = make(tar);
        ASSERT_TRUE(layers) << settings_.max_size << layers.error().message();
        for (const Layer& layer : layers.value())
            EXPECT_LE(layer.size, settings_.max_size);
    }
}

TEST_F(Layers, HardLinksStayTogether) {
    std::vector<TarFile> tar = files(12, 100'000);
    tar.push_back(hard_link("d/link", name(2)));
    settings_.max_size = 1'100'000;
    auto layers = make(tar);
    ASSERT_TRUE(layers) << layers.error().message();
    ASSERT_EQ(layers.value().size(), 2u);
    EXPECT_EQ(listed(layers.value()[0]), "d/\nd/f0\nd/f1\n");
    EXPECT_NE(listed(layers.value()[1]).find("d/link"), std::string::npos);
}

TEST_F(Layers, AnEntryThatDoesNotFitIsNamed) {
    std::vector<TarFile> tar = files(3, 1000);
    tar.push_back(file("d/large", noise(300'000, 9)));
    settings_.max_size = 250'000;
    auto layers = make(tar);
    ASSERT_FALSE(layers);
    EXPECT_EQ(layers.error().kind, Kind::resource);
    EXPECT_TRUE(layers.error().what.starts_with("'r.tar': 'd/large' has 300")) << layers.error().what;
    EXPECT_TRUE(
        layers.error().what.ends_with(" bytes (300.3 kB) compressed, but max_layer is 250000 (250.0 kB)"))
        << layers.error().what;
    EXPECT_EQ(layers.error().hint,
              "an entry and its hard links cannot be split: try a higher level, or leave it out of the tree");
}

TEST_F(Layers, BytesDoNotDependOnThreads) {
    settings_.max_size = 3'000'000;
    for (const Compression compression : {Compression::gzip, Compression::zstd}) {
        settings_.codec = Codec::create(compression, std::nullopt).value();
        std::vector<std::string> digests;
        for (settings_.threads = 1; settings_.threads <= 7; settings_.threads += 3) {
            auto layers = make(files(9, 900'000));
            ASSERT_TRUE(layers) << layers.error().message();
            EXPECT_GT(layers.value().size(), 1u);
            std::string all;
            for (const Layer& layer : layers.value())
                all += layer.digest.hex();
            digests.push_back(all);
        }
        EXPECT_EQ(digests, std::vector<std::string>(3, digests[0]));
    }
}

TEST_F(Layers, Cancelled) {
    meter_ = [](std::uint64_t done) { return done < 1'000'000; };
    auto layers = make(files(5, 900'000));
    ASSERT_FALSE(layers);
    EXPECT_EQ(layers.error().kind, Kind::cancelled);
    EXPECT_EQ(layers.error().what, "compressing 'r.tar': cancelled");
}

TEST_F(Layers, CancelledWhenAllIsCompressed) {
    std::uint64_t last = 0;
    meter_ = [&last](std::uint64_t done) {
        return std::exchange(last, done) != done;
    }; // does not go on any more
    auto layers = make(files(5, 900'000));
    ASSERT_FALSE(layers);
    EXPECT_EQ(layers.error().kind, Kind::cancelled);
    EXPECT_GT(last, 4'500'000u);
}

TEST_F(Layers, DiskFull) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    const std::vector<TarFile> tar = files(3, 500'000);
    const auto bytes = test::tar_of(tar);
    fd_ = test::file_of(bytes);
    auto tree = Tree::read(fd_.get(), "r.tar");
    settings_.folder = folder_.path();
    const auto whole = make_layers(all_of(tree.value()), settings_, silent);
    ASSERT_TRUE(whole);
    for (const auto& [limit, message] :
         {std::pair{std::uint64_t{600'000}, "writing compressed packages: File too large"},
          std::pair{whole.value()[0].size - 1, "writing a layer: File too large"}}) {
        const rlimit small{limit, old.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        auto layers = make_layers(all_of(tree.value()), settings_, silent);
        ::setrlimit(RLIMIT_FSIZE, &old);
        ASSERT_FALSE(layers) << limit;
        EXPECT_EQ(layers.error().kind, Kind::resource);
        EXPECT_EQ(layers.error().what, message);
    }
}

TEST_F(Layers, InputThatShrinks) {
    fd_ = test::file_of(test::tar_of(files(3, 500'000)));
    auto tree = Tree::read(fd_.get(), "r.tar");
    settings_.folder = folder_.path();
    ASSERT_EQ(::ftruncate(fd_.get(), 700'000), 0);
    auto layers = make_layers(all_of(tree.value()), settings_, silent);
    ASSERT_FALSE(layers);
    EXPECT_EQ(layers.error().kind, Kind::verify);
    EXPECT_EQ(layers.error().what, "'r.tar' has become shorter while it was read");
}

TEST(Cut, BeforeSegmentsAndLargeEntries) {
    const auto fd = test::file_of(test::tar_of(files(4, 1000)));
    auto tree = Tree::read(fd.get(), "r.tar");
    Content content = all_of(tree.value());
    content.items[2].begins_segment = true;
    const auto ends = [&](std::uint64_t most) {
        std::vector<std::size_t> all;
        for (const Unit& unit : cut(content, most))
            all.push_back(unit.end);
        return all;
    };
    EXPECT_EQ(ends(1u << 20), std::vector<std::size_t>({2, 5}));
    EXPECT_EQ(ends(1536 * 2), std::vector<std::size_t>({2, 4, 5}));
    EXPECT_EQ(ends(0), std::vector<std::size_t>({1, 2, 3, 4, 5}));
}

TEST(CodecLevel, OutOfRange) {
    EXPECT_EQ(Codec::create(Compression::gzip, 13).error().message(),
              "level: 13 is out of the range of gzip (hint: use a number from 1 to 12)");
    EXPECT_EQ(Codec::create(Compression::none, 3).error().message(),
              "level: 3 is out of the range of none (hint: leave it out)");
    EXPECT_EQ(Codec::create(Compression::zstd, std::nullopt).value().level, 8);
}

} // namespace
