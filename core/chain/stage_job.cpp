// SPDX-License-Identifier: GPL-3.0-or-later
#include "stage_job.hpp"

#include "own_file.hpp"
#include "relay.hpp"
#include "stage_secrets.hpp"

#include <fcntl.h>
#include <support/text.hpp>
#include <unistd.h>
#include <worker/sandbox.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace slipway::chain {

namespace json = support::json;
using journal::OutputRecord;
using support::Digest;
using support::Kind;
using support::Result;
using support::UniqueFd;
using namespace std::chrono_literals;

namespace {

constexpr auto patience_before_terminate = 3s;
constexpr auto patience_before_kill = 3s; // after terminate

slipway_status status_of(const support::Error& error) {
    return static_cast<slipway_status>(error.kind);
}

int clamped_level(const json::Value& level) {
    return static_cast<int>(std::clamp<std::int64_t>(level.as_integer(), SLIPWAY_DEBUG, SLIPWAY_ERROR));
}

} // namespace

StageJob::StageJob(JobContext& context, const PlannedStage& stage, worker::Job order,
                   std::map<std::string, std::vector<OutputRecord>> inputs, Streams streams, Done done)
    : context_(context), stage_(stage), order_(std::move(order)), inputs_(std::move(inputs)),
      streams_(std::move(streams)), done_(std::move(done)), outputs_(stage.ports),
      allowed_secrets_(stage.secrets.begin(), stage.secrets.end()) {}

/// A program opens an input by /proc/self/fd, and that is opening the artifact again.
void StageJob::name_inputs() {
    if (!stage_.plugin->type.capabilities.exec) return;
    for (const auto& [port, artifacts] : inputs_)
        for (const OutputRecord& artifact : artifacts)
            if (auto digest = Digest::parse(artifact.sha256))
                order_.read_paths.push_back(context_.store.path_of(digest.value()));
}

StageJob::~StageJob() {
    *alive_ = false;
    for (const auto timer : timers_)
        context_.loop.cancel(timer);
}

void StageJob::start() {
    started_ = now_ms();
    worker::Handlers handlers{[this](const worker::Message& m) { take(m); },
                              [this](const std::string& line) { emit("output", SLIPWAY_INFO, line); },
                              [this](const worker::Exit& exit) { conclude(exit); },
                              [this](const worker::Denial& denial) { take(denial); },
                              &context_.secrets.redactor()};
    name_inputs();
    auto process = worker::Process::start(context_.loop, context_.placement, worker::to_json(order_),
                                          std::move(handlers));
    if (!process) {
        const support::Error error = process.error();
        context_.loop.post([this, error] { done_({status_of(error), error.what, error.hint, {}}); });
        return;
    }
    process_ = std::move(process).value();
    timers_.push_back(context_.loop.after(std::chrono::seconds(stage_.timeout_s), [this] {
        course_.timed_out = true;
        process_->send(json::Object{{"t", "cancel"}});
        stop_in_steps(1s);
    }));
}

void StageJob::cancel() {
    if (course_.cancelled || !process_) return;
    course_.cancelled = true;
    process_->send(json::Object{{"t", "cancel"}});
    stop_in_steps(patience_before_terminate);
}

void StageJob::kill() {
    course_.cancelled = true;
    if (process_) process_->kill();
}

void StageJob::stop_in_steps(std::chrono::milliseconds terminate_after) {
    timers_.push_back(context_.loop.after(terminate_after, [this] { process_->terminate(); }));
    timers_.push_back(
        context_.loop.after(terminate_after + patience_before_kill, [this] { process_->kill(); }));
}

// ---------------------------------------------------------------------------- messages

void StageJob::take(const worker::Message& message) {
    const json::Value& body = message.body;
    const std::string& kind = body["t"].as_string();
    if (recording_ && (kind == "log" || kind == "diag")) recording_->said(body);
    if (kind == "log")
        emit("log", clamped_level(body["level"]), body["text"].as_string());
    else if (kind == "progress")
        context_.progress(stage_.key(), {static_cast<std::uint64_t>(body["done"].as_integer()),
                                         static_cast<std::uint64_t>(body["total"].as_integer()),
                                         shown(body["unit"].as_string())});
    else if (kind == "phase")
        course_.phase = body["phase"].as_string();
    else if (kind == "sandbox")
        take_sandbox(body);
    else if (kind == "diag")
        take_diagnostic(body);
    else if (kind == "result")
        course_.status = static_cast<slipway_status>(body["status"].as_integer());
    else
        take_call(kind, body);
}

