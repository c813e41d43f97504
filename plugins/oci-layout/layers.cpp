// SPDX-License-Identifier: GPL-3.0-or-later
#include <bytes.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <layers.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <tar_header.hpp>
#include <unistd.h>

#include <algorithm>

namespace slipway::oci {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

/// Of a unit: small enough for threads to share the work of a large package.
constexpr std::uint64_t most_unit = 8u << 20;

/// For the frame around the units and the blocks that end the tar.
constexpr std::uint64_t frame_size = 2048;

Result<UniqueFd> create(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return support::errno_error("creating '" + path + "'", errno);
    return fd;
}

Error too_large(const Content& content, const Unit& unit, std::uint64_t max_size) {
    const auto first = content.items.begin() + static_cast<std::ptrdiff_t>(unit.begin);
    const auto last = content.items.begin() + static_cast<std::ptrdiff_t>(unit.end);
    const Item& largest =
        *std::max_element(first, last, [](const Item& a, const Item& b) { return a.length() < b.length(); });
    return Error{
        Kind::resource,
        fmt::format("'{}': '{}' has {} bytes ({}) compressed, but max_layer is {} ({})", content.tree->name(),
                    support::printable(largest.path), unit.packed_size,
                    support::human_bytes(unit.packed_size), max_size, support::human_bytes(max_size)),
        "an entry and its hard links cannot be split: try a higher level, or leave it out of the tree"};
}

/// Which units go into which layer.
class Plan {
public:
    /// `reserve`: bytes that each layer may need besides its units.
    Plan(const Content& content, const std::vector<Unit>& units, std::uint64_t max_size,
         std::uint64_t reserve)
        : content_(content), units_(units), max_size_(max_size), reserve_(reserve) {}

    /// The ends of the layers: indexes of units.
    Result<std::vector<std::size_t>> run() {
        used_ = frame_size + reserve_;
        for (std::size_t i = 0; i < units_.size(); i = at_) {
            std::uint64_t size = units_[i].packed_size;
            for (at_ = i + 1; at_ < units_.size() && !units_[at_].begins_segment; ++at_)
                size += units_[at_].packed_size;
            if (used_ + size > max_size_ && i > begin_) end_layer(i);
            if (used_ + size <= max_size_) {
                used_ += size;
                continue;
            }
            for (std::size_t unit = i; unit < at_; ++unit)
                SLIPWAY_TRY(place(unit));
        }
        ends_.push_back(units_.size());
        return std::move(ends_);
    }

private:
    /// A unit of a segment that is too large for one layer.
    Result<void> place(std::size_t unit) {
        const std::uint64_t size = units_[unit].packed_size;
        if (used_ + size > max_size_ && unit > begin_) end_layer(unit);
        if (used_ + size > max_size_) return too_large(content_, units_[unit], max_size_);
        used_ += size;
        return {};
    }

    void end_layer(std::size_t end) {
        ends_.push_back(end);
        begin_ = end;
        used_ = frame_size + reserve_;
    }

    const Content& content_;
    const std::vector<Unit>& units_;
    std::uint64_t max_size_, reserve_, used_ = 0;
    std::size_t begin_ = 0, at_ = 0;
    std::vector<std::size_t> ends_;
};

/// A layer's file in the making: both digests are taken on the way.
class LayerFile {
public:
    LayerFile(const Codec& codec, PieceMaker& maker, int fd) : codec_(codec), maker_(maker), fd_(fd) {}

    Result<void> begin() {
        return codec_.compression == Compression::gzip ? write(common::GzipFrame::begin()) : Result<void>();
    }

    /// Bytes of the tar, to be compressed.
    Result<void> add(std::string_view tar) {
        for (; !tar.empty(); tar.remove_prefix(std::min(codec_.piece_size(), tar.size()))) {
            const std::string_view piece = tar.substr(0, codec_.piece_size());
            SLIPWAY_TRY_ASSIGN(const Packed packed, maker_.make(piece));
            diff_id_.update(piece);
            frame_.add(packed.crc, piece.size());
            SLIPWAY_TRY(write(packed.bytes));
        }
        return {};
    }

    Result<void> add_unit(const Content& content, const Unit& unit, int units) {
        SLIPWAY_TRY(for_items(content, unit.begin, unit.end, [&](std::string_view bytes) {
            diff_id_.update(bytes);
            return Result<void>();
        }));
        frame_.add(unit.crc, unit.size);
        return for_bytes(units, unit.offset, unit.packed_size, "compressed packages",
                         [&](std::string_view bytes) { return write(bytes); });
    }

    Result<Layer> end() {
        SLIPWAY_TRY(add(tar_end()));
        if (codec_.compression == Compression::gzip) SLIPWAY_TRY(write(frame_.end()));
        return Layer{"", codec_.media_type(), digest_.finish(), diff_id_.finish(), size_};
    }

private:
    Result<void> write(std::string_view bytes) {
        digest_.update(bytes);
        size_ += bytes.size();
        return support::write_all(fd_, bytes, "a layer");
    }

