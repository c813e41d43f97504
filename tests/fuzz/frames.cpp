// SPDX-License-Identifier: GPL-3.0-or-later
//
// The wire between host and worker: however the bytes are cut, the same messages come, or the same end.
#include "input.hpp"

#include <worker/channel.hpp>
#include <worker/protocol.hpp>

using namespace slipway;

namespace {

std::string read_in_pieces(std::string_view bytes, std::size_t piece) {
    worker::FrameReader reader;
    std::string seen;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.feed(bytes.substr(at, piece));
        for (;;) {
            auto message = reader.next();
            if (!message) return seen + "broken: " + message.error().what;
            if (!message.value()) break;
            seen += support::json::dump(message.value()->body) + "\n";
        }
    }
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = fuzz::text_of(data, size);
    const std::string whole = read_in_pieces(bytes, bytes.size() + 1);
    fuzz::require(read_in_pieces(bytes, 1) == whole);
    fuzz::require(read_in_pieces(bytes, 7) == whole);
    // An order reads back as it was sent.
    if (auto order = support::json::parse(bytes)) {
        const auto sent = worker::to_json(worker::parse_job(order.value()));
        fuzz::require(worker::to_json(worker::parse_job(sent)) == sent);
    }
    return 0;
}
