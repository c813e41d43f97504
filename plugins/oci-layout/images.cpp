// SPDX-License-Identifier: GPL-3.0-or-later
#include <images.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <optional>

namespace slipway::oci {

using support::Error;
using support::Kind;
using support::Result;

namespace {

std::string text_of(const Variant& variant) {
    std::vector<std::string> parts;
    for (const auto& [axis, value] : variant)
        parts.push_back(axis + "=" + value);
    return support::printable(support::join(parts, ","));
}

/// `variant` with the values of `base` in place of its own.
Variant based(Variant variant, const Variant& base) {
    for (auto& [axis, value] : variant)
        for (const auto& [name, other] : base)
            if (axis == name) value = other;
    return variant;
}

class Maker {
public:
    Maker(const std::vector<Source>& sources, const ImagesSettings& settings, std::int64_t mtime,
          const Meter& meter)
        : sources_(sources), settings_(settings), mtime_(mtime), meter_(meter), whole_(sources.size()) {}

    Result<std::vector<Image>> run() {
        SLIPWAY_TRY(place());
        SLIPWAY_TRY(find_bases());
        for (const Source& source : sources_) {
            SLIPWAY_TRY_ASSIGN(Tree tree, Tree::read(source.fd, source.name));
            trees_.push_back(std::move(tree));
        }
        for (std::size_t i = 0; i < sources_.size(); ++i)
            SLIPWAY_TRY(fill(i));
        return std::move(images_);
    }

private:
    Result<void> place() {
        for (const Source& source : sources_) {
            SLIPWAY_TRY_ASSIGN(const std::string platform, fill_in(settings_.platform, source.variant));
            SLIPWAY_TRY_ASSIGN(const std::string folder, fill_in(settings_.folder, source.variant));
            Image image{source.name, {}, {}, {}};
            SLIPWAY_TRY_ASSIGN(image.platform, common::parse_platform(platform));
            SLIPWAY_TRY_ASSIGN(image.folder, folder_of(folder));
            images_.push_back(std::move(image));
        }
        return check_images(images_);
    }

    Result<void> find_bases() {
        bases_.resize(sources_.size());
        for (std::size_t i = 0; i < sources_.size() && !settings_.base.empty(); ++i) {
            const Variant wanted = based(sources_[i].variant, settings_.base);
            const auto it = std::ranges::find(sources_, wanted, &Source::variant);
            const bool has_axes = std::ranges::all_of(settings_.base, [&](const auto& value) {
                return std::ranges::find(wanted, value) != wanted.end();
            });
            if (it == sources_.end() || !has_axes)
                return Error{Kind::config,
                             "base: '" + support::printable(sources_[i].name) + "' has none: no input is "
                                 + text_of(has_axes ? wanted : settings_.base),
                             "wire the stage that makes the base, too; \"base\" is axes and values such as "
                             "{\"group\": \"base\"}"};
            bases_[i] = static_cast<std::size_t>(it - sources_.begin());
        }
        return {};
    }

    Result<void> fill(std::size_t i) {
        const std::size_t base = bases_[i].value_or(i);
        SLIPWAY_TRY(make_whole(base));
        images_[i].layers = *whole_[base];
        if (base == i) return {};
        SLIPWAY_TRY_ASSIGN(const Content content, delta(trees_[base], trees_[i], mtime_));
        SLIPWAY_TRY_ASSIGN(const auto layers, make_layers(content, settings_.layers, meter()));
        images_[i].layers.insert(images_[i].layers.end(), layers.begin(), layers.end());
        return {};
    }

    Result<void> make_whole(std::size_t i) {
        if (whole_[i]) return {};
        SLIPWAY_TRY_ASSIGN(whole_[i], make_layers(all_of(trees_[i]), settings_.layers, meter()));
        return {};
    }

    /// Counts on from what is done.
    Meter meter() {
        before_ = done_;
        return [this](std::uint64_t done) {
            done_ = before_ + done;
            return meter_(done_);
        };
    }

    const std::vector<Source>& sources_;
    const ImagesSettings& settings_;
    std::int64_t mtime_;
    const Meter& meter_;
    std::vector<Image> images_;
    std::vector<Tree> trees_;
    std::vector<std::optional<std::size_t>> bases_;
    std::vector<std::optional<std::vector<Layer>>> whole_;
    std::uint64_t before_ = 0, done_ = 0;
};

} // namespace

Result<std::vector<Image>> make_images(const std::vector<Source>& sources, const ImagesSettings& settings,
                                       std::int64_t mtime, const Meter& meter) {
    return Maker(sources, settings, mtime, meter).run();
}

} // namespace slipway::oci
