// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/program.hpp>
#include <gpgme.h>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <trust.hpp>

#include <algorithm>
#include <ctime>
#include <memory>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

struct Releaser {
    void operator()(gpgme_context* context) const { gpgme_release(context); }

    void operator()(gpgme_data* data) const { gpgme_data_release(data); }

    void operator()(_gpgme_key* key) const { gpgme_key_unref(key); }
};

using Context = std::unique_ptr<gpgme_context, Releaser>;
using Data = std::unique_ptr<gpgme_data, Releaser>;
using Key = std::unique_ptr<_gpgme_key, Releaser>;

Error failed(const std::string& what, gpgme_error_t code) {
    return Error{Kind::unsupported, "GnuPG: " + what + ": " + gpgme_strerror(code),
                 "checking signatures needs gnupg"};
}

Result<Context> open_context(const std::string& home) {
    static const char* const version = gpgme_check_version(nullptr); // sets the library up
    gpgme_ctx_t raw = nullptr;
    auto code = version == nullptr ? gpgme_error(GPG_ERR_GENERAL) : gpgme_new(&raw);
    Context context(raw);
    if (code == 0) code = gpgme_set_protocol(raw, GPGME_PROTOCOL_OpenPGP);
    if (code == 0) code = gpgme_ctx_set_engine_info(raw, GPGME_PROTOCOL_OpenPGP, nullptr, home.c_str());
    if (code != 0) return failed("starting", code);
    return context;
}

Result<Key> find_key(gpgme_ctx_t context, const char* fingerprint) {
    gpgme_key_t raw = nullptr;
    const auto code = gpgme_get_key(context, fingerprint, &raw, 0);
    if (code != 0 && gpgme_err_code(code) != GPG_ERR_EOF) return failed("looking a key up", code);
    return Key(raw);
}

/// gpgme's codes as libalpm reads them (signing.c), and the same in words.
std::pair<alpm_sigstatus_t, const char*> status_of(gpgme_error_t code) {
    switch (gpgme_err_code(code)) {
    case GPG_ERR_NO_ERROR:
        return {ALPM_SIGSTATUS_VALID, ""};
    case GPG_ERR_KEY_EXPIRED:
        return {ALPM_SIGSTATUS_KEY_EXPIRED, "the key has expired"};
    case GPG_ERR_SIG_EXPIRED:
        return {ALPM_SIGSTATUS_SIG_EXPIRED, "the signature has expired"};
    case GPG_ERR_NO_PUBKEY:
        return {ALPM_SIGSTATUS_KEY_UNKNOWN, "the keyring does not have the key"};
    case GPG_ERR_CERT_REVOKED:
        return {ALPM_SIGSTATUS_INVALID, "the key has been revoked"};
    case GPG_ERR_BAD_SIGNATURE:
        return {ALPM_SIGSTATUS_INVALID, "the signature is not one of this file"};
    default:
        return {ALPM_SIGSTATUS_INVALID, "the signature cannot be checked"};
    }
}

alpm_sigvalidity_t validity_of(gpgme_validity_t validity) {
    switch (validity) {
    case GPGME_VALIDITY_ULTIMATE:
    case GPGME_VALIDITY_FULL:
        return ALPM_SIGVALIDITY_FULL;
    case GPGME_VALIDITY_MARGINAL:
        return ALPM_SIGVALIDITY_MARGINAL;
    case GPGME_VALIDITY_NEVER:
        return ALPM_SIGVALIDITY_NEVER;
    default:
        return ALPM_SIGVALIDITY_UNKNOWN;
    }
}

void expire_at(Findings& findings, std::int64_t time) {
    if (time > 0) findings.expires = findings.expires == 0 ? time : std::min(findings.expires, time);
}

/// `now`: the time that GnuPG judges by.
Result<SignatureFinding> finding_of(gpgme_ctx_t context, const _gpgme_signature& signature, std::int64_t now,
                                    Findings& findings) {
    SLIPWAY_TRY_ASSIGN(const Key key, find_key(context, signature.fpr));
    auto [status, cause] = status_of(signature.status);
    if (status == ALPM_SIGSTATUS_VALID && key && key->disabled)
        std::tie(status, cause) =
            std::pair(ALPM_SIGSTATUS_KEY_DISABLED, "the key is disabled: its owner's trust was withdrawn");
    if (status == ALPM_SIGSTATUS_INVALID && static_cast<std::int64_t>(signature.timestamp) > now)
        cause = "the signature is from the future: is this machine's clock right?";
    expire_at(findings, static_cast<std::int64_t>(signature.exp_timestamp));
    if (key)
        for (const _gpgme_subkey* subkey = key->subkeys; subkey != nullptr; subkey = subkey->next)
            expire_at(findings, subkey->expires);
    const char* fingerprint = key && key->subkeys != nullptr ? key->subkeys->fpr : signature.fpr;
    return SignatureFinding{fingerprint == nullptr ? "" : fingerprint, status,
                            validity_of(signature.validity), cause};
}

