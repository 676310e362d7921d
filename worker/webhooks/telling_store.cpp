#include "worker/webhooks/telling_store.h"

#include <utility>

#include "wire/notice_json.h"

namespace worker {

namespace {

void write_down(jobs::Batch& batch, std::vector<jobs::Told> const& all) {
    for (auto const& [notice, receivers] : all) {
        auto const body = wire::notice_body(notice, batch.now);
        for (auto const& receiver : receivers) {
            batch.messages.push_back(jobs::message_for(receiver, notice, body));
        }
    }
}

}  // namespace

jobs::Listening listening(config::Webhooks const& settings) {
    jobs::Listening listening{.balance_low = settings.balance_low};
    for (auto const& endpoint : settings.endpoints) {
        listening.endpoints.push_back({.name = endpoint.name,
                                       .events = endpoint.events,
                                       .users = {endpoint.users.begin(), endpoint.users.end()}});
    }
    return listening;
}

TellingStore::TellingStore(std::unique_ptr<adapters::Store> inner, jobs::Listening listening,
                           std::function<void()> told)
    : ForwardingStore{*inner},
      inner_{std::move(inner)},
      listening_{std::move(listening)},
      told_{std::move(told)} {}

void TellingStore::transact(jobs::Load const& load, jobs::Decide const& decide) {
    bool wrote = false;
    inner_->transact(load, [&](jobs::Batch& batch) {
        jobs::NoticeWatch const watch{batch, listening_};
        decide(batch);
        write_down(batch, watch.told(batch));
        wrote = !batch.messages.empty();
    });
    if (wrote && told_) {
        told_();
    }
}

}  // namespace worker
