// SPDX-License-Identifier: GPL-3.0-or-later
#include "trial.hpp"

#include "random_options.hpp"

#include <support/text.hpp>

#include <utility>

namespace slipway::check {

namespace json = support::json;

namespace {

/// As the worker's (core/worker/process.cpp), and another one.
std::vector<std::string> environment(Circumstances circumstances) {
    if (circumstances == Circumstances::usual)
        return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                "TZ=UTC"};
    return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL=C",
            "TZ=XXX-13:45",
            "HOME=/nonexistent",
            "USER=other",
            "SLIPWAY_CHECK=2"};
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash);
}

} // namespace

std::string Ran::failure() const {
    if (std::string text = child.failure(); !text.empty()) {
        const std::string last = child.complained.substr(0, 500);
        return text + (last.empty() ? "" : ": " + support::printable(last));
    }
    if (const json::Value* error = record().find("error")) return error->as_string();
    const std::string& threw = record()["threw"].as_string();
    return threw.empty() ? "" : record()["phase"].as_string() + "(): " + threw;
}

std::string Ran::outcome() const {
    if (std::string text = failure(); !text.empty()) return text;
    std::string out = record()["phase"].as_string() + "() ended with " + status_name(status());
    for (auto it = record()["reports"].as_array().rbegin(); it != record()["reports"].as_array().rend(); ++it)
        if ((*it)["severity"].as_integer() == SLIPWAY_ERROR) return out + ": " + (*it)["summary"].as_string();
    return out;
}

ChildResult Trial::child(ChildSetup setup, const Work& work) const {
    setup.limit = options_.limit;
    return options_.in_process ? in_this_process(setup, work) : in_child(setup, work);
}

bool Trial::is_of_stage(const Sample& it) const {
    return it.stage == stage->id || (it.stage.empty() && description.stages.size() == 1);
}

StageFacts Trial::facts(const json::Value& options) const {
    StageFacts facts{*stage, stage->ports, {}, config::secret_names(options), 0, json::Object{}};
    if (!stage->ports.declared_by.empty())
        if (const json::Value* ports = options.at_pointer(stage->ports.declared_by); ports != nullptr)
            if (auto parsed = plugin::parse_ports(*ports)) facts.ports = std::move(parsed).value();
    if (sample != nullptr) {
        facts.secrets = sample->secrets;
        facts.epoch = sample->epoch;
        facts.variant = sample->variant;
    }
    return facts;
}

std::optional<json::Value> Trial::base_options() const {
    for (const Sample& it : *samples) {
        if (!is_of_stage(it)) continue;
        json::Value options = it.with;
        config::complete_options(options, *schema, it.folder);
        return options;
    }
    json::Value options = least_value(schema->document(), schema->document());
    config::complete_options(options, *schema, "/nonexistent");
    if (!schema->validate(options).empty()) return std::nullopt;
    return options;
}

Ran Trial::configure(const std::vector<json::Value>& sets) const {
    std::vector<std::string> texts;
    texts.reserve(sets.size());
    for (const json::Value& options : sets)
        texts.push_back(json::dump(options));
    const StageFacts known = facts(json::Object{});
    ChildSetup setup;
    setup.environment = environment(Circumstances::usual);
    setup.folder = folder_of(path());
    return {child(setup, [&](const Note& note) { return configure_each(path(), known, texts, note); })};
}

support::Result<Scratch> Trial::scratch(Circumstances circumstances) {
    const bool usual = circumstances == Circumstances::usual;
    // Every run at the same paths, but for those in other circumstances.
    SLIPWAY_TRY_ASSIGN(const std::string root, usual ? usual_root_.folder() : other_root_.folder());
    return Scratch::create(root + (usual ? "/run" : "/run-elsewhere"), *sample, *schema,
                           usual ? Order::forward : Order::backward);
}

bool Trial::needs_root() const {
    return plugin::capabilities_of(stage->capabilities, sample->with).root;
}

Ran Trial::run(const Scratch& place, const RunSettings& settings) const {
    (void)place.renew_work();
    const plugin::Capabilities may = plugin::capabilities_of(stage->capabilities, place.options());
    ChildSetup setup;
    setup.folder = place.work();
    setup.environment = environment(settings.circumstances);
    if (settings.circumstances == Circumstances::other) {
        setup.umask = 077;
        setup.one_processor = true;
    }
    setup.writes = place.write_paths();
    setup.writes.push_back(place.artifacts());
    // The probe host opens inputs there, in the same process.
    setup.reads = {place.world(), folder_of(path())};
    setup.reads.insert(setup.reads.end(), may.read.begin(), may.read.end());
    setup.watch = Watch{may.network, may.exec, setup.writes, settings.fail_read, settings.fail_write};
    const StageFacts known = facts(place.options());
    return {child(setup, [&](const Note& note) { return live(path(), known, place, settings.host, note); })};
}

Ran Trial::run(const RunSettings& settings) {
    auto place = scratch(settings.circumstances);
    if (place) return run(place.value(), settings);
    Ran ran;
    ran.child.trouble = place.error().message();
    return ran;
}

const Ran& Trial::plain() {
    if (!plain_) plain_ = std::make_unique<Ran>(run(RunSettings{}));
    return *plain_;
}

std::string breach_of(const json::Value& record, const std::string& rule) {
    for (const json::Value& breach : record["breaches"].as_array())
        if (breach["rule"].as_string() == rule) return breach["what"].as_string();
    return {};
}

} // namespace slipway::check
