// SPDX-License-Identifier: GPL-3.0-or-later
#include <documents.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

namespace slipway::oci {

namespace json = support::json;
using json::Array;
using json::Object;
using json::Value;

namespace {

Value object_of(const Texts& texts) {
    Object object;
    for (const auto& [key, text] : texts)
        object.push_back({key, text});
    return object;
}

Value array_of(const std::vector<std::string>& texts) {
    return Array(texts.begin(), texts.end());
}

std::string name_of(const support::Digest& digest) {
    return "sha256:" + digest.hex();
}

Value to_json(const Platform& platform) {
    Value value = Object{{"architecture", platform.architecture}, {"os", platform.os}};
    if (!platform.variant.empty()) value.set("variant", platform.variant);
    return value;
}

Value to_json(const Descriptor& d) {
    Value value = Object{{"mediaType", d.media_type}, {"digest", name_of(d.digest)}, {"size", d.size}};
    if (!d.annotations.empty()) value.set("annotations", object_of(d.annotations));
    if (!d.artifact_type.empty()) value.set("artifactType", d.artifact_type);
    if (d.platform) value.set("platform", to_json(*d.platform));
    return value;
}

Value to_json(const Layer& layer) {
    return to_json(Descriptor{layer.media_type, layer.digest, layer.size});
}

Value to_json(const RunConfig& config) {
    Value value = Object{};
    if (!config.user.empty()) value.set("User", config.user);
    std::vector<std::string> env;
    for (const auto& [name, text] : config.env)
        env.push_back(name + "=" + text);
    if (!env.empty()) value.set("Env", array_of(env));
    if (!config.entrypoint.empty()) value.set("Entrypoint", array_of(config.entrypoint));
    if (!config.cmd.empty()) value.set("Cmd", array_of(config.cmd));
    if (!config.working_dir.empty()) value.set("WorkingDir", config.working_dir);
    if (!config.labels.empty()) value.set("Labels", object_of(config.labels));
    if (!config.stop_signal.empty()) value.set("StopSignal", config.stop_signal);
    return value;
}

Value manifest_head(const char* media_type) {
    return Object{{"schemaVersion", 2}, {"mediaType", media_type}};
}

} // namespace

Descriptor describe(const std::string& media_type, std::string_view document) {
    return {media_type, support::Digest::of(document), document.size()};
}

std::string config_document(const RunConfig& config, const Platform& platform,
                            const std::vector<Layer>& layers, std::int64_t created) {
    const std::string time = support::iso_time(created);
    Array diff_ids, history;
    for (const Layer& layer : layers) {
        diff_ids.emplace_back(name_of(layer.diff_id));
        history.emplace_back(Object{{"created", time}, {"created_by", "slipway oci-layout"}});
    }
    Value value = Object{{"created", time}, {"architecture", platform.architecture}, {"os", platform.os}};
    if (!platform.variant.empty()) value.set("variant", platform.variant);
    value.set("config", to_json(config));
    value.set("rootfs", Object{{"type", "layers"}, {"diff_ids", std::move(diff_ids)}});
    value.set("history", std::move(history));
    return json::dump(value);
}

std::string manifest_document(const Descriptor& config, const std::vector<Layer>& layers,
                              const Texts& annotations) {
    Value value = manifest_head(manifest_type);
    value.set("config", to_json(config));
    Array list;
    for (const Layer& layer : layers)
        list.push_back(to_json(layer));
    value.set("layers", std::move(list));
    if (!annotations.empty()) value.set("annotations", object_of(annotations));
    return json::dump(value);
}

std::string artifact_document(const std::string& artifact_type, const Descriptor& file,
                              const Descriptor& subject, const Texts& annotations) {
    Value value = manifest_head(manifest_type);
    value.set("artifactType", artifact_type);
    value.set("config", to_json(describe(empty_type, empty_document())));
    value.set("layers", Array{to_json(file)});
    value.set("subject", to_json(Descriptor{subject.media_type, subject.digest, subject.size}));
    if (!annotations.empty()) value.set("annotations", object_of(annotations));
    return json::dump(value);
}

std::string index_document(const std::vector<Descriptor>& manifests) {
    Value value = manifest_head(index_type);
    Array list;
    for (const Descriptor& manifest : manifests)
        list.push_back(to_json(manifest));
    value.set("manifests", std::move(list));
    return json::dump(value);
}

std::string layout_document() {
    return R"({"imageLayoutVersion":"1.0.0"})";
}

std::string_view empty_document() {
    return "{}";
}

} // namespace slipway::oci
