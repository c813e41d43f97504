// SPDX-License-Identifier: GPL-3.0-or-later
//
// Mails, read by Python's parser.
#include "news_of.hpp"

#include <command/command.hpp>
#include <gtest/gtest.h>
#include <mail.hpp>
#include <support/fs.hpp>

namespace slipway::notify {
namespace {

using test::run_command;
using test::ScratchFolder;

Mail usual() {
    return {{"ann@example.org", "bob@example.org"},
            "slipway@build.example.org",
            "[slipway] {headline}",
            "{headline}\n\n{details}\n",
            {}};
}

/// What `expression` of the parsed message `m` is.
std::string parsed(const std::string& message, const std::string& expression) {
    const ScratchFolder folder;
    EXPECT_TRUE(support::write_file(folder / "mail", message));
    const auto said = run_command(
        {"python3", "-c",
         "import email, email.policy, sys\n"
         "m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n"
         "print("
             + expression + ", end='')",
         folder / "mail"});
    return said.output;
}

TEST(Mail, IsWhatItShouldBe) {
    const std::string message = compose(usual(), failed_news()).value();
    EXPECT_EQ(parsed(message, "m['subject']"),
              "[slipway] archlinux 05112026 has failed: rootfs[group=base]: no space left");
    EXPECT_EQ(parsed(message, "m['from']"), "slipway@build.example.org");
    EXPECT_EQ(parsed(message, "[a.addr_spec for a in m['to'].addresses]"),
              "['ann@example.org', 'bob@example.org']");
    EXPECT_EQ(parsed(message, "m['date'].datetime.isoformat()"), "2026-11-05T02:03:00+00:00");
    EXPECT_EQ(parsed(message, "m.get_content()"), "archlinux 05112026 has failed: rootfs[group=base]: no "
                                                  "space left\n\nrootfs[group=base]: no space left\n\n");
    EXPECT_EQ(parsed(message, "m['auto-submitted'], m.defects"), "auto-generated []");
}

TEST(Mail, AMessageAddsNoHeader) {
    News news = failed_news();
    news.troubles.front().second =
        "x\r\nBcc: all@example.org\n\n.\nä \xf0\x9f\x90\x9f" + std::string(300, 'y');
    Mail mail = usual();
    mail.subject = "{message}";
    const std::string message = compose(mail, news).value();
    EXPECT_EQ(parsed(message, "m['bcc']"), "None");
    EXPECT_NE(parsed(message, "m['subject']").find("Bcc: all@example.org"), std::string::npos);
    EXPECT_NE(parsed(message, "m.get_content()").find("ä \xf0\x9f\x90\x9f"), std::string::npos);
}

TEST(Mail, IsOfBoundedLength) {
    News news = failed_news();
    for (int i = 0; i < 2000; ++i)
        news.troubles.emplace_back("stage", "ä long message of a stage that failed");
    const std::string message = compose(usual(), news).value();
    EXPECT_LT(message.size(), 64'000u);
    EXPECT_NE(parsed(message, "m.get_content()").find("[cut]"), std::string::npos);
}

TEST(Mail, GoesToSendmail) {
    const ScratchFolder folder;
    ASSERT_TRUE(support::write_file(
        folder / "sendmail", "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$0.arguments\"\ncat >\"$0.mail\"\n", 0755));
    Mail mail = usual();
    mail.sendmail = {folder / "sendmail", "-C", "x y"};
    ASSERT_TRUE(send(mail, "Subject: a\n\ntext\n"));
    EXPECT_EQ(support::read_file(folder / "sendmail.arguments").value(),
              "-C\nx y\n-i\n-f\nslipway@build.example.org\n--\nann@example.org\nbob@example.org\n");
    EXPECT_EQ(support::read_file(folder / "sendmail.mail").value(), "Subject: a\n\ntext\n");
}

TEST(Mail, SendmailsWordsAreTold) {
    Mail mail = usual();
    mail.sendmail = {"/bin/sh", "-c", "echo no route to host >&2; exit 75"};
    const auto sent = send(mail, "");
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().what, "mail: /bin/sh failed with status 75");
    EXPECT_EQ(sent.error().trace.front(), "no route to host");
}

} // namespace
} // namespace slipway::notify
