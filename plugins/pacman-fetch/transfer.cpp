// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <http/failure.hpp>
#include <http/url.hpp>
#include <server_failure.hpp>
#include <support/json.hpp>
#include <sys/stat.h>
#include <transfer.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace slipway::pacman_fetch {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

bool stops_all(Kind kind) {
    return kind == Kind::cancelled || kind == Kind::io || kind == Kind::resource || kind == Kind::denied;
}

} // namespace

Transfer::Transfer(const Download& download, const Environment& environment)
    : download_(download), environment_(environment) {
    for (const std::string& url : download.urls)
        servers_.push_back({url});
}

Result<std::unique_ptr<Transfer>> Transfer::create(const Download& download, const Environment& environment) {
    std::unique_ptr<Transfer> transfer(new Transfer(download, environment));
    SLIPWAY_TRY(transfer->open_file());
    if (transfer->complete_) return transfer;
    transfer->easy_.reset(curl_easy_init());
    if (!transfer->easy_) return Error{Kind::resource, download.subject + ": out of memory"};
    transfer->set_up();
    return transfer;
}

Result<void> Transfer::open_file() {
    const int how = download_.expected ? O_RDWR | O_CREAT : O_RDWR | O_CREAT | O_TRUNC;
    file_ = support::UniqueFd(::open(download_.path.c_str(), how | O_CLOEXEC, 0644));
    if (!file_) return support::errno_error("creating '" + download_.path + "'", errno);
    if (!download_.expected) return {};
    return take_up_partial();
}

/// An earlier run may have left the file's beginning, or all of it.
Result<void> Transfer::take_up_partial() {
    char buffer[65536];
    for (;;) {
        const ssize_t n = ::read(file_.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return support::errno_error("reading '" + download_.path + "'", errno);
        if (n == 0) break;
        hash_.update(buffer, static_cast<std::size_t>(n));
        received_ += static_cast<std::uint64_t>(n);
        if (received_ > download_.expected->size) return forget_bytes();
    }
    if (received_ == download_.expected->size) {
        complete_ = hash_.finish() == download_.expected->sha256;
        if (!complete_) return forget_bytes();
        file_.reset(); // whoever is told that it is here may want to be alone with it
        return {};
    }
    if (received_ == 0) return {};
    const auto text = support::read_file(sidecar(), 64 << 10);
    const auto origin = text ? json::parse(text.value()) : Result<json::Value>(json::Value());
    if (!origin) return {};
    partial_url_ = origin.value()["url"].as_string();
    partial_validator_ = {origin.value()["etag"].as_string(), origin.value()["last_modified"].as_string()};
    return {};
}

Result<void> Transfer::forget_bytes() {
    if (::lseek(file_.get(), 0, SEEK_SET) != 0)
        return support::errno_error("writing '" + download_.path + "'", errno);
    // /dev/full and its like cannot be cut, and hold nothing.
    if (::ftruncate(file_.get(), 0) != 0 && errno != EINVAL)
        return support::errno_error("writing '" + download_.path + "'", errno);
    received_ = 0;
    hash_ = support::Sha256();
    partial_url_.clear();
    partial_validator_ = {};
    return {};
}

void Transfer::set_up() {
    const std::string& url = servers_[server_].url;
    CURL* easy = easy_.get();
    curl_easy_reset(easy);
    local_.reset();
    words_[0] = '\0';
    answered_ = false;
    due_ = servers_[server_].due;
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words_);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 512L << 10);
    set_up_network(url);
    set_up_headers(url);
}

void Transfer::set_up_network(const std::string& url) {
    CURL* easy = easy_.get();
    http::set_network(easy, environment_.network, environment_.patience.timeouts);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "file,http,https");
    // A redirect must not lead to a local file, nor from an authenticated server to any.
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http,https");
}

