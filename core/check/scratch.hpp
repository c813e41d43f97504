// SPDX-License-Identifier: GPL-3.0-or-later
//
// The folders of one or more runs of a case: a copy of its world, work and cache folder.
#pragma once

#include "sample.hpp"

#include <config/options.hpp>
#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::check {

/// In which order a copy is made. On a tmpfs it is the order, backwards, in which readdir(3) tells it.
enum class Order { forward, backward };

/// An artifact that an input port gets.
struct PlacedInput {
    std::string path;
    support::json::Value description; ///< as input_meta() gives it
};

/// Removed with everything in it.
class Scratch {
public:
    /// Makes `folder`, instead of what is there. Copies what the case names, with its folders in `order`, and
    /// runs what prepares it.
    static support::Result<Scratch> create(const std::string& folder, const Sample& sample,
                                           const config::Schema& schema, Order order);

    Scratch(Scratch&& other) noexcept;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch();

    std::string world() const { return folder_ + "/case"; }

    std::string work() const { return folder_ + "/work"; }

    std::string cache() const { return folder_ + "/cache"; }

    /// Where the probe host keeps artifacts; the stage does not know it.
    std::string artifacts() const { return folder_ + "/artifacts"; }

    const std::map<std::string, std::vector<PlacedInput>>& inputs() const { return inputs_; }

    /// An empty work folder, as each run gets.
    support::Result<void> renew_work() const;

    /// The case's options as configure() gets them, and the paths that they name.
    const support::json::Value& options() const { return options_; }

    /// What the stage may write to.
    std::vector<std::string> write_paths() const;

    /// A digest of the case's world.
    support::Result<std::string> digest() const;

private:
    explicit Scratch(std::string folder) : folder_(std::move(folder)) {}

    support::Result<void> place_inputs(const Sample& sample);
    support::Result<void> copy(const Sample& sample, const config::Schema& schema, Order order);
    support::Result<void> prepare(const Sample& sample) const;

    std::string folder_;
    support::json::Value options_;
    std::vector<config::OptionPath> paths_;
    std::map<std::string, std::vector<PlacedInput>> inputs_;
};

/// A folder of this process, made when it is first used, removed with everything in it.
class ScratchRoot {
public:
    explicit ScratchRoot(std::string parent) : parent_(std::move(parent)) {}

    ~ScratchRoot();
    ScratchRoot(const ScratchRoot&) = delete;

    support::Result<std::string> folder();

private:
    std::string parent_, folder_;
};

/// The folder for temporary files, and one on a tmpfs if there is such a one.
std::string usual_parent();
std::string other_parent();

} // namespace slipway::check
