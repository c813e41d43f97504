// SPDX-License-Identifier: GPL-3.0-or-later
#include <plugin/capabilities.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace slipway::plugin {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

bool holds_something(const json::Value& value) {
    return value.as_bool() || value.is_number() || !value.as_string().empty() || !value.as_array().empty()
           || !value.as_object().empty();
}

Error wrong(const std::string& key, const std::string& expected) {
    return Error{Kind::config, "capability '" + key + "': expected " + expected,
                 "see slipway_stage_desc in stage.h"};
}

/// An array of texts that are not empty, each of which `fits`.
template <class Fits>
Result<std::vector<std::string>> texts(const std::string& key, const json::Value& value,
                                       const std::string& expected, Fits fits) {
    std::vector<std::string> out;
    for (const json::Value& item : value.as_array()) {
        if (item.as_string().empty() || !fits(item.as_string())) return wrong(key, expected);
        out.push_back(item.as_string());
    }
    if (!value.is_array()) return wrong(key, expected);
    return out;
}

bool is_path(const std::string& text) {
    return (text.starts_with('/') || text.starts_with("~/")) && text.find("/../") == std::string::npos
           && !text.ends_with("/..");
}

bool any_text(const std::string&) {
    return true;
}

/// true, false, `none`, or a list of what is allowed; an empty list allows nothing.
Result<void> parse_some(const std::string& key, const json::Value& value, bool& allowed,
                        std::vector<std::string>& list) {
    if (value.is_bool() || value.as_string() == "none") {
        allowed = value.as_bool();
        return {};
    }
    SLIPWAY_TRY_ASSIGN(list, texts(key, value, "true, false, \"none\" or an array of texts", any_text));
    allowed = !list.empty();
    return {};
}

Result<void> parse_root(const json::Value& value, Capabilities& out) {
    out.root = value.as_bool();
    if (value.is_bool()) return {};
    SLIPWAY_TRY_ASSIGN(out.root_if, texts("root", value, "true, false or JSON pointers into the options",
                                          [](const std::string& text) { return text.starts_with('/'); }));
    return {};
}

Result<void> parse_number(const std::string& key, const json::Value& value, std::int64_t& out) {
    out = value.as_integer();
    return out > 0 ? Result<void>() : wrong(key, "a number above 0");
}

Result<void> parse_one(const std::string& key, const json::Value& value, Capabilities& out) {
    if (key == "network") return parse_some(key, value, out.network, out.hosts);
    if (key == "exec") return parse_some(key, value, out.exec, out.programs);
    if (key == "root") return parse_root(value, out);
    if (key == "memory_mb") return parse_number(key, value, out.memory_mb);
    if (key == "timeout_s") return parse_number(key, value, out.timeout_s);
    if (key != "read" && key != "write")
        return Error{Kind::unsupported, "capability '" + key + "' is not known to this host",
                     "use a newer host, or a plugin built for this one"};
    SLIPWAY_TRY_ASSIGN((key == "read" ? out.read : out.write),
                       texts(key, value, "an array of absolute paths, or such as ~/file", is_path));
    return {};
}

