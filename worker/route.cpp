#include "worker/route.h"

#include <algorithm>

namespace worker {

namespace {

// One of them, by weight.
std::size_t drawn(std::vector<Lane> const& lanes, std::vector<std::size_t> const& open,
                  std::uint64_t dice) {
    std::uint64_t total = 0;
    for (auto const at : open) {
        total += static_cast<std::uint64_t>(lanes[at].weight);
    }
    auto left = dice % total;
    for (auto const at : open) {
        auto const weight = static_cast<std::uint64_t>(lanes[at].weight);
        if (left < weight) {
            return at;
        }
        left -= weight;
    }
    return open.back();
}

Choice wait_for_soonest(std::vector<Lane> const& lanes, std::vector<std::size_t> const& closed) {
    auto const soonest =
        *std::ranges::min_element(closed, {}, [&](std::size_t at) { return lanes[at].closed_for; });
    return {.kind = Choice::Kind::wait,
            .wait = lanes[soonest].closed_for,
            .why = lanes[soonest].provider + ": " + lanes[soonest].why};
}

}  // namespace

Choice choose(std::vector<Lane> const& lanes, std::uint64_t dice) {
    std::vector<std::size_t> open;
    std::vector<std::size_t> closed;
    bool refused = false;
    for (std::size_t at = 0; at < lanes.size(); ++at) {
        auto const& lane = lanes[at];
        if (!lane.fits || !lane.there) {
            continue;
        }
        if (lane.refused) {
            refused = true;
        } else if (lane.closed_for.count() > 0) {
            closed.push_back(at);
        } else if (open.empty() || lane.rank == lanes[open.front()].rank) {
            open.push_back(at);
        } else if (lane.rank < lanes[open.front()].rank) {
            open = {at};
        }
    }
    if (!open.empty()) {
        return {.kind = Choice::Kind::go, .lane = drawn(lanes, open, dice)};
    }
    if (!closed.empty()) {
        return wait_for_soonest(lanes, closed);
    }
    return {.kind = refused ? Choice::Kind::exhausted : Choice::Kind::nobody};
}

}  // namespace worker