void StageJob::take(const worker::Denial& denial) {
    if (!denial.need.empty())
        return emit("used", SLIPWAY_DEBUG, denial.text,
                    json::Object{{"need", denial.need}, {"call", denial.call}, {"process", denial.process}});
    emit("denied", SLIPWAY_WARNING, denial.text,
         json::Object{{"call", denial.call}, {"process", denial.process}});
}

void StageJob::take_call(const std::string& kind, const json::Value& body) {
    // Two at once would each find the port free, or the draft of the other.
    if (std::exchange(in_call_, true)) return process_->reject("a call before the reply to the one before");
    if (recording_) recording_->called(body);
    if (kind == "input_open") return open_input(body);
    if (kind == "output_create") return create_output(body);
    if (kind == "output_commit") return commit_output(body);
    if (kind == "contains") return reply(contains(body["sha256"].as_string()));
    if (kind == "adopt") return adopt(body);
    if (kind == "move") return move(body);
    if (kind == "secret") return give_secret(body);
    if (kind == "effect") return declare_effect(body);
    reply(SLIPWAY_UNSUPPORTED);
}

/// Told before the plugin is loaded. Told again it would be the plugin that says how well it is kept.
void StageJob::take_sandbox(const json::Value& body) {
    if (std::exchange(in_sandbox_, true)) return process_->reject("the sandbox is told of twice");
    const std::string& level = body["level"].as_string();
    emit("sandbox", level == "partial" ? SLIPWAY_INFO : SLIPWAY_DEBUG, level,
         json::Object{{"reached", body["reached"]}, {"missing", body["missing"]}});
}

void StageJob::take_diagnostic(const json::Value& body) {
    const auto code = static_cast<slipway_status>(body["code"].as_integer());
    const int severity = clamped_level(body["severity"]);
    std::string pointer = body["config_path"].as_string();
    if (severity == SLIPWAY_ERROR) {
        course_.failure = body["summary"].as_string();
        course_.failure_hint = body["hint"].as_string();
        if (!pointer.empty())
            course_.failure =
                "option '" + pointer.substr(pointer.starts_with('/') ? 1 : 0) + "': " + course_.failure;
    } else if (severity > SLIPWAY_DEBUG) {
        course_.remark = body["summary"].as_string();
    }
    emit("diagnostic", severity, body["summary"].as_string(),
         json::Object{{"code", status_name(code)},
                      {"detail", body["detail"]},
                      {"hint", body["hint"]},
                      {"config_path", pointer}});
}

void StageJob::open_input(const json::Value& body) {
    const std::string& port = body["port"].as_string();
    if (port == streams_.input && !port.empty()) return offer_stream();
    const auto artifacts = inputs_.find(port);
    const auto index = static_cast<std::size_t>(body["index"].as_integer());
    if (artifacts == inputs_.end() || index >= artifacts->second.size())
        return reply(
            refuse(SLIPWAY_NOT_FOUND, "input port '" + port + "' has no artifact " + std::to_string(index)));
    auto digest = Digest::parse(artifacts->second[index].sha256);
    if (!digest) return reply(SLIPWAY_INTERNAL);
    auto fd = context_.store.open_artifact(digest.value());
    if (!fd) return reply(refuse(status_of(fd.error()), fd.error().what));
    reply(SLIPWAY_OK, std::move(fd).value());
}

/// Without secrets: a name that is too long is cut where it is told.
std::string StageJob::name_of_output(const json::Value& body) const {
    return context_.secrets.redact(body["name"].as_string());
}

slipway_status StageJob::check_port(const std::string& port, const std::string& name) {
    const auto checked = outputs_.check(port, name);
    return checked ? SLIPWAY_OK : refuse(checked.error());
}

