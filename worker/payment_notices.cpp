#include "worker/payment_notices.h"

#include <algorithm>
#include <array>

#include "base/lower.h"

namespace worker {

namespace payments = adapters::payments;

namespace {

constexpr std::size_t most_header = 2'048;

constexpr std::array<std::string_view, 7> kept_headers{
    "content-type",        "stripe-signature",         "wechatpay-nonce",     "wechatpay-serial",
    "wechatpay-signature", "wechatpay-signature-type", "wechatpay-timestamp",
};

std::string_view form_name(payments::Form form) {
    switch (form) {
        case payments::Form::wechat_v3:
            return "wechat_v3";
        case payments::Form::wechat_v2:
            return "wechat_v2";
        case payments::Form::alipay:
        case payments::Form::stripe:
            break;
    }
    return provider_of(form);
}

jobs::PaymentState state_of(payments::State state) {
    switch (state) {
        case payments::State::paid:
            return jobs::PaymentState::paid;
        case payments::State::refunded:
            return jobs::PaymentState::refunded;
        case payments::State::closed:
            return jobs::PaymentState::closed;
        case payments::State::pending:
            return jobs::PaymentState::pending;
        case payments::State::chargeback:
            return jobs::PaymentState::chargeback;
        case payments::State::absent:
        case payments::State::other:
            break;
    }
    return jobs::PaymentState::other;
}

}  // namespace

jobs::PaymentNotice to_notice(payments::Notice const& said, payments::Expected const& expected) {
    jobs::PaymentNotice notice{.provider = std::string{provider_of(said.form)},
                               .id = said.id,
                               .form = std::string{form_name(said.form)},
                               .kind = said.kind,
                               .state = state_of(said.state),
                               .order = said.order,
                               .trade = said.trade,
                               .refund = said.refund,
                               .amount = said.amount,
                               .currency = said.currency,
                               .returned = said.returned,
                               .returned_in_all = said.returned_in_all,
                               .happened_at = said.happened_at};
    auto own = expected;
    own.amount = said.amount.value_or(0);
    own.currency = said.currency;
    for (auto const doubt : payments::check(said, own)) {
        notice.doubts.emplace(to_text(doubt));
    }
    return notice;
}

void keep_raw(jobs::PaymentNotice& notice, payments::Headers const& headers,
              std::string_view body) {
    notice.body = body;
    for (auto const& [name, value] : headers) {
        auto const small = base::lower(name);
        if (std::ranges::find(kept_headers, small) != kept_headers.end()) {
            notice.headers.append(small).append(": ");
            notice.headers.append(value, 0, most_header).append("\n");
        }
    }
}

jobs::NoticeTaken take_notice(adapters::Store& store, jobs::PaymentNotice const& notice,
                              jobs::Rules const& rules, jobs::Judging how) {
    jobs::NoticeTaken taken;
    store.transact(jobs::load_for(notice), [&](jobs::Batch& batch) {
        taken = jobs::take_notice(batch, notice, rules, how);
    });
    return taken;
}

void log_taken(Log& log, jobs::PaymentNotice const& notice, jobs::NoticeTaken const& taken) {
    if (taken.repeated) {
        return;
    }
    Log::Fields fields{{"provider", notice.provider},
                       {"notice", notice.id},
                       {"kind", notice.kind},
                       {"order", notice.order},
                       {"trade", notice.trade}};
    auto const reasons = jobs::to_line(taken.reasons);
    if (!reasons.empty()) {
        fields.emplace_back("reasons", reasons);
    }
    if (taken.order) {
        fields.emplace_back("user", taken.order->user);
        fields.emplace_back("amount", taken.order->amount);
        fields.emplace_back("credits", jobs::granted_by(*taken.order).value);
    }
    if (notice.returned > 0) {
        fields.emplace_back("returned", notice.returned);
    }
    if (taken.outcome == jobs::NoticeOutcome::review) {
        log.warning("payments", "a notice waits for a person", fields);
        return;
    }
    log.business("order." + std::string{to_text(taken.outcome)}, fields);
}

}  // namespace worker
