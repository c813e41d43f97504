// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/pack.hpp"
#include "version.hpp"

#include <support/tar.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <set>

namespace slipway::host::transfer {

using support::Digest;
using support::Error;
using support::Kind;
using support::Result;
using support::TarEntry;
using support::TarReader;

namespace {

constexpr std::size_t most_document_bytes = 256u << 20;

Error wrong(const std::string& what) {
    return {Kind::verify, what, "it was damaged or changed: export the run again"};
}

/// Takes entry after entry. Nothing of a name goes into a path: what is expected is compared, what is not is
/// refused.
class Unpacker {
public:
    Unpacker(TarReader& reader, store::Store store) : reader_(reader), store_(std::move(store)) {}

    Result<void> run() {
        for (;;) {
            SLIPWAY_TRY_ASSIGN(const auto entry, reader_.next());
            if (!entry) break;
            SLIPWAY_TRY(take(*entry));
        }
        if (documents_.empty()) return wrong("there is no run in it");
        for (const auto& [digest, size] : expected_)
            if (!seen_.contains(digest)) return wrong("artifact " + digest + " is not in it");
        return check_documents();
    }

    Unpacked result() {
        return {std::move(record_), std::move(missing_), {seen_.begin(), seen_.end()}, std::move(store_)};
    }

private:
    Result<void> take(const TarEntry& entry) {
        if (entry.type != support::TarType::file)
            return wrong("'" + support::printable(entry.path) + "' is a " + support::name_of(entry.type)
                         + " and no file");
        if (documents_.empty()) return take_run(entry);
        const std::string folder = record_.run.id + "/";
        if (!entry.path.starts_with(folder)) return unexpected(entry);
        const std::string name = entry.path.substr(folder.size());
        if (name.starts_with(artifacts_folder))
            return take_artifact(entry, name.substr(std::string_view(artifacts_folder).size()));
        for (const char* document : {chain_file, events_file, lock_file, provenance_file, sums_file})
            if (name == document) return take_document(entry, name);
        return unexpected(entry);
    }

    static Error unexpected(const TarEntry& entry) {
        return wrong("'" + support::printable(entry.path) + "' does not belong in it");
    }

    /// The first entry: it says which folder and which artifacts are to come.
    Result<void> take_run(const TarEntry& entry) {
        SLIPWAY_TRY_ASSIGN(const std::string text, reader_.text(most_document_bytes));
        const std::size_t slash = entry.path.find('/');
        if (slash == std::string::npos || entry.path.substr(slash + 1) != run_file) return unexpected(entry);
        SLIPWAY_TRY_ASSIGN(record_, parse_run(text, missing_));
        if (record_.run.id != entry.path.substr(0, slash)) return unexpected(entry);
        documents_.emplace(run_file, text);
        expected_ = artifacts_of(record_);
        for (const std::string& digest : missing_)
            if (expected_.erase(digest) == 0)
                return wrong("run.json: it misses an artifact that it has not made");
        return {};
    }

    Result<void> take_document(const TarEntry& entry, const std::string& name) {
        SLIPWAY_TRY_ASSIGN(std::string text, reader_.text(most_document_bytes));
        if (!documents_.emplace(name, std::move(text)).second) return unexpected(entry);
        return {};
    }

    /// Its name says what it must be, and run.json how long.
    Result<void> take_artifact(const TarEntry& entry, const std::string& digest) {
        const auto it = expected_.find(digest);
        if (it == expected_.end() || !seen_.insert(digest).second) return unexpected(entry);
        if (entry.size != it->second)
            return wrong("artifact " + digest + " has not the size that run.json says");
        SLIPWAY_TRY_ASSIGN(store::Draft draft, store_.create());
        support::Sha256 hash;
        SLIPWAY_TRY(reader_.content([&](std::string_view bytes) -> Result<void> {
            hash.update(bytes);
            return support::write_all(draft.fd(), bytes, "unpacking an artifact");
        }));
        const Digest actual = hash.finish();
        if (actual.hex() != digest) return wrong("artifact " + digest + " is damaged");
        SLIPWAY_TRY_ASSIGN(store::Draft sealed, store_.seal(std::move(draft)));
        SLIPWAY_TRY(store_.commit(std::move(sealed), {actual, entry.size}));
        return {};
    }

    /// Every document is what the record and the artifacts make it.
    Result<void> check_documents() {
        for (const char* name : {chain_file, events_file, sums_file})
            if (!documents_.contains(name)) return wrong(std::string(name) + " is not in it");
        record_.run.text = documents_.at(chain_file);
        SLIPWAY_TRY_ASSIGN(record_.events, parse_events(documents_.at(events_file)));
        const std::string sums = documents_.at(sums_file);
        documents_.erase(sums_file);
        if (sums != sums_text(documents_, {seen_.begin(), seen_.end()}))
            return wrong("SHA256SUMS does not fit");
        SLIPWAY_TRY_ASSIGN(auto made, documents_of(record_, missing_, store_));
        // Another slipway may have written its provenance in another form; the record is what counts.
        if (record_.run.settings["host"].as_string() != version) {
            made.erase(provenance_file);
            documents_.erase(provenance_file);
        }
        for (const auto& [name, text] : documents_)
            if (const auto it = made.find(name); it == made.end() || it->second != text)
                return wrong(name + " is not what the run's record says");
        return made.size() == documents_.size() ? Result<void>()
                                                : wrong("a document of the run is not in it");
    }

    TarReader& reader_;
    store::Store store_;
    Record record_{};
    std::vector<std::string> missing_{};
    std::map<std::string, std::string> documents_{};
    std::map<std::string, std::uint64_t> expected_{}; ///< artifacts, with their sizes
    std::set<std::string> seen_{};
};

} // namespace

Result<Unpacked> unpack(const std::string& path, const std::string& folder) {
    SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, support::open_read(path));
    const std::string subject = "'" + path + "'";
    auto reader = TarReader::open(fd.get());
    if (!reader) return std::move(reader).error().in(subject);
    SLIPWAY_TRY_ASSIGN(store::Store store, store::Store::open(folder + "/store"));
    Unpacker unpacker(reader.value(), std::move(store));
    if (auto done = unpacker.run(); !done) return std::move(done).error().in(subject);
    return unpacker.result();
}

} // namespace slipway::host::transfer
