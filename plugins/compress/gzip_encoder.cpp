// SPDX-License-Identifier: GPL-3.0-or-later
//
// gzip (common/gzip.hpp), and the input as it is.
#include <common/gzip.hpp>
#include <encoder.hpp>

#include <algorithm>
#include <cstring>

namespace slipway::compress {

namespace {

using support::Result;

std::size_t copy(std::string_view from, std::span<char> to) {
    const std::size_t n = std::min(from.size(), to.size());
    std::memcpy(to.data(), from.data(), n);
    return n;
}

class GzipEncoder final : public Encoder {
public:
    explicit GzipEncoder(common::Gzip gzip) : gzip_(std::move(gzip)) {}

    Result<Step> step(std::string_view& in, Input input, std::span<char> out) override {
        if (written_ == ready_.size()) SLIPWAY_TRY(go_on(in, input));
        const std::size_t n = copy(std::string_view(ready_).substr(written_), out);
        written_ += n;
        return Step{n, finished_ && written_ == ready_.size()};
    }

private:
    Result<void> go_on(std::string_view& in, Input input) {
        ready_.clear();
        written_ = 0;
        SLIPWAY_TRY(gzip_.write(std::exchange(in, {}), ready_));
        if (input == Input::more || finished_) return {};
        finished_ = true;
        return gzip_.finish(ready_);
    }

    common::Gzip gzip_;
    std::string ready_; ///< going out
    std::size_t written_ = 0;
    bool finished_ = false;
};

class PlainEncoder final : public Encoder {
public:
    Result<Step> step(std::string_view& in, Input input, std::span<char> out) override {
        const std::size_t n = copy(in, out);
        in.remove_prefix(n);
        return Step{n, input == Input::end && in.empty()};
    }
};

} // namespace

Result<std::unique_ptr<Encoder>> make_gzip_encoder(const Settings& settings) {
    SLIPWAY_TRY_ASSIGN(auto gzip, common::Gzip::create(settings.level, settings.threads));
    return std::unique_ptr<Encoder>(std::make_unique<GzipEncoder>(std::move(gzip)));
}

std::unique_ptr<Encoder> make_plain_encoder() {
    return std::make_unique<PlainEncoder>();
}

} // namespace slipway::compress