void StageJob::create_output(const json::Value& body) {
    const std::string& port = body["port"].as_string();
    const std::string name = name_of_output(body);
    open_.erase(port);
    if (const auto status = check_port(port, name); status != SLIPWAY_OK) return reply(status);
    if (port == streams_.output && to_)
        return reply(refuse(SLIPWAY_CONFLICT, "output port '" + port + "' is read by another stage already"));
    if (port == streams_.output) return create_stream(port, name, streams_.open(name));
    if (port == to_port_) to_.reset();
    auto draft = context_.store.create();
    if (!draft) return reply(refuse(status_of(draft.error()), draft.error().what));
    if (!to_ && streams_.output.empty() && stage_.ports.output(port)->stream && allowed_secrets_.empty())
        return create_stream(port, name, Relay::to_store(std::move(draft).value()));
    UniqueFd copy(::fcntl(draft.value().fd(), F_DUPFD_CLOEXEC, 0));
    if (!copy) return reply(SLIPWAY_RESOURCE);
    open_.emplace(port, OpenOutput{name, std::move(draft).value()});
    reply(SLIPWAY_OK, std::move(copy));
}

void StageJob::commit_output(const json::Value& body) {
    const std::string port = body["port"].as_string();
    if (to_ && port == to_port_ && !to_->published()) return commit_stream(body["meta"].as_string());
    const auto it = open_.find(port);
    if (it == open_.end())
        return reply(refuse(SLIPWAY_NOT_FOUND, "output port '" + port + "' has no artifact open"));
    OpenOutput output = std::move(it->second);
    open_.erase(it);
    store_draft(port, output.name, std::move(output.draft), body["meta"].as_string());
}

void StageJob::store_draft(const std::string& port, const std::string& name, store::Draft draft,
                           const std::string& meta) {
    const auto refused = [this, port](const support::Error& e) {
        reply(refuse(status_of(e), "output '" + port + "': " + e.what, e.hint));
    };
    // Here, on the thread that starts processes.
    auto sealed = context_.store.seal(std::move(draft));
    if (!sealed) return refused(sealed.error());

    struct Work {
        store::Draft draft;
        Result<store::Stored> stored = support::Error{};
    };

    auto work = std::make_shared<Work>(Work{std::move(sealed).value()});
    context_.loop.offload(
        [&store = context_.store, work, detector = detector()] {
            const auto clean = check_for_secrets(detector, work->draft.fd());
            work->stored =
                clean ? store.commit(std::move(work->draft)) : Result<store::Stored>(clean.error());
        },
        [this, alive = alive_, work, refused, port, name, meta] {
            if (!*alive || !process_) return; // the worker has died meanwhile
            if (!work->stored) return refused(work->stored.error());
            reply(publish(port, name, work->stored.value(), meta));
        });
}

void StageJob::move(const json::Value& body) {
    const std::string& port = body["port"].as_string();
    const std::string name = name_of_output(body);
    if (const auto status = check_port(port, name); status != SLIPWAY_OK) return reply(status);
    const auto meta = json::parse(body["meta"].as_string());
    const auto said = Digest::parse(meta ? meta.value()["sha256"].as_string() : "");
    auto draft = take_own_file(context_.store, {order_.work_dir, order_.cache_dir}, body["path"].as_string(),
                               said ? std::optional(said.value()) : std::nullopt);
    if (!draft && draft.error().kind == Kind::unsupported) return reply(SLIPWAY_UNSUPPORTED);
    if (!draft) return reply(refuse(status_of(draft.error()), draft.error().what));
    store_draft(port, name, std::move(draft).value(), body["meta"].as_string());
}

void StageJob::create_stream(const std::string& port, const std::string& name,
                             Result<std::shared_ptr<Relay>> relay) {
    if (!relay) return reply(refuse(status_of(relay.error()), relay.error().what));
    to_ = std::move(relay).value();
    to_port_ = port;
    to_name_ = name;
    reply(SLIPWAY_OK, to_->take_writer());
}

void StageJob::offer_stream() {
    UniqueFd fd = streams_.from->take_reader();
    if (!fd)
        return reply(refuse(SLIPWAY_CONFLICT, "input port '" + streams_.input + "' was opened before",
                            "a stage that reads an input twice needs the flag seekable-inputs"));
    reply(SLIPWAY_OK, std::move(fd));
}

