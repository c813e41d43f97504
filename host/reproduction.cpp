// SPDX-License-Identifier: GPL-3.0-or-later
#include "reproduction.hpp"

#include <fmt/format.h>
#include <slipway/stage.h>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

namespace slipway::host {

namespace json = support::json;
using journal::OutputRecord;
using journal::StageRecord;
using support::Result;
using support::UniqueFd;

namespace {

/// Read until the buffer is full or the file is at its end; the bytes read.
std::size_t read_block(int fd, std::array<char, 64u << 10>& block) {
    std::size_t size = 0;
    while (size < block.size()) {
        const ssize_t n = ::read(fd, block.data() + size, block.size() - size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        size += static_cast<std::size_t>(n);
    }
    return size;
}

std::string first_difference(int before, int after) {
    ::lseek(before, 0, SEEK_SET);
    ::lseek(after, 0, SEEK_SET);
    static thread_local std::array<char, 64u << 10> a{}, b{};
    for (std::uint64_t offset = 0;;) {
        const std::size_t n = read_block(before, a), m = read_block(after, b);
        const std::size_t shared = std::min(n, m);
        const auto [at, ignored] = std::mismatch(a.begin(), a.begin() + static_cast<long>(shared), b.begin());
        const auto same = static_cast<std::size_t>(at - a.begin());
        if (same < shared) return fmt::format("first difference at byte {}", offset + same);
        if (n != m) return fmt::format("the same up to byte {}, where one ends", offset + shared);
        if (n == 0) return "no difference on a second look";
        offset += n;
    }
}

class Comparer {
public:
    Comparer(const Rebuild& rebuild, std::size_t limit) : rebuild_(rebuild), limit_(limit) {}

    void compare(std::size_t index) {
        const chain::PlannedStage& stage = rebuild_.plan.stages[index];
        const StageRecord& after = rebuild_.after[index];
        const auto before = std::ranges::find(rebuild_.before, stage.key(), &StageRecord::key);
        if (before == rebuild_.before.end() || !is_done(*before))
            return not_rebuilt(stage, "the run has not done it");
        if (!is_done(after))
            return not_rebuilt(stage, after.message.empty() ? "a stage failed before it" : after.message);
        ComparedStage compared{stage.key(), stage.plugin->type.has(SLIPWAY_DETERMINISTIC),
                               before->plugin_sha256 != after.plugin_sha256, differing_input(stage)};
        match(*before, after, compared);
        for (ComparedArtifact& artifact : compared.artifacts) {
            if (artifact.same()) continue;
            differing_.insert(stage.key() + "." + artifact.port);
            // What went through a pipe and was not kept is shown by what was made of it.
            if (!compared.because.empty() && !unexplained_.contains(compared.because)) continue;
            explain(artifact);
            if (!artifact.why.empty()) unexplained_.insert(stage.key() + "." + artifact.port);
        }
        found.stages.push_back(std::move(compared));
    }

    Reproduction found;

private:
    static bool is_done(const StageRecord& record) {
        return record.state == "done" || record.state == "unchanged";
    }

    void not_rebuilt(const chain::PlannedStage& stage, const std::string& why) {
        found.not_rebuilt.emplace_back(stage.key(), why);
    }

    /// The outputs of a port in their order, so that names that come twice stay apart.
    void match(const StageRecord& before, const StageRecord& after, ComparedStage& compared) const {
        std::vector<OutputRecord> rest = after.outputs;
        for (const OutputRecord& old : before.outputs) {
            const auto it = std::ranges::find_if(
                rest, [&](const OutputRecord& o) { return o.port == old.port && o.name == old.name; });
            compared.artifacts.push_back(
                {old.port, old.name, old.sha256, it == rest.end() ? "" : it->sha256, ""});
            if (it != rest.end()) rest.erase(it);
        }
        for (const OutputRecord& added : rest)
            compared.artifacts.push_back({added.port, added.name, "", added.sha256, ""});
    }

    std::string differing_input(const chain::PlannedStage& stage) const {
        for (const chain::Wire& wire : stage.wires)
            for (const chain::Source& source : wire.sources) {
                std::string name = rebuild_.plan.stages[source.stage].key() + "." + source.port;
                if (differing_.contains(name)) return name;
            }
        return {};
    }

    void explain(ComparedArtifact& artifact) const {
        if (artifact.before.empty() || artifact.after.empty()) {
            artifact.why = artifact.before.empty() ? "only the rebuild has it" : "only the run has it";
            return;
        }
        auto before = open(rebuild_.old_store, artifact.before);
        auto after = open(rebuild_.new_store, artifact.after);
        if (!before || !after) {
            artifact.why = (before ? after : before).error().what;
            return;
        }
        auto entries = support::diff_tars(before.value().get(), after.value().get(), limit_);
        if (entries && entries.value().total > 0)
            artifact.differences = std::move(entries).value();
        else
            artifact.why = first_difference(before.value().get(), after.value().get());
    }

    static Result<UniqueFd> open(const store::Store& store, const std::string& sha256) {
        SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(sha256));
        return store.open_artifact(digest);
    }

    std::set<std::string> unexplained_; ///< of differing_
    const Rebuild& rebuild_;
    std::size_t limit_;
    std::set<std::string> differing_; // "stage.port"
};

std::size_t count(const std::vector<ComparedStage>& stages, bool only_different) {
    std::size_t n = 0;
    for (const ComparedStage& stage : stages)
        if (stage.deterministic)
            n += static_cast<std::size_t>(std::ranges::count_if(
                stage.artifacts, [&](const ComparedArtifact& a) { return !only_different || !a.same(); }));
    return n;
}

std::string artifact_text(const ComparedArtifact& a) {
    std::string out = fmt::format("    {}: {} -> {}\n", a.name, a.before.empty() ? "nothing" : a.before,
                                  a.after.empty() ? "nothing" : a.after);
    if (!a.why.empty()) out += fmt::format("      {}\n", a.why);
    for (const support::TarDifference& d : a.differences.list)
        out += fmt::format("      {}: {}: {} -> {}\n", d.path, d.field,
                           d.before.empty() ? "nothing" : d.before, d.after.empty() ? "nothing" : d.after);
    if (a.differences.total > a.differences.list.size())
        out += fmt::format("      and {} more\n", a.differences.total - a.differences.list.size());
    return out;
}

std::string stage_text(const ComparedStage& stage) {
    const auto differ = std::ranges::count_if(stage.artifacts, [](const auto& a) { return !a.same(); });
    std::string out = fmt::format("  {}: ", stage.key);
    out += differ == 0 ? fmt::format("{} identical", stage.artifacts.size())
                       : fmt::format("{} of {} differ", differ, stage.artifacts.size());
    if (!stage.deterministic) out += ", not counted (it is not deterministic)";
    if (stage.other_plugin) out += ", with another build of its plugin";
    if (!stage.because.empty()) out += ", because " + stage.because + " differs";
    out += "\n";
    for (const ComparedArtifact& artifact : stage.artifacts)
        if (!artifact.same()) out += artifact_text(artifact);
    return out;
}

json::Value artifact_json(const ComparedArtifact& a) {
    json::Array list;
    for (const support::TarDifference& d : a.differences.list)
        list.push_back(
            json::Object{{"path", d.path}, {"field", d.field}, {"before", d.before}, {"after", d.after}});
    return json::Object{{"port", a.port},
                        {"name", a.name},
                        {"before", a.before},
                        {"after", a.after},
                        {"identical", a.same()},
                        {"why", a.why},
                        {"differences", std::move(list)},
                        {"differences_total", std::uint64_t{a.differences.total}}};
}

} // namespace

std::size_t Reproduction::compared() const {
    return count(stages, false);
}

std::size_t Reproduction::different() const {
    return count(stages, true);
}

Reproduction compare_runs(const Rebuild& rebuild, std::size_t limit) {
    Comparer comparer(rebuild, limit);
    for (std::size_t i = 0; i < rebuild.plan.stages.size(); ++i)
        if (rebuild.plan.stages[i].plugin->type.has(SLIPWAY_EXTERNAL_EFFECTS))
            comparer.found.not_rebuilt.emplace_back(rebuild.plan.stages[i].key(),
                                                    "it has effects; its outputs are the run's");
        else
            comparer.compare(i);
    return std::move(comparer.found);
}

std::string reproduction_text(const Reproduction& r) {
    std::string out;
    for (const ComparedStage& stage : r.stages)
        out += stage_text(stage);
    for (const auto& [key, why] : r.not_rebuilt)
        out += fmt::format("  {}: not rebuilt: {}\n", key, why);
    return out
           + (r.different() == 0
                  ? fmt::format("identical: {} artifacts\n", r.compared())
                  : fmt::format("different: {} of {} artifacts\n", r.different(), r.compared()));
}

json::Value reproduction_json(const Reproduction& r) {
    json::Array stages, not_rebuilt;
    for (const ComparedStage& stage : r.stages) {
        json::Array artifacts;
        for (const ComparedArtifact& artifact : stage.artifacts)
            artifacts.push_back(artifact_json(artifact));
        stages.push_back(json::Object{{"key", stage.key},
                                      {"deterministic", stage.deterministic},
                                      {"other_plugin", stage.other_plugin},
                                      {"because", stage.because},
                                      {"artifacts", std::move(artifacts)}});
    }
    for (const auto& [key, why] : r.not_rebuilt)
        not_rebuilt.push_back(json::Object{{"key", key}, {"why", why}});
    return json::Object{{"identical", r.different() == 0},
                        {"compared", std::uint64_t{r.compared()}},
                        {"different", std::uint64_t{r.different()}},
                        {"stages", std::move(stages)},
                        {"not_rebuilt", std::move(not_rebuilt)}};
}

} // namespace slipway::host
