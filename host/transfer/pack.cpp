// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/pack.hpp"

#include "provenance.hpp"

#include <chain/pin.hpp>
#include <fcntl.h>
#include <support/tar_writer.hpp>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace slipway::host::transfer {

namespace json = support::json;
using support::Digest;
using support::Result;
using support::UniqueFd;

namespace {

/// A file that is there under its own name when it is whole, or not at all.
class Draft {
public:
    explicit Draft(std::string target)
        : target_(std::move(target)), path_(support::draft_of(target_)),
          fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) {}

    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    ~Draft() {
        if (fd_) ::unlink(path_.c_str());
    }

    const UniqueFd& fd() const { return fd_; }

    Result<void> finish() {
        if (::fsync(fd_.get()) != 0 || ::rename(path_.c_str(), target_.c_str()) != 0)
            return support::errno_error("writing '" + target_ + "'", errno);
        fd_.reset();
        const std::string folder = std::filesystem::path(target_).parent_path();
        return support::sync_dir(folder.empty() ? "." : folder);
    }

private:
    std::string target_;
    std::string path_;
    UniqueFd fd_;
};

Result<void> add_artifacts(support::TarWriter& writer, const State& state, const Record& record,
                           const std::vector<std::string>& artifacts) {
    for (const std::string& sha256 : artifacts) {
        SLIPWAY_TRY_ASSIGN(const Digest digest, Digest::parse(sha256));
        SLIPWAY_TRY_ASSIGN(const std::uint64_t size, state.store.check(digest));
        SLIPWAY_TRY_ASSIGN(const UniqueFd fd, state.store.open_artifact(digest));
        SLIPWAY_TRY(writer.add(record.run.id + "/" + artifacts_folder + sha256, fd.get(), size));
    }
    return {};
}

} // namespace

std::string sums_text(const std::map<std::string, std::string>& documents,
                      const std::vector<std::string>& artifacts) {
    std::string text;
    for (const auto& [name, content] : documents)
        text += Digest::of(content).hex() + "  " + name + "\n";
    for (const std::string& digest : artifacts)
        text += digest + "  " + artifacts_folder + digest + "\n";
    return text;
}

Result<std::map<std::string, std::string>>
documents_of(const Record& record, const std::vector<std::string>& missing, const store::Store& store) {
    std::map<std::string, std::string> documents{{run_file, run_text(record, missing)},
                                                 {chain_file, record.run.text},
                                                 {events_file, events_text(record)}};
    auto locks = chain::made_locks(record.stages, store);
    if (!locks) return documents; // a lock is gone: neither it nor what is made of it can be told
    if (!locks.value().empty())
        documents.emplace(lock_file, json::dump_pretty(chain::join_locks(locks.value())));
    if (record.run.state == "done")
        documents.emplace(provenance_file,
                          json::dump_pretty(provenance_statement(record.run, record.stages, locks.value(),
                                                                 sandboxes_of(record.events))));
    return documents;
}

Result<Packed> pack(const State& state, const std::string& id, const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const Record record, record_of(state.journal, id));
    Packed packed{record.run.id, 0, {}};
    std::vector<std::string> artifacts;
    for (const auto& [sha256, size] : artifacts_of(record)) {
        const auto digest = Digest::parse(sha256);
        (digest && state.store.check(digest.value()) ? artifacts : packed.missing).push_back(sha256);
    }
    packed.artifacts = artifacts.size();
    SLIPWAY_TRY_ASSIGN(const auto documents, documents_of(record, packed.missing, state.store));
    Draft draft(path);
    if (!draft.fd()) return support::errno_error("writing '" + path + "'", errno);
    SLIPWAY_TRY_ASSIGN(support::TarWriter writer,
                       support::TarWriter::create(draft.fd().get(), record.run.epoch));
    SLIPWAY_TRY(
        writer.add(record.run.id + "/" + run_file, documents.at(run_file))); // first: it says what comes
    for (const auto& [name, text] : documents)
        if (name != run_file) SLIPWAY_TRY(writer.add(record.run.id + "/" + name, text));
    SLIPWAY_TRY(writer.add(record.run.id + "/" + sums_file, sums_text(documents, artifacts)));
    SLIPWAY_TRY(add_artifacts(writer, state, record, artifacts));
    SLIPWAY_TRY(writer.finish());
    SLIPWAY_TRY(draft.finish());
    return packed;
}

} // namespace slipway::host::transfer
