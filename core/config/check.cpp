// SPDX-License-Identifier: GPL-3.0-or-later
#include "check.hpp"

#include "check_matrix.hpp"
#include "variables.hpp"
#include "words.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <unordered_map>

namespace slipway::config {

namespace json = support::json;
using json::Value;

namespace {

class Checker : Expansion::Listener {
public:
    Checker(const Value& root, Chain& chain, Report& report) : root_(root), chain_(chain), report_(report) {
        for (std::size_t i = 0; i < chain.stages.size(); ++i)
            index_.try_emplace(chain.stages[i].id, i);
    }

    void run() {
        names("/vars", root_["vars"]);
        names("/variants", root_["variants"]);
        values();
        check_matrix(root_, chain_, report_);
        for (stage_ = 0; stage_ < chain_.stages.size(); ++stage_)
            stage();
    }

private:
    /// The names of vars and axes: ${NAME} must mean one thing.
    void names(const std::string& above, const Value& object) {
        for (const json::Member& member : object.as_object()) {
            const bool axis_too =
                &object == root_.find("vars") && root_["variants"].find(member.key) != nullptr;
            const std::string other = member.key == "version" || member.key == "date"
                                          ? "the variable of that name"
                                      : index_.contains(member.key) ? "the stage of that id"
                                      : axis_too                    ? "the axis of that name"
                                                                    : "";
            if (!other.empty())
                report_.add(above + "/" + json::pointer_token(member.key), member.key_position,
                            fmt::format("the name '{}' clashes with {}", member.key, other),
                            "choose another name");
        }
    }

    /// Vars in their order, each with those before it; then the version.
    void values() {
        const Cell nowhere;
        Expansion expansion(chain_, nullptr, nowhere, *this);
        for (const json::Member& member : root_["vars"].as_object()) {
            Value value = member.value;
            expansion.expand(value, "/vars/" + json::pointer_token(member.key));
            chain_.vars[member.key] = value.is_string() ? value.as_string() : json::dump(value);
            if (value.is_bool() || value.is_number()) chain_.typed_vars[member.key] = value;
        }
        const Value* own = root_.find("version");
        Value version = own ? *own : Value("${date:%d%m%Y}");
        expansion.expand(version, "/version");
        chain_.version = version.is_string() ? version.as_string() : json::dump(version);
        if (chain_.version.empty() && own != nullptr && !own->as_string().empty())
            report_.add("/version", own->position(), "the version is empty", shown(*own) + " has no text");
    }

    void stage() {
        Stage& stage = chain_.stages[stage_];
        const Value& value = root_["stages"].as_array()[stage_];
        if (const auto first = index_.at(stage.id); first != stage_ && !stage.id.empty())
            report_.add(stage.pointer + "/id", value["id"].position(),
                        fmt::format("stage '{}' is there twice", stage.id), first_place(first));
        end(value, stage);
        const json::Array& needs = value["needs"].as_array();
        for (std::size_t i = 0; i < needs.size(); ++i)
            if (needs[i].is_string())
                above(needs[i].as_string(), fmt::format("{}/needs/{}", stage.pointer, i), needs[i]);
        for (const json::Member& input : value["inputs"].as_object()) {
            const std::string pointer = stage.pointer + "/inputs/" + json::pointer_token(input.key);
            if (input.value.is_string()) source(input.value, pointer);
            for (std::size_t i = 0; i < input.value.as_array().size(); ++i)
                source(input.value.as_array()[i], fmt::format("{}/{}", pointer, i));
        }
        options(stage);
    }

    /// Stages for the end of the run stand below all others, on their own feet.
    void end(const Value& value, const Stage& stage) {
        if (stage.on.empty()) {
            if (stage_ > 0 && !chain_.stages[stage_ - 1].on.empty())
                report_.add(stage.pointer, value.position(),
                            fmt::format("stage '{}' stands below one with 'on'", stage.id),
                            "stages with 'on' are run when the run has ended: put them last");
            return;
        }
        for (const char* key : {"each", "vary", "needs", "inputs"})
            if (const Value* given = value.find(key); given != nullptr && !is_empty(*given))
                report_.add(fmt::format("{}/{}", stage.pointer, key), given->position(),
                            fmt::format("a stage with 'on' has no '{}'", key),
                            "it is run once, when the run has ended, whatever became of the others");
    }

