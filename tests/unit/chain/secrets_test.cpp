// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/secrets.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace slipway::chain {
namespace {

namespace fs = std::filesystem;
using support::Kind;

class SecretsTest : public ::testing::Test {
protected:
    SecretsTest() {
        std::string name = fs::temp_directory_path() / "slipway-secrets.XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }

    ~SecretsTest() override {
        fs::remove_all(folder_);
        for (const char* name : {"ONE", "TWO", "OTHER"})
            ::unsetenv(name);
    }

    std::string file(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        const std::string path = folder_ + "/" + name;
        std::ofstream(path, std::ios::binary) << text;
        ::chmod(path.c_str(), mode);
        return path;
    }

    /// The value of ONE, or "KIND: what (hint: hint)".
    std::string ask(SecretSources sources, const std::string& name = "ONE") const {
        Secrets secrets(std::move(sources));
        secrets.take_environment({name});
        const auto found = secrets.ask(name)();
        if (found) return std::string(found.value().view());
        return std::string(name_of(found.error().kind)) + ": " + found.error().message();
    }

    std::string from(SecretSource source) const { return ask({{{"ONE", std::move(source)}}, folder_}); }

    std::string folder_;
};

TEST_F(SecretsTest, ComeFromTheEnvironmentThenFromCredentials) {
    file("ONE", "file secret\n", 0440);
    EXPECT_EQ(ask({{}, folder_}), "file secret") << "the last newline is not part of it";
    ::setenv("ONE", "environment secret", 1);
    EXPECT_EQ(ask({{}, folder_}), "environment secret");
    EXPECT_EQ(ask({{}, folder_}, "NOWHERE").substr(0, 6), "auth: ");
    file("../beside", "x");
    EXPECT_EQ(ask({{}, folder_}, "../beside").substr(0, 6), "auth: ") << "a name is no path";
    fs::remove(folder_ + "/../beside");
}

TEST_F(SecretsTest, ComeFromWhereTheyAreSaidToBe) {
    ::setenv("ONE", "wrong", 1);
    ::setenv("OTHER", "from another variable", 1);
    EXPECT_EQ(from(FromEnvironment{"OTHER"}), "from another variable");
    EXPECT_EQ(from(FromFile{file("value", "from a file\r\n")}), "from a file");
    file("credential", "from a credential");
    EXPECT_EQ(from(FromCredential{"credential"}), "from a credential");
    EXPECT_EQ(from(FromCommand{{"printf", "from a %s", "program\n"}, {}}), "from a program");
}

TEST_F(SecretsTest, AMissingOneSaysWhereItShouldBe) {
    EXPECT_EQ(from(FromEnvironment{"OTHER"}),
              "auth: the environment variable OTHER is not set (hint: set it)");
    EXPECT_EQ(from(FromFile{folder_ + "/no"}).substr(0, 11), "not_found: ");
    EXPECT_EQ(from(FromCredential{"no"}).substr(0, 11), "not_found: ");
    EXPECT_EQ(ask({{{"ONE", FromCredential{"no"}}}, ""}),
              "auth: there are no systemd credentials ($CREDENTIALS_DIRECTORY is not set) (hint: run it as a "
              "service with LoadCredential=no:FILE, or change --secrets)");
    EXPECT_EQ(from(FromCommand{{"/no/such/program"}, {}}).substr(0, 11), "not_found: ");
}

TEST_F(SecretsTest, AFileIsForItsOwnerAlone) {
    for (const mode_t mode : {0640u, 0604u, 0620u, 0610u, 0644u}) {
        const std::string path = file("value", "x12345", mode);
        const std::string said = from(FromFile{path});
        EXPECT_EQ(said.substr(0, 8), "denied: ") << said;
        EXPECT_NE(said.find("(hint: chmod 600 '" + path + "', and change"), std::string::npos) << said;
    }
    EXPECT_EQ(from(FromFile{file("value", "x12345", 0400)}), "x12345");
}

TEST_F(SecretsTest, WhatCanBeNoSecretIsRefused) {
    const std::string path = folder_ + "/value", subject = "auth: '" + path + "' ";
    for (const char* empty : {"", "\n", " \t\r\n"})
        EXPECT_EQ(from(FromFile{file("value", empty)}), subject + "is empty (hint: put the value there)");
    EXPECT_EQ(from(FromFile{file("value", std::string("a\0b", 3))}),
              subject + "holds a NUL byte (hint: a secret is text: encode it, in base64 for example)");
    EXPECT_EQ(from(FromFile{file("value", "caf\xe9")}).substr(0, subject.size() + 12),
              subject + "is not UTF-8");
    EXPECT_EQ(from(FromFile{file("value", std::string(70000, 'x'))}).substr(0, 10), "resource: ");
    EXPECT_EQ(from(FromFile{folder_}).substr(0, 4), "io: ") << "a folder";
    ::setenv("ONE", "", 1);
    EXPECT_EQ(ask({}), "auth: the environment variable ONE is empty (hint: put the value there)");
    EXPECT_EQ(from(FromCommand{{"true"}, {}}),
              "auth: what 'true' tells is empty (hint: put the value there)");
}

TEST_F(SecretsTest, TheEnvironmentForgetsThem) {
    ::setenv("ONE", "0123456789", 1);
    ::setenv("OTHER", "stays", 1);
    const char* place = std::getenv("ONE");
    Secrets secrets({{{"TWO", FromFile{"/x"}}}, ""});
    ::setenv("TWO", "not asked there", 1);
    secrets.take_environment({"ONE", "TWO", "THREE"});
    EXPECT_EQ(std::getenv("ONE"), nullptr);
    EXPECT_EQ(std::string(place, 10), std::string(10, '\0')) << "what /proc/PID/environ shows is zeroed";
    EXPECT_STREQ(std::getenv("OTHER"), "stays");
    EXPECT_STREQ(std::getenv("TWO"), "not asked there");
    EXPECT_EQ(secrets.ask("ONE")().value().view(), "0123456789");
}

TEST_F(SecretsTest, AreRedactedOnceGivenOut) {
    Secrets secrets;
    EXPECT_EQ(secrets.known("ONE"), nullptr);
    EXPECT_EQ(secrets.redact("file secret"), "file secret");
    secrets.keep("ONE", support::SecretBytes("file secret"));
    ASSERT_NE(secrets.known("ONE"), nullptr);
    EXPECT_EQ(secrets.known("ONE")->view(), "file secret");
    EXPECT_EQ(secrets.redact("<file secret><file+secret><ZmlsZSBzZWNyZXQ=>file secre"),
              "<***><***><***=>file secre");
    EXPECT_EQ(secrets.keep("ONE", support::SecretBytes("second")).view(), "file secret")
        << "the first counts for the whole run";
}

TEST_F(SecretsTest, OnlyWhatIsThereByNoChanceIsLookedForInArtifacts) {
    Secrets secrets;
    secrets.keep("SHORT", support::SecretBytes("abcde"));
    EXPECT_EQ(secrets.redact("abcde"), "***");
    EXPECT_TRUE(secrets.detector().empty());
    secrets.keep("KEY", support::SecretBytes("{\n  \"type\": \"x\",\n  \"key\": \"0123456789\"\n}"));
    EXPECT_EQ(secrets.detector().redact("\"type\": \"x\", \"key\": \"0123456789\""), "\"type\": \"x\", ***");
}

} // namespace
} // namespace slipway::chain
