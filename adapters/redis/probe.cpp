#include "adapters/redis/probe.h"

#include <algorithm>
#include <charconv>

#include "adapters/redis/link.h"
#include "adapters/store.h"

namespace adapters::redis {

namespace {

// The value of a line `name:value` of INFO.
std::string line_of(std::string const& info, std::string const& name) {
    auto const start = info.find("\n" + name + ":");
    if (start == std::string::npos) {
        return "";
    }
    auto const from = start + name.size() + 2;
    return info.substr(from, info.find_first_of("\r\n", from) - from);
}

std::int64_t number(std::string const& text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool before_6_2(std::string const& version) {
    auto const major = number(version);
    auto const dot = version.find('.');
    auto const minor = dot == std::string::npos ? 0 : number(version.substr(dot + 1));
    return !version.empty() && (major < 6 || (major == 6 && minor < 2));
}

base::Millis best_latency(Link& link) {
    auto best = Clock::duration::max();
    for (int n = 0; n < 3; ++n) {
        auto const begun = Clock::now();
        checked(link.command({"PING"}), link.where());
        best = std::min(best, Clock::now() - begun);
    }
    return std::chrono::ceil<base::Millis>(best);
}

// Any node of a cluster leads to all of them, a replica too.
void look_at_cluster(Link& link, Findings& found) {
    auto const state = line_of("\n" + link.command({"CLUSTER", "INFO"}).text, "cluster_state");
    if (state == "fail") {
        throw Unavailable{found.where +
                          " is of a cluster that is down; see `redis-cli --cluster check`"};
    }
    found.version += " in a cluster";
    if (found.role != "master") {
        found.role.clear();
    }
}

}  // namespace

Findings probe(Settings const& settings) {
    Link link{settings};
    Findings found{.where = link.where()};
    found.latency = best_latency(link);
    auto const info = link.command({"INFO"});
    if (info.is_error()) {
        return found;  // hidden from this user, which is nobody's fault
    }
    found.version = line_of(info.text, "redis_version");
    found.role = line_of(info.text, "role");
    found.eviction = line_of(info.text, "maxmemory_policy");
    found.memory_limit = number(line_of(info.text, "maxmemory"));
    found.memory_used = number(line_of(info.text, "used_memory"));
    found.old = before_6_2(found.version);
    if (line_of(info.text, "cluster_enabled") == "1") {
        look_at_cluster(link, found);
    }
    return found;
}

}  // namespace adapters::redis
