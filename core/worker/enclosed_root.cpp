// SPDX-License-Identifier: GPL-3.0-or-later
#include "enclosed_root.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <support/fs.hpp>
#include <support/machine.hpp>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/children.hpp>
#include <worker/sandbox.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

namespace slipway::worker {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

slipway_enclosed_end_1 ending(slipway_status status, const std::string& text) {
    slipway_enclosed_end_1 end{};
    end.struct_size = sizeof end;
    end.status = status;
    const std::size_t length = std::min(text.size(), sizeof end.text - 1);
    std::copy_n(text.data(), length, end.text);
    return end;
}

void tell(int fd, const slipway_enclosed_end_1& end) {
    (void)support::write_all(fd, {reinterpret_cast<const char*>(&end), sizeof end}, "enclosure");
}

/// Nothing on the way may be a symlink: one in the tree must not lead a mount elsewhere.
Result<UniqueFd> open_folder(int at, const std::string& path, std::uint64_t flags = O_DIRECTORY) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC | flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, at, path.c_str(), &how, sizeof how)));
    if (!fd) return support::errno_error("folder '" + path + "'", errno);
    return fd;
}

Result<UniqueFd> clone_mount(int at, const std::string& path) {
    UniqueFd fd(::open_tree(at, path.c_str(),
                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (path.empty() ? AT_EMPTY_PATH : 0u)));
    if (!fd) return support::errno_error("cloning the mount of '" + path + "'", errno);
    return fd;
}

