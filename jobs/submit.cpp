// Enqueue.
#include "jobs/submit.h"

#include <algorithm>

#include "jobs/accounts.h"
#include "jobs/fairness.h"
#include "jobs/money.h"
#include "jobs/outbox.h"
#include "jobs/refusal.h"

namespace jobs {

namespace {

// The answer to a key that was used before, if it was.
std::optional<Submission> earlier(Batch const& batch, Request const& request) {
    if (request.key.empty()) {
        return std::nullopt;
    }
    auto const found = batch.by_key.find(std::pair{request.user, request.key});
    if (found == batch.by_key.end()) {
        return std::nullopt;
    }
    bool const same = found->second.body_hash == request.body_hash;
    return Submission{.outcome = same ? SubmitOutcome::repeated : SubmitOutcome::key_conflict,
                      .job = found->second};
}

SubmitOutcome outcome_of(pricing::QuoteStatus status) {
    switch (status) {
        case pricing::QuoteStatus::quoted:
            return SubmitOutcome::created;
        case pricing::QuoteStatus::needs_duration:
            return SubmitOutcome::needs_duration;
        case pricing::QuoteStatus::needs_text_or_maximum:
            return SubmitOutcome::needs_text_or_maximum;
        case pricing::QuoteStatus::too_large:
            return SubmitOutcome::too_expensive;
    }
    CHECK(false);
}

// Whether the jobs it comes after are there, are the account's own, and may still complete.
Submission check_parents(Batch& batch, Request const& request) {
    for (auto const id : request.after) {
        LoadedJob const* const parent = batch.find(id);
        if (parent == nullptr || parent->job.user != request.user) {
            return {.outcome = SubmitOutcome::unknown_parent, .parent = id};
        }
        if (ended(parent->job.state) && parent->job.state != State::completed) {
            return {.outcome = SubmitOutcome::parent_failed, .parent = id};
        }
    }
    return {};
}

// Whether the account could pay for it now. What is decided for good is decided at the start.
Submission check_funds(Batch& batch, Request const& request, Job const& job,
                       ledger::Wallet const& wallet, Rules const& rules) {
    Submission answer{.required = job.quoted,
                      .balance = spendable_on(wallet, job.service, batch.now)};
    if (wallet.account.frozen) {
        answer.outcome = SubmitOutcome::frozen;
        return answer;
    }
    bool const costs_nothing =
        job.quoted.value == 0 || waived_for_member(wallet.account, job, batch.now);
    bool const promised = static_cast<bool>(request.id);
    if (request.queue_anyway || promised || costs_nothing) {
        return answer;
    }
    if (ledger::braked(wallet.account.standing, batch.now)) {
        answer.outcome = SubmitOutcome::braked;
        answer.braked_until = wallet.account.standing.brake->until;
        answer.frees_in = answer.braked_until.value_or(batch.now) - batch.now;
        return answer;
    }
    bool const today = !request.run_at || *request.run_at <= batch.now;
    if (today) {
        answer.hit = over_cap(batch, wallet.account, taking_of(job), rules);
    }
    if (answer.hit) {
        answer.outcome = SubmitOutcome::over_cap;
    } else if (answer.balance < job.quoted) {
        answer.outcome = SubmitOutcome::insufficient_credits;
    }
    return answer;
}

pricing::Usage usage_of(Request const& request) {
    auto usage = request.usage;
    if (request.measurement) {
        usage.duration = duration_of(*request.measurement);
    }
    return usage;
}

Job make_job(Batch const& batch, Request const& request, Rules const& rules) {
    return {.user = request.user,
            .service = request.service,
            .priority = request.priority,
            .created_at = batch.now,
            .run_at = std::max(request.run_at.value_or(batch.now), batch.now),
            .input = request.input,
            .key = request.key,
            .body_hash = request.body_hash,
            .after = request.after,
            .webhook = request.webhook,
            .trace = request.trace,
            .api_key = request.api_key,
            .provider = rules_for(rules, request.service).provider};
}

// What the input is priced by, so that its price can be computed again.
void note_length(Job& job, Request const& request) {
    bool const by_input =
        job.terms.mode == pricing::Mode::duration && job.terms.measure != pricing::Measure::output;
    auto const length = usage_of(request).duration;
    if (!by_input || !length) {
        return;
    }
    job.duration = length;
    job.measurement = request.measurement.value_or(as_told(Source::declared, *length));
}

// Freezes the price on the job, or says why there is none.
Submission price(Job& job, Request const& request, ledger::Wallet const* wallet,
                 pricing::Book const& book, base::Timestamp now, Rules const& rules) {
    std::string const tier = wallet == nullptr ? "" : wallet->account.tier;
    auto const terms = pricing::terms_for(book, request.service, tier, now);
    if (!terms) {
        return {.outcome = SubmitOutcome::unknown_service};
    }
    auto const quote = pricing::quote(*terms, usage_of(request));
    if (quote.status != pricing::QuoteStatus::quoted) {
        return {.outcome = outcome_of(quote.status)};
    }
    job.terms = *terms;
    if (rules_for(rules, request.service).keeps_moderated) {
        job.terms.on_moderation = pricing::CancelRule::none;
    }
    job.version = book.version;
    job.quoted = quote.credits;
    note_length(job, request);
    auto const cap = caps_of(rules, wallet == nullptr ? nullptr : &wallet->account).job;
    if (cap.value > 0 && quote.credits > cap) {
        return {.outcome = SubmitOutcome::over_job_cap,
                .required = quote.credits,
                .hit = Hit{.guard = Guard::job_cap,
                           .required = quote.credits,
                           .limit = cap,
                           .used = {},
                           .frees_at = {}}};
    }
    return {};
}

// Parents that have completed by now need not be waited for.
Wait first_wait(Batch& batch, Job const& job) {
    bool const parents_pending = std::ranges::any_of(
        job.after, [&](base::JobId id) { return batch.find(id)->job.state != State::completed; });
    if (parents_pending) {
        return Wait::parents;
    }
    return job.run_at > batch.now ? Wait::time : Wait::none;
}

void add(Batch& batch, Job& job, base::JobId promised, ledger::Wallet const& wallet,
         Rules const& rules) {
    job.id = promised ? promised : batch.take_job_id();
    job.account = wallet.account.id;
    job.wait = first_wait(batch, job);
    if (job.wait == Wait::none) {
        job.turn = next_turn(batch.turns, job, wallet.account.tier, rules);
    }
    if (job.wait == Wait::parents) {
        batch.parents_of_new.insert(batch.parents_of_new.end(), job.after.begin(), job.after.end());
    }
    if (!job.key.empty()) {
        batch.by_key.emplace(std::pair{job.user, job.key}, job);
    }
    batch.new_jobs.push_back(job);
}

Submission submit_one(Batch& batch, Request const& request, pricing::Book const& book,
                      Rules const& rules) {
    if (auto answer = earlier(batch, request)) {
        return *answer;
    }
    // One of the inbox was let in before the queue was drained.
    if (!request.id && batch.draining.contains(request.service)) {
        return {.outcome = SubmitOutcome::draining};
    }
    Job job = make_job(batch, request, rules);
    auto refusal = price(job, request, batch.wallet_of(request.user), book, batch.now, rules);
    if (refusal.outcome != SubmitOutcome::created) {
        return refusal;
    }
    refusal = check_parents(batch, request);
    if (refusal.outcome != SubmitOutcome::created) {
        return refusal;
    }
    bool const first_use = batch.wallet_of(request.user) == nullptr;
    ledger::Wallet const& wallet = wallet_for(batch, request.user, rules);
    auto answer = check_funds(batch, request, job, wallet, rules);
    if (answer.outcome == SubmitOutcome::created) {
        add(batch, job, request.id, wallet, rules);
        answer.job = std::move(job);
    } else if (first_use) {
        close_unused(batch);
    }
    return answer;
}

// Each request of the inbox is taken up once, within a batch too.
bool take_up(Batch& batch, base::JobId id) {
    if (batch.inbox.erase(id) == 0) {
        return false;
    }
    batch.taken_up.push_back(id);
    return true;
}

// It was never priced, so it can't be retried, and it keeps no key: a refusal does not use up one.
Job add_failed(Batch& batch, Request const& request, Error error, Rules const& rules) {
    Job job = make_job(batch, request, rules);
    job.id = request.id;
    job.account = wallet_for(batch, request.user, rules).account.id;
    job.state = State::failed;
    job.finished_at = batch.now;
    job.error = std::move(error);
    job.key.clear();
    job.after.clear();
    batch.new_jobs.push_back(job);
    return job;
}

// Somebody has been told the id of the second request, so it must lead to the first.
std::optional<Error> counted_already(Job const& first) {
    return Error{.code = "repeated",
                 .message = "job " + base::to_text(first.id) +
                            " asks for the same with the same idempotency key; that one counts"};
}

Submission submit_promised(Batch& batch, Request const& request, pricing::Book const& book,
                           Rules const& rules) {
    if (!take_up(batch, request.id)) {
        return {.outcome = SubmitOutcome::taken_elsewhere};
    }
    auto answer = submit_one(batch, request, book, rules);
    auto error = answer.outcome == SubmitOutcome::repeated ? counted_already(*answer.job)
                                                           : refusal_of(answer, request.service);
    if (error) {
        answer.job = add_failed(batch, request, std::move(*error), rules);
    }
    return answer;
}

// A refusal changes nothing, and yet somebody may want to hear of it.
void note_cap(Batch& batch, Request const& request, Submission const& answer) {
    if (answer.hit) {
        batch.notices.push_back(cap_hit(batch, *answer.hit, request.user, request.service));
    }
}

template <typename T>
std::vector<T> unique(std::vector<T> values) {
    std::ranges::sort(values);
    auto const rest = std::ranges::unique(values);
    values.erase(rest.begin(), rest.end());
    return values;
}

}  // namespace

Load load_for_submit(std::vector<Request> const& requests, Rules const& rules) {
    auto const count = static_cast<int>(requests.size());
    Load load{.new_accounts = count, .wallets_only_read = true};
    for (Request const& request : requests) {
        if (request.id) {
            load.inbox.push_back(request.id);
        } else {
            load.new_jobs += 1;
        }
        load.users.push_back(request.user);
        load.fairness_of.push_back(request.service);
        if (request.api_key != 0) {
            load.api_keys.push_back(request.api_key);
        }
        load.jobs.insert(load.jobs.end(), request.after.begin(), request.after.end());
        if (!request.key.empty()) {
            load.keys.emplace_back(request.user, request.key);
        }
    }
    load.users = unique(std::move(load.users));
    load.fairness_of = unique(std::move(load.fairness_of));
    load.jobs = unique(std::move(load.jobs));
    load.inbox = unique(std::move(load.inbox));
    load.api_keys = unique(std::move(load.api_keys));
    look_at_spending(load, rules, load.fairness_of);
    return load;
}

Submission judge(Batch& batch, Request const& request, ledger::Wallet const& wallet,
                 pricing::Book const& book, Rules const& rules) {
    Job job = make_job(batch, request, rules);
    auto answer = price(job, request, &wallet, book, batch.now, rules);
    if (answer.outcome == SubmitOutcome::created) {
        answer = check_funds(batch, request, job, wallet, rules);
        answer.job = std::move(job);
    }
    return answer;
}

std::vector<Submission> submit(Batch& batch, std::vector<Request> const& requests,
                               pricing::Book const& book, Rules const& rules) {
    std::vector<Submission> answers;
    answers.reserve(requests.size());
    batch.new_jobs.reserve(requests.size());
    for (Request const& request : requests) {
        answers.push_back(request.id ? submit_promised(batch, request, book, rules)
                                     : submit_one(batch, request, book, rules));
        note_cap(batch, request, answers.back());
    }
    return answers;
}

std::optional<Job> refuse(Batch& batch, Request const& request, Error error, Rules const& rules) {
    if (!take_up(batch, request.id)) {
        return std::nullopt;
    }
    return add_failed(batch, request, std::move(error), rules);
}

}  // namespace jobs
