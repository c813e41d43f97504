// SPDX-License-Identifier: GPL-3.0-or-later
#include "landlock.hpp"

#include <fcntl.h>
#include <support/fs.hpp>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace slipway::worker {

using support::UniqueFd;

namespace {

// From landlock(7); the linux/landlock.h of Debian 12 ends before ABI 4.
constexpr std::uint64_t execute = 1u << 0, write_file = 1u << 1, read_file = 1u << 2, read_dir = 1u << 3,
                        remove_dir = 1u << 4, remove_file = 1u << 5, make_char = 1u << 6, make_dir = 1u << 7,
                        make_reg = 1u << 8, make_sock = 1u << 9, make_fifo = 1u << 10, make_block = 1u << 11,
                        make_sym = 1u << 12, refer = 1u << 13, truncate = 1u << 14, ioctl_dev = 1u << 15;
constexpr std::uint64_t bind_tcp = 1u << 0, connect_tcp = 1u << 1;
constexpr std::uint64_t scope_abstract_sockets = 1u << 0, scope_signals = 1u << 1;
constexpr unsigned create_version = 1u << 0;
constexpr int rule_path_beneath = 1, rule_net_port = 2;
constexpr long abi_refer = 2, abi_truncate = 3, abi_net = 4, abi_ioctl = 5, abi_scope = 6;

struct RulesetAttributes {
    std::uint64_t files, net, scoped;
};

struct __attribute__((packed)) PathRule {
    std::uint64_t allowed;
    std::int32_t folder;
};

struct PortRule {
    std::uint64_t allowed, port;
};

std::string reason(const std::string& what) {
    return what + ": " + std::strerror(errno);
}

/// A path that does not exist yet is allowed through the nearest folder above it that does.
std::string existing_part(std::string path) {
    while (path.size() > 1 && ::access(path.c_str(), F_OK) != 0)
        path = std::filesystem::path(path).parent_path().string();
    return path;
}

class Ruleset {
public:
    Ruleset(long abi, const plugin::Capabilities& may) : abi_(abi) {
        files_ = execute | write_file | read_file | read_dir | remove_dir | remove_file | make_char | make_dir
                 | make_reg | make_sock | make_fifo | make_block | make_sym;
        if (abi >= abi_refer) files_ |= refer;
        if (abi >= abi_truncate) files_ |= truncate;
        if (abi >= abi_ioctl) files_ |= ioctl_dev;
        ports_ = may.hosts.empty() ? std::nullopt : plugin::ports_of(may.hosts);
        if (!may.network || ports_) net_ = bind_tcp | connect_tcp;
        if (may.network && !may.hosts.empty()) net_ |= bind_tcp;
        RulesetAttributes attributes{files_, abi >= abi_net ? net_ : 0,
                                     abi >= abi_scope ? scope_abstract_sockets | scope_signals : 0};
        const std::size_t size = abi >= abi_scope ? 24 : abi >= abi_net ? 16 : 8;
        fd_ = UniqueFd(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
    }

    explicit operator bool() const { return static_cast<bool>(fd_); }

    bool allow_reading(const std::string& path) { return allow(path, read_file | read_dir | ioctl_dev); }

    bool allow_executing(const std::string& path) { return allow(path, execute); }

    bool allow_writing(const std::string& path) {
        return allow(existing_part(path), files_ & ~(execute | make_char | make_block));
    }

    bool allow_writing_device(const std::string& path) {
        return allow(path, read_file | write_file | truncate | ioctl_dev);
    }

    bool allow_ports() {
        if (abi_ < abi_net || !ports_) return true;
        ports_->insert(dns_port);
        for (const std::uint16_t port : *ports_) {
            const PortRule rule{connect_tcp, port};
            if (::syscall(SYS_landlock_add_rule, fd_.get(), rule_net_port, &rule, 0) != 0) return false;
        }
        return true;
    }

    bool enter() { return ::syscall(SYS_landlock_restrict_self, fd_.get(), 0) == 0; }

private:
    bool allow(const std::string& path, std::uint64_t rights) {
        constexpr std::uint64_t of_files = execute | write_file | read_file | truncate | ioctl_dev;
        const UniqueFd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));

        struct stat st {};

        if (!fd || ::fstat(fd.get(), &st) != 0) return false;
        rights &= files_ & (S_ISDIR(st.st_mode) ? ~std::uint64_t{0} : of_files);
        const PathRule rule{rights, fd.get()};
        return ::syscall(SYS_landlock_add_rule, fd_.get(), rule_path_beneath, &rule, 0) == 0;
    }

    long abi_;
    std::uint64_t files_ = 0, net_ = 0;
    std::optional<std::set<std::uint16_t>> ports_;
    UniqueFd fd_;
};

