// SPDX-License-Identifier: GPL-3.0-or-later
//
// The slipway_host a plugin sees: every function turned into messages to the host process.
#pragma once

#include <slipway/stage.h>
#include <worker/channel.hpp>
#include <worker/enclosure.hpp>
#include <worker/protocol.hpp>

#include <memory>

namespace slipway::worker {

class HostApi {
public:
    /// All must outlive this. `enclosure`: nullptr if the stage gets none.
    HostApi(Channel& channel, const Job& job, Enclosure* enclosure);
    ~HostApi();
    HostApi(const HostApi&) = delete;

    const slipway_host* abi() const;

    /// Send the last progress that was held back, and zero the secrets.
    void finish();

    /// Tell the host of a failure of the plugin that the plugin could not tell itself.
    void report_error(slipway_status code, const std::string& summary, const std::string& hint = {});

private:
    struct Impl;
    struct Functions;
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::worker