void Transfer::set_up_headers(const std::string& url) {
    headers_.reset();
    asked_from_ = url.starts_with("file:") ? 0 : received_;
    if (asked_from_ > 0) {
        curl_easy_setopt(easy_.get(), CURLOPT_RANGE, (std::to_string(asked_from_) + "-").c_str());
        // A weak entity tag does not promise the same bytes (RFC 9110, 13.1.5). From another server than the
        // one before the digest alone judges whether the parts fit.
        if (url == partial_url_ && !partial_validator_.etag.empty()
            && !partial_validator_.etag.starts_with("W/"))
            (void)http::append(headers_, "If-Range: " + partial_validator_.etag);
        else if (url == partial_url_ && !partial_validator_.last_modified.empty())
            (void)http::append(headers_, "If-Range: " + partial_validator_.last_modified);
    }
    if (const auto known = download_.known.find(url); known != download_.known.end()) {
        if (!known->second.etag.empty()) (void)http::append(headers_, "If-None-Match: " + known->second.etag);
        if (!known->second.last_modified.empty())
            (void)http::append(headers_, "If-Modified-Since: " + known->second.last_modified);
    }
    curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
}

std::string Transfer::header(const char* name) const {
    curl_header* found = nullptr;
    // -1: of the last answer, after redirects.
    if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
    return found->value;
}

Arrival Transfer::arrival() const {
    if (complete_ || missing_) return {"", missing_, false, {}, 0};
    return {
        servers_[server_].url, false, unchanged_, {header("ETag"), header("Last-Modified")}, from_network_};
}

Error Transfer::error(Kind kind, const std::string& cause) const {
    return Error{
        kind, download_.subject + " from " + http::without_credentials(servers_[server_].url) + ": " + cause,
        hint_of(kind)};
}

std::size_t Transfer::on_bytes(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (auto taken = transfer.take({data, size * count}); !taken) {
        transfer.local_ = std::move(taken).error();
        return CURL_WRITEFUNC_ERROR;
    }
    return size * count;
}

int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(self)->environment_.stop() ? 1 : 0;
}

/// Before a try's first byte: does it go on where we are, or begin anew?
Result<void> Transfer::begin_answer() {
    answered_ = true;
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status == 206) {
        const std::string range = header("Content-Range");
        if (!range.starts_with("bytes " + std::to_string(asked_from_) + "-"))
            return error(Kind::verify,
                         "asked for bytes from " + std::to_string(asked_from_) + ", got '" + range + "'");
        return {};
    }
    if (received_ > 0) SLIPWAY_TRY(forget_bytes());
    asked_from_ = 0;
    if (download_.expected) remember_validator();
    return {};
}

/// For a run that comes after a crash of this one. Losing it costs an If-Range, no more.
void Transfer::remember_validator() {
    partial_url_ = servers_[server_].url;
    partial_validator_ = {header("ETag"), header("Last-Modified")};
    const support::UniqueFd file(::open(sidecar().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file || partial_validator_.empty()) return;
    (void)support::write_all(file.get(),
                             json::dump(json::Object{{"url", partial_url_},
                                                     {"etag", partial_validator_.etag},
                                                     {"last_modified", partial_validator_.last_modified}}),
                             sidecar());
}

Result<void> Transfer::take(std::string_view bytes) {
    if (!answered_) SLIPWAY_TRY(begin_answer());
    if (bytes.size() > download_.max_bytes - received_)
        return error(Kind::verify, fmt::format("more than the {} bytes it may have", download_.max_bytes));
    hash_.update(bytes);
    received_ += bytes.size();
    from_network_ += bytes.size();
    return support::write_all(file_.get(), bytes, "writing '" + download_.path + "'");
}

std::optional<Transfer::Failure> Transfer::judge_http(long status) {
    return Failure{error(http::kind_of_http(status), fmt::format("HTTP status {}", status)),
                   http::may_pass(status)};
}

std::optional<Transfer::Failure> Transfer::judge(CURLcode code) {
    if (local_) return Failure{*local_, false};
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_HTTP_RETURNED_ERROR) return judge_http(status);
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return Failure{Error{Kind::cancelled, download_.subject + ": cancelled"}, false};
    if (code != CURLE_OK) {
        Failure failure{error(http::kind_of_curl(code), http::cause_of(code)), http::may_pass(code)};
        if (words_[0] != '\0') failure.error.trace.emplace_back(words_);
        return failure;
    }
    if (status != 304) return judge_bytes();
    unchanged_ = download_.known.contains(servers_[server_].url);
    if (unchanged_) return std::nullopt;
    return Failure{error(Kind::verify, "HTTP status 304 to a question that did not ask for it"), false};
}

