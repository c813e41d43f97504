// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <support/spawn.hpp>

#include <csignal>

namespace slipway::support {

std::vector<char*> exec_array(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (const std::string& text : texts)
        out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

Spawn::Spawn() {
    note(::posix_spawn_file_actions_init(&files_));
    note(::posix_spawnattr_init(&attributes_));
}

Spawn::~Spawn() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
}

void Spawn::note(int result) {
    if (failed_ == 0) failed_ = result;
}

void Spawn::change_folder(const std::string& folder) {
    note(::posix_spawn_file_actions_addchdir_np(&files_, folder.c_str()));
}

void Spawn::give(int fd, int number) {
    note(::posix_spawn_file_actions_adddup2(&files_, fd, number));
}

void Spawn::give_null(int number) {
    note(::posix_spawn_file_actions_addopen(&files_, number, "/dev/null", O_RDONLY, 0));
}

void Spawn::close_from(int first) {
    note(::posix_spawn_file_actions_addclosefrom_np(&files_, first));
}

void Spawn::separate() {
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    note(::posix_spawnattr_setsigmask(&attributes_, &none));
    note(::posix_spawnattr_setsigdefault(&attributes_, &all));
    note(::posix_spawnattr_setpgroup(&attributes_, 0));
    note(::posix_spawnattr_setflags(&attributes_,
                                    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
}

int Spawn::start(const std::string& program, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment, pid_t& child) {
    if (failed_ != 0) return failed_;
    return ::posix_spawnp(&child, program.c_str(), &files_, &attributes_, exec_array(arguments).data(),
                          exec_array(environment).data());
}

} // namespace slipway::support
