// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/secret_sources.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace slipway::chain {
namespace {

namespace fs = std::filesystem;

class SecretSourcesTest : public ::testing::Test {
protected:
    SecretSourcesTest() {
        std::string name = fs::temp_directory_path() / "slipway-sources.XXXXXX";
        folder_ = ::mkdtemp(name.data());
        path_ = folder_ + "/secrets.json";
    }

    ~SecretSourcesTest() override { fs::remove_all(folder_); }

    support::Result<std::map<std::string, SecretSource>> read(const std::string& text, mode_t mode = 0644) {
        std::ofstream(path_) << text;
        ::chmod(path_.c_str(), mode);
        return read_secret_sources(path_);
    }

    /// The error without the file's path.
    std::string problem(const std::string& text) {
        const auto sources = read(text);
        return sources ? "none" : sources.error().message().substr(path_.size());
    }

    std::string folder_, path_;
};

TEST_F(SecretSourcesTest, NamesASourceForEach) {
    const auto sources = read(R"({ // comments are fine
        "A": {"environment": "VARIABLE"}, "B": {"file": "keys/b"}, "C": {"file": "/c"}, "D": {"credential": "d"},
        "E": {"command": ["pass", "show", "e"]},
        "F": {"command": ["git", "credential-store", "get"], "ask": {"protocol": "https", "host": "github.com"}},
    })");
    ASSERT_TRUE(sources) << sources.error().message();
    const auto& all = sources.value();
    EXPECT_EQ(std::get<FromEnvironment>(all.at("A")).variable, "VARIABLE");
    EXPECT_EQ(std::get<FromFile>(all.at("B")).path, folder_ + "/keys/b") << "beside the file";
    EXPECT_EQ(std::get<FromFile>(all.at("C")).path, "/c");
    EXPECT_EQ(std::get<FromCredential>(all.at("D")).name, "d");
    EXPECT_EQ(std::get<FromCommand>(all.at("E")).words.size(), 3u);
    EXPECT_TRUE(std::get<FromCommand>(all.at("E")).ask.empty());
    EXPECT_EQ(std::get<FromCommand>(all.at("F")).ask.at(1),
              (std::pair<std::string, std::string>("host", "github.com")));
    EXPECT_TRUE(read("{}").value().empty());
}

TEST_F(SecretSourcesTest, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(problem("{\"A\": {\"fiel\": \"x\"}}"),
              ":1:8: /A/fiel: unknown option 'fiel' (hint: did you mean 'file'?)");
    EXPECT_EQ(problem("{\"A\": \"token\"}").substr(0, 9), ":1:7: /A:");
    EXPECT_EQ(problem("{\"A\": {\"credential\": \"../x\"}}").substr(0, 20), ":1:22: /A/credential");
    EXPECT_EQ(problem("{\"A\": {\"command\": []}}").substr(0, 17), ":1:19: /A/command");
    EXPECT_EQ(problem("{\"A\": {\"command\": [\"x\"], \"ask\": {\"host\": \"a\\nb\"}}}").substr(0, 20),
              ":1:42: /A/ask/host: ");
    EXPECT_EQ(problem("{\"A\": ").substr(0, 3), ":1:");
    for (const char* text :
         {"{\"A\": {}}", "{\"A\": {\"file\": \"x\", \"credential\": \"y\"}}",
          "{\"A\": {\"ask\": {\"host\": \"x\"}}}", "{\"A\": {\"file\": \"x\", \"ask\": {\"host\": \"x\"}}}"})
        EXPECT_EQ(problem(text),
                  ":1:7: /A: no single source (hint: one of \"environment\", \"file\", \"credential\", or "
                  "\"command\" (with \"ask\", if it speaks as git's credential helpers do))");
}

TEST_F(SecretSourcesTest, OthersMayNotChangeIt) {
    for (const mode_t mode : {0664u, 0646u}) {
        const auto sources = read("{}", mode);
        ASSERT_FALSE(sources);
        EXPECT_EQ(sources.error().kind, support::Kind::denied);
        EXPECT_EQ(sources.error().message(), "'" + path_
                                                 + "' can be changed by others, and it names programs to "
                                                   "run (hint: chmod go-w '"
                                                 + path_ + "')");
    }
    EXPECT_EQ(read_secret_sources(folder_ + "/no").error().kind, support::Kind::not_found);
}

} // namespace
} // namespace slipway::chain
