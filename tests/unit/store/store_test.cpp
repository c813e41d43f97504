// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <store/store.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace slipway::store {
namespace {

namespace fs = std::filesystem;
using support::Digest;
using support::Kind;

class StoreTest : public ::testing::Test {
protected:
    StoreTest() {
        std::string name = fs::temp_directory_path() / "slipway-store.XXXXXX";
        root_ = ::mkdtemp(name.data());
    }

    ~StoreTest() override { fs::remove_all(root_); }

    static Draft written(const Store& store, std::string_view text) {
        auto draft = store.create();
        EXPECT_TRUE(draft);
        EXPECT_TRUE(support::write_all(draft.value().fd(), text, "draft"));
        return std::move(draft).value();
    }

    static Stored stored(const Store& store, std::string_view text) {
        auto sealed = store.seal(written(store, text));
        EXPECT_TRUE(sealed);
        auto result = store.commit(std::move(sealed).value());
        EXPECT_TRUE(result);
        return result.value();
    }

    std::size_t drafts() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(root_ + "/tmp"), {}));
    }

    std::string root_;
};

TEST_F(StoreTest, KeepsBytesUnderTheirDigest) {
    const Store store = Store::open(root_).value();
    const Stored result = stored(store, "hello\n");
    // printf 'hello\n' | sha256sum
    EXPECT_EQ(result.digest.hex(), "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    EXPECT_EQ(result.size, 6u);
    EXPECT_EQ(store.path_of(result.digest), root_ + "/sha256/58/" + result.digest.hex());
    auto fd = store.open_artifact(result.digest);
    ASSERT_TRUE(fd);
    EXPECT_EQ(support::read_all(fd.value().get(), "artifact").value(), "hello\n");
    EXPECT_EQ(store.check(result.digest).value(), 6u);

    struct stat st {};

    ASSERT_EQ(::stat(store.path_of(result.digest).c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0444u);
    EXPECT_EQ(drafts(), 0u);
}

TEST_F(StoreTest, KeepsTheSameBytesOnce) {
    const Store store = Store::open(root_).value();
    EXPECT_EQ(stored(store, "same").digest, stored(store, "same").digest);
    EXPECT_EQ(std::distance(fs::directory_iterator(root_ + "/sha256"), {}), 1);
    EXPECT_EQ(drafts(), 0u);
}

TEST_F(StoreTest, PutsATextInOneGo) {
    const Store store = Store::open(root_).value();
    const auto stored = store.put("a text").value();
    EXPECT_EQ(stored.size, 6u);
    EXPECT_EQ(stored.digest, support::Digest::of("a text"));
    EXPECT_TRUE(store.check(stored.digest));
}

TEST_F(StoreTest, ForgetsADraftThatIsNotCommitted) {
    const Store store = Store::open(root_).value();
    {
        const Draft draft = written(store, "gone");
        EXPECT_EQ(drafts(), 1u);
    }
    EXPECT_EQ(drafts(), 0u);
    Draft first = written(store, "one"), second = written(store, "two");
    first = std::move(second);
    EXPECT_EQ(drafts(), 1u) << "an assigned-over draft stays";
}

TEST_F(StoreTest, RefusesWhatSomebodyStillWrites) {
    const Store store = Store::open(root_).value();
    Draft draft = written(store, "half");
    const support::UniqueFd writer(::dup(draft.fd()));
    auto sealed = store.seal(std::move(draft));
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().kind, Kind::conflict);
    EXPECT_EQ(sealed.error().message(),
              "the artifact is still open for writing (hint: close every descriptor of it first)");
    EXPECT_EQ(drafts(), 0u);
}

TEST_F(StoreTest, AcceptsWhatSomebodyOnlyReads) {
    const Store store = Store::open(root_).value();
    Draft draft = written(store, "whole");
    const support::UniqueFd reader = support::open_read(draft.path()).value();
    EXPECT_TRUE(store.seal(std::move(draft)));
}

TEST_F(StoreTest, DoesNotFindWhatIsNotThere) {
    const Store store = Store::open(root_).value();
    const Digest digest = Digest::of("never stored");
    for (const auto& error : {store.open_artifact(digest).error(), store.check(digest).error()}) {
        EXPECT_EQ(error.kind, Kind::not_found);
        EXPECT_EQ(error.what, "artifact " + digest.hex() + " is not in the store");
    }
}

TEST_F(StoreTest, RemovesDraftsOfAKilledHostAndKeepsArtifacts) {
    const Store store = Store::open(root_).value();
    const Stored kept = stored(store, "kept");
    ASSERT_TRUE(support::write_file(root_ + "/tmp/abcdef", "left"));
    ASSERT_TRUE(store.remove_drafts());
    EXPECT_EQ(drafts(), 0u);
    EXPECT_TRUE(store.check(kept.digest));
    EXPECT_TRUE(store.create()) << "the folder of drafts is gone";
}

TEST_F(StoreTest, TakesAFileAsItIs) {
    const Store store = Store::open(root_).value();
    const std::string folder = root_ + "/from";
    fs::create_directory(folder);
    ASSERT_TRUE(support::write_file(folder + "/file", "moved"));
    const support::UniqueFd fd(::open(folder.c_str(), O_PATH | O_CLOEXEC));
    for (const auto& expected :
         {std::optional<support::Digest>(), std::optional(support::Digest::of("moved"))}) {
        ASSERT_TRUE(support::write_file(folder + "/file", "moved"));
        auto draft = store.take(fd.get(), "file", expected);
        ASSERT_TRUE(draft) << draft.error().message();
        EXPECT_FALSE(fs::exists(folder + "/file"));
        auto sealed = store.seal(std::move(draft).value());
        ASSERT_TRUE(sealed);
        EXPECT_EQ(store.commit(std::move(sealed).value()).value().digest, support::Digest::of("moved"));
        EXPECT_EQ(drafts(), 0u);
    }
    fs::create_symlink("/etc/passwd", folder + "/link");
    EXPECT_EQ(store.take(fd.get(), "link", {}).error().kind, Kind::verify);
    ASSERT_TRUE(support::write_file(folder + "/one", "two names"));
    fs::create_hard_link(folder + "/one", folder + "/two");
    EXPECT_EQ(store.take(fd.get(), "one", {}).error().kind, Kind::verify);
    EXPECT_EQ(store.take(fd.get(), "none", {}).error().kind, Kind::not_found);
    EXPECT_EQ(drafts(), 0u);
}

TEST_F(StoreTest, FinishesWhatAKilledHostHadTaken) {
    const Store store = Store::open(root_).value();
    const auto digest = support::Digest::of("whole");
    ASSERT_TRUE(support::write_file(root_ + "/tmp/taken-" + digest.hex(), "whole"));
    ASSERT_TRUE(support::write_file(root_ + "/tmp/taken-" + support::Digest::of("x").hex(), "half"));
    ASSERT_TRUE(store.remove_drafts());
    EXPECT_EQ(drafts(), 0u);
    EXPECT_EQ(store.check(digest).value(), 5u);
    EXPECT_EQ(fs::status(store.path_of(digest)).permissions(), fs::perms(0444));
    EXPECT_FALSE(store.check(support::Digest::of("half")));
}

TEST_F(StoreTest, OpensWhatAnotherMade) {
    const Stored kept = stored(Store::open(root_).value(), "kept");
    EXPECT_TRUE(Store::open(root_).value().check(kept.digest));
}

TEST_F(StoreTest, SaysWhereItCannotBe) {
    ASSERT_TRUE(support::write_file(root_ + "/file", ""));
    auto store = Store::open(root_ + "/file");
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().what, "making folder '" + root_ + "/file/tmp': Not a directory");
}

} // namespace
} // namespace slipway::store
