// SPDX-License-Identifier: GPL-3.0-or-later
// rule: faults.write
// Does not look whether its output was written.
#define IN_RUN COPY_WITH(const ssize_t written = write(out, bytes, (size_t)n); (void)written)