    static bool is_empty(const Value& value) { return value.as_array().empty() && value.as_object().empty(); }

    std::string first_place(std::size_t index) const {
        const Problem first = locate(chain_.path, chain_.text, chain_.origins, chain_.stages[index].pointer,
                                     chain_.stages[index].position);
        return first.place.line == 0 ? "" : fmt::format("the first one is in line {}", first.place.line);
    }

    /// "stage.port" of an input.
    void source(const Value& value, const std::string& pointer) {
        const std::string& text = value.as_string();
        if (const std::size_t dot = text.find('.'); dot != std::string::npos && dot > 0)
            need(above(text.substr(0, dot), pointer, value));
    }

    /// The stage of this id if it is above the current one; reports it if not. `offset`: of the id's
    /// mention inside a longer string.
    const Stage* above(const std::string& id, const std::string& pointer, const Value& value,
                       std::optional<std::size_t> offset = {}) {
        const auto found = index_.find(id);
        if (found != index_.end() && found->second < stage_) return &chain_.stages[found->second];
        std::string what;
        std::string hint = "a stage may only use the stages above it";
        if (found == index_.end()) {
            what = fmt::format("unknown stage '{}'", id);
            hint = unknown_stage_hint(id);
        } else if (found->second == stage_) {
            what = fmt::format("stage '{}' cannot use itself", id);
        } else {
            what = fmt::format("stage '{}' comes after this one", id);
        }
        if (offset)
            report_.add_in_string(pointer, value, *offset, what, hint);
        else
            report_.add(pointer, value.position(), what, hint);
        return nullptr;
    }

    std::string unknown_stage_hint(const std::string& id) const {
        if (id == "vars") return "a var is written ${NAME}";
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < stage_; ++i)
            ids.push_back(chain_.stages[i].id);
        const std::string near = did_you_mean(id, ids);
        if (!near.empty()) return near;
        return ids.empty() ? "there is no stage above this one" : "";
    }

    void need(const Stage* other) {
        std::vector<std::string>& needs = chain_.stages[stage_].needs;
        if (other != nullptr && std::ranges::find(needs, other->id) == needs.end())
            needs.push_back(other->id);
    }

    /// Expands the options in the stage's first cell: every cell has the same variables.
    void options(const Stage& stage) {
        Cell cell;
        for (const Axis& axis : chain_.axes)
            if (std::ranges::find(stage.each, axis.name) != stage.each.end())
                cell.emplace_back(axis.name, axis.values.empty() ? "" : axis.values.front());
        Expansion expansion(chain_, &stage, cell, *this);
        Value own = stage.with;
        expansion.expand(own, stage.pointer + "/with");
        for (const Variation& variation : stage.vary) {
            Value with = variation.with;
            expansion.expand(with, variation.pointer);
        }
    }

    void fault(const Expansion::Spot& spot, const Fault& fault) override {
        report_.add_in_string(spot.pointer, *spot.value, spot.offset, fault.what, fault.hint);
    }

    void reference(const Expansion::Spot& spot, const RuntimeReference& reference) override {
        if (!chain_.stages[stage_].on.empty())
            return report_.add_in_string(spot.pointer, *spot.value, spot.offset,
                                         "a stage with 'on' cannot use what another one has written",
                                         "that may not be there when the run has ended");
        need(above(reference.stage, spot.pointer, *spot.value, spot.offset));
    }

    const Value& root_;
    Chain& chain_;
    Report& report_;
    std::unordered_map<std::string, std::size_t> index_; ///< of the first stage with an id
    std::size_t stage_ = 0;                              ///< the one being checked
};

} // namespace

void check(const Value& root, Chain& chain, Report& report) {
    Checker(root, chain, report).run();
}

} // namespace slipway::config
