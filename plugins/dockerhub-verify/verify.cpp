// SPDX-License-Identifier: GPL-3.0-or-later
#include "verify.hpp"

#include "expected.hpp"
#include "handoff.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

namespace slipway::verify {

namespace json = support::json;
using support::Digest;
using support::Error;
using support::Kind;
using support::printable;
using support::Result;

namespace {

constexpr std::uint64_t max_config = 8u << 20;

std::string name_of(const Digest& digest) {
    return "sha256:" + digest.hex();
}

/// Whether an error says what is wrong with the image, not with the way to it.
bool about_image(const Error& error) {
    return error.kind == Kind::verify || error.kind == Kind::unsupported || error.kind == Kind::config;
}

class Verification {
public:
    Verification(Registry& registry, const Order& order, const Against& against, const Meter& meter)
        : registry_(registry), order_(order), against_(against), meter_(meter), left_(order.limits) {}

    Result<Outcome> run() {
        std::string name = order_.image.digest;
        if (name.empty()) {
            SLIPWAY_TRY_ASSIGN(const auto digest, registry_.digest_of_tag(order_.image.tag));
            if (!digest) return Outcome(missing(order_.image.tag));
            name = *digest;
        }
        // From here on by digest: a tag that moves meanwhile changes nothing.
        SLIPWAY_TRY_ASSIGN(Fetched fetched, registry_.document(name));
        verdict_.digest = name_of(fetched.digest);
        SLIPWAY_TRY(check_tags());
        if (!pending_) SLIPWAY_TRY(noting("manifest", take_document(std::move(fetched))));
        return pending_ ? Outcome(*pending_) : Outcome(std::move(verdict_));
    }

private:
    static Pending missing(const std::string& tag) {
        return {"build", "the registry does not have the tag '" + tag + "' yet"};
    }

    /// The result of a part of the image: what is wrong with it becomes a finding.
    Result<void> noting(const std::string& subject, Result<void> result) {
        if (result || !about_image(result.error())) return result;
        verdict_.findings.add({subject, "form", "", result.error().what});
        return {};
    }

    Result<void> check_tags() {
        for (const std::string& tag : order_.more_tags) {
            SLIPWAY_TRY_ASSIGN(const auto digest, registry_.digest_of_tag(tag));
            if (!digest)
                pending_ = missing(tag);
            else if (*digest != verdict_.digest)
                pending_ = Pending{"Hub", "the tag '" + tag + "' is another image than '" + order_.image.tag
                                              + "' still"};
        }
        return {};
    }

    Result<void> take_document(const Fetched& fetched) {
        SLIPWAY_TRY_ASSIGN(const json::Value document, parse_document(fetched.text));
        SLIPWAY_TRY_ASSIGN(const Document kind, kind_of_document(fetched.media_type, document));
        if (kind == Document::manifest) return take_manifest(name_of(fetched.digest), document);
        SLIPWAY_TRY_ASSIGN(const Index index, parse_index(document));
        const IndexEntry* const entry = choose(index);
        if (entry == nullptr) {
            pending_ = Pending{"build", index.entries.empty() ? "the index has no image yet"
                                                              : "the index has no image for "
                                                                    + order_.platform.text() + " yet"};
            return {};
        }
        const std::string name = name_of(entry->descriptor.digest);
        SLIPWAY_TRY_ASSIGN(const Fetched chosen, registry_.document(name));
        if (chosen.text.size() != entry->descriptor.size)
            verdict_.findings.add({"index", "size", std::to_string(chosen.text.size()),
                                   std::to_string(entry->descriptor.size)});
        SLIPWAY_TRY_ASSIGN(const json::Value manifest, parse_document(chosen.text));
        SLIPWAY_TRY_ASSIGN(const Document inner, kind_of_document(chosen.media_type, manifest));
        if (inner == Document::index)
            return Error{Kind::verify, "an index in an index: engines choose differently"};
        return take_manifest(name, manifest);
    }

    /// The platform's image. Two are a finding: which one an engine takes is its own affair.
    const IndexEntry* choose(const Index& index) {
        const IndexEntry* chosen = nullptr;
        const common::Platform& wanted = order_.platform;
        for (const IndexEntry& entry : index.entries) {
            const common::Platform& p = entry.platform;
            const bool attestation =
                p.os == "unknown"
                && p.architecture == "unknown"; // BuildKit's, docs.docker.com/build/metadata/attestations
            if (p.os != wanted.os || p.architecture != wanted.architecture) {
                verdict_.not_verified.push_back(attestation ? "attestation"
                                                            : printable(p.text().substr(0, 100)));
                continue;
            }
            if (chosen != nullptr)
                verdict_.findings.add({"index", "platform", "one image for " + wanted.text(),
                                       "two, such as " + printable(p.text())});
            if (chosen == nullptr || same_platform(wanted, p)) chosen = &entry;
        }
        if (chosen != nullptr && !same_platform(wanted, chosen->platform))
            verdict_.findings.add({"index", "platform", wanted.text(), printable(chosen->platform.text())});
        return chosen;
    }

