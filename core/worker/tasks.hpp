// SPDX-License-Identifier: GPL-3.0-or-later
//
// Looking into processes, by /proc and process_vm_readv(2).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::worker {

/// All processes below this one.
std::vector<pid_t> descendants();

/// Those below this one that `member` sees: of its pid namespace, without the first, if that is not ours.
std::vector<pid_t> processes_beside(pid_t member);

/// The one of `processes` that has this number in its own pid namespace.
std::optional<pid_t> find_process(const std::vector<pid_t>& processes, pid_t inner);

/// The same for processes and threads.
std::optional<pid_t> find_task(const std::vector<pid_t>& processes, pid_t inner);

/// Is one of them in the process group with this number in its own pid namespace?
bool has_group(const std::vector<pid_t>& processes, pid_t inner);

/// What the descriptor of `holder` is a pidfd of, as we number it; 0 for none.
pid_t process_of_pidfd(pid_t holder, int fd);

/// Processes and threads.
std::int64_t count_tasks(const std::vector<pid_t>& pids);

/// Bytes of memory they have, what they share counted for each of them: never too little.
std::int64_t memory_of(const std::vector<pid_t>& pids);

/// The same, with what they share counted once. It costs more to know.
std::int64_t exact_memory_of(const std::vector<pid_t>& pids);

std::string name_of_process(pid_t pid);

/// The number that the process has in its own pid namespace.
pid_t inner_pid(pid_t pid);

/// `size` bytes at `address`, or fewer if there are no more.
std::string bytes_of(pid_t pid, std::uint64_t address, std::size_t size);

/// The C string at `address`.
std::optional<std::string> text_of(pid_t pid, std::uint64_t address);

} // namespace slipway::worker
