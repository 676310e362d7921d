#include "adapters/postgres/held.h"

namespace adapters::postgres {

namespace {

// Far more than a process runs at once; what is beyond is read again.
constexpr std::size_t most = 50'000;

}  // namespace

std::optional<Held::Item> Held::take(base::JobId id) {
    std::scoped_lock const lock{mutex_};
    auto const found = items_.find(id);
    if (found == items_.end()) {
        return std::nullopt;
    }
    std::optional<Item> item{std::move(found->second)};
    items_.erase(found);
    return item;
}

void Held::keep(std::vector<Item> items) {
    std::scoped_lock const lock{mutex_};
    if (items_.size() + items.size() > most) {
        items_.clear();
    }
    for (auto& item : items) {
        auto const id = item.job.id;
        items_.insert_or_assign(id, std::move(item));
    }
}

void Held::forget(std::vector<base::JobId> const& ids) {
    std::scoped_lock const lock{mutex_};
    for (auto const id : ids) {
        items_.erase(id);
    }
}

}  // namespace adapters::postgres
