// SPDX-License-Identifier: GPL-3.0-or-later
#include <curl/curl.h>
#include <http_carrier.hpp>
#include <http_failure.hpp>

#include <algorithm>
#include <cstring>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;
using Clock = std::chrono::steady_clock;

/// A request up to this is sent in one piece with its length, as git does (http.postBuffer); servers need
/// not take a longer one in chunks otherwise.
constexpr std::size_t whole_request = 1u << 20;
constexpr std::size_t read_ahead = 1u << 20;

template <auto function>
struct With {
    template <class T>
    void operator()(T* thing) const {
        function(thing);
    }
};

using Easy = std::unique_ptr<CURL, With<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, With<curl_multi_cleanup>>;
using Headers = std::unique_ptr<curl_slist, With<curl_slist_free_all>>;

struct Server {
    std::string url;
    HttpSettings settings;
    Stop stop;
    Multi multi{curl_multi_init()}; ///< keeps the connection from one request to the next
};

class HttpStream final : public Stream {
public:
    /// GET url/info/refs if `lists`, else POST url/SERVICE.
    HttpStream(Server& server, Service service, bool lists);
    ~HttpStream() override;
    Result<std::size_t> read(char* buffer, std::size_t size) override;
    Result<void> write(std::string_view bytes) override;

private:
    static std::size_t on_need(char* to, std::size_t size, std::size_t count, void* self);
    static std::size_t on_bytes(char* from, std::size_t size, std::size_t count, void* self);
    static std::size_t on_header(char* from, std::size_t size, std::size_t count, void* self);
    void set_up();
    void add_header(const std::string& line);
    void begin(bool in_chunks);
    template <class Done>
    Result<void> run_until(Done&& done);
    Result<void> judge();
    Error failure() const;

    Server& server_;
    Service service_;
    bool lists_;
    Easy easy_{curl_easy_init()};
    Headers headers_;
    std::string request_;       ///< what is sent in one piece
    std::string_view outgoing_; ///< what is being sent in chunks
    bool begun_ = false, in_chunks_ = false, sent_all_ = false, waits_for_bytes_ = false;
    std::string incoming_;
    std::size_t taken_ = 0; ///< bytes of incoming_ that are read
    bool full_ = false;     ///< incoming_ holds enough; libcurl is paused
    bool over_ = false;
    CURLcode code_ = CURLE_OK;
    bool judged_ = false;
    Clock::time_point last_{};
    char words_[CURL_ERROR_SIZE] = {};
};

HttpStream::HttpStream(Server& server, Service service, bool lists)
    : server_(server), service_(service), lists_(lists) {
    set_up();
}

HttpStream::~HttpStream() {
    if (begun_) curl_multi_remove_handle(server_.multi.get(), easy_.get());
}

void HttpStream::add_header(const std::string& line) {
    headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
}

void HttpStream::set_up() {
    const HttpSettings& settings = server_.settings;
    const std::string service = name_of(service_);
    CURL* easy = easy_.get();
    const std::string url = server_.url + (lists_ ? "/info/refs?service=" + service : "/" + service);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words_);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &HttpStream::on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &HttpStream::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings.patience.connect.count()));
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 512L << 10);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);
    // Servers ask for git's name at the beginning: some send others a web page.
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "git/2.0 (slipway)");
    // An empty text keeps libcurl from looking into the environment.
    curl_easy_setopt(easy, CURLOPT_PROXY, settings.proxy.c_str());
    curl_easy_setopt(easy, CURLOPT_NOPROXY, settings.no_proxy.c_str());
    if (!settings.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    }
    if (!settings.password.empty()) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        curl_easy_setopt(easy, CURLOPT_USERNAME, settings.user.c_str());
        curl_easy_setopt(easy, CURLOPT_PASSWORD, settings.password.c_str());
    }
    if (lists_) return;
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    add_header("Content-Type: application/x-" + service + "-request");
    add_header("Accept: application/x-" + service + "-result");
    add_header("Expect:"); // libcurl would wait a second for a "100 Continue" that nobody sends
}

void HttpStream::begin(bool in_chunks) {
    CURL* easy = easy_.get();
    begun_ = true;
    in_chunks_ = in_chunks;
    if (in_chunks) {
        add_header("Transfer-Encoding: chunked");
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, &HttpStream::on_need);
        curl_easy_setopt(easy, CURLOPT_READDATA, this);
    } else if (!lists_) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.data());
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.size()));
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_multi_add_handle(server_.multi.get(), easy);
    last_ = Clock::now();
}

