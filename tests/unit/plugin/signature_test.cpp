// SPDX-License-Identifier: GPL-3.0-or-later
//
// What minisign and ssh-keygen have signed, and what they have not.
#include <command/command.hpp>
#include <gmock/gmock.h>
#include <plugin/signature.hpp>
#include <support/fs.hpp>

#include <filesystem>

namespace slipway::plugin {
namespace {

using support::Kind;
using test::run_command;
using testing::HasSubstr;

class SignatureTest : public testing::Test {
protected:
    SignatureTest() {
        put("plugin.so", "the plugin");
        put("other.so", "another plugin");
    }

    void put(const std::string& name, const std::string& text) {
        ASSERT_TRUE(support::write_file(folder_ / name, text));
    }

    std::string text_of(const std::string& name) { return support::read_file(folder_ / name).value(); }

    void run(const std::vector<std::string>& command) {
        const auto result = run_command(command);
        ASSERT_EQ(result.status, 0) << result.output;
    }

    void make_minisign_key(const std::string& name) {
        run({"minisign", "-G", "-W", "-f", "-p", folder_ / (name + ".pub"), "-s", folder_ / (name + ".key")});
    }

    void minisign(const std::string& file, const std::string& key, const std::string& mode = "-H") {
        run({"minisign", "-S", mode, "-s", folder_ / (key + ".key"), "-m", folder_ / file, "-t",
             "trusted words"});
    }

    void make_ssh_key(const std::string& name, const std::string& type = "ed25519") {
        run({"ssh-keygen", "-q", "-t", type, "-N", "", "-C", "a comment", "-f", folder_ / name});
    }

    void ssh_sign(const std::string& file, const std::string& key, const std::string& space = ssh_namespace) {
        std::filesystem::remove(folder_ / (file + ".sig"));
        run({"ssh-keygen", "-Y", "sign", "-q", "-n", space, "-f", folder_ / key, folder_ / file});
    }

    /// "" if it is signed, else what is said.
    std::string refusal(const std::string& file, const std::string& key, const std::string& signature = "") {
        const auto digest = check_signature(folder_ / file, folder_ / key,
                                            signature.empty() ? signature : folder_ / signature);
        if (!digest) {
            kind_ = digest.error().kind;
            return digest.error().what;
        }
        EXPECT_EQ(digest.value().hex(), support::Digest::of(text_of(file)).hex());
        return "";
    }

    test::ScratchFolder folder_;
    Kind kind_{};
};

TEST_F(SignatureTest, OfMinisignCounts) {
    make_minisign_key("a");
    for (const char* mode : {"-H", "-l"}) { // of the file's hash, and of the file
        minisign("plugin.so", "a", mode);
        EXPECT_EQ(refusal("plugin.so", "a.pub"), "") << mode;
    }
    put("elsewhere.minisig", text_of("plugin.so.minisig"));
    std::filesystem::remove(folder_ / "plugin.so.minisig");
    EXPECT_EQ(refusal("plugin.so", "a.pub", "elsewhere.minisig"), "");
    EXPECT_THAT(refusal("plugin.so", "a.pub"), HasSubstr("plugin.so.minisig"));
}

TEST_F(SignatureTest, OfMinisignOnAnotherFileDoesNot) {
    make_minisign_key("a");
    minisign("plugin.so", "a");
    put("plugin.so", "the plugiN");
    EXPECT_THAT(refusal("plugin.so", "a.pub"), HasSubstr("is not of this file"));
    EXPECT_EQ(kind_, Kind::verify);
}

TEST_F(SignatureTest, OfMinisignByAnotherKeyDoesNot) {
    make_minisign_key("a");
    make_minisign_key("b");
    minisign("plugin.so", "b");
    EXPECT_THAT(refusal("plugin.so", "a.pub"), HasSubstr("is another key's"));
    EXPECT_EQ(kind_, Kind::verify);
}

TEST_F(SignatureTest, OfMinisignWithAnotherTrustedCommentDoesNot) {
    make_minisign_key("a");
    minisign("plugin.so", "a");
    std::string text = text_of("plugin.so.minisig");
    text.replace(text.find("trusted words"), 7, "TRUSTED");
    put("plugin.so.minisig", text);
    EXPECT_EQ(
        run_command({"minisign", "-V", "-q", "-p", folder_ / "a.pub", "-m", folder_ / "plugin.so"}).status,
        1);
    EXPECT_THAT(refusal("plugin.so", "a.pub"), HasSubstr("is not of this file"));
}

TEST_F(SignatureTest, OfMinisignMayBeBroken) {
    make_minisign_key("a");
    minisign("plugin.so", "a");
    const std::string whole = text_of("plugin.so.minisig");
    for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
        put("plugin.so.minisig", whole.substr(0, size));
        EXPECT_NE(refusal("plugin.so", "a.pub"), "") << size;
    }
    std::string windows;
    for (const char c : whole)
        windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    put("plugin.so.minisig", windows);
    EXPECT_EQ(refusal("plugin.so", "a.pub"), "");
}

TEST_F(SignatureTest, OfAKeyThatIsNone) {
    make_minisign_key("a");
    minisign("plugin.so", "a");
    for (const char* text : {"", "x", "untrusted comment: x\n", "untrusted comment: x\nAAAA\n",
                             "untrusted comment: x\n!!!!\n", "ssh-ed25519", "ssh-ed25519 AAAA"}) {
        put("none.pub", text);
        EXPECT_NE(refusal("plugin.so", "none.pub"), "") << text;
    }
    EXPECT_NE(refusal("plugin.so", "missing.pub"), "");
}

TEST_F(SignatureTest, OfSshCounts) {
    for (const char* type : {"ed25519", "ecdsa", "rsa"}) {
        make_ssh_key(type, type);
        ssh_sign("plugin.so", type);
        EXPECT_EQ(refusal("plugin.so", std::string(type) + ".pub"), "") << type;
    }
}

TEST_F(SignatureTest, OfSshMustBeOfThisFileThisKeyAndForPlugins) {
    make_ssh_key("a");
    make_ssh_key("b");
    ssh_sign("plugin.so", "b");
    EXPECT_THAT(refusal("plugin.so", "a.pub"), HasSubstr("is not signed with"));
    EXPECT_EQ(kind_, Kind::verify);
    ssh_sign("plugin.so", "a", "git");
    EXPECT_NE(refusal("plugin.so", "a.pub"), "") << "a signature of a commit is none of a plugin";
    ssh_sign("other.so", "a");
    EXPECT_NE(refusal("plugin.so", "a.pub", "other.so.sig"), "");
    ssh_sign("plugin.so", "a");
    EXPECT_EQ(refusal("plugin.so", "a.pub"), "");
    put("plugin.so.sig", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n");
    EXPECT_NE(refusal("plugin.so", "a.pub"), "");
}

TEST_F(SignatureTest, OfSshIsNotByTheOptionsOfAKeyFile) {
    make_ssh_key("a");
    make_ssh_key("b");
    ssh_sign("plugin.so", "b");
    // A second line, or a principal in front, makes nobody else a signer.
    put("two.pub", text_of("a.pub") + "slipway " + text_of("b.pub"));
    EXPECT_NE(refusal("plugin.so", "two.pub"), "");
}

} // namespace
} // namespace slipway::plugin
