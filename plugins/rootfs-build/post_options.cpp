// SPDX-License-Identifier: GPL-3.0-or-later
#include "post_options.hpp"

#include <support/text.hpp>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;
namespace json = support::json;

namespace {

constexpr const char* changes[] = {"lock_password", "append", "content", "replace", "remove"};

Replace parse_replace(const json::Value& value) {
    const std::string& at = value["at"].as_string();
    return {value["match"].as_string(), value["with"].as_string(),
            at == "line"         ? Where::line
            : at == "line_start" ? Where::line_start
                                 : Where::anywhere};
}

Result<Edit> parse_edit(const json::Value& value) {
    Edit edit{value["path"].as_string(), Remove{}};
    edit.optional = value["optional"].as_bool();
    const auto refuse = [&](const std::string& why, const std::string& hint) {
        return Error{Kind::config, "edit of '" + support::printable(edit.path) + "': " + why, hint};
    };
    if (auto usable = check_path(edit.path); !usable)
        return refuse("no usable path", "write it from the root, without a slash in front: etc/shadow");
    std::size_t count = 0;
    for (const char* change : changes)
        if (value.find(change) != nullptr) ++count;
    if (count != 1)
        return refuse(count == 0 ? "it says no change" : "it says more than one change",
                      "write exactly one of lock_password, append, content, replace, remove");
    if (value.find("lock_password") != nullptr)
        edit.change = LockPassword{value["lock_password"].as_string()};
    if (value.find("append") != nullptr) edit.change = Append{value["append"].as_string()};
    if (value.find("content") != nullptr) edit.change = SetContent{value["content"].as_string()};
    if (value.find("replace") != nullptr) edit.change = parse_replace(value["replace"]);
    if (value.find("remove") != nullptr && !value["remove"].as_bool())
        return refuse("'remove' is false", "leave the edit out");
    if (value.find("mode") == nullptr) return edit;
    if (value.find("content") == nullptr) return refuse("'mode' goes with 'content' alone", "take it out");
    edit.mode = static_cast<unsigned>(std::stoul(value["mode"].as_string(), nullptr, 8));
    return edit;
}

} // namespace

Result<PostSteps> parse_post_steps(const json::Value& options) {
    PostSteps steps;
    for (const json::Value& name : options["hooks"].as_array())
        steps.hooks.push_back(name.as_string());
    for (const json::Value& command : options["commands"].as_array())
        steps.commands.push_back(parse_command(command));
    for (const json::Value& value : options["edit"].as_array()) {
        SLIPWAY_TRY_ASSIGN(Edit edit, parse_edit(value));
        steps.edits.push_back(std::move(edit));
    }
    return steps;
}

} // namespace slipway::rootfs
