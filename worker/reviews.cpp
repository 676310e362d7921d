#include "worker/reviews.h"

namespace worker {

namespace {

using jobs::NoticeOutcome;

constexpr int most_others = 1'000;

std::optional<adapters::StoredNotice> waiting(adapters::OrderBook& book, std::int64_t number) {
    auto const found =
        book.notices({.outcome = NoticeOutcome::review, .before = number + 1, .limit = 1});
    bool const there = number > 0 && !found.empty() && found.front().number == number;
    return there ? std::optional{found.front()} : std::nullopt;
}

}  // namespace

std::optional<jobs::Resolved> review(adapters::Store& store, jobs::Rules const& rules,
                                     Review const& what) {
    auto& book = store.orders();
    auto const found = waiting(book, what.number);
    auto whole =
        found ? book.find_notice({found->notice.provider, found->notice.id}) : std::nullopt;
    if (!whole) {
        return std::nullopt;
    }
    jobs::Resolution resolution{.notice = std::move(whole->notice),
                                .accept = what.accept,
                                .order = what.order,
                                .by = what.by,
                                .reason = what.reason};
    auto const& order = what.order.empty() ? found->notice.order : what.order;
    if (!order.empty()) {
        for (auto const& [number, notice] : book.notices(
                 {.order = order, .outcome = NoticeOutcome::review, .limit = most_others})) {
            if (number != found->number && notice.order == order) {
                resolution.others.emplace_back(notice.provider, notice.id);
            }
        }
    }
    jobs::Resolved resolved;
    store.transact(jobs::load_for(resolution),
                   [&](jobs::Batch& batch) { resolved = jobs::resolve(batch, resolution, rules); });
    return resolved;
}

}  // namespace worker
