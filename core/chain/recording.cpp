// SPDX-License-Identifier: GPL-3.0-or-later
#include "recording.hpp"

#include "stage_inputs.hpp"
#include "stage_result.hpp"

#include <chain/event.hpp>
#include <chain/runner.hpp>
#include <fcntl.h>
#include <support/fs.hpp>
#include <unistd.h>

#include <cerrno>
#include <set>

namespace slipway::chain {

namespace json = support::json;
using support::Result;
using support::UniqueFd;

namespace {

constexpr std::int64_t format_version = 1;

/// "group=base,arch=x86_64", or "all": what is no letter, digit, "-" or "." of a value becomes "_".
std::string file_name(const config::Cell& cell) {
    std::string name;
    for (const auto& [axis, value] : cell)
        name += (name.empty() ? "" : ",") + axis + "=" + value;
    for (char& c : name)
        if (c == '/' || static_cast<unsigned char>(c) <= ' ') c = '_';
    return name.empty() ? "all" : name;
}

Result<void> copy(int from, const std::string& path) {
    const UniqueFd to(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!to) return support::errno_error("creating '" + path + "'", errno);
    std::string room(1u << 20, '\0');
    for (;;) {
        const ssize_t n = ::read(from, room.data(), room.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return support::errno_error("reading an artifact", errno);
        if (n == 0) return {};
        SLIPWAY_TRY(support::write_all(
            to.get(), std::string_view(room).substr(0, static_cast<std::size_t>(n)), "'" + path + "'"));
    }
}

} // namespace

Recording::Recording(const std::string& folder, const PlannedStage& stage, const std::string& stage_id,
                     const worker::Job& order)
    : folder_(folder + "/" + stage_id) {
    const bool dry_run = (order.flags & SLIPWAY_JOB_DRY_RUN) != 0;
    name_ = file_name(stage.instance.cell) + "." + std::to_string(order.attempt) + (dry_run ? ".plan" : "")
            + ".json";
    auto options = json::parse(order.options), chain = json::parse(order.chain);
    document_ = json::Object{{"slipway_record", format_version},
                             {"stage", stage_id},
                             {"variant", to_json(stage.instance.cell)},
                             {"attempt", std::int64_t{order.attempt}},
                             {"dry_run", dry_run},
                             {"use", stage.plugin->type.id},
                             {"version", stage.plugin->type.version},
                             {"plugin", stage.plugin->sha256},
                             {"run", order.run_id},
                             {"epoch", order.epoch},
                             {"chain", chain ? std::move(chain).value() : json::Value()},
                             {"options", options ? std::move(options).value() : json::Value()},
                             {"inputs", order.inputs}};
}

void Recording::said(const json::Value& message) {
    json::Value step = json::Object{{"did", message["t"]}};
    for (const json::Member& member : message.as_object())
        if (member.key != "t") step.set(member.key, member.value);
    steps_.push_back(std::move(step));
}

/// What the reply brings beside its status is not written down: it may be a secret.
void Recording::answered(slipway_status status) {
    said(call_);
    call_ = {};
    json::Value& step = steps_.back();
    if (step["did"].as_string() == "effect")
        step.set("state", effect_state_name(step["state"].as_integer(-1)));
    step.set("status", status_name(status));
}

/// Once, however often it was published: the name is its digest.
Result<void> Recording::keep(const journal::OutputRecord& output, const store::Store& store) const {
    SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(output.sha256));
    const std::string path = folder_ + "/" + output.sha256;
    if (::access(path.c_str(), F_OK) == 0) return {};
    SLIPWAY_TRY_ASSIGN(const UniqueFd artifact, store.open_artifact(digest));
    const std::string draft = support::draft_of(path);
    SLIPWAY_TRY(copy(artifact.get(), draft));
    if (::rename(draft.c_str(), path.c_str()) != 0)
        return support::errno_error("writing '" + path + "'", errno);
    return {};
}

Result<void> Recording::finish(const StageResult& result, const store::Store& store,
                               const std::function<json::Value(json::Value)>& shown) {
    SLIPWAY_TRY(support::make_dirs(folder_));
    for (const journal::OutputRecord& output : result.outputs) {
        SLIPWAY_TRY(keep(output, store));
        json::Value step = json::Object{{"did", "publish"}};
        const json::Value described = journal::to_json(output);
        for (const json::Member& member : described.as_object())
            step.set(member.key, member.value);
        steps_.push_back(std::move(step));
    }
    document_.set("steps", std::move(steps_));
    document_.set("status", status_name(result.status));
    document_.set("message", result.message);
    document_.set("hint", result.hint);
    return support::write_file(folder_ + "/" + name_, json::dump_pretty(shown(std::move(document_))));
}

Result<void> write_replay_overrides(const std::string& folder, const Plan& plan) {
    json::Value overrides = json::Object{};
    for (const PlannedStage& stage : plan.stages) {
        const std::string& id = plan.chain.stages[stage.instance.stage].id;
        if (::access((folder + "/" + id).c_str(), F_OK) != 0) continue;
        overrides.set(id, json::Object{{"use", "mock"}, {"with", json::Object{{"replay", id}}}});
    }
    return support::write_file(folder + "/overrides.json", json::dump_pretty(overrides));
}

} // namespace slipway::chain
