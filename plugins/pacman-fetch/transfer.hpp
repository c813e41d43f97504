// SPDX-License-Identifier: GPL-3.0-or-later
//
// One file on its way: written to disk, measured and hashed while its bytes arrive, tried from one server
// after the other, taken up again where it was cut.
#pragma once

#include <http/network.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::pacman_fetch {

/// When a server has failed, and how often it is tried again.
struct Patience {
    http::Timeouts timeouts = {};
    unsigned rounds = 4;                   ///< over all servers that may recover
    std::chrono::milliseconds pause{1000}; ///< after the first round; doubled after each, with jitter
    std::chrono::milliseconds longest_pause{
        60'000}; ///< a server that asks for more (Retry-After) is given up
};

/// What a file must be.
struct Expected {
    std::uint64_t size; ///< bytes
    support::Digest sha256;
};

/// What a server calls the version of a file it sent (RFC 9110, 8.8); empty where it does not say.
struct Validator {
    std::string etag;
    std::string last_modified;

    bool empty() const { return etag.empty() && last_modified.empty(); }
};

struct Download {
    std::string subject;           ///< for messages: "database 'core'"
    std::vector<std::string> urls; ///< at least one, tried in this order
    std::string path;              ///< the file to write
    std::uint64_t max_bytes;       ///< a longer file is refused; not more than this is written
    /// Known: what is in `path` already is gone on with. Else it is replaced.
    std::optional<Expected> expected = {};
    bool may_be_missing = false; ///< that every server says 404 is an answer; then there is no file
    std::map<std::string, Validator> known = {}; ///< by URL: what the caller has; it then need not be sent
};

/// How a file came.
struct Arrival {
    std::string url;        ///< that delivered it, as the Download has it; empty: it was there, whole
    bool missing = false;   ///< Download::may_be_missing, and it is
    bool unchanged = false; ///< the server says that what the caller knows is still right; no file
    Validator validator;
    std::uint64_t received = 0; ///< bytes that came over the network
};

/// One Download in progress. Not thread-safe.
///
/// A failure that may pass (the network, 429, 5xx) sends it to the next server, and when all have been asked,
/// back to those, after a pause. Other failures cross a server out for this file.
class Transfer {
public:
    using Clock = std::chrono::steady_clock;

    struct Environment {
        const http::Network& network;
        const Patience& patience;
        const std::function<bool()>& stop;     ///< asked every few bytes; true ends the transfer
        const std::function<double()>& random; ///< 0 to 1, for jitter
    };

    /// All references must outlive it. Kind::io and friends: the file cannot be made.
    static support::Result<std::unique_ptr<Transfer>> create(const Download& download,
                                                             const Environment& environment);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// The file was there already, whole and right: nothing is to be run.
    bool complete() const { return complete_; }

    /// To be run by the caller (curl_multi_add_handle), not before due().
    CURL* easy() const { return easy_.get(); }

    Clock::time_point due() const { return due_; }

    /// Bytes of the file that are here.
    std::uint64_t received() const { return received_; }

    enum class Next { done, again };

    /// To be called when libcurl has finished with `code`. `done`: the file is whole, right and on its path.
    /// `again`: set up for another try. An error: no server is left, or trying another is of no use
    /// (cancelled, disk full).
    support::Result<Next> finish(CURLcode code);

    Arrival arrival() const;

private:
    struct Server {
        std::string url;
        Clock::time_point due{};
    };

    struct Failure {
        support::Error error;
        bool may_pass; ///< the same server may do better later
    };

    Transfer(const Download& download, const Environment& environment);

    static std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* self);
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    support::Result<void> open_file();
    support::Result<void> take_up_partial();
    support::Result<void> forget_bytes();
    support::Result<void> begin_answer();
    void remember_validator();
    void set_up();
    void set_up_network(const std::string& url);
    void set_up_headers(const std::string& url);
    support::Result<void> take(std::string_view bytes);
    std::optional<Failure> judge(CURLcode code);
    std::optional<Failure> judge_http(long status);
    std::optional<Failure> judge_bytes();
    support::Result<Next> after(Failure failure);
    bool postpone();
    void note(support::Error error);
    std::string header(const char* name) const;
    support::Error error(support::Kind kind, const std::string& cause) const;
    support::Result<Next> all_failed();

    std::string sidecar() const { return download_.path + ".from"; }

    const Download& download_;
    Environment environment_;
    http::Easy easy_;
    http::List headers_;
    support::UniqueFd file_;
    support::Sha256 hash_;
    std::uint64_t received_ = 0;
    std::uint64_t from_network_ = 0;
    std::uint64_t asked_from_ = 0; ///< offset this try asked for
    std::string partial_url_;      ///< where the bytes so far came from, and their validator
    Validator partial_validator_;
    bool answered_ = false; ///< this try's first byte has come
    bool complete_ = false;
    bool unchanged_ = false;
    bool missing_ = false;
    std::vector<Server> servers_; ///< that are not crossed out
    std::size_t server_ = 0;
    unsigned round_ = 0;
    Clock::time_point due_{};
    std::optional<support::Error> local_;  ///< why on_bytes() stopped the transfer
    std::vector<support::Error> failures_; ///< each in its own words once
    char words_[CURL_ERROR_SIZE] = {};
};

} // namespace slipway::pacman_fetch
