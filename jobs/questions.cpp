#include "jobs/questions.h"

#include <algorithm>
#include <array>

namespace jobs {

namespace {

using std::chrono::minutes;

constexpr std::array<base::Millis, 3> asked_after{minutes{2}, minutes{10}, minutes{60}};
constexpr base::Millis least_wait{60'000};
constexpr base::Millis most_wait{3'600'000};

// Longer the older the order is: a platform that is down is not asked by all at once when it is
// back, and not for ever.
base::Millis wait_without_answer(Order const& order, base::Timestamp now) {
    return std::clamp((now - order.created_at) / 4, least_wait, most_wait);
}

void put_off(Order& order, base::Timestamp now) {
    order.asked += 1;
    order.asked_at = now;
    if (order.ask_at) {
        order.ask_at = now + wait_without_answer(order, now);
    }
}

void close(Order& order, base::Timestamp now) {
    order.status = OrderStatus::closed;
    order.closed_at = now;
    order.ask_at.reset();
}

// After an answer that did not pay it.
void go_on(Order& order, base::Timestamp now) {
    if (order.asked_at && *order.asked_at >= order.expires_at) {
        close(order, now);
    } else if (order.ask_at) {
        order.ask_at = next_question(order, now);
    }
}

}  // namespace

base::Timestamp next_question(Order const& order, base::Timestamp after) {
    for (auto const wait : asked_after) {
        auto const at = order.created_at + wait;
        if (at > after && at < order.expires_at) {
            return at;
        }
    }
    return order.expires_at + last_question_after;
}

Load load_for_questions(int orders) {
    return {.orders = {.askable = orders}};
}

std::vector<Order> take_questions(Batch& batch, Words const& askable) {
    std::vector<Order> questions;
    for (auto& [order, changed] : batch.orders.loaded) {
        bool const due =
            order.status == OrderStatus::pending && order.ask_at && *order.ask_at <= batch.now;
        if (!due) {
            continue;
        }
        changed = true;
        if (order.expires_at + questions_end_after <= batch.now) {
            close(order, batch.now);
        } else if (!askable.contains(order.channel)) {
            order.ask_at.reset();
        } else {
            put_off(order, batch.now);
            questions.push_back(order);
        }
    }
    return questions;
}

Load load_for_question(std::string const& order) {
    return {.orders = {.ids = {order}}};
}

std::optional<Order> take_question(Batch& batch, std::string const& order) {
    auto* const loaded = batch.orders.find(order);
    if (loaded == nullptr) {
        return std::nullopt;
    }
    put_off(loaded->order, batch.now);
    loaded->changed = true;
    return loaded->order;
}

NoticeTaken take_answer(Batch& batch, PaymentNotice const& answer, Rules const& rules) {
    auto taken = take_notice(batch, answer, rules);
    auto* const loaded = batch.orders.find(answer.order);
    if (loaded == nullptr) {
        return taken;
    }
    auto& order = loaded->order;
    auto const before = order;
    if (order.status != OrderStatus::pending) {
        order.ask_at.reset();
    } else if (answer.state != PaymentState::other) {
        go_on(order, batch.now);
    }
    loaded->changed = loaded->changed || before != order;
    taken.order = order;
    return taken;
}

}  // namespace jobs
