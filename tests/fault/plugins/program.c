// SPDX-License-Identifier: GPL-3.0-or-later
//
// A program: an ELF file that is no shared object.
int main(void) {
    return 0;
}
