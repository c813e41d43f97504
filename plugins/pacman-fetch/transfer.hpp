// SPDX-License-Identifier: GPL-3.0-or-later
//
// One file on its way: written to disk, measured and hashed while its bytes arrive, tried from one server
// after the other.
#pragma once

#include <curl/curl.h>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::pacman_fetch {

/// What a file must be.
struct Expected {
    std::uint64_t size; ///< bytes
    support::Digest sha256;
};

struct Download {
    std::string subject;              ///< for messages: "database 'core'"
    std::vector<std::string> urls;    ///< at least one, tried in this order
    std::string path;                 ///< the file to write; replaced if it is there
    std::uint64_t max_bytes;          ///< a longer file is refused; not more than this is written
    std::optional<Expected> expected; ///< not known for databases
};

struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

/// One Download in progress. Not thread-safe.
class Transfer {
public:
    /// `stop` is asked every few bytes; true ends the transfer. Both must outlive it. Kind::io and friends:
    /// the file cannot be made.
    static support::Result<std::unique_ptr<Transfer>> create(const Download& download,
                                                             const std::function<bool()>& stop);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// To be run by the caller (curl_multi_add_handle); set up for the current server.
    CURL* easy() const { return easy_.get(); }

    /// The URL in use, without credentials.
    std::string origin() const;

    std::uint64_t received() const { return received_; }

    enum class Next { done, another_server };

    /// To be called when libcurl has finished with `code`. `done`: the file is whole, right and on its path.
    /// `another_server`: set up again, to be run again. An error: no server is left, or trying another is of
    /// no use (cancelled, disk full).
    support::Result<Next> finish(CURLcode code);

private:
    Transfer(const Download& download, const std::function<bool()>& stop)
        : download_(download), stop_(stop) {}

    static std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* self);
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    void set_up();
    support::Result<void> start_over(); ///< with the next server
    support::Result<void> take(std::string_view bytes);
    support::Result<void> judge(CURLcode code);
    support::Error error(support::Kind kind, const std::string& cause) const;
    support::Error all_failed() const;

    const Download& download_;
    const std::function<bool()>& stop_;
    std::unique_ptr<CURL, EasyDeleter> easy_;
    support::UniqueFd file_;
    support::Sha256 hash_;
    std::uint64_t received_ = 0;
    std::size_t server_ = 0;
    std::optional<support::Error> local_; ///< why on_bytes() stopped the transfer
    std::vector<support::Error> failures_;
    char words_[CURL_ERROR_SIZE] = {};
};

} // namespace slipway::pacman_fetch
