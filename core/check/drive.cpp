// SPDX-License-Identifier: GPL-3.0-or-later
#include "drive.hpp"

#include "guarded.hpp"
#include "snapshot.hpp"

#include <plugin/loader.hpp>
#include <support/text.hpp>

#include <exception>
#include <filesystem>

namespace slipway::check {

namespace json = support::json;
using Clock = std::chrono::steady_clock;

namespace {

json::Value error_of(const support::Error& error) {
    return json::Object{{"error", error.what}, {"hint", error.hint}};
}

/// A function of the plugin: its status, or what it threw.
struct Called {
    slipway_status status = SLIPWAY_INTERNAL;
    std::string threw;
};

template <class Function>
Called call(Function function) {
    try {
        return {function(), {}};
    } catch (const std::exception& e) {
        return {SLIPWAY_INTERNAL,
                std::string("an exception came out of it: ") + support::printable(e.what())};
    } catch (...) {
        return {SLIPWAY_INTERNAL, "an exception came out of it"};
    }
}

class Life {
public:
    Life(const slipway_plugin& plugin, const StageFacts& facts, const Scratch* scratch,
         const HostSettings& settings, const Note& note)
        : plugin_(plugin), facts_(facts), settings_(settings), note_(note), host_(settings, facts, scratch) {}

    bool create() {
        enter("create");
        last_ = call([&] { return plugin_.create(host_.abi(), facts_.type.id.c_str(), &instance_); });
        if (last_.status != SLIPWAY_OK || !last_.threw.empty()) return false;
        if (instance_ == nullptr || !SLIPWAY_HAS(instance_, destroy) || instance_->configure == nullptr
            || instance_->run == nullptr || instance_->destroy == nullptr)
            last_ = {SLIPWAY_INTERNAL, "gave an incomplete slipway_instance"};
        return last_.threw.empty();
    }

    bool configure(const std::string& options) {
        enter("configure");
        last_ = call([&] { return instance_->configure(instance_, options.c_str()); });
        return last_.status == SLIPWAY_OK && last_.threw.empty();
    }

    void run() {
        const bool pure = facts_.type.has(SLIPWAY_DETERMINISTIC);
        const std::string cell = pure ? "{}" : json::dump(facts_.variant);
        const std::string run_id = "check-" + std::to_string(Clock::now().time_since_epoch().count());
        slipway_job job{sizeof(slipway_job), settings_.dry_run ? std::uint32_t{SLIPWAY_JOB_DRY_RUN} : 0u,
                        settings_.attempt,   0,
                        run_id.c_str(),      "check",
                        cell.c_str(),        pure ? "{}" : R"({"name":"check","version":"05112026"})"};
        constexpr std::size_t more = 64;
        if (settings_.shape == Shape::longer) job.struct_size += more;
        const auto* given = static_cast<const slipway_job*>(settings_.shape == Shape::longer
                                                                ? lengthened_copy(&job, sizeof job, more)
                                                                : guarded_copy(&job, sizeof job));
        enter("run");
        const auto begin = Clock::now();
        last_ = call([&] { return instance_->run(instance_, given); });
        took_ = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    }

    void destroy() {
        const Called before = last_;
        const std::string phase = phase_;
        enter("destroy");
        last_ = call([&] {
            instance_->destroy(instance_);
            return SLIPWAY_OK;
        });
        if (!last_.threw.empty()) return;
        last_ = before;
        phase_ = phase;
    }

    json::Value record() {
        json::Value out = host_.record();
        out.set("status", last_.status);
        out.set("threw", last_.threw);
        out.set("phase", phase_);
        out.set("ms", static_cast<std::int64_t>(took_.count()));
        return out;
    }

private:
    void enter(const char* phase) {
        phase_ = phase;
        host_.enter(phase);
        note_(phase_ + "()");
    }

    const slipway_plugin& plugin_;
    const StageFacts& facts_;
    const HostSettings& settings_;
    const Note& note_;
    ProbeHost host_;
    slipway_instance* instance_ = nullptr;
    Called last_;
    std::string phase_;
    std::chrono::milliseconds took_{0};
};

} // namespace

json::Value describe(const std::string& plugin, const Note& note) {
    note("loading");
    auto loaded = plugin::load(plugin);
    if (!loaded) return error_of(loaded.error());
    note("stage()");
    auto description = plugin::describe(plugin, *loaded.value());
    if (!description) return error_of(description.error());
    return json::Object{{"description", plugin::to_json(description.value())}};
}

json::Value live(const std::string& plugin, const StageFacts& facts, const Scratch& scratch,
                 const HostSettings& settings, const Note& note) {
    note("loading");
    auto loaded = plugin::load(plugin);
    if (!loaded) return error_of(loaded.error());
    const json::Value before = snapshot();
    Life life(*loaded.value(), facts, &scratch, settings, note);
    if (life.create()) {
        if (life.configure(json::dump(scratch.options()))) life.run();
        life.destroy();
    }
    json::Value out = life.record();
    out.set("before", before);
    out.set("after", snapshot());
    return out;
}

json::Value configure_each(const std::string& plugin, const StageFacts& facts,
                           const std::vector<std::string>& texts, const Note& note) {
    auto loaded = plugin::load(plugin);
    if (!loaded) return error_of(loaded.error());
    json::Array out;
    const HostSettings settings{.shape = Shape::usual};
    for (const std::string& text : texts) {
        const Note with_text = [&](const std::string& doing) {
            note(doing + " with " + (text.size() > 200 ? text.substr(0, 200) + "..." : text));
        };
        Life life(*loaded.value(), facts, nullptr, settings, with_text);
        if (!life.create()) return out;
        life.configure(text);
        life.destroy();
        out.push_back(life.record());
    }
    return out;
}

} // namespace slipway::check
