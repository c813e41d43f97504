// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/kept.hpp>
#include <fcntl.h>
#include <http/url.hpp>
#include <support/fs.hpp>
#include <support/json.hpp>
#include <trusted_sink.hpp>

#include <algorithm>
#include <ctime>

namespace slipway::pacman_fetch {

namespace json = support::json;
using support::Result;

namespace {

constexpr std::uint64_t max_signature_bytes = 16u << 10; // pacman's own limit

json::Value to_json(const Findings& findings) {
    json::Array signatures;
    for (const SignatureFinding& one : findings.signatures)
        signatures.push_back(json::Object{{"fingerprint", one.fingerprint},
                                          {"status", static_cast<int>(one.status)},
                                          {"validity", static_cast<int>(one.validity)},
                                          {"cause", one.cause}});
    return json::Object{{"signatures", std::move(signatures)}, {"expires", findings.expires}};
}

Findings parse_findings(const json::Value& value) {
    Findings findings;
    findings.expires = value["expires"].as_integer();
    for (const json::Value& one : value["signatures"].as_array())
        findings.signatures.push_back(
            {one["fingerprint"].as_string(), static_cast<alpm_sigstatus_t>(one["status"].as_integer()),
             static_cast<alpm_sigvalidity_t>(one["validity"].as_integer()), one["cause"].as_string()});
    return findings;
}

/// Whether it is only because of a date that the findings are not good.
bool may_be_a_date(const Findings& findings) {
    for (const SignatureFinding& one : findings.signatures)
        if (one.status == ALPM_SIGSTATUS_KEY_EXPIRED || one.status == ALPM_SIGSTATUS_SIG_EXPIRED
            || one.validity == ALPM_SIGVALIDITY_UNKNOWN)
            return true;
    return false;
}

} // namespace

int TrustedSink::siglevel(const Package& package) const {
    const auto it = plan_.siglevels.find(package.repository);
    return it == plan_.siglevels.end() ? 0 : it->second;
}

std::string TrustedSink::path_of(const Package& package, const char* ending) const {
    return plan_.cache + "/" + package.sha256.hex() + ending;
}

std::string TrustedSink::signature_of(const Package& package) const {
    if ((siglevel(package) & ALPM_SIG_PACKAGE) == 0) return {};
    if (!package.signature.empty()) return package.signature;
    auto bytes = support::read_file(path_of(package, ".sig"), max_signature_bytes);
    return bytes ? std::move(bytes).value() : "";
}

Result<void> TrustedSink::fetch_signatures(Downloader& downloader, const DownloadHooks& hooks,
                                           const FetchPlan& plan) {
    SLIPWAY_TRY(support::make_dirs(plan_.cache));
    common::remove_unused(plan_.cache);
    std::vector<Download> downloads;
    for (const Package& package : plan.packages) {
        if ((siglevel(package) & ALPM_SIG_PACKAGE) == 0 || !signature_of(package).empty()) continue;
        const auto it = std::ranges::find(plan.repositories, package.repository, &Repository::name);
        if (it == plan.repositories.end()) continue;
        auto urls = package_urls(*it, plan.architecture, package.filename);
        for (std::string& url : urls)
            url += ".sig";
        downloads.push_back({"signature of package '" + package.filename + "'", std::move(urls),
                             path_of(package, ".sig"), max_signature_bytes, std::nullopt, true});
    }
    SLIPWAY_TRY(downloader.run(downloads, hooks));
    return {};
}

std::optional<Findings> TrustedSink::known(const Package& package) const {
    const auto text = support::read_file(path_of(package, ".json"), 64 << 10);
    const auto record = text ? json::parse(text.value()) : Result<json::Value>(json::Value());
    if (!record) return std::nullopt;
    const json::Value& r = record.value();
    Findings findings = parse_findings(r["findings"]);
    const bool same = r["keyring"].as_string() == plan_.keyring.digest.hex()
                      && r["valid_at_build"].as_bool() == plan_.valid_at_build
                      && r["signature"].as_string() == support::Digest::of(signature_of(package)).hex();
    // The only clock here: GnuPG would look at the same one.
    const bool over =
        findings.expires != 0 && std::time(nullptr) >= findings.expires && !plan_.valid_at_build;
    if (!same || over || findings.signatures.empty()) return std::nullopt;
    for (const char* ending : {".json", ".sig"})
        common::mark_used(path_of(package, ending));
    return findings;
}

void TrustedSink::remember(const Package& package, const Findings& findings) const {
    const json::Value record = json::Object{{"keyring", plan_.keyring.digest.hex()},
                                            {"valid_at_build", plan_.valid_at_build},
                                            {"signature", support::Digest::of(signature_of(package)).hex()},
                                            {"findings", to_json(findings)}};
    // Losing it costs a download later, no more: it need not wait for the disk.
    const std::string path = path_of(package, ".json");
    const support::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file) (void)support::write_all(file.get(), json::dump(record), path);
}

bool TrustedSink::stored(const Package& package) const {
    if (!next_.stored(package)) return false;
    const bool unsigned_or_unchecked = signature_of(package).empty();
    return unsigned_or_unchecked || known(package).has_value();
}

Result<Findings> TrustedSink::find(const Package& package, const std::string& path) const {
    const std::string signature = signature_of(package);
    if (signature.empty()) return Findings{};
    SLIPWAY_TRY_ASSIGN(auto findings, verify_file(plan_.keyring, path, signature));
    const bool refused = !judge(findings, siglevel(package), "");
    if (refused && plan_.valid_at_build && package.build_date > 0 && may_be_a_date(findings)) {
        SLIPWAY_TRY_ASSIGN(findings, verify_file(plan_.keyring, path, signature, package.build_date));
    }
    return findings;
}

Result<void> TrustedSink::accept(const Package& package, const Findings& findings,
                                 const std::string& subject) {
    SLIPWAY_TRY(judge(findings, siglevel(package), subject));
    keys_[package.name] = findings.key();
    return {};
}

Result<bool> TrustedSink::adopt(const Package& package) {
    const std::string subject = "package '" + package.filename + "' of '" + package.repository + "'";
    const bool to_be_checked = !signature_of(package).empty();
    const auto findings = to_be_checked ? known(package) : std::nullopt;
    if (to_be_checked && !findings) return false;
    auto accepted = accept(package, findings.value_or(Findings{}), subject);
    if (accepted) return next_.adopt(package);
    if (!next_.stored(package)) return false; // who fetches it can say where it comes from
    return std::move(accepted).error();
}

Result<void> TrustedSink::publish(const Package& package, const std::string& path, const std::string& url) {
    const std::string from =
        url.empty() ? "of '" + package.repository + "'" : "from " + http::without_credentials(url);
    if ((siglevel(package) & ALPM_SIG_PACKAGE) != 0) {
        SLIPWAY_TRY_ASSIGN(const auto findings, find(package, path));
        auto accepted = accept(package, findings, "package '" + package.filename + "' " + from);
        if (!accepted) {
            // The next run asks the servers for another signature.
            (void)support::remove_tree(path_of(package, ".sig"));
            return accepted;
        }
        remember(package, findings);
    }
    return next_.publish(package, path, url);
}

const std::string& TrustedSink::key_of(const Package& package) const {
    static const std::string none;
    const auto it = keys_.find(package.name);
    return it == keys_.end() ? none : it->second;
}

} // namespace slipway::pacman_fetch
