// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real nginx on a loopback port, for the tests of what goes over the network.
#pragma once

#include <command/command.hpp>
#include <sys/types.h>

#include <string>
#include <vector>

namespace slipway::test {

/// Serves `root` until destroyed:
///   /...         the files
///   /busy/...    status 503     /locked/...  status 401
///   /loop/...    a redirect to itself        /moved/...   a redirect to /...
///   /slow/...    the files at 8 kB a second
///   /drip/...    the files at 1 byte a second, but for the first few
///   /private/... the files, for user `me` with password `geheim`
///   /outside/... a redirect to file:///etc/hostname
class Nginx {
public:
    /// `locations`: more of nginx's own configuration, inside the server block.
    explicit Nginx(const std::string& root, const std::string& locations = {});
    ~Nginx();
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;

    /// "http://127.0.0.1:PORT".
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// The same over TLS and HTTP/2.
    std::string tls_url() const { return "https://127.0.0.1:" + std::to_string(tls_port_); }

    /// The file with the certificate it shows.
    std::string certificate() const { return scratch_ / "certificate.pem"; }

    /// What it has answered so far, each as: STATUS PROTOCOL "RANGE" "IF-RANGE" PATH.
    std::vector<std::string> log() const;

    /// How many connections they came over.
    std::size_t connections() const;

    /// How many requests for `path` it has answered.
    std::size_t requests(const std::string& path) const;

private:
    bool start(const std::string& root, const std::string& locations);
    void catch_up() const;

    ScratchFolder scratch_;
    unsigned port_ = 0;
    unsigned tls_port_ = 0;
    pid_t pid_ = -1;
    mutable std::size_t asked_ = 0; ///< questions that made it write its log
};

/// A loopback port that nobody listened on a moment ago.
unsigned free_port();

} // namespace slipway::test