std::optional<Transfer::Failure> Transfer::judge_bytes() {
    if (!download_.expected) return std::nullopt;
    const Expected& expected = *download_.expected;
    if (received_ != expected.size)
        return Failure{error(Kind::verify, fmt::format("{} bytes instead of {}", received_, expected.size)),
                       false};
    if (const auto digest = hash_.finish(); digest != expected.sha256)
        return Failure{
            error(Kind::verify, "sha256 is " + digest.hex() + " instead of " + expected.sha256.hex()), false};
    return std::nullopt;
}

Result<Transfer::Next> Transfer::finish(CURLcode code) {
    if (!answered_ && code == CURLE_OK && received_ > 0 && !unchanged_) {
        // An answer without a byte: an empty file, not the rest of ours.
        if (auto begun = begin_answer(); !begun) local_ = std::move(begun).error();
    }
    auto failure = judge(code);
    if (!failure) {
        file_.reset();
        return Next::done;
    }
    return after(std::move(*failure));
}

/// Not before a while; a server that asks for more patience than we have is crossed out.
bool Transfer::postpone() {
    const Patience& patience = environment_.patience;
    curl_off_t asked = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &asked);
    if (std::chrono::seconds(asked) > patience.longest_pause) return false;
    const auto doubled = std::min(patience.pause * (1u << std::min(round_, 16u)), patience.longest_pause);
    const double jitter = 0.5 + environment_.random() / 2;
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(doubled * jitter);
    servers_[server_].due =
        Clock::now() + std::max<std::chrono::milliseconds>(pause, std::chrono::seconds(asked));
    return true;
}

void Transfer::note(Error error) {
    const auto same = [&](const Error& e) { return e.what == error.what; };
    if (std::none_of(failures_.begin(), failures_.end(), same)) failures_.push_back(std::move(error));
}

Result<Transfer::Next> Transfer::after(Failure failure) {
    if (stops_all(failure.error.kind)) return std::move(failure.error);
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    const bool bad_bytes = (failure.error.kind == Kind::verify && answered_) || status == 416;
    const bool resumed = asked_from_ > 0;
    // What a wrong file left must not stay in the way of a right one.
    if (bad_bytes || !download_.expected) SLIPWAY_TRY(forget_bytes());
    if (!(bad_bytes
          && resumed)) { // else the beginning may be to blame: the same server again, from the start
        const bool kept = failure.may_pass && postpone();
        note(std::move(failure.error));
        if (kept)
            ++server_;
        else
            servers_.erase(servers_.begin() + static_cast<std::ptrdiff_t>(server_));
        if (server_ == servers_.size()) {
            server_ = 0;
            if (servers_.empty() || ++round_ == environment_.patience.rounds) return all_failed();
        }
    }
    set_up();
    return Next::again;
}

Result<Transfer::Next> Transfer::all_failed() {
    const auto not_found = [](const Error& e) { return e.kind == Kind::not_found; };
    if (download_.may_be_missing && std::all_of(failures_.begin(), failures_.end(), not_found)) {
        file_.reset();
        SLIPWAY_TRY(support::remove_tree(download_.path));
        missing_ = true;
        return Next::done;
    }
    // Later may be better if one server alone is to blame on the network; else the last one's word counts.
    const auto transient = [](const Error& e) { return e.kind == Kind::net_transient; };
    const auto it = std::find_if(failures_.begin(), failures_.end(), transient);
    Error worst = it == failures_.end() ? failures_.back() : *it;
    if (failures_.size() > 1)
        for (const Error& failure : failures_)
            worst.trace.push_back(failure.what);
    return worst;
}

} // namespace slipway::pacman_fetch
