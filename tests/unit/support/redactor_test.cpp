// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <support/fs.hpp>
#include <support/redactor.hpp>
#include <sys/mman.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

namespace slipway::support {
namespace {

// ---------------------------------------------------------------------------- encoders, not ours where there
// are others

std::string hex(const std::string& bytes, const char* format) {
    std::string out;
    for (const unsigned char c : bytes) {
        char text[8];
        std::snprintf(text, sizeof text, format, c);
        out += text;
    }
    return out;
}

std::string base64(const std::string& bytes) {
    std::string out(bytes.size() * 2 + 4, '\0');
    const int n = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(n));
    return out;
}

std::string base64url(const std::string& bytes) {
    std::string out = base64(bytes);
    std::ranges::replace(out, '+', '-');
    std::ranges::replace(out, '/', '_');
    while (out.ends_with('='))
        out.pop_back();
    return out;
}

std::string redacted(const std::string& secret, const std::string& text) {
    Redactor redactor;
    redactor.add(secret, "S");
    return redactor.redact(text);
}

// ---------------------------------------------------------------------------- one by one

TEST(Redactor, FindsASecretInEveryEncoding) {
    const std::string secret = "gh/p~_tök\"en+\\ %4?x";
    EXPECT_EQ(redacted(secret, "<" + secret + ">"), "<***>");
    EXPECT_EQ(redacted(secret, "<" + hex(secret, "%%%02x") + ">"), "<***>");
    EXPECT_EQ(redacted(secret, "<" + hex(secret, "%%%02X") + ">"), "<***>");
    EXPECT_EQ(redacted(secret, "<gh%2Fp~_t%C3%B6k%22en%2b%5C+%254%3fx>"), "<***>") << "curl, a form";
    EXPECT_EQ(redacted(secret, R"(<gh\/p~_t\u00f6k\"en+\\ %4?x>)"), "<***>") << "JSON";
    EXPECT_EQ(redacted(secret, R"(<gh\u002Fp~_t\xc3\xb6k\042en+\\ %4?x>)"), "<***>");
    EXPECT_EQ(redacted(secret, "<" + hex(secret, "\\x%02x") + ">"), "<***>");
    EXPECT_EQ(redacted(secret, "<" + hex(secret, "\\%03o") + ">"), "<***>");
    EXPECT_EQ(redacted(secret, "<" + hex(secret, "\\u%04X") + ">"), "<***>") << "bytes taken for Latin-1";
    EXPECT_EQ(redacted(secret, "<" + hex(secret, "%02x") + ">"), "<***>");
    EXPECT_EQ(redacted(secret, "<" + hex(secret, "%02X") + ">"), "<***>");
    EXPECT_EQ(redacted("a\U0001F511b", R"(<a\ud83d\uDD11b>)"), "<***>") << "a surrogate pair";
}

TEST(Redactor, FindsBase64InsideSomethingLonger) {
    const std::string secret = "hunter2?>~";
    for (const std::string before : {"", "u", "u:", "us:", "user:"})
        for (const std::string after : {"", "x", "yz"}) {
            const std::size_t first = before.size() * 8 / 6;
            const std::size_t last = ((before.size() + secret.size()) * 8 + 5) / 6;
            for (auto* encode : {&base64, &base64url}) {
                const std::string text = encode(before + secret + after);
                EXPECT_EQ(redacted(secret, "<" + text + ">"),
                          "<" + text.substr(0, first) + "***" + text.substr(last) + ">")
                    << before << secret << after;
            }
        }
}

TEST(Redactor, FindsBase64OverSeveralLines) {
    const std::string secret = "0123456789abcdef0123456789ABCDEF0123456789abcdef";
    for (const char* end : {"\n", "\r\n", "\\n", "\\r\\n"})
        for (std::size_t width = 1; width < 20; ++width) {
            const std::string whole = base64(secret);
            std::string text;
            for (std::size_t i = 0; i < whole.size(); ++i)
                text += (i > 2 && i % width == 0 ? end : "") + whole.substr(i, 1);
            EXPECT_EQ(redacted(secret, "<" + text + ">"), "<***>") << text;
        }
    // The first line has too little of it; the rest is recognised none the less.
    const std::string text = base64("xxxx" + secret);
    const std::string shown = redacted(secret, text.substr(0, 6) + "\n" + text.substr(6));
    EXPECT_LE(shown.size(), 6 + 1 + 2 + 3u) << shown;
    EXPECT_NE(shown.find("***"), std::string::npos);
}

TEST(Redactor, FindsEscapedBase64) {
    const std::string secret = "\xfb\xef\xbe\xff\xff\xff\xfb\xef";
    ASSERT_EQ(base64(secret), "++++////++8=");
    EXPECT_EQ(redacted(secret, "a=%2B%2b++%2F%2f//%2B%2B8%3D"), "a=***%3D");
    EXPECT_EQ(redacted(secret, R"("++++\/\/\/\/++8=")"), "\"***=\"");
}

TEST(Redactor, WhatIsNoSecretStays) {
    EXPECT_EQ(redacted("secret", "secre ecret SECRET s e c r e t %73ecre"),
              "secre ecret SECRET s e c r e t %73ecre");
    EXPECT_EQ(redacted("", "text"), "text");
    EXPECT_EQ(redacted(" \n", "text \n"), "text \n") << "blanks are no secret";
    EXPECT_EQ(redacted("abc", "616263 YWJj abc"), "616263 YWJj ***") << "short ones only as they are";
    EXPECT_EQ(Redactor().redact("text"), "text");
}

TEST(Redactor, LinesAreFoundEach) {
    const std::string key = "-----BEGIN KEY-----\nMIIEvQIBADAN\r\n}\n  Bgkqhki\n-----END KEY-----\n";
    EXPECT_EQ(redacted(key, "| MIIEvQIBADAN|Bgkqhki|}"), "| ***|***|}");
    EXPECT_EQ(redacted(key, "-----BEGIN KEY----- " + base64("MIIEvQIBADAN")), "-----BEGIN KEY----- ***");
    EXPECT_EQ(redacted(key, "<" + key + ">"), "<***\n>") << "the whole of it is one";
    EXPECT_EQ(redacted("token\r\n", "the token."), "the ***.") << "who uses it trims it";
}

TEST(Redactor, SecretsThatOverlapAreCoveredTogether) {
    Redactor redactor;
    for (const char* secret : {"abc", "abcdef", "efghij", "xyz"})
        redactor.add(secret, secret);
    EXPECT_EQ(redactor.redact("abcdef abc xyzxyz"), "*** *** ******");
    EXPECT_EQ(redactor.redact("abcdefghij."), "***.");
    EXPECT_EQ(redactor.redact("abcefghijdef"), "******def");
}

TEST(Redactor, AStreamShowsWhatItCan) {
    Redactor redactor;
    RedactedStream stream(redactor);
    EXPECT_EQ(stream.feed("the tok"), "the tok") << "there is no secret yet";
    redactor.add("token", "T");
    EXPECT_EQ(stream.feed("the tok"), "the ");
    EXPECT_EQ(stream.feed("en, the tok"), "***, the ");
    EXPECT_EQ(stream.feed("yo"), "tokyo");
    EXPECT_EQ(stream.feed("to"), "");
    EXPECT_EQ(stream.finish(), "to");
    EXPECT_EQ(stream.finish(), "");
}

TEST(Redactor, FindsInFiles) {
    Redactor redactor;
    redactor.add("first-secret", "FIRST");
    redactor.add("second-secret", "SECOND");
    const auto find = [&](const std::string& text) {
        const UniqueFd fd(::memfd_create("file", MFD_CLOEXEC));
        EXPECT_TRUE(write_all(fd.get(), text, "file"));
        auto found = redactor.find_in(fd.get(), "file");
        EXPECT_TRUE(found);
        return found.value();
    };
    EXPECT_FALSE(find(""));
    EXPECT_FALSE(find(std::string(3u << 20, 's')));
    for (const std::size_t before : {0u, 1u, (1u << 20) - 5, 1u << 20, (2u << 20) - 1}) {
        const auto found = find(std::string(before, 's') + base64("second-secret"));
        ASSERT_TRUE(found) << before;
        EXPECT_EQ(found->name, "SECOND");
        EXPECT_EQ(found->encoding, Encoding::base64);
        EXPECT_EQ(found->position, before);
    }
}

// ---------------------------------------------------------------------------- at random

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}

    std::size_t upto(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n)(engine_); }

    std::string word(std::string_view alphabet, std::size_t least, std::size_t most) {
        std::string out(least + upto(most - least), '\0');
        for (char& c : out)
            c = alphabet[upto(alphabet.size() - 1)];
        return out;
    }

