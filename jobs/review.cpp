#include "jobs/review.h"

namespace jobs {

namespace {

PaymentNotice notice_of(Resolution const& what) {
    auto notice = what.notice;
    if (!what.order.empty()) {
        notice.order = what.order;
    }
    return notice;
}

bool waits(Batch const& batch, NoticeId const& id) {
    auto const found = batch.orders.notices.find(id);
    return found != batch.orders.notices.end() && found->second.outcome == NoticeOutcome::review;
}

// What the order still waits for is what its other notices wait for.
void forget_doubts(Batch& batch, Order& order, Resolution const& what) {
    Words left;
    for (auto const& id : what.others) {
        if (waits(batch, id)) {
            auto const& reasons = batch.orders.notices.at(id).reasons;
            left.insert(reasons.begin(), reasons.end());
        }
    }
    for (auto const& reason : what.notice.reasons) {
        if (!left.contains(reason)) {
            order.review.erase(reason);
        }
    }
}

NoticeTaken dismiss(Batch& batch, PaymentNotice const& notice) {
    auto& stored = batch.orders.notices.at({notice.provider, notice.id});
    stored.outcome = NoticeOutcome::noted;
    stored.reasons.emplace("dismissed");
    stored.judged_at = batch.now;
    batch.orders.judged.push_back(stored);
    return {.outcome = stored.outcome, .reasons = stored.reasons, .order = std::nullopt};
}

void record(Batch& batch, Resolution const& what, std::string const& order) {
    batch.orders.told.push_back({.provider = "operator",
                                 .id = what.notice.provider + ":" + what.notice.id,
                                 .form = "operator",
                                 .kind = what.accept ? "accepted" : "dismissed",
                                 .order = order,
                                 .headers = "by: " + what.by + "\n",
                                 .body = what.reason,
                                 .received_at = batch.now,
                                 .judged_at = batch.now,
                                 .about = order});
}

}  // namespace

Load load_for(Resolution const& what) {
    auto load = load_for(notice_of(what));
    load.orders.notices.insert(load.orders.notices.end(), what.others.begin(), what.others.end());
    return load;
}

Resolved resolve(Batch& batch, Resolution const& what, Rules const& rules) {
    auto const notice = notice_of(what);
    if (!waits(batch, {notice.provider, notice.id})) {
        return {.outcome = ReviewOutcome::not_waiting, .taken = {}};
    }
    Resolved resolved;
    resolved.taken =
        what.accept ? take_notice(batch, notice, rules, Judging::overrule) : dismiss(batch, notice);
    if (resolved.taken.outcome == NoticeOutcome::review) {
        resolved.outcome = ReviewOutcome::stays;
        return resolved;
    }
    auto const& about = batch.orders.notices.at({notice.provider, notice.id}).about;
    auto* const loaded = batch.orders.find(notice.order.empty() ? about : notice.order);
    if (loaded != nullptr) {
        forget_doubts(batch, loaded->order, what);
        loaded->changed = true;
        resolved.taken.order = loaded->order;
    }
    record(batch, what, loaded == nullptr ? "" : loaded->order.id);
    return resolved;
}

}  // namespace jobs
