// SPDX-License-Identifier: GPL-3.0-or-later
#include "progress.hpp"

#include "tell.hpp"

#include <fmt/format.h>
#include <slipway/stage.h>
#include <support/text.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

namespace slipway::host {

namespace json = support::json;
using chain::Event;
using chain::Progress;
using Clock = std::chrono::steady_clock;

namespace {

class JsonView final : public ProgressView {
public:
    void on_event(const Event& event) override { line(to_json(event)); }

    void on_progress(const std::string& stage, const Progress& p) override {
        line(json::Object{{"time", chain::now_ms()},
                          {"kind", "progress"},
                          {"stage", stage},
                          {"level", SLIPWAY_DEBUG},
                          {"text", ""},
                          {"data", json::Object{{"done", p.done}, {"total", p.total}, {"unit", p.unit}}}});
    }

private:
    static void line(const json::Value& value) {
        fmt::print("{}\n", json::dump(value));
        (void)std::fflush(stdout);
    }
};

class PlainView final : public ProgressView {
public:
    explicit PlainView(int least_level, Colour colour) : least_level_(least_level), colour_(colour) {}

    void on_event(const Event& event) override {
        if (event.level < least_level_) return;
        const std::string text = describe(event, colour_);
        if (!text.empty()) tell(priority_of(event.level), text + "\n");
    }

    void on_progress(const std::string&, const Progress&) override {}

private:
    int least_level_;
    Colour colour_;
};

/// "123.4/364.0 MB", "12/141 packages", "12 packages".
std::string amount(const Progress& p) {
    if (p.unit == "bytes")
        return p.total > 0 ? support::human_bytes(p.done) + "/" + support::human_bytes(p.total)
                           : support::human_bytes(p.done);
    return p.total > 0 ? fmt::format("{}/{} {}", p.done, p.total, p.unit)
                       : fmt::format("{} {}", p.done, p.unit);
}

/// One line for each running stage at the bottom of the terminal, redrawn ten times a second; everything
/// else scrolls by above.
class LiveView final : public ProgressView {
public:
    LiveView(worker::Loop& loop, Colour colour) : loop_(loop), colour_(colour) { tick(); }

    ~LiveView() override { finish(); }

    void on_event(const Event& event) override {
        if (event.kind == "stage_started") active_[event.stage] = {Clock::now(), {}};
        if (event.kind.starts_with("stage_") && event.kind != "stage_started") active_.erase(event.stage);
        std::string text = event.kind == "stage_started" ? "" : describe(event, colour_);
        if (!text.empty()) draw(text + "\n");
    }

    void on_progress(const std::string& stage, const Progress& p) override {
        if (const auto it = active_.find(stage); it != active_.end()) it->second.progress = p;
    }

    void finish() override {
        loop_.cancel(timer_);
        timer_ = 0;
        active_.clear();
        draw("");
    }

private:
    struct Active {
        Clock::time_point since;
        Progress progress;
    };

    void tick() {
        timer_ = loop_.after(std::chrono::milliseconds(100), [this] { tick(); });
        if (drawn_ > 0 || !active_.empty()) draw("");
    }

    static std::size_t width() {
        winsize size{};
        return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 ? size.ws_col : 80u;
    }

    std::string line(const std::string& stage, const Active& a) const {
        const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - a.since);
        std::string text = fmt::format("{}  {}", stage, support::human_duration(elapsed));
        const Progress& p = a.progress;
        if (p.done > 0 || p.total > 0) text += "  " + amount(p);
        const double seconds = static_cast<double>(elapsed.count()) / 1000;
        const double rate = seconds > 0 ? static_cast<double>(p.done) / seconds : 0;
        if (p.unit == "bytes" && rate > 0)
            text += "  " + support::human_bytes(static_cast<std::uint64_t>(rate)) + "/s";
        if (p.total > 0 && p.done < p.total && rate > 0) {
            const double left = static_cast<double>(p.total - p.done) / rate;
            text += fmt::format("  {}%  {} left", p.done * 100 / p.total,
                                support::human_duration(std::chrono::seconds(static_cast<long>(left))));
        }
        return text.substr(0, width() - 1);
    }

    void draw(const std::string& above) {
        std::string out = drawn_ > 0 ? fmt::format("\x1b[{}F\x1b[J", drawn_) : "";
        out += above;
        drawn_ = 0;
        for (const auto& [stage, active] : active_) {
            out += line(stage, active) + "\n";
            ++drawn_;
        }
        fmt::print(stderr, "{}", out);
        (void)std::fflush(stderr);
    }

    worker::Loop& loop_;
    Colour colour_;
    worker::Loop::Id timer_ = 0;
    std::map<std::string, Active> active_;
    int drawn_ = 0;
};

bool has_value(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

} // namespace

std::unique_ptr<ProgressView> make_progress(const Arguments& arguments, worker::Loop& loop) {
    if (arguments.has("json")) return std::make_unique<JsonView>();
    const char* term = std::getenv("TERM");
    const bool terminal = ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
    const Colour colour = terminal && !has_value("NO_COLOR") ? Colour::on : Colour::off;
    if (arguments.has("quiet")) return std::make_unique<PlainView>(SLIPWAY_WARNING, colour);
    if (terminal) return std::make_unique<LiveView>(loop, colour);
    return std::make_unique<PlainView>(SLIPWAY_DEBUG, colour);
}

} // namespace slipway::host