private:
    std::mt19937 engine_;
};

std::string in_pieces(const Redactor& redactor, const std::string& text, Dice& dice) {
    RedactedStream stream(redactor);
    std::string out;
    const std::size_t longest = 1 + dice.upto(9);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t n = dice.upto(longest);
        out += stream.feed(std::string_view(text).substr(at, n));
        at += n;
    }
    return out + stream.finish();
}

/// A secret in one of the encodings, and what is to be shown of it.
std::pair<std::string, std::string> written(const std::string& secret, Dice& dice) {
    const std::string before = dice.word("0aZ", 0, 4), after = dice.word("0aZ", 0, 4);
    switch (dice.upto(7)) {
    case 0:
        return {secret, "***"};
    case 1:
        return {hex(secret, "%%%02X"), "***"};
    case 2:
        return {hex(secret, "\\u%04x"), "***"};
    case 3:
        return {hex(secret, "%02x"), "***"};
    case 4:
        return {hex(secret, "%02X"), "***"};
    case 5:
        return {hex(secret, "\\%03o"), "***"};
    default: {
        const auto text = (dice.upto(1) == 0 ? base64 : base64url)(before + secret + after);
        return {text, text.substr(0, before.size() * 8 / 6) + "***"
                          + text.substr(((before.size() + secret.size()) * 8 + 5) / 6)};
    }
    }
}