    Result<void> take_manifest(const std::string& digest, const json::Value& document) {
        verdict_.manifest = digest;
        SLIPWAY_TRY_ASSIGN(const Manifest manifest, parse_manifest(document, verdict_.findings));
        total_ = manifest.config.size;
        for (const Descriptor& layer : manifest.layers)
            total_ += layer.size;
        verdict_.config_blob = manifest.config;
        SLIPWAY_TRY(noting("config", take_config(manifest)));
        for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
            verdict_.layers.push_back({manifest.layers[i], std::nullopt});
            SLIPWAY_TRY(noting(fmt::format("layer {}", i + 1), take_layer(i)));
        }
        compare_layout(manifest);
        compare_content();
        return {};
    }

    Result<void> take_config(const Manifest& manifest) {
        if (manifest.config.size > max_config)
            return Error{Kind::verify, "a configuration of " + support::human_bytes(manifest.config.size)};
        std::string text;
        SLIPWAY_TRY(registry_.blob(manifest.config, [&](std::string_view bytes) {
            text += bytes;
            return Result<void>();
        }));
        advance(manifest.config.size);
        SLIPWAY_TRY_ASSIGN(verdict_.config, parse_document(text));
        check_platform(verdict_.config, order_.platform, verdict_.findings);
        // A layout's configuration has to be that very blob: compare_layout().
        if (!order_.config.config.is_null() || !against_.layout)
            check_config(verdict_.config, order_.config, verdict_.findings);
        if (order_.config.config.is_null() && !against_.layout)
            verdict_.not_compared.insert(verdict_.not_compared.end(), {"Cmd", "Env", "Labels"});
        SLIPWAY_TRY_ASSIGN(diff_ids_,
                           diff_ids_of(verdict_.config, manifest.layers.size(), verdict_.findings));
        return {};
    }

    Result<void> take_layer(std::size_t number) {
        const Descriptor blob = verdict_.layers[number].blob;
        const auto compression = compression_of(blob.media_type);
        if (!compression) return {}; // it is a finding already
        SLIPWAY_TRY_ASSIGN(const auto reader,
                           LayerReader::create(*compression, tree_, number, left_, verdict_.findings));
        Handoff handoff([&](std::string_view bytes) { return reader->feed(bytes); });
        SLIPWAY_TRY(registry_.blob(blob, [&](std::string_view bytes) {
            advance(bytes.size());
            return handoff.push(bytes);
        }));
        SLIPWAY_TRY(handoff.finish());
        SLIPWAY_TRY_ASSIGN(const Digest diff_id, reader->finish());
        verdict_.layers[number].diff_id = diff_id;
        if (number < diff_ids_.size() && diff_ids_[number] != diff_id)
            verdict_.findings.add({fmt::format("layer {}", number + 1), "diff_id",
                                   name_of(diff_ids_[number]) + " (says the configuration)",
                                   name_of(diff_id)});
        return {};
    }

    void advance(std::uint64_t bytes) { meter_(done_ += bytes, total_); }

    /// Builder: oci-import keeps configuration and layers as they are.
    void compare_layout(const Manifest& found) {
        if (!against_.layout) return;
        const Manifest& wanted = *against_.layout;
        if (wanted.config.digest != found.config.digest)
            verdict_.findings.add(
                {"config", "digest", name_of(wanted.config.digest), name_of(found.config.digest)});
        for (std::size_t i = 0; i < std::max(wanted.layers.size(), found.layers.size()); ++i) {
            const std::string was = i < wanted.layers.size() ? name_of(wanted.layers[i].digest) : "missing";
            const std::string is = i < found.layers.size() ? name_of(found.layers[i].digest) : "missing";
            if (was != is) verdict_.findings.add({fmt::format("layer {}", i + 1), "digest", was, is});
        }
    }

    void compare_content() {
        verdict_.entries = tree_.paths().size();
        for (const auto& [path, name] : tree_.paths())
            verdict_.size += tree_.inode(name.inode).entry.size;
        if (against_.tree) {
            if (!compare(*against_.tree, tree_, order_.compare, verdict_.findings))
                verdict_.not_compared.push_back("mtime");
        } else if (!against_.layout) {
            verdict_.not_compared.push_back("content of files");
        }
        if (!against_.packages) return;
        const std::set<std::string> found = packages_of_tree(tree_);
        for (const std::string& package : *against_.packages)
            if (!found.contains(package))
                verdict_.findings.add({printable(package), "package", "installed", "missing"});
        for (const std::string& package : found)
            if (!against_.packages->contains(package))
                verdict_.findings.add({printable(package), "package", "missing", "installed"});
    }

    Registry& registry_;
    const Order& order_;
    const Against& against_;
    const Meter& meter_;
    Limits left_;
    Tree tree_;
    std::vector<Digest> diff_ids_;
    Verdict verdict_;
    std::optional<Pending> pending_;
    std::uint64_t done_ = 0, total_ = 0;
};

} // namespace

Result<Outcome> verify(Registry& registry, const Order& order, const Against& against, const Meter& meter) {
    auto outcome = Verification(registry, order, against, meter).run();
    if (!outcome && outcome.error().kind == Kind::net_transient && registry.busy())
        return Outcome(Pending{"registry", *registry.busy()});
    return outcome;
}

} // namespace slipway::verify
