// SPDX-License-Identifier: GPL-3.0-or-later
//
// Signatures: every kind of key under every SigLevel, ours beside pacman's own verdict.
#include <database.hpp>
#include <fixture.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <servers/nginx.hpp>
#include <siglevel.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <trust.hpp>
#include <unistd.h>

#include <filesystem>
#include <sstream>

namespace slipway::pacman_fetch {
namespace {

namespace fs = std::filesystem;
using support::Kind;
using test::Scratch;
using testing::HasSubstr;

const std::vector<std::string> levels{"Never", "Optional TrustedOnly", "Optional TrustAll",
                                      "Required TrustedOnly", "Required TrustAll"};

/// Keys, the keyring made of them by us, and the same made by pacman-key.
class Trust : public testing::Test {
protected:
    Trust() {
        std::istringstream lines(test::must_run({SLIPWAY_TOOLS "/make-test-keyring", keys_.path()}));
        for (std::string name, fingerprint; lines >> name >> fingerprint;)
            fingerprints_[name] = fingerprint;
        auto keyring = make_keyring(keys_ / "keyring", scratch_ / "home", scratch_ / "cache");
        EXPECT_TRUE(keyring) << keyring.error().message();
        if (keyring) keyring_.emplace(std::move(keyring).value());
    }

    /// pacman-key's own keyring. It looks for keyrings in one fixed folder: ours takes that one's place.
    void pacman_key() {
        std::string script = support::read_file("/usr/bin/pacman-key").value();
        const std::string assignment = "KEYRING_IMPORT_DIR='";
        const auto from = script.find(assignment) + assignment.size();
        script.replace(from, script.find('\'', from) - from, keys_ / "keyring");
        test::write(scratch_ / "pacman-key", script);
        for (const std::vector<std::string>& how :
             {std::vector<std::string>{"--init"}, {"--populate", "test"}}) {
            std::vector<std::string> command{"bash",     scratch_ / "pacman-key", "--config", "/dev/null",
                                             "--gpgdir", scratch_ / "gpgdir"};
            if (::geteuid() != 0) command.insert(command.begin(), "fakeroot");
            command.insert(command.end(), how.begin(), how.end());
            test::must_run(command);
        }
        test::must_run({"gpgconf", "--homedir", scratch_ / "gpgdir", "--kill", "gpg-agent"});
    }

    void sign(const std::string& key, const std::string& file) const {
        test::must_run({SLIPWAY_TOOLS "/sign-test-file", keys_.path(), key, file});
    }

    std::string package(const std::string& name, const std::string& folder) {
        EXPECT_TRUE(support::make_dirs(folder));
        std::string path = test::must_run({SLIPWAY_TOOLS "/make-test-package", folder, name, "1-1"});
        path.pop_back();
        return path;
    }

    /// A repository `core` in `folder` with a package for every kind of signature.
    std::vector<std::string> make_repository(const std::string& folder);

    /// Whether pacman takes `target` from the repository in `folder`.
    bool pacman_accepts(const std::string& folder, const std::string& siglevel,
                        const std::string& target) const;

