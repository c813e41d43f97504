// SPDX-License-Identifier: GPL-3.0-or-later
//
// Documents from templates: the part of mustache(5) that reports need, over JSON values. The templates are
// our own files, host/reports/templates, embedded when the build is configured.
//
//   {{name}}              the value, escaped; {{a.b}} a member of it, {{.}} the item itself
//   {{{name}}}            the value as it is: for text that was made safe before
//   {{#name}}…{{/name}}   once for each item of an array, once for any other value that is not empty
//   {{^name}}…{{/name}}   if there is no such value, or it is null, false, 0, "" or []
//   {{>name}}             another template
//   {{!remark}}
//
// A name is looked for in the innermost section first. A line that holds nothing but one tag (no value)
// leaves no line behind.
#pragma once

#include <support/json.hpp>

#include <string>
#include <string_view>

namespace slipway::host::reports {

/// Makes a value safe where it stands.
using Escape = std::string (*)(std::string_view text);

/// `text` (a template) with the values of `view`. A template that is not well-formed is a bug and asserts.
std::string render(std::string_view text, const support::json::Value& view, Escape escape);

/// A template by its file's name: "run.html". One that does not exist is a bug and asserts.
std::string_view embedded(std::string_view name);

/// For text and quoted attributes of HTML. Controls that HTML forbids are shown as \xNN.
std::string html_escape(std::string_view text);

/// For a line of Markdown (CommonMark 2.4: a backslash before any ASCII punctuation); line ends become
/// blanks.
std::string markdown_escape(std::string_view text);

} // namespace slipway::host::reports