TEST(Redactor, FindsWhatWasWrittenHoweverItIsCut) {
    for (unsigned seed = 1; seed <= 400; ++seed) {
        Dice dice(seed);
        const std::string secret = dice.word("abcXYZ0189%\\+/\"'!$\xc3\xb6", 8, 60);
        Redactor redactor;
        redactor.add(secret, "S");
        std::string text, expected;
        for (int i = 0; i < 12; ++i) {
            const std::string filler = dice.word("~;|", 1, 12);
            const auto [form, shown] = written(secret, dice);
            text += filler + form;
            expected += filler + shown;
        }
        ASSERT_EQ(redactor.redact(text), expected) << "seed " << seed << ": " << secret;
        ASSERT_EQ(in_pieces(redactor, text, dice), expected) << "seed " << seed << ": " << secret;
    }
}

/// Every end of a match of `secret`, from byte `i` on, at `t`: each byte as it is, %HH, \xHH, \\ or \".
void ends(const std::string& secret, std::size_t i, const std::string& text, std::size_t t,
          std::set<std::size_t>& found) {
    if (i == secret.size()) {
        found.insert(t);
        return;
    }
    const std::string c = secret.substr(i, 1);
    std::vector<std::string> forms{c, hex(c, "%%%02x"), hex(c, "\\x%02x"), hex(c, "\\%03o"),
                                   hex(c, "\\u%04x")};
    if (c == "\\" || c == "%") forms.push_back("\\" + c);
    for (const std::string& form : forms)
        if (text.compare(t, form.size(), form) == 0) ends(secret, i + 1, text, t + form.size(), found);
}

std::string naive(const std::vector<std::string>& secrets, const std::string& text) {
    std::string out;
    std::size_t covered = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::set<std::size_t> found;
        for (const std::string& secret : secrets)
            ends(secret, 0, text, at, found);
        if (!found.empty() && at >= covered) out += "***";
        if (!found.empty()) covered = std::max(covered, *found.rbegin());
        if (at >= covered) out += text[at];
    }
    return out;
}

TEST(Redactor, AgreesWithANaiveOneWhereEscapesAreAmbiguous) {
    int hidden = 0;
    for (unsigned seed = 1; seed <= 4000; ++seed) {
        Dice dice(seed);
        std::vector<std::string> secrets;
        Redactor redactor;
        for (std::size_t i = 0; i <= dice.upto(2); ++i)
            secrets.push_back(dice.word("%25\\c", 1, 3));
        for (const std::string& secret : secrets)
            redactor.add(secret, "S");
        const std::string text = dice.word("%25\\cx", 0, 40), expected = naive(secrets, text);
        hidden += expected != text;
        ASSERT_EQ(redactor.redact(text), expected) << "seed " << seed << ": " << text;
        ASSERT_EQ(in_pieces(redactor, text, dice), expected) << "seed " << seed << ": " << text;
    }
    EXPECT_GT(hidden, 1000);
}

} // namespace
} // namespace slipway::support
