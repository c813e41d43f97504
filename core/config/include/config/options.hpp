// SPDX-License-Identifier: GPL-3.0-or-later
//
// A stage's options against the schema its plugin carries: validation, defaults, paths, secrets.
#pragma once

#include <config/chain_file.hpp>
#include <config/problem.hpp>

#include <memory>
#include <string>
#include <vector>

namespace slipway::config {

/// A compiled JSON Schema (draft-07). Thread-safe once made.
class Schema {
public:
    /// Kind::config if the text is no JSON or no usable schema.
    static support::Result<Schema> parse(const std::string& text);

    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;
    ~Schema();

    const support::json::Value& document() const;

    /// Every violation: pointer below `value`, what was expected and what was found, and a hint (the
    /// nearest known key or value). A string that holds a "${" passes every check but `type`. The pointers
    /// are relative to `value`; positions are those of the offending values.
    Problems validate(const support::json::Value& value) const;

private:
    struct Compiled;
    explicit Schema(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

/// Validate an instance's options; places refer to the chain file (or the override's options file).
Problems validate_options(const Chain& chain, const Instance& instance, const Schema& schema);

enum class PathUse { file, tree, write };

/// An option that names a path ("slipwayPath" in the schema).
struct OptionPath {
    std::string pointer; ///< into the options
    std::string path;    ///< absolute; file:// is taken off
    PathUse use;
};

/// Fill in the schema's defaults, make paths absolute against `folder`, and list them. Path options may be
/// strings or arrays of strings; a URL with a scheme is left alone, except file://, which is listed too. A
/// path that holds a runtime reference is left alone: call it again after resolve(), nothing is done twice.
std::vector<OptionPath> complete_options(support::json::Value& options, const Schema& schema,
                                         const std::string& folder);

/// A program that a stage with certain options starts ("slipwayPrograms" in the schema).
struct OptionProgram {
    std::string name;    ///< or a path
    std::string package; ///< Debian's package with it; "" if the plugin does not know
};

/// Those of `options`, as complete_options() has left them. A name that is not known before the run is left
/// out.
std::vector<OptionProgram> option_programs(const support::json::Value& options, const Schema& schema);

/// The machine that what a stage with these options makes is for, as they name it (the option that
/// "slipwayMachine" in the schema points to); "" if they do not, or not before the run.
std::string option_machine(const support::json::Value& options, const Schema& schema);

/// NAME of every {"secret": "NAME"} object in the options, sorted, each once. Ask before resolve(): what
/// another stage wrote must not name secrets.
std::vector<std::string> secret_names(const support::json::Value& options);

} // namespace slipway::config