std::size_t HttpStream::on_need(char* to, std::size_t size, std::size_t count, void* self) {
    auto& it = *static_cast<HttpStream*>(self);
    it.last_ = Clock::now();
    if (it.outgoing_.empty() && it.sent_all_) return 0;
    it.waits_for_bytes_ = it.outgoing_.empty();
    if (it.waits_for_bytes_) return CURL_READFUNC_PAUSE;
    const std::size_t n = std::min(size * count, it.outgoing_.size());
    std::memcpy(to, it.outgoing_.data(), n);
    it.outgoing_.remove_prefix(n);
    return n;
}

std::size_t HttpStream::on_bytes(char* from, std::size_t size, std::size_t count, void* self) {
    auto& it = *static_cast<HttpStream*>(self);
    it.last_ = Clock::now();
    it.full_ = it.incoming_.size() - it.taken_ > read_ahead;
    if (it.full_) return CURL_WRITEFUNC_PAUSE;
    it.incoming_.append(from, size * count);
    return size * count;
}

std::size_t HttpStream::on_header(char*, std::size_t size, std::size_t count, void* self) {
    static_cast<HttpStream*>(self)->last_ = Clock::now();
    return size * count;
}

/// Let libcurl work until `done()`, or until the request is over.
template <class Done>
Result<void> HttpStream::run_until(Done&& done) {
    CURLM* multi = server_.multi.get();
    for (;;) {
        int running = 0;
        curl_multi_perform(multi, &running);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi, &left))
            if (message->msg == CURLMSG_DONE) {
                over_ = true;
                code_ = message->data.result;
            }
        if (over_ || done()) return {};
        if (server_.stop()) return Error{Kind::cancelled, "cancelled"};
        const Patience& patience = server_.settings.patience;
        if (Clock::now() - last_ > patience.connect + patience.silence) return silence_failure(patience);
        curl_multi_poll(multi, nullptr, 0, 100, nullptr);
    }
}

Error HttpStream::failure() const {
    long proxy_status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    return curl_failure(code_, words_, server_.settings, proxy_status);
}

/// Is the answer the one of a git server?
Result<void> HttpStream::judge() {
    if (judged_) return {};
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status == 200 && !over_) {
        judged_ = true;
    } else {
        // Let a server that refuses finish what it says.
        if (auto ran = run_until([&] { return incoming_.size() > (64u << 10); }); !ran) return ran;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        if (code_ != CURLE_OK && status < 400) return failure();
    }
    const char* type = nullptr;
    const char* location = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &location);
    const std::string expected =
        std::string("application/x-") + name_of(service_) + (lists_ ? "-advertisement" : "-result");
    const HttpAnswer answer{status, type != nullptr ? type : "", location != nullptr ? location : "",
                            incoming_};
    if (auto failure = http_failure(answer, expected, server_.settings)) return std::move(*failure);
    judged_ = true;
    return {};
}

Result<void> HttpStream::write(std::string_view bytes) {
    if (!begun_) {
        request_.append(bytes);
        if (request_.size() <= whole_request) return {};
        begin(true);
        bytes = request_;
    }
    outgoing_ = bytes;
    if (waits_for_bytes_) curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
    last_ = Clock::now();
    SLIPWAY_TRY(run_until([&] { return outgoing_.empty(); }));
    if (!over_) return {};
    SLIPWAY_TRY(judge());
    return Error{Kind::net_transient, "the server answered before it had the whole request"};
}

Result<std::size_t> HttpStream::read(char* buffer, std::size_t size) {
    if (!begun_) begin(false);
    if (in_chunks_ && !sent_all_) {
        sent_all_ = true;
        if (waits_for_bytes_) curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
        last_ = Clock::now();
    }
    if (full_) curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
    if (taken_ == incoming_.size() && !over_) {
        incoming_.clear();
        taken_ = 0;
        SLIPWAY_TRY(run_until([&] { return !incoming_.empty(); }));
    }
    SLIPWAY_TRY(judge());
    const std::size_t n = std::min(size, incoming_.size() - taken_);
    // An answer that was cut is no end.
    if (n == 0 && code_ != CURLE_OK) return failure();
    std::memcpy(buffer, incoming_.data() + taken_, n);
    taken_ += n;
    return n;
}

class HttpCarrier final : public Carrier {
public:
    HttpCarrier(const std::string& url, const HttpSettings& settings, Stop stop)
        : server_{url, settings, std::move(stop)} {}

    bool stateless() const override { return true; }

    Result<std::unique_ptr<Stream>> list(Service service) override { return open(service, true); }

    Result<std::unique_ptr<Stream>> call(Service service) override { return open(service, false); }

private:
    Result<std::unique_ptr<Stream>> open(Service service, bool lists) {
        return std::unique_ptr<Stream>(std::make_unique<HttpStream>(server_, service, lists));
    }

    Server server_;
};

} // namespace

std::unique_ptr<Carrier> make_http_carrier(const std::string& url, const HttpSettings& settings, Stop stop) {
    return std::make_unique<HttpCarrier>(url, settings, std::move(stop));
}

} // namespace slipway::git_publish
