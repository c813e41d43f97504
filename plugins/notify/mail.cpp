// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/mime.hpp>
#include <common/program.hpp>
#include <mail.hpp>
#include <support/hash.hpp>
#include <support/text.hpp>

namespace slipway::notify {

using support::Result;

namespace {

/// Past this, run_program() would not take it; nobody reads so much either.
constexpr std::size_t most_bytes = 32'000;

std::string cut(const std::string& body) {
    if (body.size() <= most_bytes) return body;
    std::size_t end = most_bytes;
    while ((static_cast<unsigned char>(body[end]) & 0xc0) == 0x80)
        --end;
    return body.substr(0, end) + "\n[cut]";
}

} // namespace

Result<std::string> compose(const Mail& mail, const News& news) {
    const common::Values values = values_of(news);
    SLIPWAY_TRY_ASSIGN(const std::string subject, common::fill(mail.subject, values));
    SLIPWAY_TRY_ASSIGN(const std::string body, common::fill(mail.body, values));
    const std::string domain = mail.from.substr(mail.from.find('@') + 1);
    const std::string id = support::Digest::of(news.run + news.identity()).hex().substr(0, 32);
    return "From: " + mail.from + "\nTo: " + support::join(mail.to, ",\n ") + "\n"
           + common::header_line("Subject", support::printable(subject))
           + "Date: " + support::format_time("%a, %d %b %Y %H:%M:%S +0000", news.now / 1000).value_or("")
           + "\nMessage-ID: <" + id + "." + std::to_string(news.now) + "@" + domain + ">\n"
           + "Auto-Submitted: auto-generated\n" // RFC 3834, 5: no answers of machines, please
           + "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
           + "Content-Transfer-Encoding: quoted-printable\n\n" + common::quoted_printable(cut(body) + "\n");
}

Result<void> send(const Mail& mail, const std::string& message) {
    std::vector<std::string> command = mail.sendmail;
    command.insert(command.end(), {"-i", "-f", mail.from, "--"});
    command.insert(command.end(), mail.to.begin(), mail.to.end());
    auto sent = common::run_program(command, message);
    if (!sent) return std::move(sent).error().in("mail");
    return {};
}

} // namespace slipway::notify
