#include "adapters/memory/outbox.h"

#include <algorithm>
#include <set>

namespace adapters::memory {

namespace {

bool wanted_target(LanesWanted const& wanted, std::string const& target) {
    auto const has = [&](std::vector<std::string> const& list) {
        return std::ranges::find(list, target) != list.end();
    };
    return target > wanted.after && !has(wanted.skip) && (!wanted.only || has(*wanted.only));
}

}  // namespace

Lane Outbox::lane(Key const& key, MessageTables::Lane& state, int messages) {
    Lane lane{.target = key.first,
              .account = key.second,
              .claim = ++state.claim,
              .failing_since = state.failing_since};
    for (auto const& [id, message] : tables_.outbox.messages) {
        bool const fits = message.state == MessageState::pending && message.target == key.first &&
                          message.account == key.second;
        if (fits && std::ssize(lane.messages) < messages) {
            lane.messages.push_back(message);
        }
    }
    return lane;
}

LanesClaimed Outbox::claim(LanesWanted const& wanted) {
    std::scoped_lock const lock{mutex_};
    LanesClaimed claimed{.now = clock_()};
    std::map<std::string, std::vector<std::pair<base::Timestamp, base::AccountId>>> due;
    for (auto const& [key, state] : tables_.outbox.lanes) {
        if (state.due_at <= claimed.now && wanted_target(wanted, key.first)) {
            due[key.first].emplace_back(state.due_at, key.second);
        }
    }
    int left = wanted.targets;
    for (auto& [target, accounts] : due) {
        if (left-- <= 0) {
            break;
        }
        std::ranges::sort(accounts);
        accounts.resize(std::min(accounts.size(), static_cast<std::size_t>(wanted.lanes)));
        for (auto const& [at, account] : accounts) {
            Key const key{target, account};
            auto& state = tables_.outbox.lanes.at(key);
            state.due_at = claimed.now + wanted.lease;
            claimed.lanes.push_back(lane(key, state, wanted.messages));
        }
    }
    return claimed;
}

bool Outbox::anything_pending(Key const& key) const {
    return std::ranges::any_of(tables_.outbox.messages, [&](auto const& numbered) {
        auto const& message = numbered.second;
        return message.state == MessageState::pending && message.target == key.first &&
               message.account == key.second;
    });
}

void Outbox::apply(LaneReport const& report) {
    Key const key{report.target, report.account};
    auto const found = tables_.outbox.lanes.find(key);
    if (found == tables_.outbox.lanes.end() || found->second.claim != report.claim) {
        return;
    }
    auto const now = clock_();
    for (auto const& tried : report.tried) {
        auto const message = tables_.outbox.messages.find(tried.id);
        bool const pending = message != tables_.outbox.messages.end() &&
                             message->second.state == MessageState::pending;
        if (pending) {
            message->second.state = tried.state;
            message->second.attempts += 1;
            message->second.status = tried.status;
            message->second.error = tried.error;
            message->second.tried_at = now;
        }
    }
    if (!anything_pending(key)) {
        tables_.outbox.lanes.erase(found);
        return;
    }
    auto& lane = found->second;
    lane.due_at = now + report.due_in;
    lane.failing_since =
        report.failing ? lane.failing_since.value_or(now) : std::optional<base::Timestamp>{};
}

void Outbox::report(std::vector<LaneReport> const& reports) {
    std::scoped_lock const lock{mutex_};
    for (auto const& report : reports) {
        apply(report);
    }
}

std::vector<OutboxMessage> Outbox::list(MessageFilter const& filter) {
    std::scoped_lock const lock{mutex_};
    std::vector<OutboxMessage> found;
    auto const& messages = tables_.outbox.messages;
    for (auto at = messages.rbegin(); at != messages.rend() && std::ssize(found) < filter.limit;
         ++at) {
        auto const& message = at->second;
        if ((!filter.state || message.state == *filter.state) &&
            (filter.target.empty() || message.target == filter.target) &&
            (filter.user.empty() || message.user == filter.user) &&
            (!filter.before || message.id < *filter.before)) {
            found.push_back(message);
        }
    }
    return found;
}

std::optional<OutboxMessage> Outbox::find(std::int64_t id) {
    std::scoped_lock const lock{mutex_};
    auto const found = tables_.outbox.messages.find(id);
    return found == tables_.outbox.messages.end() ? std::nullopt : std::optional{found->second};
}

int Outbox::replay(std::vector<std::int64_t> const& ids) {
    std::scoped_lock const lock{mutex_};
    int count = 0;
    for (auto const id : std::set(ids.begin(), ids.end())) {
        auto const found = tables_.outbox.messages.find(id);
        if (found == tables_.outbox.messages.end()) {
            continue;
        }
        found->second.state = MessageState::pending;
        auto& lane = tables_.outbox.lanes[{found->second.target, found->second.account}];
        lane.due_at = clock_();
        lane.failing_since.reset();
        ++count;
    }
    return count;
}

OutboxFigures Outbox::figures() {
    std::scoped_lock const lock{mutex_};
    OutboxFigures figures;
    for (auto const& [id, message] : tables_.outbox.messages) {
        if (message.state == MessageState::pending) {
            figures.pending += 1;
            figures.oldest_pending =
                std::min(figures.oldest_pending.value_or(message.created_at), message.created_at);
        } else if (message.state == MessageState::dead) {
            figures.dead += 1;
            figures.newest_dead =
                std::max(figures.newest_dead.value_or(*message.tried_at), *message.tried_at);
        }
    }
    return figures;
}

int Outbox::prune(base::Timestamp delivered_before, int limit) {
    std::scoped_lock const lock{mutex_};
    int count = 0;
    std::erase_if(tables_.outbox.messages, [&](auto const& numbered) {
        auto const& message = numbered.second;
        bool const old = message.state == MessageState::delivered &&
                         *message.tried_at < delivered_before && count < limit;
        count += old ? 1 : 0;
        return old;
    });
    return count;
}

void write_messages(Tables& tables, jobs::Batch const& batch) {
    auto& outbox = tables.outbox;
    auto const is_known = [&](jobs::Message const& message) {
        return !message.once.empty() &&
               !outbox.said_once.insert({message.target, message.once}).second;
    };
    for (auto const& message : batch.messages) {
        if (is_known(message)) {
            continue;
        }
        auto const id = ++outbox.last_id;
        outbox.messages.emplace(id, OutboxMessage{.id = id,
                                                  .target = message.target,
                                                  .url = message.url,
                                                  .user = message.user,
                                                  .account = message.account,
                                                  .job = message.job,
                                                  .kind = message.kind,
                                                  .body = message.body,
                                                  .created_at = batch.now});
        outbox.lanes.try_emplace({message.target, message.account},
                                 MessageTables::Lane{.due_at = batch.now});
    }
    if (batch.warned) {
        outbox.warned[batch.warned->name] = *batch.warned;
    }
}

void load_ending(Tables const& tables, jobs::Ending const& ending, jobs::Batch& batch,
                 std::function<void(base::AccountId)> const& add_wallet) {
    auto const stored = tables.outbox.warned.find(ending.mark);
    jobs::WarningMark mark{.name = ending.mark, .at = batch.now + ending.from};
    if (stored != tables.outbox.warned.end() && stored->second.at >= mark.at) {
        mark = stored->second;
    }
    jobs::Ended ended{.before = mark, .after = mark};
    std::set<std::pair<base::Timestamp, base::AccountId>> rows;
    for (auto const& [id, books] : tables.accounts) {
        for (auto const& [number, grant] : books.grants) {
            bool const ahead = grant.expires_at && grant.remaining.value > 0 &&
                               *grant.expires_at <= batch.now + ending.until &&
                               std::pair{*grant.expires_at, id} > std::pair{mark.at, mark.account};
            if (ahead) {
                rows.emplace(*grant.expires_at, id);
            }
        }
    }
    for (auto const& [at, account] : rows) {
        if (ended.found == ending.limit) {
            break;
        }
        ended.found += 1;
        ended.after.at = at;
        ended.after.account = account;
        add_wallet(account);
    }
    if (ended.found < ending.limit) {
        ended.after = jobs::end_of(ending, batch.now);
    }
    batch.ended = ended;
}

}  // namespace adapters::memory
