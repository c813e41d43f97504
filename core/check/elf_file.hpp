// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a shared object says of itself before it is loaded, read with libelf.
#pragma once

#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::check {

struct Symbol {
    std::string name;
    bool defined = false;
    bool weak = false;
    bool unique = false; ///< STB_GNU_UNIQUE: one for the whole process
    bool hidden = false; ///< not visible to others
};

struct ElfFile {
    std::vector<Symbol> symbols;     ///< of the dynamic table, without sections and the empty one
    std::vector<std::string> needed; ///< DT_NEEDED
    std::string run_path;            ///< DT_RPATH or DT_RUNPATH
    bool relro = false;
    bool bind_now = false;
    bool text_relocations = false;
    bool executable_stack = true; ///< what no PT_GNU_STACK means
    bool writable_code = false;   ///< a segment that is both
};

support::Result<ElfFile> read_elf(const std::string& path);

} // namespace slipway::check
