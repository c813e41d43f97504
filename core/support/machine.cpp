// SPDX-License-Identifier: GPL-3.0-or-later
#include <elf.h>
#include <support/machine.hpp>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace slipway::support {

namespace {

#ifndef EM_LOONGARCH
constexpr unsigned EM_LOONGARCH = 258; // newer than glibc 2.36
#endif

enum class Order { little, big };

struct Machine {
    const char* name;
    unsigned number;     ///< ELF's e_machine
    unsigned char width; ///< ELF's class
    Order order;
    std::uint32_t flags;          ///< ELF's e_flags: the calling convention
    std::string_view exit_code;   ///< of the call exit(0)
    std::string_view other_names; ///< between blanks
};

using namespace std::string_view_literals;

// Numbers of exit and how it is called: syscall(2) and the kernel's arch/*/include/uapi/asm/unistd.h. Flags:
// the psABI of each machine. Names: uname(2), Go's GOARCH, pacman's repositories.
constexpr Machine machines[] = {
    {"x86_64", EM_X86_64, ELFCLASS64, Order::little, 0, "\xb8\x3c\x00\x00\x00\x31\xff\x0f\x05"sv,
     " amd64 x86_64_v2 x86_64_v3 x86_64_v4 "},
    {"i386", EM_386, ELFCLASS32, Order::little, 0, "\xb8\x01\x00\x00\x00\x31\xdb\xcd\x80"sv,
     " 386 i486 i586 i686 pentium4 "},
    {"aarch64", EM_AARCH64, ELFCLASS64, Order::little, 0,
     "\xa8\x0b\x80\xd2\x00\x00\x80\xd2\x01\x00\x00\xd4"sv, " arm64 "},
    {"arm", EM_ARM, ELFCLASS32, Order::little, 0x05000000,
     "\x01\x70\xa0\xe3\x00\x00\xa0\xe3\x00\x00\x00\xef"sv, " armv5 armv6h armv6l armv7h armv7l armv8l "},
    {"riscv64", EM_RISCV, ELFCLASS64, Order::little, 0x4,
     "\x93\x08\xd0\x05\x13\x05\x00\x00\x73\x00\x00\x00"sv, " "},
    {"ppc64le", EM_PPC64, ELFCLASS64, Order::little, 0x2,
     "\x01\x00\x00\x38\x00\x00\x60\x38\x02\x00\x00\x44"sv, " powerpc64le "},
    {"s390x", EM_S390, ELFCLASS64, Order::big, 0, "\xa7\x29\x00\x00\x0a\x01"sv, " "},
    {"loongarch64", EM_LOONGARCH, ELFCLASS64, Order::little, 0x43,
     "\x0b\x74\x81\x03\x04\x00\x80\x03\x00\x00\x2b\x00"sv, " loong64 "},
};

const Machine* find(std::string_view name) {
    const auto* const it = std::ranges::find(machines, name, &Machine::name);
    return it == std::end(machines) ? nullptr : it;
}

/// Numbers in the machine's order of bytes.
class Bytes {
public:
    explicit Bytes(Order order) : order_(order) {}

    void add(std::uint64_t number, unsigned bytes) {
        for (unsigned i = 0; i < bytes; ++i)
            text_ += static_cast<char>(number >> (8 * (order_ == Order::little ? i : bytes - 1 - i)));
    }

    std::string& text() { return text_; }

private:
    Order order_;
    std::string text_;
};

constexpr std::uint64_t load_address = 0x400000, alignment = 0x10000; // no machine has larger pages

/// The file's header (elf(5)), for a file that has one segment.
void add_header(Bytes& out, const Machine& machine, std::uint64_t start) {
    const bool wide = machine.width == ELFCLASS64;
    const unsigned word = wide ? 8 : 4;
    out.text() = ELFMAG;
    for (const unsigned char byte :
         {machine.width, static_cast<unsigned char>(machine.order == Order::big ? ELFDATA2MSB : ELFDATA2LSB),
          static_cast<unsigned char>(EV_CURRENT)})
        out.add(byte, 1);
    out.text().resize(EI_NIDENT);
    out.add(ET_EXEC, 2);
    out.add(machine.number, 2);
    out.add(EV_CURRENT, 4);
    out.add(load_address + start, word);
    out.add(wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), word); // program headers are next
    out.add(0, word);
    out.add(machine.flags, 4);
    out.add(wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), 2);
    out.add(wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr), 2);
    out.add(1, 2);
    for (int i = 0; i < 3; ++i)
        out.add(0, 2); // no sections
}

void add_segment(Bytes& out, const Machine& machine, std::uint64_t size) {
    const bool wide = machine.width == ELFCLASS64;
    const unsigned word = wide ? 8 : 4;
    out.add(PT_LOAD, 4);
    if (wide) out.add(PF_R | PF_X, 4);
    out.add(0, word);
    out.add(load_address, word);
    out.add(load_address, word);
    out.add(size, word);
    out.add(size, word);
    if (!wide) out.add(PF_R | PF_X, 4);
    out.add(alignment, word);
}

} // namespace

std::string machine_name(unsigned elf_number) {
    const auto* const it = std::ranges::find(machines, elf_number, &Machine::number);
    return it != std::end(machines) ? it->name : "machine number " + std::to_string(elf_number);
}

std::string machine_of_elf(std::string_view head) {
    if (head.size() < machine_bytes || !head.starts_with(ELFMAG)) return {};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
    const bool big = byte(EI_DATA) == ELFDATA2MSB;
    return machine_name(big ? byte(18) * 256u + byte(19) : byte(19) * 256u + byte(18));
}

std::string machine_of_name(std::string_view name) {
    const std::string word = " " + std::string(name) + " ";
    for (const Machine& machine : machines)
        if (machine.name == name
            || (name.find(' ') == std::string_view::npos && !name.empty()
                && machine.other_names.find(word) != std::string_view::npos))
            return machine.name;
    return {};
}

std::string this_machine() {
    utsname names{};
    if (::uname(&names) != 0) return {};
    const std::string known = machine_of_name(names.machine);
    return known.empty() ? names.machine : known;
}

bool may_run_unaided(const std::string& machine) {
    const std::string own = this_machine();
    return machine == own || (own == "x86_64" && machine == "i386") || (own == "aarch64" && machine == "arm");
}

std::string trial_program(const std::string& name) {
    const Machine* machine = find(name);
    if (machine == nullptr) return {};
    const std::uint64_t start = machine->width == ELFCLASS64 ? sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr)
                                                             : sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr);
    Bytes out(machine->order);
    add_header(out, *machine, start);
    add_segment(out, *machine, start + machine->exit_code.size());
    return out.text() + std::string(machine->exit_code);
}

Error cannot_execute(const std::string& machine, int error) {
    const std::string what =
        "programs for " + machine + " cannot run on this machine (" + this_machine() + "): ";
    const char* const hint =
        "apt-get install qemu-user-static binfmt-support, or what your system calls them";
    // binfmt_misc: Documentation/admin-guide/binfmt-misc.rst
    if (error == ENOEXEC) return {Kind::unsupported, what + "it has no entry for them in binfmt_misc", hint};
    if (error == ENOENT)
        return {Kind::unsupported,
                what
                    + "the interpreter of their entry in binfmt_misc is not found inside a root, since the "
                      "entry has no flag F",
                std::string(hint) + ": Debian's entries have it"};
    return {Kind::unsupported, what + ::strerrordesc_np(error), hint};
}

} // namespace slipway::support
