// SPDX-License-Identifier: GPL-3.0-or-later
#include "elf_file.hpp"

#include <gelf.h>
#include <support/fs.hpp>

#include <memory>

namespace slipway::check {

using support::Error;
using support::Kind;
using support::Result;

namespace {

using Handle = std::unique_ptr<Elf, decltype([](Elf* elf) { elf_end(elf); })>;

std::string text_at(Elf* elf, std::size_t table, std::size_t offset) {
    const char* text = elf_strptr(elf, table, offset);
    return text == nullptr ? "" : text;
}

void read_segments(Elf* elf, ElfFile& out) {
    std::size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0) return;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr) continue;
        if (segment.p_type == PT_GNU_RELRO) out.relro = true;
        if (segment.p_type == PT_GNU_STACK) out.executable_stack = (segment.p_flags & PF_X) != 0;
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0 && (segment.p_flags & PF_X) != 0)
            out.writable_code = true;
    }
}

void read_symbols(Elf* elf, const GElf_Shdr& header, Elf_Data* data, ElfFile& out) {
    const std::size_t count = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
    for (std::size_t i = 1; i < count; ++i) {
        GElf_Sym symbol;
        if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) return;
        const unsigned type = GELF_ST_TYPE(symbol.st_info), bind = GELF_ST_BIND(symbol.st_info);
        const unsigned visibility = GELF_ST_VISIBILITY(symbol.st_other);
        // STN_UNDEF, sections and what is local to the file are nobody's business.
        if (type == STT_SECTION || bind == STB_LOCAL) continue;
        out.symbols.push_back({text_at(elf, header.sh_link, symbol.st_name), symbol.st_shndx != SHN_UNDEF,
                               bind == STB_WEAK, bind == STB_GNU_UNIQUE,
                               visibility == STV_HIDDEN || visibility == STV_INTERNAL});
    }
}

void read_dynamic(Elf* elf, const GElf_Shdr& header, Elf_Data* data, ElfFile& out) {
    const std::size_t count = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Dyn entry;
        if (gelf_getdyn(data, static_cast<int>(i), &entry) == nullptr || entry.d_tag == DT_NULL) return;
        const auto text = [&] { return text_at(elf, header.sh_link, entry.d_un.d_val); };
        if (entry.d_tag == DT_NEEDED) out.needed.push_back(text());
        if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) out.run_path = text();
        if (entry.d_tag == DT_TEXTREL) out.text_relocations = true;
        if (entry.d_tag == DT_BIND_NOW) out.bind_now = true;
        if (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_BIND_NOW) != 0) out.bind_now = true;
        if (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_TEXTREL) != 0) out.text_relocations = true;
        if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_NOW) != 0) out.bind_now = true;
    }
}

} // namespace

Result<ElfFile> read_elf(const std::string& path) {
    if (elf_version(EV_CURRENT) == EV_NONE) return Error{Kind::internal, "libelf is too old"};
    SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, support::open_read(path));
    const Handle elf(elf_begin(fd.get(), ELF_C_READ, nullptr));
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF)
        return Error{Kind::unsupported, "'" + path + "': not an ELF file"};
    ElfFile out;
    read_segments(elf.get(), out);
    bool dynamic = false;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr) continue;
        if (header.sh_type != SHT_DYNSYM && header.sh_type != SHT_DYNAMIC) continue;
        Elf_Data* data = elf_getdata(section, nullptr);
        if (data == nullptr)
            return Error{Kind::unsupported, "'" + path + "': " + elf_errmsg(-1), "the file is damaged"};
        dynamic = true;
        if (header.sh_type == SHT_DYNSYM) read_symbols(elf.get(), header, data, out);
        if (header.sh_type == SHT_DYNAMIC) read_dynamic(elf.get(), header, data, out);
    }
    if (!dynamic)
        return Error{Kind::unsupported, "'" + path + "': has no dynamic section",
                     "keep the section headers (strip, not sstrip)"};
    return out;
}

} // namespace slipway::check