void StageJob::commit_stream(const std::string& meta) {
    const auto refused = [this](const support::Error& e) {
        reply(refuse(status_of(e), "output '" + to_port_ + "': " + e.what, e.hint));
    };
    auto stored = std::make_shared<Result<store::Stored>>(support::Error{});
    context_.loop.offload([relay = to_, stored] { *stored = relay->wait(patience_before_kill); },
                          [this, alive = alive_, stored, refused, meta] {
                              if (!*alive || !process_) return;
                              if (*stored)
                                  if (auto kept = to_->take_kept()) {
                                      auto sealed = context_.store.seal(std::move(*kept));
                                      *stored = sealed ? context_.store.commit(std::move(sealed).value(),
                                                                               stored->value())
                                                       : Result<store::Stored>(sealed.error());
                                  }
                              if (!*stored) return refused(stored->error());
                              const auto status = publish(to_port_, to_name_, stored->value(), meta);
                              if (status == SLIPWAY_OK) to_->release(stored->value());
                              reply(status);
                          });
}

slipway_status StageJob::contains(const std::string& sha256) {
    auto digest = Digest::parse(sha256);
    if (!digest) return refuse(SLIPWAY_CONFIG, digest.error().what);
    auto size = context_.store.check(digest.value());
    return size ? SLIPWAY_OK : status_of(size.error());
}

void StageJob::adopt(const json::Value& body) {
    const std::string& port = body["port"].as_string();
    const std::string name = name_of_output(body);
    if (const auto status = check_port(port, name); status != SLIPWAY_OK) return reply(status);
    auto digest = Digest::parse(body["sha256"].as_string());
    if (!digest) return reply(refuse(SLIPWAY_CONFIG, digest.error().what));
    auto size = context_.store.check(digest.value());
    if (!size) return reply(status_of(size.error()));
    reply(publish(port, name, {digest.value(), size.value()}, body["meta"].as_string()));
}

slipway_status StageJob::publish(const std::string& port, const std::string& name,
                                 const store::Stored& stored, const std::string& meta) {
    auto output = outputs_.record(port, name, stored, meta);
    if (!output) return refuse(output.error());
    output.value().name = shown(name);
    output.value().type = shown(std::move(output.value().type));
    output.value().annotations = shown(std::move(output.value().annotations));
    outputs_.add(std::move(output).value());
    return SLIPWAY_OK;
}

void StageJob::give_secret(const json::Value& body) {
    const std::string& name = body["name"].as_string();
    if (!allowed_secrets_.contains(name))
        return reply(refuse(SLIPWAY_DENIED, "the stage's options do not name a secret '" + name + "'",
                            "put {\"secret\": \"" + name + "\"} into the option that needs it"));
    if (const auto* known = context_.secrets.known(name)) return hand_over(*known);
    auto found = std::make_shared<Result<support::SecretBytes>>(support::Error{});
    context_.loop.offload([ask = context_.secrets.ask(name), found] { *found = ask(); },
                          [this, alive = alive_, found, name] {
                              if (*alive && process_) take_secret(name, std::move(*found));
                          });
}

void StageJob::take_secret(const std::string& name, Result<support::SecretBytes> found) {
    if (found) return hand_over(context_.secrets.keep(name, std::move(found).value()));
    const support::Error& error = found.error();
    const std::string cause = error.what.empty() ? " has no value" : ": " + error.what;
    reply(
        refuse(SLIPWAY_AUTH, "secret '" + name + "'" + cause, error.hint, support::join(error.trace, "\n")));
}

void StageJob::hand_over(const support::SecretBytes& secret) {
    auto pipe = pipe_with(secret);
    if (!pipe) return reply(refuse(pipe.error()));
    knows_secrets_ = true;
    reply(SLIPWAY_OK, std::move(pipe).value());
}

/// Of what this stage could write down.
support::Redactor StageJob::detector() const {
    return knows_secrets_ ? context_.secrets.detector() : support::Redactor();
}

