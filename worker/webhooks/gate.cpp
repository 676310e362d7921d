#include "worker/webhooks/gate.h"

#include <algorithm>

namespace worker {

namespace {

// A receiver that answers, whatever it says, may do better with another message.
constexpr int failures_to_close = 3;
constexpr int answers_to_close = 20;
constexpr std::size_t most_known = 10'000;  // job addresses name as many hosts as they like

}  // namespace

int Gate::share(Receiver const& receiver) const {
    return receiver.proven ? std::max(1, limits_.at_once / 4) : 1;
}

Gate::Room Gate::room(Time now) const {
    Room room{.targets = limits_.at_once - under_way_};
    int unproven = 0;
    std::vector<std::string> open_and_proven;
    for (auto const& [target, receiver] : receivers_) {
        unproven += receiver.proven ? 0 : receiver.under_way;
        bool const closed = now < receiver.closed_until || receiver.under_way >= share(receiver);
        if (closed) {
            room.skip.push_back(target);
        } else if (receiver.proven) {
            open_and_proven.push_back(target);
        }
    }
    int const for_unproven = std::max(1, limits_.at_once / 2);
    if (unproven >= for_unproven) {
        room.only = std::move(open_and_proven);
    }
    return room;
}

void Gate::begin(std::string const& target) {
    receivers_[target].under_way += 1;
    under_way_ += 1;
}

void Gate::end(std::string const& target, Ended const& ended, Time now) {
    auto& receiver = receivers_[target];
    receiver.under_way -= 1;
    under_way_ -= 1;
    if (!ended.tried) {
        return;
    }
    bool const slow = ended.took > limits_.slow;
    if (ended.delivered) {
        receiver.failures = 0;
        receiver.proven = !slow;
    } else {
        receiver.failures += 1;
        receiver.proven = receiver.proven && ended.reached && !slow;
    }
    int const too_many = ended.reached ? answers_to_close : failures_to_close;
    if (receiver.failures >= too_many) {
        auto pause = limits_.first_pause;
        for (int i = too_many; i < receiver.failures && pause < limits_.longest_pause; ++i) {
            pause *= 2;
        }
        receiver.closed_until = now + std::min(pause, limits_.longest_pause);
    }
    if (ended.leave_alone) {
        receiver.closed_until = std::max(receiver.closed_until,
                                         now + std::min(*ended.leave_alone, limits_.longest_pause));
    }
    forget_idle();
}

void Gate::forget_idle() {
    if (receivers_.size() > most_known) {
        std::erase_if(receivers_, [](auto const& named) { return named.second.under_way == 0; });
    }
}

}  // namespace worker
