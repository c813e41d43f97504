// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <servers/nginx.hpp>
#include <spawn.h>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

namespace slipway::test {

namespace {

sockaddr_in loopback(unsigned port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

support::UniqueFd connect_to(unsigned port) {
    support::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
    return fd;
}

std::size_t count_of(const std::string& text, const std::string& line) {
    std::size_t count = 0;
    for (auto at = text.find(line); at != std::string::npos; at = text.find(line, at + 1))
        ++count;
    return count;
}

std::string config_text(unsigned port, unsigned tls_port, const std::string& root,
                        const std::string& locations) {
    return R"(daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events { worker_connections 64; }
http {
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  log_format path '$uri';
  access_log access.log path;
  log_format full '$status $server_protocol "$http_range" "$http_if_range" $uri';
  access_log full.log full;
  log_format connection '$connection';
  access_log connections.log connection;
  server {
    listen 127.0.0.1:)"
           + std::to_string(port) + R"(;
    listen 127.0.0.1:)"
           + std::to_string(tls_port) + R"( ssl http2;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    root ')"
           + root + R"(';
    location /busy/ { return 503; }
    location /locked/ { return 401; }
    location /loop/ { return 302 $uri; }
    location /outside/ { return 302 file:///etc/hostname; }
    location /moved/ { rewrite ^/moved/(.*)$ /$1 redirect; }
    location /private/ { rewrite ^/private/(.*)$ /$1 break; auth_basic x; auth_basic_user_file users; }
    location /drip/ { rewrite ^/drip/(.*)$ /$1 break; limit_rate 1; }
    location /slow/ { rewrite ^/slow/(.*)$ /$1 break; limit_rate 8k; }
    )" + locations
           + R"(
  }
}
)";
}

} // namespace

unsigned free_port() {
    const support::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    (void)::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    (void)::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

Nginx::Nginx(const std::string& root, const std::string& locations) {
    const auto made =
        run_command({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                     "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
                     "-keyout", scratch_ / "key.pem", "-out", scratch_ / "certificate.pem"});
    if (made.status != 0) std::abort();
    if (!support::write_file(scratch_ / "users", "me:{PLAIN}geheim\n")) std::abort();
    ::chmod(scratch_.path().c_str(), 0755); // a worker that is nobody reads `users`
    // mkdtemp() made the folders 0700, and nginx as root serves as another user.
    ::chmod(root.c_str(), 0755);
    for (int attempt = 0; attempt < 5; ++attempt)
        if (start(root, locations)) return;
    std::fprintf(stderr, "fixture: nginx does not start; see %s\n", (scratch_ / "error.log").c_str());
    std::abort();
}

bool Nginx::start(const std::string& root, const std::string& locations) {
    port_ = free_port();
    tls_port_ = free_port();
    if (!support::write_file(scratch_ / "nginx.conf", config_text(port_, tls_port_, root, locations)))
        return false;
    std::string words[] = {"nginx", "-p", scratch_.path(), "-e", "error.log", "-c", scratch_ / "nginx.conf"};
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::setenv("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin", 1);
    if (::posix_spawnp(&pid_, "nginx", nullptr, nullptr, arguments.data(), environ) != 0) return false;
    for (int i = 0; i < 200; ++i) {
        // Who answers may be another test's; ours writes this once it has the ports.
        if (std::filesystem::exists(scratch_ / "nginx.pid") && connect_to(port_)) return true;
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break; // somebody took the port
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    pid_ = -1;
    return false;
}

Nginx::~Nginx() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
}

void Nginx::catch_up() const {
    // nginx logs a request after its answer. It has one thread: once it has logged one more request, all
    // before that are in the log.
    const auto fd = connect_to(port_);
    (void)support::write_all(fd.get(), "GET /last HTTP/1.0\r\n\r\n", "nginx");
    (void)support::read_all(fd.get(), "nginx");
    ++asked_;
    for (;;) {
        const auto log = support::read_file(scratch_ / "connections.log");
        const auto paths = support::read_file(scratch_ / "access.log");
        if (log && paths && count_of(paths.value(), "/last\n") == asked_
            && count_of(log.value(), "\n") == count_of(paths.value(), "\n"))
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

std::size_t Nginx::requests(const std::string& path) const {
    catch_up();
    return count_of(support::read_file(scratch_ / "access.log").value(), path + "\n");
}

std::vector<std::string> Nginx::log() const {
    catch_up();
    auto lines = support::split(support::read_file(scratch_ / "full.log").value(), '\n');
    std::erase_if(lines, [](const std::string& line) { return line.empty() || line.ends_with(" /last"); });
    return lines;
}

std::size_t Nginx::connections() const {
    const std::size_t before = asked_; // each of our questions was a connection too
    catch_up();
    const auto lines = support::split(support::read_file(scratch_ / "connections.log").value(), '\n');
    return std::set<std::string>(lines.begin(), lines.end()).size() - 1 - (before + 1); // and an empty line
}

} // namespace slipway::test
