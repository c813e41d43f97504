// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.gnu-unique
// flags: -Wl,--no-version-script
// What gcc makes of a mutable inline variable.
__asm__(".pushsection .bss\n.globl shared\n.type shared, @gnu_unique_object\n.size shared, 4\n"
        "shared: .zero 4\n.popsection");
