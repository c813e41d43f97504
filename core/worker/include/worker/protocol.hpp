// SPDX-License-Identifier: GPL-3.0-or-later
//
// What host and worker say to each other. Every message is an object with a "t" (its kind).
//
// host -> worker, the first message:
//   {"t": "describe", "plugin": path}
//   {"t": "run", "plugin": path, ...Job}
// host -> worker, later:
//   {"t": "reply", "status": n}           to the worker's one outstanding call; may bring a descriptor
//   {"t": "cancel"}                       at any time
// worker -> host:
//   {"t": "log", "level": n, "text": s}
//   {"t": "diag", "severity": n, "code": n, "summary": s, "detail": s, "hint": s, "config_path": s}
//   {"t": "progress", "done": n, "total": n, "unit": s}
//   {"t": "sandbox", "level": s, "reached": [s], "missing": [s]}
//   {"t": "phase", "phase": "load" | "create" | "configure" | "run" | "destroy"}
//   {"t": "described", "description": {...}}  the last message of a describing worker
//   {"t": "result", "status": n}              the last message of a running worker
//   calls, each answered by one reply:
//   {"t": "input_open", "port": s, "index": n}
//   {"t": "output_create", "port": s, "name": s}
//   {"t": "output_commit", "port": s, "meta": s}
//   {"t": "contains", "sha256": s}
//   {"t": "adopt", "port": s, "name": s, "sha256": s, "meta": s}
//   {"t": "move", "port": s, "name": s, "path": s, "meta": s}
//   {"t": "secret", "name": s}            its descriptor is a pipe that holds the value
//   {"t": "effect", "state": n, "kind": s, "target": s, "summary": s, "detail": s}
// supervisor -> host, on a pipe of its own, lines of JSON:
//   {"denied": s, "call": s, "process": s}   something the sandbox has refused
//   {"used": "network" | "exec" | "read" | "write", "subject": s, "call": s, "process": s}   only watched:
//   what it would have to declare
//   {"inner": true, "code": n | "signal": n, "left": [s]}   how the worker ended, where it has namespaces of
//   its own
//   {"exceeded": s}                          more of the machine than its share; everything was killed for it
// and last, when the worker and all it started are gone:
//   {"code": n} | {"signal": n},  "left": ["name (pid)", ...]   processes that the plugin left behind
//   and "peak_mb": n                          the most memory that one of its processes had
#pragma once

#include <support/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::worker {

/// The descriptors a worker process is started with.
inline constexpr int channel_fd = 3;
inline constexpr int report_fd = 4;

/// A worker that finds its channel closed ends with this exit code.
inline constexpr int orphaned_code = 125;

/// All that a worker is told at the start of a stage.
struct Job {
    std::string plugin;        ///< absolute path of the .so
    std::string plugin_sha256; ///< what it must be; "" if it is not pinned
    std::string stage_id;      ///< the stage type
    std::string options;       ///< JSON text
    std::string run_id;
    std::string stage; ///< the instance's id in the chain
    std::string variant = "{}";
    std::string chain = "{}";
    std::string host_version;
    std::uint32_t flags = 0;
    std::uint32_t attempt = 1;
    std::int64_t epoch = 0;
    std::string work_dir;
    std::string cache_dir;
    std::vector<std::string> read_paths;  ///< what else the stage may read
    std::vector<std::string> write_paths; ///< what else the stage may write to
    std::string sandbox = "best-effort";  ///< SandboxMode
    support::json::Value inputs =
        support::json::Object{}; ///< {port: [description, ...]}, as input_meta gives them
    support::json::Value capabilities = support::json::Object{};
};

support::json::Value to_json(const Job& job);
Job parse_job(const support::json::Value& json);

} // namespace slipway::worker
