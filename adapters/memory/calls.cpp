#include "adapters/memory/calls.h"

#include <algorithm>
#include <tuple>

namespace adapters::memory {

namespace {

std::map<std::string, int> at_work_in(Tables const& tables) {
    std::map<std::string, int> at_work;
    for (auto const id : tables.live) {
        auto const& job = tables.jobs.at(id);
        if (!job.parked) {
            at_work[job.provider] += 1;
        }
    }
    at_work.erase("");
    return at_work;
}

base::Timestamp span_of(base::Timestamp at, base::Timestamp from, base::Millis span) {
    return span.count() == 0 ? from : at - at.time_since_epoch() % span;
}

}  // namespace

std::vector<jobs::ProviderCall> Calls::of(base::JobId job) {
    std::scoped_lock const lock{mutex_};
    std::vector<jobs::ProviderCall> calls;
    std::ranges::copy_if(tables_.calls, std::back_inserter(calls),
                         [&](jobs::ProviderCall const& call) { return call.job == job; });
    return calls;
}

std::vector<CostSum> Calls::costs(base::Timestamp from, base::Timestamp to, base::Millis span) {
    std::scoped_lock const lock{mutex_};
    std::map<std::tuple<base::Timestamp, std::string, std::string, std::string, std::string>,
             CostSum>
        sums;
    for (auto const& call : tables_.calls) {
        if (call.at < from || call.at >= to) {
            continue;
        }
        auto const start = span_of(call.at, from, span);
        auto& sum = sums[{start, call.provider, call.model, call.service, call.currency}];
        sum.from = start;
        sum.provider = call.provider;
        sum.model = call.model;
        sum.service = call.service;
        sum.currency = call.currency;
        sum.calls += 1;
        sum.completed += call.completed ? 1 : 0;
        sum.micros += call.micros;
        sum.credits += call.credits;
    }
    std::vector<CostSum> list;
    for (auto& [key, sum] : sums) {
        list.push_back(std::move(sum));
    }
    return list;
}

std::map<std::string, int> Calls::at_work() {
    std::scoped_lock const lock{mutex_};
    return at_work_in(tables_);
}

void load_calls(Tables const& tables, jobs::Load const& what, jobs::Batch& batch) {
    if (!what.at_work.empty()) {
        auto const all = at_work_in(tables);
        for (auto const& provider : what.at_work) {
            auto const found = all.find(provider);
            batch.at_work[provider] = found == all.end() ? 0 : found->second;
        }
    }
    for (auto const& [key, watch] : tables.watches) {
        if (watch.next_at <= batch.now && std::ssize(batch.due) < what.watches) {
            batch.due.push_back(watch);
        }
    }
}

void write_calls(Tables& tables, jobs::Batch const& batch) {
    std::ranges::copy(batch.calls, std::back_inserter(tables.calls));
    for (auto const& watch : batch.watches) {
        tables.watches.insert_or_assign({watch.job, watch.attempt}, watch);
    }
    for (auto const& watch : batch.unwatched) {
        tables.watches.erase({watch.job, watch.attempt});
    }
}

}  // namespace adapters::memory
