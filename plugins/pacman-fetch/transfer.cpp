// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <repository.hpp>
#include <transfer.hpp>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr long connect_seconds = 15;
constexpr long stall_seconds = 30; ///< without a byte for so long, a server has failed

Kind kind_of_http(long status) {
    if (status == 404 || status == 410) return Kind::not_found;
    if (status == 401 || status == 403 || status == 407) return Kind::auth;
    return Kind::net_transient;
}

Kind kind_of_curl(CURLcode code) {
    switch (code) {
    case CURLE_FILE_COULDNT_READ_FILE:
        return Kind::not_found;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return Kind::config;
    case CURLE_PEER_FAILED_VERIFICATION:
        return Kind::verify;
    case CURLE_OUT_OF_MEMORY:
        return Kind::resource;
    case CURLE_ABORTED_BY_CALLBACK:
        return Kind::cancelled;
    default:
        return Kind::net_transient;
    }
}

const char* hint_of(Kind kind) {
    switch (kind) {
    case Kind::not_found:
        return "is the server's address right, and is the server in step with its database?";
    case Kind::auth:
        return "the server wants credentials, or does not serve this address to everyone";
    case Kind::verify:
        return "the server holds other bytes than its database says: use another server";
    case Kind::net_transient:
        return "run again later, or add another server";
    default:
        return "";
    }
}

/// libcurl's words in our case: "Couldn't connect to server" but not "SSL connect error".
std::string cause_of(CURLcode code) {
    if (code == CURLE_FILE_COULDNT_READ_FILE) return "no such file, or not readable";
    std::string text = curl_easy_strerror(code);
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])))
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

bool stops_all(Kind kind) {
    return kind == Kind::cancelled || kind == Kind::io || kind == Kind::resource;
}

} // namespace

Result<std::unique_ptr<Transfer>> Transfer::create(const Download& download,
                                                   const std::function<bool()>& stop) {
    std::unique_ptr<Transfer> transfer(new Transfer(download, stop));
    transfer->file_ =
        support::UniqueFd(::open(download.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!transfer->file_) return support::errno_error("creating '" + download.path + "'", errno);
    transfer->easy_.reset(curl_easy_init());
    if (!transfer->easy_) return Error{Kind::resource, download.subject + ": out of memory"};
    transfer->set_up();
    return transfer;
}

void Transfer::set_up() {
    const std::string& url = download_.urls[server_];
    CURL* easy = easy_.get();
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words_);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "slipway");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "file,http,https");
    // A redirect must not lead to a local file, nor from an authenticated server to any.
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http,https");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_seconds);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, stall_seconds);
}

Result<void> Transfer::start_over() {
    if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0)
        return support::errno_error("writing '" + download_.path + "'", errno);
    received_ = 0;
    hash_ = support::Sha256();
    local_.reset();
    words_[0] = '\0';
    ++server_;
    set_up();
    return {};
}

std::string Transfer::origin() const {
    return without_credentials(download_.urls[server_]);
}

Error Transfer::error(Kind kind, const std::string& cause) const {
    return Error{kind, download_.subject + " from " + origin() + ": " + cause, hint_of(kind)};
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
    return static_cast<Transfer*>(self)->stop_() ? 1 : 0;
}

Result<void> Transfer::take(std::string_view bytes) {
    if (bytes.size() > download_.max_bytes - received_)
        return error(Kind::verify, fmt::format("more than the {} bytes it may have", download_.max_bytes));
    hash_.update(bytes);
    received_ += bytes.size();
    return support::write_all(file_.get(), bytes, "writing '" + download_.path + "'");
}

Result<void> Transfer::judge(CURLcode code) {
    if (local_) return *local_;
    if (code == CURLE_HTTP_RETURNED_ERROR) {
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        return error(kind_of_http(status), fmt::format("HTTP status {}", status));
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) return Error{Kind::cancelled, download_.subject + ": cancelled"};
    if (code != CURLE_OK) {
        Error failure = error(kind_of_curl(code), cause_of(code));
        if (words_[0] != '\0') failure.trace.emplace_back(words_);
        return failure;
    }
    if (!download_.expected) return {};
    const Expected& expected = *download_.expected;
    if (received_ != expected.size)
        return error(Kind::verify, fmt::format("{} bytes instead of {}", received_, expected.size));
    if (const auto digest = hash_.finish(); digest != expected.sha256)
        return error(Kind::verify, "sha256 is " + digest.hex() + " instead of " + expected.sha256.hex());
    return {};
}

Result<Transfer::Next> Transfer::finish(CURLcode code) {
    auto judged = judge(code);
    if (judged) {
        file_.reset();
        return Next::done;
    }
    if (stops_all(judged.error().kind)) return std::move(judged).error();
    failures_.push_back(std::move(judged).error());
    if (server_ + 1 == download_.urls.size()) return all_failed();
    SLIPWAY_TRY(start_over());
    return Next::another_server;
}

Error Transfer::all_failed() const {
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