    const Codec& codec_;
    PieceMaker& maker_;
    int fd_;
    common::GzipFrame frame_;
    support::Sha256 digest_, diff_id_;
    std::uint64_t size_ = 0;
};

Result<std::string> headers_of(const Tree& tree, const std::vector<const Node*>& folders) {
    std::string headers;
    for (const Node* folder : folders) {
        SLIPWAY_TRY_ASSIGN(
            const std::string header,
            read_bytes(tree.fd(), folder->offset, static_cast<std::size_t>(folder->length), tree.name()));
        headers += header;
    }
    return headers;
}

class LayerMaker {
public:
    LayerMaker(const Content& content, const LayerSettings& settings, std::unique_ptr<PieceMaker> maker)
        : content_(content), settings_(settings), maker_(std::move(maker)) {}

    Result<std::vector<Layer>> run(const Meter& meter) {
        const std::string scratch = settings_.folder + "/units";
        SLIPWAY_TRY_ASSIGN(units_file_, create(scratch));
        ::unlink(scratch.c_str());
        const std::uint64_t limit = settings_.max_size != 0 ? settings_.max_size : ~std::uint64_t{0};
        units_ = cut(content_, std::min(most_unit, limit / 2));
        for (const Unit& unit : units_)
            size_ += unit.size;
        SLIPWAY_TRY(pack(content_, units_, settings_.codec, settings_.threads, units_file_.get(), meter));
        SLIPWAY_TRY_ASSIGN(const auto ends, plan(limit));
        std::vector<Layer> layers;
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            SLIPWAY_TRY_ASSIGN(Layer layer, make(begin, end, meter));
            layers.push_back(std::move(layer));
            begin = end;
        }
        return layers;
    }

private:
    /// One layer if that will do. Otherwise every layer may need all folders' headers, at most.
    Result<std::vector<std::size_t>> plan(std::uint64_t limit) {
        const auto all = [&]() -> Result<std::uint64_t> {
            SLIPWAY_TRY_ASSIGN(const std::string headers,
                               headers_of(*content_.tree, folders_above(content_, 0, content_.items.size())));
            return packed_size(headers);
        };
        SLIPWAY_TRY_ASSIGN(const std::uint64_t missing, all());
        std::uint64_t size = frame_size + missing;
        for (const Unit& unit : units_)
            size += unit.packed_size;
        if (size <= limit) return std::vector{units_.size()};
        std::vector<const Node*> folders;
        for (const Node& node : content_.tree->nodes())
            if (node.entry.type == support::TarType::directory) folders.push_back(&node);
        SLIPWAY_TRY_ASSIGN(const std::string headers, headers_of(*content_.tree, folders));
        SLIPWAY_TRY_ASSIGN(const std::uint64_t reserve, packed_size(headers));
        return Plan(content_, units_, limit, reserve).run();
    }

    Result<std::uint64_t> packed_size(std::string_view tar) {
        std::uint64_t size = 0;
        for (; !tar.empty(); tar.remove_prefix(std::min(settings_.codec.piece_size(), tar.size()))) {
            SLIPWAY_TRY_ASSIGN(const Packed packed,
                               maker_->make(tar.substr(0, settings_.codec.piece_size())));
            size += packed.bytes.size();
        }
        return size;
    }

    Result<Layer> make(std::size_t begin, std::size_t end, const Meter& meter) {
        const std::string draft = settings_.folder + "/layer";
        SLIPWAY_TRY_ASSIGN(const UniqueFd fd, create(draft));
        LayerFile file(settings_.codec, *maker_, fd.get());
        SLIPWAY_TRY(file.begin());
        SLIPWAY_TRY_ASSIGN(
            const std::string headers,
            headers_of(*content_.tree, folders_above(content_, units_[begin].begin, units_[end - 1].end)));
        SLIPWAY_TRY(file.add(headers));
        for (std::size_t i = begin; i < end; ++i) {
            if (!meter(size_)) return cancelled(content_);
            SLIPWAY_TRY(file.add_unit(content_, units_[i], units_file_.get()));
        }
        SLIPWAY_TRY_ASSIGN(Layer layer, file.end());
        layer.path = settings_.folder + "/" + layer.digest.hex();
        if (::rename(draft.c_str(), layer.path.c_str()) != 0)
            return support::errno_error("renaming '" + draft + "'", errno);
        return layer;
    }

    const Content& content_;
    const LayerSettings& settings_;
    std::unique_ptr<PieceMaker> maker_;
    UniqueFd units_file_;
    std::vector<Unit> units_;
    std::uint64_t size_ = 0; ///< of the units' tar
};

} // namespace

Result<std::vector<Layer>> make_layers(const Content& content, const LayerSettings& settings,
                                       const Meter& meter) {
    if (content.items.empty()) return std::vector<Layer>();
    SLIPWAY_TRY_ASSIGN(auto maker, make_piece_maker(settings.codec));
    return LayerMaker(content, settings, std::move(maker)).run(meter);
}

} // namespace slipway::oci
