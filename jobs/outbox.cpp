// Notices out of a batch.
#include "jobs/outbox.h"

#include <algorithm>
#include <array>

#include "base/zone.h"

namespace jobs {

namespace {

constexpr std::size_t longest_target = 300;

// "https://example.com:8443" of a longer address, in small letters: receivers on one host share its
// fate. It is shown to operators, so it holds nobody's password.
std::string origin_of(std::string const& url) {
    auto const host = url.find("://");
    auto const end = url.find_first_of("/?#", host == std::string::npos ? 0 : host + 3);
    auto origin = url.substr(0, std::min(end, url.size()));
    if (auto const at = origin.rfind('@'); at != std::string::npos && host != std::string::npos) {
        origin.erase(host + 3, at - host - 2);
    }
    origin.resize(std::min(origin.size(), longest_target));
    std::ranges::transform(origin, origin.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return origin;
}

bool fits(std::string_view pattern, std::string_view kind) {
    if (pattern == "*" || pattern == kind) {
        return true;
    }
    return pattern.size() > 2 && pattern.ends_with(".*") &&
           kind.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::string_view kind_of_end(State state) {
    return state == State::completed ? "job.completed"
           : state == State::failed  ? "job.failed"
                                     : "job.cancelled";
}

Notice about_job(Job const& job, std::string_view kind) {
    return {.kind = std::string{kind},
            .user = job.user,
            .account = job.account,
            .job = job,
            .about = job.id};
}

Notice about_charge(Job const& job, std::string_view kind) {
    Facts facts{{"job_id", base::to_text(job.id)},
                {"service", job.service},
                {"charge", static_cast<std::int64_t>(job.bill.charge)},
                {"debited", job.bill.debited.value}};
    if (kind == "charge.settled") {
        facts.push_back({"settled", job.bill.settled.value});
    } else if (kind == "charge.refunded") {
        facts.push_back({"refunded", job.bill.refunded.value});
    }
    facts.push_back({"net", job.bill.net.value});
    return {.kind = std::string{kind},
            .user = job.user,
            .account = job.account,
            .facts = std::move(facts),
            .about = job.id};
}

// Spent without a job.
Notice about_entry(ledger::Account const& account, ledger::Entry const& entry) {
    Facts facts{{"entry_id", ledger::public_id(entry.account, entry.seq)},
                {"action", entry.action},
                {"debited", -entry.amount.value},
                {"balance_after", entry.balance_after.value}};
    return {.kind = "charge.debited",
            .user = account.user,
            .account = account.id,
            .facts = std::move(facts)};
}

Notice about_balance(ledger::Wallet const& wallet, base::Credits threshold, base::Timestamp now) {
    return {
        .kind = "balance.low",
        .user = wallet.account.user,
        .account = wallet.account.id,
        .facts = {{"balance", ledger::balance(wallet, now).value}, {"threshold", threshold.value}}};
}

bool is_cap(std::optional<Error> const& error) {
    return error && error->code.ends_with("_cap");
}

}  // namespace

std::vector<std::string_view> const& notice_kinds() {
    static std::vector<std::string_view> const kinds{
        "job.queued",    "job.started",    "job.completed",  "job.failed",
        "job.cancelled", "charge.debited", "charge.settled", "charge.refunded",
        "order.paid",    "balance.low",    "grant.expiring", "cap.hit",
        "test"};
    return kinds;
}

bool means_something(std::string_view pattern) {
    return std::ranges::any_of(notice_kinds(),
                               [&](std::string_view kind) { return fits(pattern, kind); });
}

bool hears(Endpoint const& endpoint, std::string_view kind, std::string_view user) {
    return (endpoint.users.empty() || endpoint.users.contains(std::string{user})) &&
           std::ranges::any_of(endpoint.events,
                               [&](std::string const& event) { return fits(event, kind); });
}

bool anybody_hears(Listening const& listening, std::string_view kind) {
    return std::ranges::any_of(listening.endpoints, [&](Endpoint const& endpoint) {
        return std::ranges::any_of(endpoint.events,
                                   [&](std::string const& event) { return fits(event, kind); });
    });
}

bool is_for_own_address(std::string_view kind) {
    return kind == "job.completed" || kind == "job.failed" || kind == "job.cancelled";
}

NoticeWatch::NoticeWatch(Batch const& batch, Listening const& listening) : listening_{listening} {
    static constexpr std::array of_jobs{"job.queued",     "job.started",     "job.completed",
                                        "job.failed",     "job.cancelled",   "charge.debited",
                                        "charge.settled", "charge.refunded", "cap.hit"};
    auto const heard = [&](std::string_view kind) { return anybody_hears(listening, kind); };
    jobs_ = std::ranges::any_of(of_jobs, heard);
    money_ = heard("charge.debited") || (heard("balance.low") && listening.balance_low.value > 0);
    bool const own = std::ranges::any_of(
        batch.jobs, [](LoadedJob const& loaded) { return !loaded.job.webhook.empty(); });
    if (jobs_ || own) {
        before_.reserve(batch.jobs.size());
        for (auto const& [job, gone, charge, parents, changed] : batch.jobs) {
            before_.push_back({job.state, job.attempt, job.bill.charge, job.bill.open});
        }
    }
    if (money_) {
        balances_.reserve(batch.wallets.size());
        for (auto const& wallet : batch.wallets) {
            balances_.push_back(wallet.account.balance);
        }
    }
}

bool NoticeWatch::concerns(Job const& job) const {
    return jobs_ || !job.webhook.empty();
}

void NoticeWatch::look_at_jobs(Batch const& batch, std::vector<Notice>& notices) const {
    for (auto const& job : batch.new_jobs) {
        if (concerns(job)) {
            notices.push_back(
                about_job(job, ended(job.state) ? kind_of_end(job.state) : "job.queued"));
        }
    }
    for (std::size_t i = 0; i < before_.size(); ++i) {
        auto const& [job, gone, entries, parents, changed] = batch.jobs[i];
        if (!changed || !concerns(job)) {
            continue;
        }
        auto const& was = before_[i];
        if (jobs_ && job.bill.charge > was.charge && job.bill.debited.value > 0) {
            notices.push_back(about_charge(job, "charge.debited"));
        }
        if (job.attempt > was.attempt) {
            notices.push_back(about_job(job, "job.started"));
        }
        if (was.state != State::queued && !ended(was.state) && job.state == State::queued) {
            continue;  // between two tries: told when it starts again, or ends
        }
        if (ended(was.state) && job.state == State::queued) {
            notices.push_back(about_job(job, "job.queued"));
        }
        bool const closed = was.open && !job.bill.open;
        if (jobs_ && closed) {
            notices.push_back(about_charge(
                job, job.state == State::completed ? "charge.settled" : "charge.refunded"));
        }
        if (!ended(was.state) && ended(job.state)) {
            notices.push_back(about_job(job, kind_of_end(job.state)));
        }
        if (jobs_ && was.state == State::queued && job.state == State::failed &&
            is_cap(job.error)) {
            notices.push_back(cap_hit(job.error->code, job.user, job.account,
                                      {{"job_id", base::to_text(job.id)},
                                       {"service", job.service},
                                       {"required", job.quoted.value},
                                       {"what", job.error->message}},
                                      batch.now));
        }
    }
}

void NoticeWatch::look_at_money(Batch const& batch, std::vector<Notice>& notices) const {
    if (!money_) {
        return;
    }
    for (std::size_t i = 0; i < batch.wallets.size(); ++i) {
        auto const& wallet = batch.wallets[i];
        for (auto const& entry : wallet.posted) {
            if (entry.kind == ledger::Kind::consume && !entry.job) {
                notices.push_back(about_entry(wallet.account, entry));
            }
        }
        // The ledger's balance, so that each crossing is one transaction's: what has expired is out
        // of it when the expiry is recorded.
        auto const low = listening_.balance_low;
        bool const was_above = i < balances_.size() && balances_[i] >= low;
        if (low.value > 0 && was_above && wallet.account.balance < low) {
            notices.push_back(about_balance(wallet, low, batch.now));
        }
    }
}

void NoticeWatch::look_at(Batch const& batch, std::vector<Notice>& notices) const {
    bool const own =
        std::ranges::any_of(batch.new_jobs, [](Job const& job) { return !job.webhook.empty(); });
    if (jobs_ || own || !before_.empty()) {
        look_at_jobs(batch, notices);
    }
    look_at_money(batch, notices);
}

std::vector<Told> NoticeWatch::told(Batch const& batch) const {
    std::vector<Notice> notices;
    look_at(batch, notices);
    if (!listening_.endpoints.empty()) {
        notices.insert(notices.end(), batch.notices.begin(), batch.notices.end());
    }
    std::vector<Told> all;
    for (auto& notice : notices) {
        std::vector<Told::Receiver> receivers;
        for (auto const& endpoint : listening_.endpoints) {
            if (hears(endpoint, notice.kind, notice.user)) {
                receivers.push_back({.target = endpoint.name});
            }
        }
        bool const own =
            notice.job && !notice.job->webhook.empty() && is_for_own_address(notice.kind);
        if (own) {
            receivers.push_back(
                {.target = origin_of(notice.job->webhook), .url = notice.job->webhook});
        }
        if (!receivers.empty()) {
            all.push_back({.notice = std::move(notice), .receivers = std::move(receivers)});
        }
    }
    return all;
}

Message message_for(Told::Receiver const& receiver, Notice const& notice, std::string body) {
    return {.target = receiver.target,
            .url = receiver.url,
            .user = notice.user,
            .account = notice.account,
            .job = notice.about,
            .kind = notice.kind,
            .body = std::move(body),
            .once = notice.once};
}

Notice cap_hit(std::string const& guard, std::string const& user, base::AccountId account,
               Facts facts, base::Timestamp day) {
    facts.insert(facts.begin(), {"guard", guard});
    auto const days = base::to_ms(day) / (24LL * 3600 * 1000);
    return {.kind = "cap.hit",
            .user = user,
            .account = account,
            .facts = std::move(facts),
            .once = "cap " + guard + " " + user + " " + std::to_string(days)};
}

Notice cap_hit(Batch& batch, Hit const& hit, std::string const& user, std::string const& service) {
    auto const* const wallet = batch.wallet_of(user);
    return cap_hit(std::string{to_text(hit.guard)}, user,
                   wallet == nullptr ? base::AccountId{} : wallet->account.id,
                   {{"service", service},
                    {"required", hit.required.value},
                    {"limit", hit.limit.value},
                    {"used", hit.used.value}},
                   batch.now);
}

Notice order_paid(Order const& order) {
    Facts facts{{"order_id", order.id},
                {"provider", order.provider},
                {"amount", order.amount},
                {"currency", order.currency}};
    if (auto const* const credits = std::get_if<CreditsBought>(&order.bought)) {
        facts.push_back({"package", credits->package});
        facts.push_back({"credits", credits->credits.value});
        facts.push_back({"bonus", credits->bonus.value});
    } else {
        facts.push_back({"term", std::get<TermBought>(order.bought).name});
        facts.push_back({"member_until", base::to_ms(order.member_until.value())});
    }
    return {.kind = "order.paid",
            .user = order.user,
            .account = order.account,
            .facts = std::move(facts),
            .once = "order.paid:" + order.id};
}

}  // namespace jobs
