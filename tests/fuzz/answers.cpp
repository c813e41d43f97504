// SPDX-License-Identifier: GPL-3.0-or-later
#include "answers.hpp"

#include "input.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <support/fs.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

namespace slipway::fuzz {

using support::UniqueFd;

namespace {

struct ScriptedAnswer {
    int status = 404;
    std::string headers = {}; ///< whole lines, each with its end
    std::string body = {};
};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// A header that may be sent: none about the framing of the exchange, which is ours.
bool is_header(const std::string& line) {
    const std::string name = lower(line.substr(0, line.find(':')));
    if (name.empty() || name.size() == line.size()) return false;
    if (name == "content-length" || name == "transfer-encoding" || name == "connection" || name == "upgrade")
        return false;
    const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; };
    return std::ranges::all_of(name, fits)
           && line.find_first_of(std::string_view("\r\0", 2)) == std::string::npos;
}

/// RFC 9110, 6.4.1: answers without a body.
bool has_body(int status, bool head) {
    return !head && status != 204 && status != 304;
}

struct Connection {
    UniqueFd fd;
    std::string request = {};
};

/// "200\nLink: <x>; rel=\"next\"\n\nBODY": a status, header lines, an empty line, the body. What would make
/// the exchange wait, or is about its framing, is left out.
ScriptedAnswer scripted(std::string_view text) {
    ScriptedAnswer answer;
    const auto line = [&] {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string found(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        return found;
    };
    const std::string status = line();
    const bool number =
        status.size() == 3 && std::ranges::all_of(status, [](unsigned char c) { return std::isdigit(c); });
    answer.status = number ? std::clamp(std::stoi(status), 200, 599) : 200;
    while (!text.empty()) {
        const std::string header = line();
        if (header.empty()) break;
        if (is_header(header)) answer.headers += header + "\r\n";
    }
    answer.body = text;
    return answer;
}

} // namespace

struct AnswerServer::Impl {
    /// One request of the connection, if a whole one has come.
    bool answer(Connection& connection) {
        const std::size_t end = connection.request.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        std::size_t length = 0;
        const std::string head = lower(connection.request.substr(0, end));
        if (const std::size_t at = head.find("\r\ncontent-length:"); at != std::string::npos)
            length = std::stoul(head.substr(at + 17));
        if (connection.request.size() < end + 4 + length) return false;
        if (head.starts_with("connect ")) { // a tunnel leads nowhere, and who waits in it waits long
            connection.fd.reset();
            return false;
        }
        send(connection.fd.get(), head.starts_with("head "));
        connection.request.erase(0, end + 4 + length);
        return true;
    }

    void send(int fd, bool without_body) {
        ScriptedAnswer next{404, {}, "{}"};
        {
            const std::lock_guard lock(mutex);
            if (!script.empty()) {
                next = std::move(script.front());
                script.pop_front();
            }
        }
        const std::string body = has_body(next.status, without_body) ? next.body : "";
        std::string text = "HTTP/1.1 " + std::to_string(next.status) + " X\r\n" + next.headers;
        if (has_body(next.status, false))
            text += "Content-Length: " + std::to_string(next.body.size()) + "\r\n";
        (void)support::write_all(fd, text + "\r\n" + body, "fuzz");
    }

    void take(Connection& connection) {
        std::array<char, 64 << 10> bytes;
        const ssize_t n = ::read(connection.fd.get(), bytes.data(), bytes.size());
        if (n <= 0) return connection.fd.reset();
        connection.request.append(bytes.data(), static_cast<std::size_t>(n));
        while (answer(connection)) {
        }
    }

    void run() {
        std::list<Connection> connections;
        for (;;) {
            std::vector<pollfd> polled{{stop_read.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
            for (const Connection& connection : connections)
                polled.push_back({connection.fd.get(), POLLIN, 0});
            ::poll(polled.data(), polled.size(), -1);
            if (polled[0].revents != 0) return;
            auto entry = polled.begin() + 2;
            for (Connection& connection : connections)
                if (entry++->revents != 0) take(connection);
            std::erase_if(connections, [](const Connection& c) { return !c.fd; });
            if (polled[1].revents != 0) {
                UniqueFd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
                const int on = 1;
                ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                if (fd) connections.push_back({std::move(fd)});
            }
        }
    }

    UniqueFd listener, stop_read, stop_write;
    std::mutex mutex;
    std::deque<ScriptedAnswer> script; ///< guarded
    std::thread thread;
};

AnswerServer::AnswerServer() : impl_(std::make_unique<Impl>()) {
    Impl& it = *impl_;
    it.listener = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    int pipe[2] = {-1, -1};
    require(::bind(it.listener.get(), name, size) == 0 && ::listen(it.listener.get(), 16) == 0
            && ::getsockname(it.listener.get(), name, &size) == 0 && ::pipe(pipe) == 0);
    it.stop_read = UniqueFd(pipe[0]);
    it.stop_write = UniqueFd(pipe[1]);
    proxy_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    it.thread = std::thread([&it] { it.run(); });
}

AnswerServer::~AnswerServer() {
    impl_->stop_write.reset();
    impl_->thread.join();
}

std::string AnswerServer::play(std::string_view input) {
    const std::string what(input.substr(0, input.find('\n')));
    input.remove_prefix(std::min(what.size() + 1, input.size()));
    const std::lock_guard lock(impl_->mutex);
    impl_->script.clear();
    for (const std::string& part : parts_of(input))
        impl_->script.push_back(scripted(part));
    return what;
}

} // namespace slipway::fuzz
