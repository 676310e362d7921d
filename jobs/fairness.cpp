// Stamps turns.
#include "jobs/fairness.h"

#include <algorithm>

namespace jobs {

namespace {

std::int64_t stride_of(std::string_view tier, Rules const& rules) {
    auto const found = rules.weights.find(tier);
    return full_stride / (found == rules.weights.end() ? 1 : std::max(found->second, 1));
}

}  // namespace

std::int64_t next_turn(Turns& turns, Job const& job, std::string_view tier, Rules const& rules) {
    auto const [lowest, first] = turns.lowest.try_emplace({job.service, job.priority}, 0);
    auto const own = turns.highest.find({job.account, job.service, job.priority});
    std::int64_t turn = lowest->second;
    if (own != turns.highest.end()) {
        turn = std::max(turn, own->second + stride_of(tier, rules));
    }
    turns.highest[{job.account, job.service, job.priority}] = turn;
    if (first) {
        lowest->second = turn;
    }
    return turn;
}

}  // namespace jobs
