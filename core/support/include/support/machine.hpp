// SPDX-License-Identifier: GPL-3.0-or-later
//
// The machines that programs are for, and whether they can run on this one.
#pragma once

#include <support/result.hpp>

#include <string>
#include <string_view>

namespace slipway::support {

/// How many of a file's first bytes tell its machine.
inline constexpr std::size_t machine_bytes = 20;

/// By its number in ELF: "x86_64", "aarch64"; "machine number 7" for one that has no name here.
std::string machine_name(unsigned elf_number);

/// By the first bytes of an ELF file; "" for anything else.
std::string machine_of_elf(std::string_view head);

/// By the kernel's, Go's or a distribution's name ("arm64", "armv7h", "x86_64_v3"): as machine_name() has it.
/// "" for a name that is not known.
std::string machine_of_name(std::string_view name);

/// The one that this process runs on.
std::string this_machine();

/// Whether this machine may have programs for that one without help: a 64-bit one of its own kind's 32 bits.
bool may_run_unaided(const std::string& machine);

/// The smallest program for a machine: a static ELF file that ends at once, with 0. "" if it is not known how
/// to make one.
std::string trial_program(const std::string& machine);

/// Kind::unsupported: why a program for another machine, which is there, was not started, by execve()'s
/// error, and how to get what is missing.
Error cannot_execute(const std::string& machine, int error);

} // namespace slipway::support