    Scratch keys_;
    Scratch scratch_;
    std::map<std::string, std::string> fingerprints_;
    std::optional<Keyring> keyring_;
};

std::vector<std::string> Trust::make_repository(const std::string& folder) {
    std::vector<std::string> names, paths;
    for (const char* name : {"good", "marginal", "untrusted", "expired", "disabled", "revoked", "foreign"}) {
        paths.push_back(package(name, folder));
        sign(name, paths.back());
        names.emplace_back(name);
    }
    paths.push_back(package("nothing", folder));
    paths.push_back(package("another", folder));
    fs::copy_file(folder + "/good-1-1-any.pkg.tar.zst.sig", paths.back() + ".sig");
    paths.push_back(package("garbage", folder));
    test::write(paths.back() + ".sig", "this is no signature\n");
    for (const char* name : {"nothing", "another", "garbage"})
        names.emplace_back(name);
    std::vector<std::string> command{"repo-add", "-q", folder + "/core.db.tar.gz"};
    command.insert(command.end(), paths.begin(), paths.end());
    test::must_run(command);
    return names;
}

bool Trust::pacman_accepts(const std::string& folder, const std::string& siglevel,
                           const std::string& target) const {
    const Scratch own;
    test::write(own / "pacman.conf", "[options]\nArchitecture = x86_64\nSigLevel = " + siglevel
                                         + "\n[core]\nServer = file://" + folder + "\n");
    for (const char* name : {"root", "db", "cache", "hooks"})
        EXPECT_TRUE(support::make_dirs(own / name));
    std::vector<std::string> command{"pacman",     "--noconfirm", "--config",  own / "pacman.conf",
                                     "--dbpath",   own / "db",    "--root",    own / "root",
                                     "--cachedir", own / "cache", "--gpgdir",  scratch_ / "gpgdir",
                                     "--hookdir",  own / "hooks", "--logfile", own / "log"};
    if (::geteuid() != 0) command.insert(command.begin(), "fakeroot");
    auto refresh = command, download = command;
    refresh.emplace_back("-Sy");
    if (test::run(refresh).status != 0) return false;
    download.insert(download.end(), {"-Sw", target});
    return test::run(download).status == 0;
}

TEST_F(Trust, PackagesAsPacman) {
    pacman_key();
    const std::string folder = scratch_ / "repo";
    const auto names = make_repository(folder);
    int accepted = 0, refused = 0;
    for (const std::string& level : levels) {
        SigLevel siglevel;
        ASSERT_TRUE(siglevel.add(words_of("DatabaseNever")));
        std::string words = "DatabaseNever";
        for (const std::string& word : words_of(level))
            words += " Package" + word;
        ASSERT_TRUE(siglevel.add(words_of(words)));
        for (const std::string& name : names) {
            const std::string path = folder + "/" + name + "-1-1-any.pkg.tar.zst";
            const auto signature = support::read_file(path + ".sig");
            Findings findings;
            if (signature) {
                auto found = verify_file(*keyring_, path, signature.value());
                ASSERT_TRUE(found) << found.error().message();
                findings = found.value();
            }
            const auto judged = judge(findings, siglevel.over(0), name);
            EXPECT_EQ(bool(judged), pacman_accepts(folder, words, name))
                << name << " under " << words << ": " << (judged ? "accepted" : judged.error().what);
            ++(judged ? accepted : refused);
        }
    }
    EXPECT_GT(accepted, 10);
    EXPECT_GT(refused, 20);
}

TEST_F(Trust, DatabasesAsPacman) {
    pacman_key();
    int accepted = 0;
    for (const std::string key : {"good", "marginal", "untrusted", "expired", "disabled", "revoked",
                                  "foreign", "nothing", "another"}) {
        const std::string folder = scratch_ / ("repo-" + key);
        test::must_run({"repo-add", "-q", folder + "/core.db.tar.gz", package("a", folder)});
        if (key != "nothing") sign(key == "another" ? "good" : key, folder + "/core.db");
        if (key == "another")
            test::must_run({"repo-add", "-q", folder + "/core.db.tar.gz", package("b", folder)});
        for (const std::string& level : levels) {
            std::string words = "PackageNever";
            for (const std::string& word : words_of(level))
                words += " Database" + word;
            SigLevel siglevel;
            ASSERT_TRUE(siglevel.add(words_of(words)));
            const Scratch own;
            auto downloader = Downloader::create({});
            Repository repository{"core", {"file://" + folder}};
            repository.siglevel = siglevel.over(0);
            auto databases =
                fetch_databases(*downloader.value(), {[] { return false; }},
                                {{repository}, "x86_64", own.path(), DatabaseCache(own / "cache")});
            ResolverSettings settings{{"x86_64"}};
            settings.keyring = keyring_->home;
            std::string why;
            bool ours = false;
            if (databases) {
                auto resolver = Resolver::open(own.path(), settings, databases.value());
                ours = bool(resolver);
                if (!resolver) why = resolver.error().message();
            } else {
                why = databases.error().message();
            }
            EXPECT_EQ(ours, pacman_accepts(folder, words, "a")) << key << " under " << words << ": " << why;
            if (!ours) {
                EXPECT_THAT(why, testing::StartsWith("database 'core' from file://"));
            }
            accepted += ours;
        }
    }
    EXPECT_GT(accepted, 9);
}

class Verdict : public Trust {
protected:
    std::string refusal(const std::string& key, std::int64_t at = 0) {
        test::write(scratch_ / "file", "bytes");
        sign(key, scratch_ / "file");
        auto found =
            verify_file(*keyring_, scratch_ / "file", support::read_file(scratch_ / "file.sig").value(), at);
        if (!found) return found.error().message();
        auto judged = judge(found.value(), ALPM_SIG_PACKAGE, "package 'p'");
        return judged ? "" : judged.error().what;
    }
};

TEST_F(Verdict, MessagesNameKeyAndCause) {
    const auto of = [this](const std::string& key, const std::string& cause) {
        return "package 'p': signed by key " + fingerprints_[key] + ": " + cause;
    };
    EXPECT_EQ(refusal("good"), "");
    EXPECT_EQ(refusal("marginal"), of("marginal", "the key is only marginally trusted"));
    EXPECT_EQ(refusal("untrusted"), of("untrusted", "the keyring does not say whose key it is"));
    EXPECT_EQ(refusal("expired"), of("expired", "the key has expired"));
    EXPECT_EQ(refusal("disabled"), of("disabled", "the key is disabled: its owner's trust was withdrawn"));
    EXPECT_EQ(refusal("revoked"), of("revoked", "the key has been revoked"));
    EXPECT_EQ(refusal("foreign"), of("foreign", "the keyring does not have the key"));
    EXPECT_EQ(judge({}, ALPM_SIG_PACKAGE, "package 'p'").error().what,
              "package 'p': it is not signed, and SigLevel requires that");
}

TEST_F(Verdict, AClockThatIsTenYearsOff) {
    const auto signed_by = "package 'p': signed by key " + fingerprints_["good"] + ": ";
    EXPECT_EQ(refusal("good", 1243000000),
              signed_by + "the signature is from the future: is this machine's clock right?");
    EXPECT_EQ(refusal("expired", 1893456000),
              "package 'p': signed by key " + fingerprints_["expired"] + ": the key has expired");
}

TEST_F(Verdict, ExpiryCanBeJudgedAtTheBuild) {
    EXPECT_EQ(refusal("expired", 1559400000), "") << "2019-06-01, a moment after the signature";
    EXPECT_EQ(refusal("good", 1559400000), "");
    EXPECT_THAT(refusal("expired", 1609459200), HasSubstr("the key has expired")) << "2021";
    EXPECT_THAT(refusal("untrusted", 1559400000), HasSubstr("does not say whose key it is"));
    EXPECT_THAT(refusal("disabled", 1559400000), HasSubstr("is disabled"));
    EXPECT_THAT(refusal("foreign", 1559400000), HasSubstr("does not have the key"));
}

TEST_F(Trust, KeyringIsMadeOnce) {
    EXPECT_THAT(test::names_in(scratch_ / "cache"), testing::ElementsAre(keyring_->digest.hex()));
    EXPECT_THAT(test::names_in(scratch_ / "home"), testing::Not(testing::Contains("private-keys-v1.d")));
    ASSERT_TRUE(support::remove_tree(keys_ / "gnupg"));
    auto again = make_keyring(keys_ / "keyring", scratch_ / "home2", scratch_ / "cache");
    ASSERT_TRUE(again);
    EXPECT_EQ(again.value().digest, keyring_->digest);
    EXPECT_EQ(support::sha256_of_file(scratch_ / "home2/trustdb.gpg").value(),
              support::sha256_of_file(scratch_ / "home/trustdb.gpg").value());
}

TEST_F(Trust, AKeyringNobodyUsesIsNotKept) {
    const auto cache = fs::path(scratch_ / "cache");
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(101 * 24);
    fs::create_directory(cache / "older");
    for (const std::string& name : {keyring_->digest.hex(), std::string("older")})
        fs::last_write_time(cache / name, long_ago);
    ASSERT_TRUE(make_keyring(keys_ / "keyring", scratch_ / "home2", scratch_ / "cache")); // that is a use
    fs::copy_file(keys_ / "keyring/test.gpg", keys_ / "keyring/test2.gpg");
    auto next = make_keyring(keys_ / "keyring", scratch_ / "home3", scratch_ / "cache");
    ASSERT_TRUE(next) << next.error().message();
    EXPECT_THAT(test::names_in(scratch_ / "cache"),
                testing::UnorderedElementsAre(keyring_->digest.hex(), next.value().digest.hex()));
}

TEST_F(Trust, KeyringInADeepFolder) {
    const std::string deep = scratch_ / (std::string(100, 'd') + "/" + std::string(100, 'e'));
    ASSERT_TRUE(support::make_dirs(deep));
    auto keyring = make_keyring(keys_ / "keyring", deep + "/home", deep + "/cache");
    ASSERT_TRUE(keyring) << keyring.error().message();
    EXPECT_EQ(keyring.value().digest, keyring_->digest);
}

TEST_F(Trust, NoKeyringThere) {
    auto keyring = make_keyring(scratch_.path(), scratch_ / "h", scratch_ / "c");
    ASSERT_FALSE(keyring);
    EXPECT_EQ(keyring.error().what, "keyring folder '" + scratch_.path() + "': no *.gpg file in it");
    keyring = make_keyring("/nowhere", scratch_ / "h", scratch_ / "c");
    ASSERT_FALSE(keyring);
    EXPECT_EQ(keyring.error().kind, Kind::not_found);
    test::write(keys_ / "keyring/z.gpg", "nonsense");
    keyring = make_keyring(keys_ / "keyring", scratch_ / "h2", scratch_ / "c");
    ASSERT_FALSE(keyring);
    EXPECT_EQ(keyring.error().kind, Kind::verify);
    EXPECT_THAT(keyring.error().what, HasSubstr("keyring: gpg --no-auto-check-trustdb"));
}

} // namespace
} // namespace slipway::pacman_fetch
