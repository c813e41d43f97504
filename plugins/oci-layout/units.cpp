// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/ordered_pool.hpp>
#include <support/fs.hpp>
#include <units.hpp>
#include <zlib.h>

#include <system_error>

namespace slipway::oci {

using support::Error;
using support::Kind;
using support::Result;

namespace {

struct Piece {
    std::size_t unit = 0;
    std::string content = {};
    std::size_t size = 0;
    Result<Packed> packed = Packed{};
};

/// Never throws: it is a thread's.
void work(PieceMaker& maker, Piece& piece) try {
    piece.size = piece.content.size();
    piece.packed = maker.make(piece.content);
    piece.content = {};

} catch (const std::bad_alloc&) {

    piece.packed = Error{Kind::resource, "out of memory", "use fewer threads"};
}

class Packer {
public:
    Packer(std::vector<std::unique_ptr<PieceMaker>> makers, std::vector<Unit>& units, int out)
        : makers_(std::move(makers)), units_(units), out_(out),
          pool_(static_cast<unsigned>(makers_.size()),
                [this](Piece& piece, unsigned thread) { work(*makers_[thread], piece); }) {}

    Result<void> add(std::size_t unit, std::string content) {
        pool_.add(Piece{unit, std::move(content)});
        return write(2 * makers_.size() + 1);
    }

    Result<void> finish() { return write(0); }

private:
    Result<void> write(std::size_t most) {
        while (auto piece = pool_.take(most)) {
            SLIPWAY_TRY_ASSIGN(const Packed packed, std::move(piece->packed));
            Unit& unit = units_[piece->unit];
            if (unit.packed_size == 0) unit.offset = offset_;
            unit.crc = static_cast<std::uint32_t>(
                ::crc32_combine(unit.crc, packed.crc, static_cast<z_off_t>(piece->size)));
            unit.packed_size += packed.bytes.size();
            offset_ += packed.bytes.size();
            SLIPWAY_TRY(support::write_all(out_, packed.bytes, "compressed packages"));
        }
        return {};
    }

    std::vector<std::unique_ptr<PieceMaker>> makers_;
    std::vector<Unit>& units_;
    int out_;
    std::uint64_t offset_ = 0;
    common::OrderedPool<Piece> pool_; // last: its threads use the makers
};

/// Gathers a unit's bytes into pieces.
class Cutter {
public:
    Cutter(Packer& packer, std::size_t piece_size) : packer_(packer), piece_size_(piece_size) {}

    Result<void> take(std::size_t unit, std::string_view bytes) {
        while (!bytes.empty()) {
            const std::string_view some = bytes.substr(0, piece_size_ - piece_.size());
            piece_ += some;
            bytes.remove_prefix(some.size());
            if (piece_.size() == piece_size_) SLIPWAY_TRY(end(unit));
        }
        return {};
    }

    Result<void> end(std::size_t unit) {
        return piece_.empty() ? Result<void>() : packer_.add(unit, std::exchange(piece_, {}));
    }

private:
    Packer& packer_;
    std::size_t piece_size_;
    std::string piece_;
};

} // namespace

Error cancelled(const Content& content) {
    return Error{Kind::cancelled, "compressing '" + content.tree->name() + "': cancelled"};
}

std::vector<Unit> cut(const Content& content, std::uint64_t most) {
    std::vector<Unit> units;
    for (std::size_t i = 0; i < content.items.size();) {
        Unit whole{i, i, 0, content.items[i].begins_segment}; // what cannot be cut
        do {
            whole.begins_segment = whole.begins_segment || content.items[whole.end].begins_segment;
            whole.size += content.items[whole.end++].length();
        } while (whole.end < content.items.size() && content.items[whole.end].with_previous);
        i = whole.end;
        if (units.empty() || whole.begins_segment || units.back().size + whole.size > most) {
            units.push_back(whole);
            continue;
        }
        units.back().end = whole.end;
        units.back().size += whole.size;
    }
    return units;
}

Result<void> for_items(const Content& content, std::size_t begin, std::size_t end, const Sink& sink) {
    for (std::size_t i = begin; i < end; ++i) {
        const Item& item = content.items[i];
        if (item.node == nullptr) {
            SLIPWAY_TRY(sink(item.made));
        } else {
            SLIPWAY_TRY(for_bytes(content.tree->fd(), item.node->offset, item.node->length,
                                  content.tree->name(), sink));
        }
    }
    return {};
}

Result<void> pack(const Content& content, std::vector<Unit>& units, const Codec& codec, unsigned threads,
                  int out, const Meter& meter) try {
    std::vector<std::unique_ptr<PieceMaker>> makers;
    for (unsigned i = 0; i < threads; ++i) {
        SLIPWAY_TRY_ASSIGN(auto maker, make_piece_maker(codec));
        makers.push_back(std::move(maker));
    }
    Packer packer(std::move(makers), units, out);
    Cutter cutter(packer, codec.piece_size());
    std::uint64_t done = 0;
    for (std::size_t i = 0; i < units.size(); ++i) {
        SLIPWAY_TRY(
            for_items(content, units[i].begin, units[i].end, [&](std::string_view bytes) -> Result<void> {
                done += bytes.size();
                if (!meter(done)) return cancelled(content);
                return cutter.take(i, bytes);
            }));
        SLIPWAY_TRY(cutter.end(i));
    }
    return packer.finish();

} catch (const std::system_error& e) {

    return Error{Kind::resource, std::string("no thread: ") + e.code().message(), "use fewer threads"};
}

} // namespace slipway::oci
