// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway export and import: a run as one file, to be audited, reproduced or kept elsewhere.
#include "command.hpp"
#include "provenance.hpp"
#include "session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <transfer/pack.hpp>
#include <unistd.h>
#include <worker/user_namespace.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace slipway::host {

using support::Error;
using support::Kind;
using support::Result;
using transfer::Unpacked;

namespace {

int export_run(const Arguments& arguments) {
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    const std::string& file = arguments.positional()[1];
    auto packed = transfer::pack(state.value(), arguments.first(), file);
    if (!packed) return complain(packed.error());
    fmt::print("{}: run {}, {} artifacts\n", file, packed.value().run, packed.value().artifacts);
    if (!packed.value().missing.empty())
        fmt::print(
            "{} artifacts are no longer in the store, or went through a pipe and were not kept (\"keep\")\n",
            packed.value().missing.size());
    return exit_done;
}

/// Everything below work/ goes when the next host takes the lock, whatever becomes of this one.
Result<std::string> scratch_folder(const State& state) {
    SLIPWAY_TRY(support::make_dirs(state.folder + "/work", 0700));
    std::string folder = state.folder + "/work/import-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return support::errno_error("making '" + folder + "'", errno);
    return folder;
}

/// Kind::conflict if the journal has another run of that id. True: it has this one.
Result<bool> is_known(const State& state, const Unpacked& unpacked) {
    const std::string& id = unpacked.record.run.id;
    const auto found = state.journal.find_run(id);
    if (!found && found.error().kind == Kind::not_found) return false;
    SLIPWAY_TRY_ASSIGN(const transfer::Record known, transfer::record_of(state.journal, id));
    const bool same = known.run.text == unpacked.record.run.text
                      && transfer::run_text(known, {}) == transfer::run_text(unpacked.record, {})
                      && transfer::events_text(known) == transfer::events_text(unpacked.record);
    if (same) return true;
    return Error{Kind::conflict, "run '" + id + "' is here already, and is another one",
                 "it went on here or there since; import it into another --state folder to compare"};
}

Result<void> adopt_artifacts(const State& state, const Unpacked& unpacked) {
    for (const std::string& sha256 : unpacked.artifacts) {
        SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(sha256));
        if (state.store.check(digest)) continue;
        const std::filesystem::path path = unpacked.store.path_of(digest);
        const support::UniqueFd folder(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!folder) return support::errno_error("opening '" + path.parent_path().string() + "'", errno);
        SLIPWAY_TRY_ASSIGN(store::Draft draft, state.store.take(folder.get(), path.filename(), digest));
        SLIPWAY_TRY_ASSIGN(store::Draft sealed, state.store.seal(std::move(draft)));
        SLIPWAY_TRY(state.store.commit(std::move(sealed))); // under the digest of what is there
    }
    return {};
}

/// Whether the run is new here.
Result<bool> adopt(State& state, const Unpacked& unpacked) {
    SLIPWAY_TRY_ASSIGN(const bool known, is_known(state, unpacked));
    SLIPWAY_TRY(adopt_artifacts(state, unpacked));
    const transfer::Record& record = unpacked.record;
    if (!known) SLIPWAY_TRY(state.journal.adopt_run(record.run, record.stages, record.events));
    // Best effort: it cannot be told of a run whose lock is not in the export. `slipway provenance` says so
    // then.
    if (record.run.state == "done" && !has_provenance(state, record.run.id))
        (void)keep_provenance(state, record.run.id);
    return !known;
}

int import_run(const Arguments& arguments) {
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    auto lock = StateLock::take(state.value(), arguments);
    if (!lock) return complain(lock.error());
    auto folder = scratch_folder(state.value());
    if (!folder) return complain(folder.error());
    auto unpacked = transfer::unpack(arguments.first(), folder.value());
    Result<bool> adopted = unpacked ? adopt(state.value(), unpacked.value()) : Result<bool>(unpacked.error());
    (void)worker::remove_work_folder(folder.value());
    if (!adopted) {
        const int code = complain(adopted.error());
        return adopted.error().kind == Kind::conflict ? int{exit_conflict} : code;
    }
    fmt::print("run {}: {}\n", unpacked.value().record.run.id,
               adopted.value() ? "imported" : "is here already");
    return exit_done;
}

} // namespace

Command export_command() {
    return {{"export", "RUN FILE", "write a run with all its artifacts into one file",
             "Writes RUN (an id or the beginning of one) to FILE, a tar archive compressed with zstd: its "
             "record, chain,\n"
             "log, lock, provenance and artifacts, with SHA256SUMS. The same run gives the same bytes.",
             "slipway export 20261105-0200 release.tar.zst", state_options(), 2, 2},
            &export_run};
}

Command import_command() {
    return {{"import", "FILE", "take a run that slipway export wrote",
             "Takes the run in FILE into the state folder, after every byte of it has been checked. A run "
             "that is here\n"
             "already is left as it is; if it is another one, nothing is changed and the exit code is 3.",
             "slipway import release.tar.zst", state_options(), 1, 1},
            &import_run};
}

} // namespace slipway::host
