// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/adapter.hpp>
#include <common/enclosure.hpp>
#include <unistd.h>

#include <cerrno>

namespace slipway::common {

namespace {

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
    std::vector<const char*> out;
    for (const std::string& text : texts)
        out.push_back(text.c_str());
    out.push_back(nullptr);
    return out;
}

support::Result<rootfs::Ended> read_end(int socket) {
    slipway_enclosed_end_1 end{};
    std::size_t done = 0;
    while (done < sizeof end) {
        const ssize_t n = ::read(socket, reinterpret_cast<char*>(&end) + done, sizeof end - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return support::Error{support::Kind::internal, "the enclosure ended without an answer"};
        done += static_cast<std::size_t>(n);
    }
    const std::string text = end.text;
    if (end.status == SLIPWAY_OK)
        return rootfs::Ended{.code = end.exit_code, .signal = end.signal, .left = text};
    rootfs::Ended ended{.failure = text, .failure_kind = support::kind_of_status(end.status)};
    constexpr std::string_view before = " (hint: ";
    if (const std::size_t hint = text.rfind(before); hint != std::string::npos && text.ends_with(')')) {
        ended.failure = text.substr(0, hint);
        ended.hint = text.substr(hint + before.size(), text.size() - hint - before.size() - 1);
    }
    return ended;
}

} // namespace

slipway::result<rootfs::Enclosure> enclosure_of(const slipway::context& context, const char* folder) {
    const slipway_host* host = context.host();
    const auto* rooms =
        static_cast<const slipway_host_enclosure_1*>(host->get_extension(host, SLIPWAY_EXT_ENCLOSURE_1));
    if (rooms == nullptr)
        return slipway::error{SLIPWAY_UNSUPPORTED, "this host cannot run programs in the new root",
                              "run it without --isolation none, or leave out the options that run programs"};
    const auto start = [host, rooms, folder](const std::vector<std::string>& arguments,
                                             const std::vector<std::string>& environment, int input,
                                             int output) -> support::Result<support::UniqueFd> {
        const auto words = pointers(arguments), variables = pointers(environment);
        const slipway_enclosed_1 program{sizeof program,   0,     folder, words.data(),
                                         variables.data(), input, output};
        int end = -1;
        const slipway_status status = rooms->start(host, &program, &end);
        if (status != SLIPWAY_OK)
            return support::Error{support::kind_of_status(status),
                                  "starting a program in the new root failed"};
        return support::UniqueFd(end);
    };
    return rootfs::Enclosure{start, &read_end};
}

} // namespace slipway::common
