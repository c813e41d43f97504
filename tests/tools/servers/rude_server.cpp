// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>
#include <netinet/in.h>
#include <servers/rude_server.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::test {

RudeServer::RudeServer(std::string content, std::function<Answer(std::size_t)> answer)
    : content_(std::move(content)), answer_(std::move(answer)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    (void)::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size);
    (void)::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    (void)::listen(listener_.get(), 64);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
}

RudeServer::~RudeServer() {
    ::shutdown(listener_.get(), SHUT_RDWR); // ends accept()
}

std::vector<std::string> RudeServer::requests() const {
    const std::lock_guard guard(mutex_);
    return requests_;
}

void RudeServer::serve() {
    for (;;) {
        support::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) return;
        std::string request;
        char buffer[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
            const ssize_t n = ::recv(client.get(), buffer, sizeof buffer, 0);
            if (n <= 0) break;
            request.append(buffer, static_cast<std::size_t>(n));
        }
        std::size_t index = 0;
        {
            const std::lock_guard guard(mutex_);
            index = requests_.size();
            requests_.push_back(request);
        }
        const Answer answer = answer_(index);
        if (answer.silent)
            held_.push_back(std::move(client));
        else
            reply(client.get(), request, answer);
    }
}

void RudeServer::reply(int client, const std::string& request, const Answer& answer) const {
    std::size_t from = 0;
    const auto range = request.find("Range: bytes=");
    if (range != std::string::npos) from = std::stoul(request.substr(range + 13));
    std::string status = answer.status, body = content_, headers = answer.headers;
    if (status != "200 OK") body.clear();
    if (status == "200 OK" && from > 0) {
        status = "206 Partial Content";
        headers += "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(body.size() - 1)
                   + "/" + std::to_string(body.size()) + "\r\n";
        body.erase(0, from);
    }
    const std::string text = "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers + "Content-Length: "
                             + std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, answer.cut);
    for (std::size_t sent = 0; sent < text.size();) {
        const ssize_t n = ::send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return;
        sent += static_cast<std::size_t>(n);
    }
    // A close with unread bytes would be a reset that takes ours with it.
    ::shutdown(client, SHUT_WR);
}

} // namespace slipway::test
