// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/gnupg_home.hpp>
#include <common/program.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

namespace slipway::common {

namespace {

bool agent_answers(const std::string& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
    const support::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Room for the names of sockets in a path of 107 bytes. Who looks at the stage from outside its mounts
/// cannot follow a descriptor into its own /tmp, but knows a path there.
constexpr std::size_t longest_path = 40;

} // namespace

GnupgHome::GnupgHome(const std::string& folder)
    : folder_(folder), fd_(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
      path_(folder.size() <= longest_path
                ? folder
                : "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get())) {}

GnupgHome::~GnupgHome() {
    (void)run_program({"gpgconf", "--homedir", path_, "--kill", "gpg-agent"});
    for (int i = 0; i < 200 && agent_answers(path_ + "/S.gpg-agent"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    for (const char* secret : {"private-keys-v1.d", "openpgp-revocs.d"})
        (void)support::remove_tree(folder_ + "/" + secret);
}

support::Result<std::string> GnupgHome::gpg(const std::vector<std::string>& arguments,
                                            std::string_view input) const {
    std::vector<std::string> command{"gpg", "--homedir", path_, "--batch", "--quiet", "--no-tty"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_program(command, input);
}

} // namespace slipway::common
