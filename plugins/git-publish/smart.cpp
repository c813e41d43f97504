// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <smart.hpp>

#include <charconv>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;

/// Capabilities are on the first line of the list (gitprotocol-pack(5)), which fits into this.
constexpr std::size_t kept_bytes = 8192;

struct Subtransport;

struct StreamShim : git_smart_subtransport_stream {
    std::unique_ptr<Stream> body;
    bool lists = false;       ///< what it reads first is the list of refs
    bool asks_atomic = false; ///< the next write begins a push
};

struct Subtransport : git_smart_subtransport {
    Link* link = nullptr;
    StreamShim* current = nullptr; ///< libgit2's to free
};

Link& link_of(git_smart_subtransport_stream* stream) {
    return *static_cast<Subtransport*>(stream->subtransport)->link;
}

int fail(Link& link, Error error) {
    git_error_set_str(GIT_ERROR_NET, error.what.c_str());
    if (!link.failure) link.failure = std::move(error);
    return GIT_ERROR;
}

int on_read(git_smart_subtransport_stream* stream, char* buffer, std::size_t size, std::size_t* count) {
    auto& shim = *static_cast<StreamShim*>(stream);
    Link& link = link_of(stream);
    auto got = shim.body->read(buffer, size);
    if (!got) return fail(link, std::move(got).error());
    *count = got.value();
    if (shim.lists && link.advertisement.size() < kept_bytes)
        link.advertisement.append(buffer, std::min(*count, kept_bytes - link.advertisement.size()));
    return 0;
}

bool offers_atomic(const std::string& advertisement) {
    const std::size_t from = advertisement.find('\0');
    if (from == std::string::npos) return false;
    const std::string line = advertisement.substr(from, advertisement.find('\n', from) - from) + " ";
    return line.find(" atomic ") != std::string::npos || line.find(std::string("\0atomic ", 8)) == 0;
}

int on_write(git_smart_subtransport_stream* stream, const char* buffer, std::size_t size) {
    auto& shim = *static_cast<StreamShim*>(stream);
    Link& link = link_of(stream);
    std::string_view bytes(buffer, size);
    std::optional<std::string> changed;
    if (std::exchange(shim.asks_atomic, false)) {
        link.refused_atomic = !offers_atomic(link.advertisement);
        if (link.refused_atomic)
            return fail(link, Error{Kind::unsupported, "the server cannot change several refs as one"});
        changed = with_atomic(bytes);
        if (!changed) return fail(link, Error{Kind::internal, "libgit2 begins a push in an unknown way"});
        bytes = *changed;
    }
    auto written = shim.body->write(bytes);
    return written ? 0 : fail(link, std::move(written).error());
}

void free_stream(git_smart_subtransport_stream* stream) {
    auto* shim = static_cast<StreamShim*>(stream);
    auto* owner = static_cast<Subtransport*>(stream->subtransport);
    if (owner->current == shim) owner->current = nullptr;
    delete shim;
}

int on_action(git_smart_subtransport_stream** out, git_smart_subtransport* transport, const char*,
              git_smart_service_t action) {
    auto& self = *static_cast<Subtransport*>(transport);
    const bool lists = action == GIT_SERVICE_UPLOADPACK_LS || action == GIT_SERVICE_RECEIVEPACK_LS;
    const bool receives = action == GIT_SERVICE_RECEIVEPACK_LS || action == GIT_SERVICE_RECEIVEPACK;
    const Service service = receives ? Service::receive_pack : Service::upload_pack;
    Carrier& carrier = self.link->carrier;
    if (lists || carrier.stateless()) {
        auto opened = lists ? carrier.list(service) : carrier.call(service);
        if (!opened) return fail(*self.link, std::move(opened).error());
        auto shim = std::make_unique<StreamShim>();
        shim->subtransport = transport;
        shim->read = &on_read;
        shim->write = &on_write;
        shim->free = &free_stream;
        shim->body = std::move(opened).value();
        self.current = shim.release();
    }
    if (self.current == nullptr) return fail(*self.link, Error{Kind::internal, "a push before its list"});
    self.current->lists = lists;
    self.current->asks_atomic = action == GIT_SERVICE_RECEIVEPACK && self.link->atomic;
    *out = self.current;
    return 0;
}

int on_close(git_smart_subtransport*) {
    return 0;
}

void free_subtransport(git_smart_subtransport* transport) {
    delete static_cast<Subtransport*>(transport);
}

int make_subtransport(git_smart_subtransport** out, git_transport*, void* link) {
    auto made = std::make_unique<Subtransport>();
    made->action = &on_action;
    made->close = &on_close;
    made->free = &free_subtransport;
    made->link = static_cast<Link*>(link);
    *out = made.release();
    return 0;
}

} // namespace

const char* name_of(Service service) {
    return service == Service::receive_pack ? "git-receive-pack" : "git-upload-pack";
}

int make_transport(git_transport** out, git_remote* owner, Link& link) {
    git_smart_subtransport_definition definition{&make_subtransport, link.carrier.stateless() ? 1U : 0U,
                                                 &link};
    return git_transport_smart(out, owner, &definition);
}

std::optional<std::string> with_atomic(std::string_view request) {
    // A line is its length in four hex digits, which count themselves, and that many bytes.
    unsigned length = 0;
    if (request.size() < 4) return std::nullopt;
    const auto [end, failed] = std::from_chars(request.data(), request.data() + 4, length, 16);
    if (failed != std::errc() || end != request.data() + 4 || length <= 4 || length > request.size())
        return std::nullopt;
    std::string line(request.substr(4, length - 4));
    if (line.find('\0') == std::string::npos) return std::nullopt;
    const std::string tail = line.ends_with('\n') ? "\n" : "";
    line.resize(line.size() - tail.size());
    line += " atomic" + tail;
    return fmt::format("{:04x}", line.size() + 4) + line + std::string(request.substr(length));
}

} // namespace slipway::git_publish
