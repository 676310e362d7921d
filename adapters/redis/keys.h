// The name of everything that is kept in Redis. A job has exactly one key, `tallyman:job:42`, so
// all its keys are in one slot of a cluster without braces in the name; whoever looks for a job's
// live status can write the name down without knowing about slots. Nothing here needs two keys at
// once.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"

namespace adapters::redis {

class Keys {
public:
    explicit Keys(std::string prefix) : prefix_{std::move(prefix)} {}

    // A hash: live status of a job, short-lived.
    [[nodiscard]] std::string job(base::JobId id) const { return named("job:" + to_text(id)); }

    // A channel: what happens to the jobs of one user.
    [[nodiscard]] std::string events(std::string_view user) const {
        return named("events:").append(user);
    }

    // A channel: jobs can be claimed; the message is their services.
    [[nodiscard]] std::string wake() const { return named("wake"); }

    // Streams: requests for jobs, and those that could not be taken.
    [[nodiscard]] std::string intake() const { return named("intake"); }

    [[nodiscard]] std::string dead() const { return named("intake:dead"); }

    // A string: what a caller has used up of a rate.
    [[nodiscard]] std::string rate(std::string_view who) const {
        return named("rate:").append(who);
    }

private:
    [[nodiscard]] std::string named(std::string const& name) const { return prefix_ + ":" + name; }

    std::string prefix_;
};

}  // namespace adapters::redis