void StageJob::declare_effect(const json::Value& body) {
    const bool dry_run = (order_.flags & SLIPWAY_JOB_DRY_RUN) != 0;
    const std::int64_t state = body["state"].as_integer(-1);
    if (!stage_.plugin->type.has(SLIPWAY_EXTERNAL_EFFECTS))
        return reply(
            refuse(SLIPWAY_DENIED, "the plugin declares an effect, but not the flag external-effects"));
    if (dry_run && state != SLIPWAY_EFFECT_PLANNED)
        return reply(
            refuse(SLIPWAY_DENIED, "the plugin tells of an effect that is not only planned, in a dry run"));
    Event event{0,
                now_ms(),
                stage_.key(),
                "effect",
                SLIPWAY_INFO,
                shown(body["summary"].as_string()),
                shown(json::Object{{"state", effect_state_name(state)},
                                   {"kind", body["kind"]},
                                   {"target", body["target"]},
                                   {"detail", body["detail"]}})};
    auto written = context_.emit_durably(std::move(event));
    reply(written ? SLIPWAY_OK : refuse(status_of(written.error()), written.error().what));
}

void StageJob::reply(slipway_status status, UniqueFd fd) {
    in_call_ = false;
    if (recording_) recording_->answered(status);
    process_->send(json::Object{{"t", "reply"}, {"status", status}}, std::move(fd));
}

slipway_status StageJob::refuse(const support::Error& error) {
    return refuse(status_of(error), error.what, error.hint);
}

slipway_status StageJob::refuse(slipway_status status, const std::string& why, const std::string& hint,
                                const std::string& detail) {
    course_.failure = why;
    course_.failure_hint = hint;
    emit(
        "diagnostic", SLIPWAY_ERROR, why,
        json::Object{{"code", status_name(status)}, {"detail", detail}, {"hint", hint}, {"config_path", ""}});
    return status;
}

void StageJob::emit(std::string kind, int level, std::string text, json::Value data) {
    context_.emit(
        {0, now_ms(), stage_.key(), std::move(kind), level, shown(std::move(text)), shown(std::move(data))});
}

std::string StageJob::shown(std::string text) const {
    return support::printable_text(context_.secrets.redact(std::move(text)));
}

json::Value StageJob::shown(json::Value document) const {
    if (document.is_string()) return shown(document.as_string());
    if (document.is_array())
        for (json::Value& item : document.array())
            item = shown(std::move(item));
    if (document.is_object())
        for (auto& member : document.object()) {
            member.key = shown(std::move(member.key));
            member.value = shown(std::move(member.value));
        }
    return document;
}

// ---------------------------------------------------------------------------- the end

void StageJob::conclude(const worker::Exit& exit) {
    for (const auto timer : timers_)
        context_.loop.cancel(timer);
    timers_.clear();
    open_.clear();
    course_.flooded = process_->flooded();
    if (order_.sandbox == worker::name_of(worker::SandboxMode::learn))
        emit("learned", SLIPWAY_DEBUG, {}, json::Object{{"memory_mb", exit.peak_mb}});
    StageResult result = result_of(course_, exit, std::chrono::seconds(stage_.timeout_s));
    if (result.status == SLIPWAY_OK) result.outputs = outputs_.take();
    result.message = shown(std::move(result.message));
    result.hint = shown(std::move(result.hint));
    keep_recording(result);
    process_.reset();
    if (knows_secrets_) return look_into_cache(std::move(result));
    done_(std::move(result)); // may delete this
}

/// The cache folder stays: a stage that was given a secret must not have left it there.
void StageJob::look_into_cache(StageResult result) {
    auto left = std::make_shared<std::vector<std::string>>();
    context_.loop.offload(
        [left, detector = detector(), folder = order_.cache_dir, since = started_ / 1000] {
            *left = remove_files_with(detector, folder, since);
        },
        [this, alive = alive_, left, result]() mutable {
            if (!*alive) return;
            if (!left->empty()) {
                const auto status =
                    refuse(SLIPWAY_DENIED, "left a secret in its cache folder: " + support::join(*left, ", "),
                           "the files have been removed; a stage must not keep a secret");
                result = {status, shown(course_.failure), course_.failure_hint, {}};
            }
            done_(std::move(result));
        });
}

void StageJob::keep_recording(const StageResult& result) {
    if (!recording_) return;
    const auto kept = recording_->finish(result, context_.store,
                                         [this](json::Value document) { return shown(std::move(document)); });
    if (kept) return;
    emit("diagnostic", SLIPWAY_ERROR, "recording: " + kept.error().what,
         json::Object{{"code", support::name_of(kept.error().kind)},
                      {"detail", ""},
                      {"hint", "the stage itself is not concerned"},
                      {"config_path", ""}});
}

} // namespace slipway::chain
