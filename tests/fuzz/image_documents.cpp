// SPDX-License-Identifier: GPL-3.0-or-later
//
// The JSON documents of an image: indexes, manifests and configurations, OCI's and Docker's. "----" is
// between them; every one is read as each of the three.
#include "input.hpp"

#include <image_config.hpp>

using namespace slipway;
using namespace slipway::verify;
namespace json = support::json;

namespace {

void check_findings(const Findings& findings) {
    for (const Finding& finding : findings.list())
        for (const std::string& text : {finding.subject, finding.field, finding.expected, finding.found})
            fuzz::require(support::printable(text) == text);
}

void read_document(const json::Value& document) {
    Findings findings;
    const auto kind = kind_of_document("application/json", document);
    const auto index = parse_index(document);
    const auto manifest = parse_manifest(document, findings);
    // What counts as one of them is not as well the other.
    if (kind) fuzz::require(!(index && manifest));
    const ConfigRules rules{
        json::parse(R"({"user": "", "cmd": ["/bin/sh"], "env": {"A": null, "PATH": "/bin"},
                                            "labels": {"x": "y"}, "created": "2026-11-05T00:00:00Z"})")
            .value()};
    check_config(document, rules, findings);
    check_config(document, {}, findings);
    check_platform(document, {"linux", "amd64", ""}, findings);
    (void)diff_ids_of(document, 1, findings);
    check_findings(findings);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const std::string& part : fuzz::parts_of(fuzz::text_of(data, size)))
        if (const auto document = parse_document(part)) read_document(document.value());
    return 0;
}
