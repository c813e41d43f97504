// SPDX-License-Identifier: GPL-3.0-or-later
#include "stage_result.hpp"

#include <chain/exit_text.hpp>
#include <support/text.hpp>

namespace slipway::chain {

const char* status_name(slipway_status status) {
    if (status == SLIPWAY_OK) return "ok";
    if (status == SLIPWAY_WAITING) return "waiting";
    return support::name_of(support::kind_of_status(status));
}

StageResult result_of(const StageCourse& course, const worker::Exit& exit, std::chrono::seconds timeout) {
    if (course.flooded)
        return {SLIPWAY_RESOURCE,
                "printed more than " + support::human_bytes(worker::max_output) + " and was stopped",
                "write data to an output port, not to standard output",
                {}};
    if (!exit.exceeded.empty())
        return {SLIPWAY_RESOURCE,
                exit.exceeded + " and was stopped",
                "give it a machine with more, or look for what it does with so much",
                {}};
    if (course.timed_out)
        return {SLIPWAY_TIMEOUT,
                "did not finish within " + support::human_duration(timeout) + ", stopped in "
                    + place(course.phase),
                "give the stage a longer \"timeout\" if it needs one",
                {}};
    if (course.cancelled) return {SLIPWAY_CANCELLED, "cancelled", "", {}};
    const bool clean =
        exit.signal == 0 && exit.code == 0 && exit.broken.empty() && !exit.hung_up && course.status;
    if (!clean)
        return {SLIPWAY_CRASHED, exit_text(exit, course.phase), "slipway log shows what it said before", {}};
    if (!exit.left.empty())
        return {SLIPWAY_INTERNAL,
                "left processes behind: " + support::join(exit.left, ", "),
                "a stage must wait for every process it starts",
                {}};
    const slipway_status status = *course.status;
    if (status == SLIPWAY_OK) return {status, "", "", {}};
    if (status == SLIPWAY_WAITING)
        return {status, course.remark.empty() ? course.failure : course.remark, "", {}};
    const std::string unsaid = std::string("ended with '") + status_name(status) + "' without saying why";
    return {status, course.failure.empty() ? unsaid : course.failure, course.failure_hint, {}};
}

} // namespace slipway::chain
