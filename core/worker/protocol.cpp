// SPDX-License-Identifier: GPL-3.0-or-later
#include <worker/protocol.hpp>

namespace slipway::worker {

namespace json = support::json;

json::Value to_json(const Job& job) {
    json::Value reads = json::Array(job.read_paths.begin(), job.read_paths.end());
    json::Value writes = json::Array(job.write_paths.begin(), job.write_paths.end());
    return json::Object{{"t", "run"},
                        {"plugin", job.plugin},
                        {"plugin_sha256", job.plugin_sha256},
                        {"stage_id", job.stage_id},
                        {"options", job.options},
                        {"run_id", job.run_id},
                        {"stage", job.stage},
                        {"variant", job.variant},
                        {"chain", job.chain},
                        {"host_version", job.host_version},
                        {"flags", std::int64_t{job.flags}},
                        {"attempt", std::int64_t{job.attempt}},
                        {"epoch", job.epoch},
                        {"work_dir", job.work_dir},
                        {"cache_dir", job.cache_dir},
                        {"read_paths", std::move(reads)},
                        {"write_paths", std::move(writes)},
                        {"sandbox", job.sandbox},
                        {"inputs", job.inputs},
                        {"capabilities", job.capabilities}};
}

Job parse_job(const json::Value& v) {
    Job job;
    job.plugin = v["plugin"].as_string();
    job.plugin_sha256 = v["plugin_sha256"].as_string();
    job.stage_id = v["stage_id"].as_string();
    job.options = v["options"].as_string();
    job.run_id = v["run_id"].as_string();
    job.stage = v["stage"].as_string();
    job.variant = v["variant"].as_string();
    job.chain = v["chain"].as_string();
    job.host_version = v["host_version"].as_string();
    job.flags = static_cast<std::uint32_t>(v["flags"].as_integer());
    job.attempt = static_cast<std::uint32_t>(v["attempt"].as_integer());
    job.epoch = v["epoch"].as_integer();
    job.work_dir = v["work_dir"].as_string();
    job.cache_dir = v["cache_dir"].as_string();
    for (const json::Value& path : v["read_paths"].as_array())
        job.read_paths.push_back(path.as_string());
    for (const json::Value& path : v["write_paths"].as_array())
        job.write_paths.push_back(path.as_string());
    job.sandbox = v["sandbox"].as_string();
    job.inputs = v["inputs"];
    job.capabilities = v["capabilities"];
    return job;
}

} // namespace slipway::worker
