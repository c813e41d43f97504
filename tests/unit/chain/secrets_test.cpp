// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/secrets.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace slipway::chain {
namespace {

namespace fs = std::filesystem;

class SecretsTest : public ::testing::Test {
protected:
    SecretsTest() {
        std::string name = fs::temp_directory_path() / "slipway-secrets.XXXXXX";
        folder_ = ::mkdtemp(name.data());
        std::ofstream(folder_ + "/FROM_FILE") << "file secret\n";
        ::setenv("FROM_ENVIRONMENT", "environment secret", 1);
    }

    ~SecretsTest() override {
        fs::remove_all(folder_);
        for (const char* name : {"FROM_ENVIRONMENT", "FROM_FILE", "ONE", "TWO"})
            ::unsetenv(name);
    }

    std::string folder_;
};

TEST_F(SecretsTest, ComeFromTheEnvironmentThenFromCredentials) {
    Secrets secrets(folder_);
    EXPECT_EQ(secrets.value("FROM_ENVIRONMENT"), "environment secret");
    EXPECT_EQ(secrets.value("FROM_FILE"), "file secret") << "the last newline is not part of it";
    EXPECT_FALSE(secrets.value("NOWHERE"));
    ::setenv("FROM_FILE", "other", 1);
    EXPECT_EQ(Secrets(folder_).value("FROM_FILE"), "other");
}

TEST_F(SecretsTest, AreNoPaths) {
    std::ofstream(folder_ + "/../secret-beside") << "x";
    EXPECT_FALSE(Secrets(folder_).value("../secret-beside"));
    fs::remove(folder_ + "/../secret-beside");
}

TEST_F(SecretsTest, AreRedactedOnceGivenOut) {
    Secrets secrets(folder_);
    EXPECT_EQ(secrets.redact("file secret"), "file secret");
    ASSERT_TRUE(secrets.value("FROM_FILE"));
    EXPECT_EQ(secrets.redact("<file secret><file secret>file secre"), "<***><***>file secre");
}

TEST_F(SecretsTest, TheLongerOfTwoIsRedactedWhole) {
    ::setenv("ONE", "abc", 1);
    ::setenv("TWO", "abcdef", 1);
    Secrets secrets;
    (void)secrets.value("ONE"), (void)secrets.value("TWO");
    EXPECT_EQ(secrets.redact("abcdef abc"), "*** ***");
}

TEST_F(SecretsTest, LinesOfOneAreRedactedEach) {
    ::setenv("ONE", "-----BEGIN KEY-----\nMIIEvQIBADAN\n}\n-----END KEY-----", 1);
    Secrets secrets;
    (void)secrets.value("ONE");
    EXPECT_EQ(secrets.redact("| MIIEvQIBADAN"), "| ***");
    EXPECT_EQ(secrets.redact("{}"), "{}") << "a line too short to be secret";
}

TEST_F(SecretsTest, AnEmptyOneRedactsNothing) {
    ::setenv("ONE", "", 1);
    Secrets secrets;
    EXPECT_EQ(secrets.value("ONE"), "");
    EXPECT_EQ(secrets.redact("text"), "text");
}

TEST_F(SecretsTest, StarsAsASecretEndToo) {
    ::setenv("ONE", "*", 1);
    Secrets secrets;
    (void)secrets.value("ONE");
    EXPECT_EQ(secrets.redact("a*b"), "a***b");
}

} // namespace
} // namespace slipway::chain
