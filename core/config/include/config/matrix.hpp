// SPDX-License-Identifier: GPL-3.0-or-later
//
// The matrix: which cells a stage has, and which cells of other stages go with them.
#pragma once

#include <config/chain_file.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace slipway::config {

/// Whether two cells have the same value on every axis they share.
bool agree(const Cell& a, const Cell& b);

/// Whether a cell has one of the values on every axis of the area. One that lacks an axis is not meant.
bool is_among(const Cell& cell, const Area& area);

/// Whether every cell that is among `part` is among `whole`, too.
bool is_within(const Area& part, const Area& whole);

/// The stage's cells: every combination of its axes' values that is not excluded, the last axis changing
/// fastest. One empty cell for no axes.
std::vector<Cell> cells_of(const Chain& chain, const Stage& stage);

/// The instances of a chain, by stage and cell. The chain must outlive it.
class Matrix {
public:
    explicit Matrix(const Chain& chain);

    /// Instances are known by the order in which they are added.
    void add(std::size_t stage, const Cell& cell);

    /// Those of a stage whose cells agree with `cell`.
    std::vector<std::size_t> instances(std::size_t stage, const Cell& cell) const;

    /// Those that a stage in this cell comes after: of each stage it needs those that agree. Where all of
    /// these are excluded, those that they would have come after.
    std::set<std::size_t> needed(std::size_t stage, const Cell& cell) const;

    /// The index of the stage of this id, which must be there.
    std::size_t stage(const std::string& id) const { return index_.at(id); }

private:
    void collect(std::size_t stage, const Cell& cell, std::set<std::size_t>& found,
                 std::set<std::size_t>& seen) const;

    struct Entry {
        std::size_t number = 0;
        Cell cell;
    };

    const Chain& chain_;
    std::map<std::string, std::size_t> index_;
    std::vector<std::vector<Entry>> stages_;
    std::size_t count_ = 0;
};

} // namespace slipway::config
