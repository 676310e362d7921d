#include "adapters/memory/sync.h"

#include "jobs/sync.h"

namespace adapters::memory {

namespace {

base::Credits added_since(Tables const& tables, std::string const& source, base::Timestamp since) {
    base::Credits sum;
    for (auto const& [id, books] : tables.accounts) {
        for (auto const& entry : books.entries) {
            bool const added = entry.kind == ledger::Kind::sync && entry.action == source &&
                               entry.amount.value > 0 && entry.recorded_at >= since;
            sum += added ? entry.amount : base::Credits{};
        }
    }
    return sum;
}

}  // namespace

std::vector<jobs::SyncSource> Sync::sources() {
    std::scoped_lock const lock{mutex_};
    std::vector<jobs::SyncSource> all;
    for (auto const& [name, source] : tables_.sources) {
        all.push_back(source);
    }
    return all;
}

void Sync::put(jobs::SyncSource const& source) {
    std::scoped_lock const lock{mutex_};
    auto const now = clock_();
    auto const [place, fresh] = tables_.sources.try_emplace(source.name);
    auto const created = fresh ? now : place->second.created_at;
    place->second = source;
    place->second.created_at = created;
    place->second.changed_at = now;
}

bool Sync::remove(std::string const& source) {
    std::scoped_lock const lock{mutex_};
    return tables_.sources.erase(source) > 0;
}

void Sync::link(jobs::SyncedUser const& who, std::string const& account) {
    std::scoped_lock const lock{mutex_};
    if (account.empty()) {
        tables_.links.erase(who);
    } else {
        tables_.links[who] = account;
    }
}

std::map<jobs::SyncedUser, std::string> Sync::links(std::string const& telegram_id) {
    std::scoped_lock const lock{mutex_};
    std::map<jobs::SyncedUser, std::string> found;
    for (auto const& [who, account] : tables_.links) {
        if (who.telegram_id == telegram_id) {
            found.emplace(who, account);
        }
    }
    return found;
}

void load_synced(Tables const& tables, jobs::Load const& what, jobs::Batch& batch) {
    for (auto const& who : what.synced) {
        for (auto const& link : {who, jobs::SyncedUser{"", who.telegram_id}}) {
            if (auto const found = tables.links.find(link); found != tables.links.end()) {
                batch.links.insert(*found);
            }
        }
        auto const source = tables.sources.find(who.source);
        if (source == tables.sources.end() || !batch.sources.insert(*source).second) {
            continue;
        }
        if (source->second.daily_cap) {
            batch.added_today[who.source] =
                added_since(tables, who.source, jobs::utc_day(batch.now));
        }
    }
}

}  // namespace adapters::memory