/// What this kernel's landlock leaves open that `may` does not, if no other layer closes it.
void name_gaps(long abi, const plugin::Capabilities& may, SandboxLevel& level) {
    const auto has = [&](const char* part) { return std::ranges::count(level.reached, part) > 0; };
    const auto gap = [&](long needed, const char* what) {
        if (abi < needed)
            level.missing.push_back(std::string(what) + ": landlock ABI " + std::to_string(abi) + ", not "
                                    + std::to_string(needed));
    };
    if (!has("mounts")) gap(abi_truncate, "truncating files");
    if (may.network && !may.hosts.empty()) gap(abi_net, "TCP ports");
    if (!has("processes")) gap(abi_scope, "signals");
    if (!has("network")) gap(abi_scope, "abstract sockets");
}

void allow_programs(Ruleset& rules, const plugin::Capabilities& may) {
    if (!may.exec) return;
    if (may.programs.empty()) rules.allow_executing("/");
    for (const std::string& file : program_files(may.programs))
        rules.allow_executing(file);
    // The kernel opens the loader that a program names as it does the program.
    for (const char* loader :
         {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-linux-riscv64-lp64d.so.1"})
        rules.allow_executing(loader);
}

} // namespace

const std::vector<std::string>& system_paths() {
    static const std::vector<std::string> paths{
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/nix/store", "/gnu/store",
        // shared objects and their search path
        "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload", "/etc/alternatives",
        // names and certificates
        "/etc/resolv.conf", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf",
        "/etc/hosts", "/etc/host.conf", "/etc/hostname", "/etc/nsswitch.conf", "/etc/gai.conf",
        "/etc/services", "/etc/protocols", "/etc/networks", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
        "/etc/ssl/cert.pem", "/etc/ca-certificates", "/etc/pki/tls", "/etc/pki/ca-trust",
        "/etc/crypto-policies", "/etc/gnutls", "/var/lib/ca-certificates",
        // who is who, and when
        "/etc/passwd", "/etc/group", "/etc/localtime", "/etc/timezone", "/etc/locale.alias",
        "/etc/os-release", "/etc/mime.types", "/etc/magic", "/etc/magic.mgc",
        // what programs that stages start are set up with
        "/etc/gitconfig", "/etc/ssh/ssh_config", "/etc/ssh/ssh_config.d", "/etc/ssh/ssh_known_hosts",
        "/etc/gnupg", "/etc/bash.bashrc", "/etc/profile", "/etc/profile.d", "/etc/inputrc", "/etc/terminfo",
        "/etc/perl", "/etc/python3", "/etc/python3.11",
        // devices
        "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
        // how many processors and how much memory there are
        "/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage", "/sys/fs/cgroup/cgroup.controllers",
        "/proc/cpuinfo", "/proc/meminfo", "/proc/filesystems", "/proc/version", "/proc/stat", "/proc/uptime",
        "/proc/loadavg", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/ngroups_max",
        "/proc/sys/kernel/cap_last_cap", "/proc/sys/kernel/random", "/proc/sys/vm/overcommit_memory",
        "/proc/sys/fs/pipe-max-size", "/proc/sys/crypto"};
    return paths;
}

std::vector<std::string> program_files(const std::vector<std::string>& names) {
    std::vector<std::string> files;
    for (const std::string& name : names) {
        if (name.starts_with('/')) {
            files.push_back(name);
            continue;
        }
        for (const char* folder :
             {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"})
            if (::access((folder + name).c_str(), X_OK) == 0) files.push_back(folder + name);
    }
    return files;
}

void enter_landlock(const SandboxPolicy& policy, SandboxLevel& level) {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, create_version);
    if (abi < 1) {
        level.missing.push_back(reason("files: landlock"));
        return;
    }
    Ruleset rules(abi, policy.capabilities);
    if (!rules) {
        level.missing.push_back(reason("files: landlock"));
        return;
    }
    for (const std::string& path : policy.read_paths)
        if (!rules.allow_reading(path) && errno != ENOENT)
            level.missing.push_back(reason("files: '" + path + "'"));
    for (const std::string& path : system_paths())
        rules.allow_reading(path); // not every system has them all
    rules.allow_reading("/proc/self");
    for (const std::string& path : policy.own_folders)
        rules.allow_writing(path);
    for (const std::string& path : policy.write_paths)
        if (!rules.allow_writing(path)) level.missing.push_back(reason("files: '" + path + "'"));
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/full"})
        rules.allow_writing_device(device);
    allow_programs(rules, policy.capabilities);
    if (!rules.allow_ports()) level.missing.push_back(reason("network: landlock"));
    if (!rules.enter()) {
        level.missing.push_back(reason("files: landlock"));
        return;
    }
    level.reached.push_back("files");
    name_gaps(abi, policy.capabilities, level);
}

} // namespace slipway::worker
