// SPDX-License-Identifier: GPL-3.0-or-later
//
// A host in this process that looks closely: it answers as the real one does, fails on demand, and records
// every call and every breach of stage.h.
#pragma once

#include "scratch.hpp"

#include <plugin/description.hpp>
#include <slipway/stage.h>
#include <support/fs.hpp>
#include <support/json.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace slipway::check {

/// How the host's structs look to the plugin.
enum class Shape {
    usual,  ///< in ordinary memory
    exact,  ///< as this SDK has them, against an inaccessible page
    longer, ///< of a later minor version: more fields
    shorter ///< cut after get_extension
};

struct HostSettings {
    Shape shape = Shape::exact;
    bool extensions = true;
    bool inputs = true;  ///< false: none is there
    bool secrets = true; ///< false: none has a value
    bool pipes = false;  ///< inputs, and outputs with "stream", are pipes; little comes at a time
    bool dry_run = false;
    unsigned attempt = 1;
    int fail_call = 0; ///< this call that can fail, from 1, does; 0: none
    slipway_status fail_with = SLIPWAY_IO;
    int cancel_at = -1;      ///< milliseconds after run() begins; 0: before; -1: never
    int cancel_question = 0; ///< this call of cancelled(), from 1, says yes first; 0: none
};

/// What the host knows of the stage it runs.
struct StageFacts {
    plugin::StageType type;
    plugin::Ports ports; ///< of the instance
    std::map<std::string, std::string> secrets;
    std::vector<std::string> secret_names; ///< that the options name
    std::int64_t epoch = 0;
    support::json::Value variant = support::json::Object{};
};

class ProbeHost {
public:
    /// `scratch`: nullptr where nothing is run. All must outlive this.
    ProbeHost(const HostSettings& settings, const StageFacts& facts, const Scratch* scratch);
    ~ProbeHost();
    ProbeHost(const ProbeHost&) = delete;

    const slipway_host* abi() const { return abi_; }

    /// What the plugin is being called for: "create", "configure", "run", "destroy".
    void enter(const char* phase);

    /// {"calls": [{"call", "status"}], "reports": [...], "breaches": [{"rule", "what"}], "outputs": {...},
    ///  "effects": [...], "asked": n, "told": true if cancelled() said yes, "told_ms": after how long,
    ///  "failed_call": text}
    support::json::Value record();

private:
    struct Calls;
    struct Output;

    void breach(const char* rule, const std::string& what);
    void check_text(const char* what, const char* text);
    void check_run(const std::string& call);
    slipway_status report_own(slipway_status status, const std::string& what);
    slipway_status note_call(const std::string& call, slipway_status status);
    bool fails(const std::string& call);
    support::UniqueFd begin_output(const std::string& port, const std::string& name, bool stream);

    const HostSettings& settings_;
    const StageFacts& facts_;
    const Scratch* scratch_;
    const slipway_host* abi_ = nullptr;
    std::string work_, cache_;
    std::string phase_ = "create";
    const pid_t thread_;
    std::mutex mutex_;
    std::atomic<bool> cancelled_ = false;
    std::jthread canceller_;
    support::json::Array calls_, reports_, breaches_, effects_;
    support::json::Value outputs_ = support::json::Object{};
    std::map<std::string, std::unique_ptr<Output>> open_;
    std::vector<std::unique_ptr<std::string>> texts_; ///< borrowed by the plugin
    std::string failed_call_;
    int fallible_ = 0, files_ = 0;
    std::atomic<int> asked_ = 0;
    std::atomic<bool> told_ = false;
    std::chrono::steady_clock::time_point begin_;
    std::atomic<std::int64_t> told_ms_ = 0;
};

} // namespace slipway::check
