// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.run-path
// flags: -Wl,-rpath,/home/builder/lib
// Looks for libraries in the builder's home.
