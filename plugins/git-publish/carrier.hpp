// SPDX-License-Identifier: GPL-3.0-or-later
//
// What carries bytes between libgit2, which speaks git's protocol, and git on the other side: libcurl,
// OpenSSH, or a git on this machine. libgit2's own carriers wait for a silent server for ever.
#pragma once

#include <support/result.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace slipway::git_publish {

/// Asked ten times a second while a carrier waits; true ends the wait with Kind::cancelled.
using Stop = std::function<bool()>;

/// When the other side is given up with Kind::net_transient.
struct Patience {
    std::chrono::seconds connect{20};
    std::chrono::seconds silence{60}; ///< neither taking nor sending a byte for so long
};

enum class Service { upload_pack, receive_pack };

/// "git-upload-pack" or "git-receive-pack".
const char* name_of(Service service);

/// A conversation with git on the other side. One thread.
class Stream {
public:
    virtual ~Stream() = default;

    /// Wait for bytes, and take up to `size` of them; 0 at a proper end.
    virtual support::Result<std::size_t> read(char* buffer, std::size_t size) = 0;

    /// Send all of `bytes`.
    virtual support::Result<void> write(std::string_view bytes) = 0;
};

class Carrier {
public:
    virtual ~Carrier() = default;

    /// Each request is a stream of its own (git's "smart HTTP"), not one stream for all.
    virtual bool stateless() const = 0;

    /// A stream that begins with the list of refs.
    virtual support::Result<std::unique_ptr<Stream>> list(Service service) = 0;

    /// Only if stateless(): a stream for what follows the list.
    virtual support::Result<std::unique_ptr<Stream>> call(Service service) = 0;
};

} // namespace slipway::git_publish
