// SPDX-License-Identifier: GPL-3.0-or-later
//
// A run outside its state folder: the documents it is told in. docs/reference/export.md describes them.
#pragma once

#include <journal/journal.hpp>
#include <store/store.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::host::transfer {

struct Record {
    journal::RunRecord run; ///< without the process that ran it
    std::vector<journal::StageRecord> stages = {};
    std::vector<journal::EventRecord> events = {};
};

/// A run as the journal has it. Kind::conflict if it is running just now, Kind::config if it is a plan.
support::Result<Record> record_of(const journal::Journal& journal, const std::string& id);

/// Every artifact the run made or was given, by SHA-256, with its size.
std::map<std::string, std::uint64_t> artifacts_of(const Record& record);

/// run.json: all but the chain's text and the events. `missing`: artifacts that are not in the export.
std::string run_text(const Record& record, const std::vector<std::string>& missing);

/// events.jsonl: one a line.
std::string events_text(const Record& record);

/// From run.json. Kind::verify for anything that no slipway would write: what is in here goes into a journal,
/// and from there into paths, pages and plugins.
support::Result<Record> parse_run(const std::string& text, std::vector<std::string>& missing);
support::Result<std::vector<journal::EventRecord>> parse_events(const std::string& text);

} // namespace slipway::host::transfer