Result<void> attach(int mount, int target, const std::string& name) {
    if (::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
        return support::errno_error("mounting '" + name + "'", errno);
    return {};
}

Result<void> restrict_mount(int mount, std::uint64_t attributes) {
    mount_attr wanted{};
    wanted.attr_set = attributes;
    if (::mount_setattr(mount, "", AT_EMPTY_PATH, &wanted, sizeof wanted) != 0)
        return support::errno_error("restricting a mount", errno);
    return {};
}

/// A new file system of `type` on the folder `name`, and the folder's descriptor on it.
Result<UniqueFd> mount_new(int root, const std::string& name, const char* type, const char* mode) {
    SLIPWAY_TRY_ASSIGN(const UniqueFd target, open_folder(root, name));
    const UniqueFd fs(::fsopen(type, FSOPEN_CLOEXEC));
    const bool configured =
        fs && (mode == nullptr || ::fsconfig(fs.get(), FSCONFIG_SET_STRING, "mode", mode, 0) == 0)
        && ::fsconfig(fs.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
    UniqueFd mount(configured ? ::fsmount(fs.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
                              : -1);
    if (!mount) {
        Error error = support::errno_error("mounting '" + name + "'", errno);
        if (errno == EPERM && std::string_view(type) == "proc")
            error.hint =
                "the machine's own /proc is hidden in part, as in containers; run outside, or as root";
        return error;
    }
    SLIPWAY_TRY(attach(mount.get(), target.get(), name));
    return mount;
}

/// What root could harm the machine with through /proc, even with few capabilities.
Result<void> mount_proc(int root) {
    SLIPWAY_TRY_ASSIGN(const UniqueFd proc, mount_new(root, "proc", "proc", nullptr));
    for (const char* name : {"bus", "fs", "irq", "sys", "sysrq-trigger"}) {
        auto part = clone_mount(proc.get(), name);
        if (!part && part.error().kind == Kind::not_found) continue;
        if (!part) return std::move(part).error();
        SLIPWAY_TRY(restrict_mount(part.value().get(), MOUNT_ATTR_RDONLY));
        SLIPWAY_TRY_ASSIGN(const UniqueFd target, open_folder(proc.get(), name, 0));
        SLIPWAY_TRY(attach(part.value().get(), target.get(), std::string("proc/") + name));
    }
    return {};
}

/// No namespace but the first may make devices: the machine's own are bound.
Result<void> mount_dev(int root) {
    SLIPWAY_TRY_ASSIGN(const UniqueFd dev, mount_new(root, "dev", "tmpfs", "0755"));
    for (const std::string name : {"null", "zero", "full", "random", "urandom", "tty"}) {
        const auto device = clone_mount(AT_FDCWD, "/dev/" + name);
        if (!device && device.error().kind == Kind::not_found) continue; // not every machine has a tty
        if (!device) return device.error();
        const UniqueFd target(::openat(dev.get(), name.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        if (!target) return support::errno_error("making 'dev/" + name + "'", errno);
        SLIPWAY_TRY(attach(device.value().get(), target.get(), "dev/" + name));
    }
    static constexpr std::pair<const char*, const char*> links[] = {{"fd", "/proc/self/fd"},
                                                                    {"stdin", "/proc/self/fd/0"},
                                                                    {"stdout", "/proc/self/fd/1"},
                                                                    {"stderr", "/proc/self/fd/2"}};
    for (const auto& [link, leads_to] : links)
        if (::symlinkat(leads_to, dev.get(), link) != 0)
            return support::errno_error(std::string("making 'dev/") + link + "'", errno);
    if (::mkdirat(dev.get(), "shm", 01777) != 0 || ::fchmodat(dev.get(), "shm", 01777, 0) != 0)
        return support::errno_error("making 'dev/shm'", errno);
    return {};
}

Result<void> enter_root(const std::string& name) {
    if (::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return support::errno_error("making the mounts private", errno);
    SLIPWAY_TRY_ASSIGN(const UniqueFd folder, open_folder(AT_FDCWD, name));
    SLIPWAY_TRY_ASSIGN(const UniqueFd root, clone_mount(folder.get(), ""));
    SLIPWAY_TRY(restrict_mount(root.get(), MOUNT_ATTR_NODEV));
    SLIPWAY_TRY(attach(root.get(), folder.get(), name));
    SLIPWAY_TRY(mount_dev(root.get()));
    SLIPWAY_TRY(mount_proc(root.get()));
    SLIPWAY_TRY(mount_new(root.get(), "tmp", "tmpfs", "1777"));
    SLIPWAY_TRY(mount_new(root.get(), "run", "tmpfs", "0755"));
    if (::fchdir(root.get()) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0
        || ::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0)
        return support::errno_error("entering the root", errno);
    constexpr std::string_view host = "localhost";
    if (::sethostname(host.data(), host.size()) != 0) return support::errno_error("sethostname", errno);
    return {};
}

/// What a package's script may need; what is left out would reach the machine.
constexpr std::array kept_capabilities{CAP_CHOWN,   CAP_DAC_OVERRIDE,     CAP_FOWNER,    CAP_FSETID,
                                       CAP_KILL,    CAP_SETGID,           CAP_SETUID,    CAP_SETPCAP,
                                       CAP_SETFCAP, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT};

/// The next execve() leaves root these capabilities alone.
bool drop_capabilities() {
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
        if (std::find(kept_capabilities.begin(), kept_capabilities.end(), capability)
                == kept_capabilities.end()
            && ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            return false;
    return true;
}

std::vector<std::string> candidates(const EnclosedProgram& program) {
    const std::string& name = program.arguments.front();
    if (name.find('/') != std::string::npos) return {name};
    std::vector<std::string> out;
    for (const std::string& entry : program.environment)
        if (entry.starts_with("PATH="))
            for (const std::string& folder : support::split(entry.substr(5), ':'))
                out.push_back(folder + '/' + name);
    return out;
}

std::string head_of(const std::string& path, std::size_t bytes) {
    const auto fd = support::open_read(path);
    std::string head(bytes, '\0');
    const ssize_t n = fd ? ::pread(fd.value().get(), head.data(), head.size(), 0) : -1;
    head.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return head;
}

/// The machine that a program is for, or the interpreter that its first line names; "" if that is not known.
std::string machine_of(const std::string& path) {
    constexpr std::size_t longest_line = 256; // BINPRM_BUF_SIZE
    const std::string head = head_of(path, longest_line);
    if (!head.starts_with("#!")) return support::machine_of_elf(head);
    const std::string line = head.substr(2, head.find('\n') - 2);
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) return {};
    return support::machine_of_elf(
        head_of(line.substr(start, line.find_first_of(" \t", start) - start), longest_line));
}

/// Why no program of another machine can be started, if that is why.
std::optional<Error> foreign_failure(const EnclosedProgram& program, int error) {
    if (error != ENOEXEC && error != ENOENT) return std::nullopt;
    for (const std::string& path : candidates(program)) {
        const std::string machine = machine_of(path);
        // Without an entry in binfmt_misc it is the program's own loader that is not there.
        const bool own =
            error == ENOENT ? support::may_run_unaided(machine) : machine == support::this_machine();
        if (!machine.empty() && !own) return support::cannot_execute(machine, error);
    }
    return std::nullopt;
}

[[noreturn]] void execute(const EnclosedProgram& program, int end) {
    const auto fail = [&](const std::string& what, int error) {
        tell(end, ending(SLIPWAY_NOT_FOUND, support::errno_error(what, error).what));
        ::_exit(127);
    };
    ::setsid();
    ::umask(022);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    if (::setgroups(0, nullptr) != 0) fail("setgroups", errno);
    if (::dup2(program.input, 0) < 0 || ::dup2(program.output, 1) < 0 || ::dup2(program.output, 2) < 0)
        fail("standard input and output", errno);
    if (!drop_capabilities()) fail("dropping capabilities", errno);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !filter_enclosed_calls())
        fail("filtering system calls", errno);
    const auto arguments = support::exec_array(program.arguments);
    const auto environment = support::exec_array(program.environment);
    int error = ENOENT;
    for (const std::string& path : candidates(program)) {
        ::execve(path.c_str(), arguments.data(), environment.data());
        if (errno != ENOENT) error = errno;
    }
    if (const auto why = foreign_failure(program, error)) {
        tell(end, ending(SLIPWAY_UNSUPPORTED, why->message()));
        ::_exit(127);
    }
    fail("starting '" + support::printable(program.arguments.front()) + "'", error);
    ::_exit(127);
}

/// What still runs: daemons come to the first process when their parents have ended.
std::string names_of_children() {
    std::vector<std::string> names;
    for (const pid_t pid : children_of_this_process()) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
        std::string name;
        if (std::getline(file, name)) names.push_back(support::printable(name));
    }
    return support::join(names, ", ");
}

} // namespace

void run_enclosed(const EnclosedProgram& program, int end) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "slipway-init");
    if (auto entered = enter_root(program.root); !entered) {
        Error error = entered.error();
        tell(end, ending(SLIPWAY_UNSUPPORTED, error.message()));
        ::_exit(1);
    }
    const pid_t child = ::fork();
    if (child == 0) execute(program, end);
    int status = 0;
    for (pid_t pid = child; child > 0;) {
        pid = ::waitpid(-1, &status, 0);
        if (pid == child) break;
        if (pid < 0 && errno == ECHILD) ::_exit(1);
    }
    // The reader takes the first answer: execute() may have given it.
    auto result = child < 0 ? ending(SLIPWAY_RESOURCE, "no process could be started")
                            : ending(SLIPWAY_OK, names_of_children());
    result.exit_code = child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    result.signal = child > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    tell(end, result);
    ::_exit(0);
}

} // namespace slipway::worker
