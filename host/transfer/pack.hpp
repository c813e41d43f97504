// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs into files, and back.
#pragma once

#include "session.hpp"
#include "transfer/record.hpp"

namespace slipway::host::transfer {

// Names in the archive, below a folder that is named like the run.
inline constexpr const char* run_file = "run.json";
inline constexpr const char* chain_file = "chain.jsonc";
inline constexpr const char* events_file = "events.jsonl";
inline constexpr const char* lock_file = "lock.json";
inline constexpr const char* provenance_file = "provenance.json";
inline constexpr const char* sums_file = "SHA256SUMS";
inline constexpr const char* artifacts_folder = "artifacts/";

struct Packed {
    std::string run;
    std::size_t artifacts = 0;
    std::vector<std::string> missing; ///< that the store does not have: streams that were not kept
};

/// Write a run with all that belongs to it to `path`, in one step.
support::Result<Packed> pack(const State& state, const std::string& id, const std::string& path);

/// The files of a run that are made from its record: by name. `store` has its artifacts.
support::Result<std::map<std::string, std::string>>
documents_of(const Record& record, const std::vector<std::string>& missing, const store::Store& store);

/// As sha256sum writes it, for files and artifacts.
std::string sums_text(const std::map<std::string, std::string>& documents,
                      const std::vector<std::string>& artifacts);

/// A run whose every byte has been checked, in a folder of its own.
struct Unpacked {
    Record record;
    std::vector<std::string> missing;
    std::vector<std::string> artifacts; ///< that are in `store`
    store::Store store;
};

/// Read what pack() wrote; `folder` is empty. Kind::verify for anything that is not as it should be.
support::Result<Unpacked> unpack(const std::string& path, const std::string& folder);

} // namespace slipway::host::transfer
