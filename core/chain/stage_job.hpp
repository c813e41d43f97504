// SPDX-License-Identifier: GPL-3.0-or-later
//
// One stage being run: its worker, the calls the plugin makes, and what it came to.
#pragma once

#include "recording.hpp"
#include "stage_outputs.hpp"
#include "stage_result.hpp"

#include <chain/event.hpp>
#include <chain/plan.hpp>
#include <chain/secrets.hpp>
#include <slipway/stage.h>
#include <store/store.hpp>
#include <worker/process.hpp>
#include <worker/protocol.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace slipway::chain {

/// What a job needs of its surroundings. `emit` stores and shows an event; `emit_durably` also makes sure
/// it is on disk.
struct JobContext {
    worker::Loop& loop;
    store::Store& store;
    Secrets& secrets;
    worker::Placement placement;
    std::function<void(Event)> emit;
    std::function<support::Result<void>(Event)> emit_durably;
    std::function<void(const std::string& stage, const Progress&)> progress;
};

class Relay;

/// How a stage is joined to another that runs at the same time.
struct Streams {
    std::string output = {}; ///< port whose artifact goes to a relay; empty: none
    std::function<support::Result<std::shared_ptr<Relay>>(const std::string& name)> open = {};
    std::string input = {}; ///< port whose one artifact comes from a relay; empty: none
    std::shared_ptr<Relay> from = {};
};

class StageJob {
public:
    using Done = std::function<void(StageResult)>;

    /// `inputs`: the artifacts of each input port, in the order the plugin sees them. `order.inputs` holds
    /// their descriptions.
    StageJob(JobContext& context, const PlannedStage& stage, worker::Job order,
             std::map<std::string, std::vector<journal::OutputRecord>> inputs, Streams streams, Done done);
    ~StageJob();

    /// Write down what it sees and does. Before start().
    void record(std::unique_ptr<Recording> recording) { recording_ = std::move(recording); }

    /// Start the worker; `done` is called once, later, from the loop.
    void start();

    /// Ask it to stop; after 3 s SIGTERM, after 6 s SIGKILL.
    void cancel();

    void kill();

private:
    void name_inputs();
    void take(const worker::Message& message);
    void take(const worker::Denial& denial);
    void take_call(const std::string& kind, const support::json::Value& body);
    void take_sandbox(const support::json::Value& body);
    void take_diagnostic(const support::json::Value& body);
    void open_input(const support::json::Value& body);
    void create_output(const support::json::Value& body);
    void commit_output(const support::json::Value& body);
    void create_stream(const std::string& port, const std::string& name,
                       support::Result<std::shared_ptr<Relay>> relay);
    void commit_stream(const std::string& meta);
    void offer_stream();
    slipway_status contains(const std::string& sha256);
    void adopt(const support::json::Value& body);
    void move(const support::json::Value& body);
    void store_draft(const std::string& port, const std::string& name, store::Draft draft,
                     const std::string& meta);
    void give_secret(const support::json::Value& body);
    void take_secret(const std::string& name, support::Result<support::SecretBytes> found);
    void hand_over(const support::SecretBytes& secret);
    support::Redactor detector() const;
    void declare_effect(const support::json::Value& body);

    std::string name_of_output(const support::json::Value& body) const;

    /// May another artifact be published on this port? The failure has been told to the user.
    slipway_status check_port(const std::string& port, const std::string& name);
    slipway_status publish(const std::string& port, const std::string& name, const store::Stored& stored,
                           const std::string& meta);

    void reply(slipway_status status, support::UniqueFd fd = {});
    slipway_status refuse(const support::Error& error);
    slipway_status refuse(slipway_status status, const std::string& why, const std::string& hint = {},
                          const std::string& detail = {});
    void emit(std::string kind, int level, std::string text, support::json::Value data = {});
    /// Fit to show and to keep: without secrets and control characters.
    std::string shown(std::string text) const;
    support::json::Value shown(support::json::Value document) const;
    void keep_recording(const StageResult& result);
    void stop_in_steps(std::chrono::milliseconds terminate_after);
    void conclude(const worker::Exit& exit);
    void look_into_cache(StageResult result);

    struct OpenOutput {
        std::string name;
        store::Draft draft;
    };

    JobContext& context_;
    const PlannedStage& stage_;
    worker::Job order_;
    std::map<std::string, std::vector<journal::OutputRecord>> inputs_;
    Streams streams_;
    std::shared_ptr<Relay> to_; ///< for the output `to_port_`, what Streams::open gave or Relay::to_store()
    std::string to_port_, to_name_;
    Done done_;
    std::unique_ptr<worker::Process> process_;
    std::map<std::string, OpenOutput> open_;
    StageOutputs outputs_;
    std::set<std::string> allowed_secrets_;
    bool knows_secrets_ = false; ///< it was given one
    journal::Time started_ = 0;
    std::vector<worker::Loop::Id> timers_;
    StageCourse course_;
    bool in_call_ = false;                                       ///< a call waits for its reply
    bool in_sandbox_ = false;                                    ///< it has told of it
    std::unique_ptr<Recording> recording_;                       ///< nullptr: nobody wants one
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< false once deleted, for late callbacks
};

} // namespace slipway::chain
