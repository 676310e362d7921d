// Messages that were given up, once more: the verb and the call.
#pragma once

#include <string>
#include <vector>

#include "adapters/store.h"

namespace worker {

// All that are dead and were written since then, in parts; of that target only, unless it is empty.
inline int replay_dead(adapters::Store& store, base::Timestamp since, std::string const& target) {
    constexpr int at_once = 500;
    auto& outbox = store.outbox();
    adapters::MessageFilter filter{
        .state = adapters::MessageState::dead, .target = target, .limit = at_once};
    int replayed = 0;
    while (true) {
        std::vector<std::int64_t> ids;
        bool older = false;
        auto const page = outbox.list(filter);
        for (auto const& message : page) {
            filter.before = message.id;
            older = message.created_at < since;
            if (older) {
                break;
            }
            ids.push_back(message.id);
        }
        replayed += ids.empty() ? 0 : outbox.replay(ids);
        if (older || std::ssize(page) < at_once) {
            return replayed;
        }
    }
}

}  // namespace worker
