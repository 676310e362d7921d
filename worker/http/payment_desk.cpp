#include "worker/http/payment_desk.h"

#include "worker/payment_notices.h"

namespace worker::http {

namespace payments = adapters::payments;

namespace {

constexpr std::size_t most_of_a_notice = 64 * 1024;
constexpr int lines_a_minute = 10;

// The form in which it is answered where nobody has read it yet.
payments::Form form_of(std::string_view provider, std::string_view body) {
    if (provider == "wechat") {
        auto const first = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
        bool const xml = first != std::string_view::npos && body[first] == '<';
        return xml ? payments::Form::wechat_v2 : payments::Form::wechat_v3;
    }
    return provider == "alipay" ? payments::Form::alipay : payments::Form::stripe;
}

}  // namespace

payments::Answer PaymentDesk::callback(std::string_view provider,
                                       payments::RawRequest const& request) {
    auto const form = form_of(provider, request.body);
    auto const* const platform = parts_.payments.find(provider);
    if (platform == nullptr) {
        parts_.meters.came(provider, "not_configured");
        auto refused = answer(form, payments::Reply::refused);
        refused.status = 404;
        return refused;
    }
    auto const verdict = request.body.size() > most_of_a_notice
                             ? std::unexpected{payments::Refusal{
                                   .form = form, .why = payments::Why::too_large, .what = "body"}}
                             : platform->receiver->verify(request);
    if (!verdict) {
        tell(provider, verdict.error());
        return answer(verdict.error().form, payments::Reply::refused);
    }
    return accept(*platform, *verdict, request);
}

payments::Answer PaymentDesk::accept(PaymentPlatform const& platform, payments::Notice const& said,
                                     payments::RawRequest const& request) {
    auto notice = to_notice(said, platform.expected);
    keep_raw(notice, request.headers, request.body);
    try {
        auto const taken = take_notice(parts_.store, notice, parts_.rules);
        log_taken(parts_.log, notice, taken);
        count(notice, taken);
    } catch (adapters::Unavailable const& trouble) {
        parts_.log.warning("payments", "a notice could not be stored, and is to come again",
                           {{"provider", notice.provider}, {"why", trouble.what()}});
        parts_.meters.came(notice.provider, "later");
        return answer(said.form, payments::Reply::later);
    }
    return answer(said.form, payments::Reply::ok);
}

std::optional<jobs::Order> PaymentDesk::simulate(std::string const& order) {
    auto const known = parts_.store.orders().find(order);
    if (!known) {
        return std::nullopt;
    }
    auto const notice = jobs::simulated_payment(*known);
    auto const taken = take_notice(parts_.store, notice, parts_.rules);
    log_taken(parts_.log, notice, taken);
    count(notice, taken);
    return taken.order;
}

void PaymentDesk::count(jobs::PaymentNotice const& notice, jobs::NoticeTaken const& taken) {
    parts_.meters.came(notice.provider, taken.repeated ? "repeated" : to_text(taken.outcome));
    if (!taken.repeated && taken.outcome == jobs::NoticeOutcome::paid) {
        parts_.meters.paid(notice.provider);
    }
}

// WeChat's probes are its own trial of us, and no cause for alarm.
void PaymentDesk::tell(std::string_view provider, payments::Refusal const& refusal) {
    parts_.meters.came(provider, to_text(refusal.why));
    if (refusal.why == payments::Why::probe) {
        parts_.log.debug("payments", "a platform has tried whether we look");
        return;
    }
    if (may_tell(provider)) {
        parts_.log.warning("payments", "a notice was not believed",
                           {{"provider", std::string{provider}}, {"why", to_text(refusal)}});
    }
}

bool PaymentDesk::may_tell(std::string_view provider) {
    std::scoped_lock const lock{mutex_};
    auto& lines = lines_[std::string{provider}];
    auto const now = Steady::now();
    if (now >= lines.since + std::chrono::minutes{1}) {
        if (lines.untold > 0) {
            parts_.log.warning("payments", "more notices were not believed",
                               {{"provider", std::string{provider}}, {"count", lines.untold}});
        }
        lines = {.since = now};
    }
    if (lines.told == lines_a_minute) {
        ++lines.untold;
        return false;
    }
    ++lines.told;
    return true;
}

}  // namespace worker::http