/// A home folder that is at another time: GnuPG judges as it would have then.
Result<std::string> home_at(const Keyring& keyring, std::int64_t at) {
    const std::string home = keyring.home + "-at";
    const std::string time = support::format_time("%Y%m%dT%H%M%S!", at).value_or("");
    SLIPWAY_TRY(support::remove_tree(home));
    SLIPWAY_TRY(support::make_dirs(home, 0700));
    for (const std::string part : {"/pubring.gpg", "/trustdb.gpg", "/gpg.conf"}) {
        SLIPWAY_TRY_ASSIGN(std::string bytes, support::read_file(keyring.home + part));
        if (part == "/gpg.conf") bytes += "faked-system-time " + time + "\n";
        SLIPWAY_TRY(support::write_file(home + part, bytes, 0600));
    }
    SLIPWAY_TRY(common::run_program(
        {"gpg", "--homedir", home, "--batch", "--quiet", "--no-tty", "--yes", "--check-trustdb"}));
    return home;
}

std::string trust_text(const SignatureFinding& finding) {
    switch (finding.validity) {
    case ALPM_SIGVALIDITY_MARGINAL:
        return "the key is only marginally trusted";
    case ALPM_SIGVALIDITY_NEVER:
        return "the key must not be trusted";
    default:
        return "the keyring does not say whose key it is";
    }
}

bool accepts(int siglevel, const SignatureFinding& finding) {
    if (finding.status != ALPM_SIGSTATUS_VALID && finding.status != ALPM_SIGSTATUS_KEY_EXPIRED) return false;
    if (finding.validity == ALPM_SIGVALIDITY_MARGINAL) return (siglevel & ALPM_SIG_PACKAGE_MARGINAL_OK) != 0;
    if (finding.validity == ALPM_SIGVALIDITY_UNKNOWN) return (siglevel & ALPM_SIG_PACKAGE_UNKNOWN_OK) != 0;
    return finding.validity == ALPM_SIGVALIDITY_FULL;
}

} // namespace

Result<Findings> verify_file(const Keyring& keyring, const std::string& file, std::string_view signature,
                             std::int64_t at) {
    std::string home = keyring.home;
    if (at != 0) {
        SLIPWAY_TRY_ASSIGN(home, home_at(keyring, at));
    }
    SLIPWAY_TRY_ASSIGN(const Context context, open_context(home));
    SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, support::open_read(file));
    gpgme_data_t raw = nullptr;
    auto code = gpgme_data_new_from_fd(&raw, fd.get());
    const Data content(raw);
    raw = nullptr;
    if (code == 0) code = gpgme_data_new_from_mem(&raw, signature.data(), signature.size(), 0);
    const Data detached(raw);
    if (code == 0) code = gpgme_op_verify(context.get(), detached.get(), content.get(), nullptr);
    const bool no_signature = gpgme_err_code(code) == GPG_ERR_NO_DATA;
    if (code != 0 && !no_signature) return failed("checking a signature", code);
    Findings findings;
    const auto* result = no_signature ? nullptr : gpgme_op_verify_result(context.get());
    const std::int64_t now = at != 0 ? at : std::time(nullptr); // as GnuPG: the only clock here
    for (auto* one = result == nullptr ? nullptr : result->signatures; one != nullptr; one = one->next) {
        SLIPWAY_TRY_ASSIGN(auto finding, finding_of(context.get(), *one, now, findings));
        findings.signatures.push_back(std::move(finding));
    }
    if (findings.signatures.empty())
        findings.signatures.push_back(
            {"", ALPM_SIGSTATUS_INVALID, ALPM_SIGVALIDITY_UNKNOWN, "what should be its signature is none"});
    return findings;
}

Result<void> judge(const Findings& findings, int siglevel, const std::string& subject) {
    if ((siglevel & ALPM_SIG_PACKAGE) == 0) return {};
    if (findings.signatures.empty()) {
        if ((siglevel & ALPM_SIG_PACKAGE_OPTIONAL) != 0) return {};
        return Error{Kind::verify, subject + ": it is not signed, and SigLevel requires that",
                     "\"PackageOptional\" in the SigLevel accepts it"};
    }
    for (const SignatureFinding& finding : findings.signatures) {
        if (accepts(siglevel, finding)) continue;
        const std::string by =
            finding.fingerprint.empty() ? "" : "signed by key " + finding.fingerprint + ": ";
        const bool time =
            finding.status == ALPM_SIGSTATUS_KEY_EXPIRED || finding.status == ALPM_SIGSTATUS_SIG_EXPIRED;
        return Error{
            Kind::verify, subject + ": " + by + (finding.cause.empty() ? trust_text(finding) : finding.cause),
            time ? "is this machine's clock right? to rebuild an old release set \"valid_at\": \"build\""
                 : "is \"keyring\" the distribution's own and up to date? if it is, do not use this file"};
    }
    return {};
}

} // namespace slipway::pacman_fetch