json::Array list(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

void set_some(json::Value& value, const char* key, bool allowed, const std::vector<std::string>& some) {
    if (allowed) value.set(key, some.empty() ? json::Value(true) : json::Value(list(some)));
}

/// Every text in `value`, at any depth. What a secret holds is not known.
void collect_hosts(const json::Value& value, std::vector<std::string>& hosts) {
    if (value.as_object().size() == 1 && value["secret"].is_string()) return hosts.push_back("*");
    for (std::string& host : hosts_of_url(value.as_string()))
        if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(std::move(host));
    for (const json::Value& item : value.as_array())
        collect_hosts(item, hosts);
    for (const json::Member& member : value.as_object())
        collect_hosts(member.value, hosts);
}

struct Scheme {
    const char *name, *port;
};

/// IANA's service names; 9418 is git's (git-daemon(1)), 1080 what curl takes for a proxy (curl(1), --proxy).
constexpr std::array schemes{Scheme{"https", "443"},   Scheme{"http", "80"},     Scheme{"ssh", "22"},
                             Scheme{"git+ssh", "22"},  Scheme{"ssh+git", "22"},  Scheme{"git", "9418"},
                             Scheme{"ftp", "21"},      Scheme{"socks4", "1080"}, Scheme{"socks4a", "1080"},
                             Scheme{"socks5", "1080"}, Scheme{"socks5h", "1080"}};

/// What stands behind the last ':' that is not inside an IPv6 address's brackets.
std::string_view port_of(std::string_view host) {
    const std::size_t colon = host.rfind(':');
    const std::size_t bracket = host.rfind(']');
    if (colon == std::string_view::npos || (bracket != std::string_view::npos && bracket > colon)) return {};
    return host.substr(colon + 1);
}

/// RFC 3986, 3.2: [userinfo@]host[:port].
std::vector<std::string> hosts_of_authority(std::string_view authority, std::string_view scheme) {
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    std::string host(authority);
    if (host.empty()) return {};
    if (!port_of(host).empty()) return {host};
    if (host.ends_with(':')) host.pop_back();
    const auto known = std::ranges::find(schemes, scheme, &Scheme::name);
    if (known == schemes.end()) return {host};
    if (scheme == "http") return {host + ":80", host + ":443", host + ":1080"};
    return {host + ":" + known->port};
}

} // namespace

Result<Capabilities> parse_capabilities(const json::Value& value) {
    if (!value.is_object()) return Error{Kind::config, "capabilities: expected an object"};
    Capabilities out;
    for (const json::Member& member : value.as_object())
        SLIPWAY_TRY(parse_one(member.key, member.value, out));
    return out;
}

json::Value to_json(const Capabilities& c) {
    json::Value value = json::Object{};
    set_some(value, "network", c.network, c.hosts);
    set_some(value, "exec", c.exec, c.programs);
    if (c.root)
        value.set("root", true);
    else if (!c.root_if.empty())
        value.set("root", list(c.root_if));
    if (!c.read.empty()) value.set("read", list(c.read));
    if (!c.write.empty()) value.set("write", list(c.write));
    if (c.memory_mb > 0) value.set("memory_mb", c.memory_mb);
    if (c.timeout_s > 0) value.set("timeout_s", c.timeout_s);
    return value;
}

Capabilities capabilities_of(Capabilities capabilities, const json::Value& options) {
    for (const std::string& pointer : std::exchange(capabilities.root_if, {})) {
        const json::Value* value = options.at_pointer(pointer);
        capabilities.root = capabilities.root || (value != nullptr && holds_something(*value));
    }
    if (capabilities.hosts.empty()) return capabilities;
    std::vector<std::string> hosts;
    for (std::string& host : capabilities.hosts)
        if (!host.starts_with('/'))
            hosts.push_back(std::move(host));
        else if (const json::Value* value = options.at_pointer(host))
            collect_hosts(*value, hosts);
    capabilities.network = !hosts.empty();
    capabilities.hosts = std::move(hosts);
    return capabilities;
}

std::vector<std::string> hosts_of_url(std::string_view url) {
    const std::size_t mark = url.find("://");
    if (mark != std::string_view::npos) {
        const std::string_view rest = url.substr(mark + 3);
        const std::string_view scheme = url.substr(0, mark);
        if (scheme == "file") return {};
        return hosts_of_authority(rest.substr(0, rest.find_first_of("/?#")), scheme);
    }
    // git-fetch(1): with no slash before the first colon it is ssh.
    const std::size_t colon = url.find(':');
    if (colon == std::string_view::npos || colon == 0 || url.find('/') < colon
        || url.find_first_of(" \t\n{}$") != std::string_view::npos)
        return {};
    std::vector<std::string> hosts = hosts_of_authority(url.substr(0, colon), "ssh");
    // Or a proxy, as curl takes it: HOST:PORT.
    const std::string_view port = url.substr(colon + 1);
    if (!port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos)
        hosts.emplace_back(url);
    return hosts;
}

std::optional<std::set<std::uint16_t>> ports_of(const std::vector<std::string>& hosts) {
    std::set<std::uint16_t> ports;
    for (const std::string& host : hosts) {
        const std::string_view text = port_of(host);
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
        ports.insert(port);
    }
    return ports;
}

} // namespace slipway::plugin
