// SPDX-License-Identifier: GPL-3.0-or-later
#include "call_judge.hpp"

#include "landlock.hpp"
#include "tasks.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <plugin/capabilities.hpp>
#include <support/text.hpp>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>

namespace slipway::worker {

namespace fs = std::filesystem;
namespace json = support::json;

namespace {

constexpr unsigned new_namespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

std::vector<std::string> texts(const json::Value& list) {
    std::vector<std::string> out;
    for (const json::Value& item : list.as_array())
        out.push_back(item.as_string());
    return out;
}

std::string shown(const std::string& path) {
    return "'" + support::printable(path) + "'";
}

/// Most of what programs open. No link is followed: the system's own lead to what may be read, too.
bool is_systems(const std::string& path) {
    return path.find("/..") == std::string::npos && !path.starts_with("/proc/")
           && covers(system_paths(), path);
}

constexpr PathCall changes[] = {
    {"unlink", "removing", no_folder, 0},     {"unlinkat", "removing", 0, 1},
    {"rmdir", "removing", no_folder, 0},      {"truncate", "writing", no_folder, 0},
    {"mkdir", "making folder", no_folder, 0}, {"mkdirat", "making folder", 0, 1},
    {"symlink", "making link", no_folder, 1}, {"symlinkat", "making link", 1, 2},
    {"mknod", "making", no_folder, 0},        {"mknodat", "making", 0, 1},
};

/// Landlock does not know these.
constexpr PathCall attribute_calls[] = {
    {"chmod", "", no_folder, 0},
    {"chown", "", no_folder, 0},
    {"lchown", "", no_folder, 0},
    {"utime", "", no_folder, 0},
    {"utimes", "", no_folder, 0},
    {"setxattr", "", no_folder, 0},
    {"lsetxattr", "", no_folder, 0},
    {"removexattr", "", no_folder, 0},
    {"lremovexattr", "", no_folder, 0},
    {"fchmodat", "", 0, 1},
    {"fchownat", "", 0, 1},
    {"futimesat", "", 0, 1},
    {"utimensat", "", 0, 1},
    {"fchmod", "", no_folder, no_path},
    {"fchown", "", no_folder, no_path},
    {"fsetxattr", "", no_folder, no_path},
    {"fremovexattr", "", no_folder, no_path},
};

const PathCall* find(std::span<const PathCall> calls, const std::string& name) {
    const auto found = std::ranges::find(calls, name, &PathCall::name);
    return found == calls.end() ? nullptr : &*found;
}

struct Address {
    std::string text;
    std::uint16_t port = 0;
};

/// Of a sockaddr_in or sockaddr_in6.
template <class Sockaddr>
Address address_of(const std::string& bytes, int family, std::size_t at, in_port_t Sockaddr::*port) {
    Sockaddr in{};
    if (bytes.size() < sizeof in) return {};
    std::memcpy(&in, bytes.data(), sizeof in);
    char text[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(family, bytes.data() + at, text, sizeof text);
    return {text, ntohs(in.*port)};
}

// ------------------------------------------------------------------ processes: numbers alone

bool is_beside(pid_t caller, pid_t process) {
    return std::ranges::count(processes_beside(caller), process) > 0;
}

bool is_own_task(const Call& call, pid_t inner) {
    const auto beside = processes_beside(call.pid);
    return inner < 0 ? has_group(beside, -inner) : find_task(beside, inner).has_value();
}

Verdict signal_to(const Call& call, pid_t target, int number) {
    const bool is_there = target == -1 || ::kill(target, 0) == 0 || errno == EPERM;
    if (target == 0 || !is_there || (target != -1 && is_own_task(call, target))) return {};
    return {EPERM, "signal " + std::to_string(number) + " to process " + std::to_string(target)};
}

Verdict signal(const Call& call) {
    const auto& a = call.arguments;
    if (call.name == "pidfd_send_signal") {
        const pid_t pid = process_of_pidfd(call.pid, static_cast<int>(a[0]));
        if (pid <= 0 || is_beside(call.pid, pid)) return {};
        return {EPERM, "signal " + std::to_string(a[1]) + " to process " + std::to_string(pid)};
    }
    const bool in_group = call.name == "tgkill" || call.name == "rt_tgsigqueueinfo";
    return signal_to(call, static_cast<pid_t>(a[0]), static_cast<int>(a[in_group ? 2 : 1]));
}

/// Only ids that the supervisor has, too.
Verdict identity(const Call& call) {
    if (call.name == "setgroups") return {EPERM, "setgroups()"};
    const std::size_t count = call.name == "setuid" || call.name == "setgid" ? 1
                              : call.name.starts_with("setres")              ? 3
                                                                             : 2;
    const id_t own = call.name.ends_with("uid") ? ::geteuid() : ::getegid();
    for (std::size_t i = 0; i < count; ++i) {
        const auto id = static_cast<id_t>(call.arguments[i]);
        if (id != own && id != static_cast<id_t>(-1))
            return {EPERM, call.name + "(" + std::to_string(id) + ")"};
    }
    return {};
}

/// The kernel refuses to raise them: this is for telling.
Verdict limit(const Call& call, pid_t target, int resource_argument) {
    const auto& a = call.arguments;
    if (target != 0 && target != inner_pid(call.pid))
        return {EPERM, "changing the limits of process " + std::to_string(target)};
    const auto resource = static_cast<int>(a[static_cast<std::size_t>(resource_argument)]);
    const auto at = static_cast<std::size_t>(resource_argument) + 1;
    rlimit wanted{}, now{};
    const std::string bytes = bytes_of(call.pid, a[at], sizeof wanted);
    if (bytes.size() != sizeof wanted) return {};
    std::memcpy(&wanted, bytes.data(), sizeof wanted);
    if (::prlimit(call.pid, static_cast<__rlimit_resource>(resource), nullptr, &now) != 0
        || wanted.rlim_max <= now.rlim_max)
        return {};
    return {EPERM, "raising resource limit " + std::to_string(resource)};
}

Verdict schedule(const Call& call) {
    const auto target = static_cast<pid_t>(call.arguments[0]);
    if (target == 0 || is_own_task(call, target)) return {};
    return {EPERM, call.name + "() of process " + std::to_string(target)};
}

} // namespace

const char* name_of(Need need) {
    switch (need) {
    case Need::nothing:
        return "";
    case Need::network:
        return "network";
    case Need::exec:
        return "exec";
    case Need::read:
        return "read";
    case Need::write:
        return "write";
    }
    return "";
}

CallJudge::CallJudge(const json::Value& policy)
    : exec_(policy["exec"].as_bool()), learns_(policy["learn"].as_bool()),
      read_(with_real(texts(policy["read"]))), write_(with_real(texts(policy["write"]))),
      programs_(with_real(texts(policy["programs"]))), own_(texts(policy["own"])),
      most_tasks_(policy["tasks"].as_integer()) {
    const auto hosts = texts(policy["hosts"]);
    if (!hosts.empty()) ports_ = plugin::ports_of(hosts);
    if (learns_) ports_.emplace(); // tell of every one
}

// ------------------------------------------------------------------ files

bool CallJudge::may(const std::string& path, Access access) const {
    if (covers(write_, path)) return true;
    if (path == "/dev/null" || path == "/dev/zero" || path == "/dev/full") return true;
    return access == Access::read && (covers(read_, path) || covers(system_paths(), path));
}

Verdict CallJudge::file(const Call& call, const std::string& verb, const std::string& path, Access access,
                        bool makes) const {
    if (path.empty() || (access == Access::read && is_systems(path))) return {};
    const std::string real = real_path(path); // through /proc/PID/fd, cwd and root, too
    for (const std::string* name : {&path, &real})
        if (const auto process = process_in(*name); process && !is_beside(call.pid, *process))
            return {0, verb + " " + shown(path)};
    if (process_in(real)) return {};
    const Need need = access == Access::read ? Need::read : Need::write;
    if (covers(own_, real) && !covers(write_, real) && !covers(read_, real)) {
        // It makes its own files beside nobody's, whatever there is under that name here.
        const bool whole = (access == Access::read || !makes) && exists(real);
        const std::string there = whole ? real : fs::path(real).parent_path().string();
        if (!exists(there) || is_there_for(call.pid, there)) return {};
        return {0, verb + " " + shown(real), need, real};
    }
    // What is not there is not denied, and what is only there for the stage is its own.
    if (may(real, access) || (access == Access::read && !exists(real))) return {};
    if (!exists(fs::path(real).parent_path())) return {};
    return {0, verb + " " + shown(real), need, real};
}

/// What a stage does by the hundred, it does in a few folders. A folder that becomes a link to elsewhere is
/// not seen here, but by landlock.
bool CallJudge::is_in_known_folder(const std::string& path, Access access) const {
    constexpr std::size_t most = 64;
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos || path.starts_with("/proc/") || path.ends_with("/..") || is_link(path))
        return false;
    const std::string folder = path.substr(0, slash);
    auto& known = known_[static_cast<std::size_t>(access)];
    if (known.contains(folder)) return true;
    if (!may(real_path(folder), access)) return false;
    if (known.size() == most) known.clear();
    known.insert(folder);
    return true;
}

/// For calls that landlock decides.
Verdict CallJudge::tell(const Call& call, const std::string& verb, const std::string& path, Access access,
                        bool makes) const {
    if (is_in_known_folder(path, access)) return {};
    return file(call, verb, path, access, makes);
}

Verdict CallJudge::open(const Call& call, const std::string& path, std::uint64_t flags) const {
    if ((flags & O_PATH) != 0) return {};
    const bool writes = (flags & (O_WRONLY | O_RDWR | O_TRUNC)) != 0;
    if (path.empty() || (writes && (flags & O_CREAT) == 0 && !process_in(path) && !exists(path))) return {};
    return tell(call, writes ? "writing" : "reading", path, writes ? Access::write : Access::read,
                (flags & O_CREAT) != 0);
}

Verdict CallJudge::change(const Call& call, const PathCall& changed) const {
    if (call.name.starts_with("mknod")) {
        const auto type = call.arguments[call.name == "mknod" ? 1 : 2] & S_IFMT;
        if (type == S_IFCHR || type == S_IFBLK) return {EPERM, "making a device"};
    }
    return tell(call, changed.verb, named_path(call, changed.folder, changed.path), Access::write);
}

/// rename(2), link(2) and their like.
Verdict CallJudge::both(const Call& call) const {
    const bool at = call.name.find("at") != std::string::npos;
    const std::string verb = call.name.starts_with("rename") ? "renaming" : "linking";
    for (const int first : {0, at ? 2 : 1})
        if (Verdict verdict =
                tell(call, verb, at ? named_path(call, first, first + 1) : named_path(call, no_folder, first),
                     Access::write);
            !verdict.report.empty())
            return verdict;
    return {};
}

/// Mounts of the stage's own stop them, but for descriptors that the host gave; where there are none, this
/// does, but for who changes path or descriptor in between.
Verdict CallJudge::attributes(const Call& call, const PathCall& changed) const {
    const bool by_descriptor =
        changed.path == no_path || call.arguments[static_cast<std::size_t>(changed.path)] == 0;
    const std::string path = by_descriptor ? path_of_descriptor(call.pid, static_cast<int>(call.arguments[0]))
                                           : named_path(call, changed.folder, changed.path);
    // A pipe, a socket, memory: its own.
    if (!path.starts_with('/') || path.starts_with("/memfd:")) return {};
    Verdict verdict = file(call, call.name + " of", path, Access::write);
    if (!verdict.report.empty()) verdict.error = EACCES;
    return verdict;
}

Verdict CallJudge::judge_file(const Call& call) const {
    const std::string& name = call.name;
    const auto& a = call.arguments;
    if (name == "openat") return open(call, named_path(call, 0, 1), a[2]);
    if (name == "open") return open(call, named_path(call, no_folder, 0), a[1]);
    if (name == "creat") return open(call, named_path(call, no_folder, 0), O_WRONLY | O_CREAT);
    if (name == "openat2") {
        open_how how{};
        const std::string bytes = bytes_of(call.pid, a[2], sizeof how);
        std::memcpy(&how, bytes.data(), bytes.size());
        return open(call, named_path(call, 0, 1), how.flags);
    }
    if (name.starts_with("rename") || name.starts_with("link")) return both(call);
    if (const PathCall* changed = find(attribute_calls, name)) return attributes(call, *changed);
    if (const PathCall* changed = find(changes, name)) return change(call, *changed);
    return {EPERM, name + "()"}; // it is refused whatever its arguments
}

// ------------------------------------------------------------------ programs, sockets, processes

Verdict CallJudge::program(const Call& call) const {
    const bool at = call.name == "execveat";
    std::string path = named_path(call, at ? 0 : no_folder, at ? 1 : 0);
    if (path.empty() && at) path = path_of_descriptor(call.pid, static_cast<int>(call.arguments[0]));
    const std::string real = real_path(path);
    if (!exec_ && learns_ && !exists(path)) return {}; // looked for along the PATH
    if (!exec_) return {EACCES, "starting " + shown(path), Need::exec, real};
    const bool in_memory = real.starts_with("/memfd:"); // which landlock lets go
    if (programs_.empty() || (!in_memory && !exists(path)) || covers(programs_, real)) return {};
    return {EACCES, "starting " + shown(in_memory ? real : path), Need::exec, real};
}

/// What the filter has shown: one that there is not without a capability, or not at all.
Verdict CallJudge::socket(const Call& call) const {
    const auto family = static_cast<unsigned>(call.arguments[0]),
               type = static_cast<unsigned>(call.arguments[1] & 0xf);
    const bool plain = type == SOCK_STREAM || type == SOCK_DGRAM;
    const Need need = family == AF_UNIX ? Need::exec
                      : (plain && (family == AF_INET || family == AF_INET6)) || family == AF_NETLINK
                          ? Need::network
                          : Need::nothing;
    return {EACCES, "a socket of family " + std::to_string(family) + ", type " + std::to_string(type), need};
}

Verdict CallJudge::unix_connection(const Call& call, const std::string& address) const {
    const std::string name = address.substr(sizeof(sa_family_t));
    if (name.empty()) return {};
    if (name[0] == '\0')
        return {EPERM, "connecting to the abstract socket '" + support::printable(name.substr(1)) + "'"};
    const std::string path = path_here(call.pid, name.c_str());
    const std::string real = real_path(path);
    // In a file system of its own there are only sockets of its own; one that is only here was meant to be
    // another's.
    const bool own =
        covers(own_, real) && !covers(read_, real) && (!exists(real) || is_there_for(call.pid, real));
    if (own || covers(write_, real)) return {};
    return {EACCES, exists(path) ? "connecting to the socket " + shown(path) : "", Need::write, path};
}

Verdict CallJudge::connection(const Call& call) const {
    const std::string bytes =
        bytes_of(call.pid, call.arguments[1], std::min<std::size_t>(call.arguments[2], 128));
    sa_family_t family = AF_UNSPEC;
    if (bytes.size() < sizeof family) return {};
    std::memcpy(&family, bytes.data(), sizeof family);
    if (family == AF_UNIX) return unix_connection(call, bytes);
    if (!ports_) return {};
    const Address to =
        family == AF_INET6
            ? address_of(bytes, family, offsetof(sockaddr_in6, sin6_addr), &sockaddr_in6::sin6_port)
        : family == AF_INET
            ? address_of(bytes, family, offsetof(sockaddr_in, sin_addr), &sockaddr_in::sin_port)
            : Address{};
    // Port 0 sends nothing: getaddrinfo(3) asks so for the way to an address. 53 is for names.
    if (to.port == 0 || to.port == dns_port || ports_->contains(to.port)) return {};
    const std::string there = to.text + " port " + std::to_string(to.port);
    return {EACCES, "connecting to " + there, Need::network, there};
}

/// Counting costs more than starting a process: only when there could be too many.
Verdict CallJudge::clone(const Call& call) const {
    if (call.name == "clone" && (call.arguments[0] & new_namespaces) != 0) return {EPERM, "new namespaces"};
    if (++tasks_ <= most_tasks_) return {};
    tasks_ = count_tasks(descendants()) + 1;
    if (tasks_ <= most_tasks_) return {};
    return {EAGAIN, "more than " + std::to_string(most_tasks_) + " processes and threads"};
}

Verdict CallJudge::judge(const Call& call) const {
    const std::string& name = call.name;
    const auto& a = call.arguments;
    if (name == "clone" || name == "fork" || name == "vfork") return clone(call);
    if (name == "execve" || name == "execveat") return program(call);
    if (name == "connect") return connection(call);
    if (name == "socket") return socket(call);
    if (name.ends_with("kill") || name.find("sig") != std::string::npos) return signal(call);
    if (name.starts_with("set") && (name.ends_with("id") || name == "setgroups")) return identity(call);
    if (name == "prlimit64") return limit(call, static_cast<pid_t>(a[0]), 1);
    if (name == "setrlimit") return limit(call, 0, 0);
    if (name.starts_with("sched_set")) return schedule(call);
    if (name.starts_with("send")) return {EACCES, "connecting by " + name + "()"};
    return judge_file(call);
}

} // namespace slipway::worker
