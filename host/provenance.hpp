// SPDX-License-Identifier: GPL-3.0-or-later
//
// How a run's artifacts came to be, as SLSA provenance in an in-toto statement. The document is described in
// docs/reference/provenance.md.
#pragma once

#include "session.hpp"

#include <chain/pin.hpp>

#include <map>
#include <string>

namespace slipway::host {

/// How far each stage was kept to what it declares, by its key: {"level": s, "missing": [s]}.
using Sandboxes = std::map<std::string, support::json::Value>;

/// From a run's events: a stage that ran twice counts by its last time.
Sandboxes sandboxes_of(const std::vector<journal::EventRecord>& events);

/// The statement (in-toto attestation, Statement v1; SLSA v1.0, "Provenance") of a run that is done. A
/// function of its arguments alone: the same record gives the same document. Passwords in URLs are left out.
support::json::Value provenance_statement(const journal::RunRecord& run,
                                          const std::vector<journal::StageRecord>& stages,
                                          const chain::Locks& locks, const Sandboxes& sandboxes = {});

/// The statement of run `id` as text, from the journal and the store. Kind::config: the run is not done.
support::Result<std::string> provenance_of(const State& state, const std::string& id);

/// Whether the state folder has it.
bool has_provenance(const State& state, const std::string& run);

/// Write it to the state folder: provenance/RUN.json.
support::Result<void> keep_provenance(const State& state, const std::string& id);

} // namespace slipway::host
