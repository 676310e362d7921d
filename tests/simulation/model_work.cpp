// What workers and duties do to jobs.
#include <algorithm>

#include "tests/simulation/model.h"

namespace simulation {

namespace {

bool has_ended(std::string const& state) {
    return state != "queued" && state != "processing";
}

}  // namespace

bool Model::is_member(ModelJob const& job) const {
    return purses.at(job.user).member_until > now;
}

int Model::ready(std::string const& service) const {
    int count = 0;
    for (auto const& [id, job] : jobs) {
        count += job.state == "queued" && job.wait == "none" && job.service == service ? 1 : 0;
    }
    return count;
}

int Model::running(std::string const& user) const {
    int count = 0;
    for (auto const& [id, job] : jobs) {
        count += job.state == "processing" && job.user == user ? 1 : 0;
    }
    return count;
}

void Model::end(ModelJob& job, std::string const& state) {
    job.state = state;
    job.wait = "none";
    job.lease = 0;
    job.deadline = 0;
    job.worker.clear();
    job.unknown = false;
    job.parked = false;
}

void Model::refund(ModelJob& job, Int amount) {
    if (!job.open) {
        return;
    }
    purse_of(job.user).give_back("refund", job.held, amount, now, how.refund_grace,
                                 {.job = job.id, .charge = job.charge});
    job.open = false;
    job.refunded = amount;
    job.net -= amount;
    job.held.clear();
}

void Model::fail(ModelJob& job, std::string const& error) {
    refund(job, job.debited);
    job.error = error;
    end(job, "failed");
}

void Model::requeue(ModelJob& job, Int run_at) {
    job.state = "queued";
    job.wait = run_at > now ? "time" : "none";
    job.run_at = run_at;
    job.lease = 0;
    job.worker.clear();
}

std::string Model::start(Int id, std::string const& worker) {
    auto& job = jobs.at(id);
    auto& purse = purse_of(job.user);
    if (job.state != "queued" || job.wait != "none") {
        return "it is not to be claimed";
    }
    if (job.deadline != 0 && job.deadline <= now) {
        fail(job, "deadline_exceeded");
        return "past_deadline";
    }
    if (purse.frozen || (how.in_flight > 0 && running(job.user) >= how.in_flight)) {
        job.wait = "room";
        return "held";
    }
    if (!job.open && job.waived == 0 && job.quoted > 0) {
        if (job.terms.free_for_members && is_member(job)) {
            job.waived = job.quoted;
            job.charge += job.attempt > 0 ? 1 : 0;
        } else if (purse.spendable(job.service, now) < job.quoted) {
            job.error = "insufficient_credits";
            end(job, "failed");
            return "insufficient_credits";
        } else {
            job.charge += 1;
            job.open = true;
            job.debited = job.quoted;
            job.settled = job.refunded = job.absorbed = 0;
            job.net += job.quoted;
            job.held = purse.debit("consume", job.quoted, job.service, now,
                                   {.job = id, .charge = job.charge});
        }
    }
    job.state = "processing";
    job.attempt += 1;
    job.worker = worker;
    job.lease = now + how.lease;
    job.deadline = job.deadline == 0 ? now + how.deadline : job.deadline;
    return "started";
}

std::string Model::not_current(ModelJob& job, Word const& word) {
    bool const same = word.attempt == job.attempt;
    if (same && job.state == word.said) {
        return "ended";
    }
    bool const handed_back = word.said == "failed" || word.said == "gone" ||
                             word.said == "released" || word.said == "waiting";
    if (same && job.state == "queued" && handed_back) {
        return "requeued";
    }
    if (word.said == "completed" && (job.state == "failed" || job.state == "cancelled")) {
        job.late = true;
    }
    return "stale";
}

std::string Model::go_on(ModelJob& job, bool charge_loaded) {
    job.lease = now + how.lease;
    if (job.deadline <= now && (!job.open || charge_loaded)) {
        fail(job, "deadline_exceeded");
        return "ended";
    }
    return "noted";
}

std::string Model::settle(ModelJob& job, Word const& word) {
    bool const by_input = job.terms.measure == 'i';
    if (word.length && !by_input) {
        job.length = word.length;
    }
    if (job.open) {
        About const about{.job = job.id, .charge = job.charge};
        bool const measured = job.terms.mode == 'd' && !by_input && job.length;
        Int const full = measured ? price_of(job.terms, *job.length, job.terms.grace) : job.debited;
        auto& purse = purse_of(job.user);
        job.settled = full;
        if (full < job.debited) {
            purse.give_back("settle", job.held, job.debited - full, now, how.refund_grace, about);
        } else if (full > job.debited) {
            Int const extra = full - job.debited;
            Int const more =
                job.terms.overrun == 'a'
                    ? 0
                    : purse.take_more(extra, job.service, job.terms.overrun == 'd', now, about);
            job.settled = job.debited + more;
            job.absorbed = extra - more;
        }
        job.net += job.settled - job.debited;
        job.open = false;
        job.held.clear();
    }
    job.error.clear();
    end(job, "completed");
    return "ended";
}

std::string Model::fail_try(ModelJob& job, Word const& word) {
    job.failures += 1;
    job.task.clear();
    job.unknown = false;
    job.parked = false;
    if (word.moderated) {
        refund(job, job.terms.kept_on_refusal ? 0 : job.debited);
        job.error = "refused";
        end(job, "failed");
        return "ended";
    }
    if (!word.retryable || job.failures >= how.tries || job.deadline <= now) {
        fail(job, "failed");
        return "ended";
    }
    job.error = "failed";
    requeue(job, now + how.backoff);  // the world tells the very instant, within bounds
    return "requeued";
}

std::string Model::report(Word const& word) {
    auto const found = jobs.find(word.job);
    if (found == jobs.end()) {
        return "missing";
    }
    auto& job = found->second;
    if (job.state != "processing" || job.attempt != word.attempt) {
        return not_current(job, word);
    }
    if (word.said == "completed") {
        return settle(job, word);
    }
    if (word.said == "failed") {
        return fail_try(job, word);
    }
    if (word.said == "gone") {
        job.task.clear();
    }
    if (word.said == "gone" || word.said == "waiting") {
        job.unknown = false;
        job.parked = word.said == "gone" ? false : job.parked;
    }
    if (word.said == "gone" || word.said == "released" || word.said == "waiting") {
        requeue(job, now + (word.said == "waiting" ? word.again_in : 0));
        return "requeued";
    }
    if (word.said == "submitted") {
        job.task = word.task;
        job.unknown = job.parked = false;
    }
    if (word.said == "unknown" || word.said == "parked" || word.said == "resubmit") {
        job.unknown = true;
        job.parked = word.said == "parked";
    }
    return go_on(job, word.charge_loaded);
}

void Model::renew(std::string const& worker, Int lease) {
    for (auto& [id, job] : jobs) {
        if (job.state == "processing" && job.worker == worker) {
            job.lease = std::max(job.lease, now + lease);
        }
    }
}

void Model::rescue(std::set<std::string> const& present) {
    for (auto& [id, job] : jobs) {
        if (job.state != "processing" || (job.lease > now && present.contains(job.worker))) {
            continue;
        }
        job.losses += job.parked ? 0 : 1;
        if (!job.parked && job.losses >= how.poison) {
            job.poison = true;
            fail(job, "poison");
        } else if (job.deadline <= now) {
            fail(job, "deadline_exceeded");
        } else {
            job.unknown = job.unknown || job.task.empty();
            requeue(job, now);
        }
    }
}

void Model::make_ready(ModelJob& job) {
    job.wait = job.run_at > now ? "time" : "none";
}

void Model::look_for_room(ModelJob& job, std::map<std::string, int>& running_now) {
    if (job.deadline != 0 && job.deadline <= now) {
        fail(job, "deadline_exceeded");
        return;
    }
    int& count = running_now[job.user];
    if (!purses.at(job.user).frozen && (how.in_flight == 0 || count < how.in_flight)) {
        count += 1;
        make_ready(job);
    }
}

void Model::wake() {
    std::map<Int, std::string> before;
    std::map<std::string, int> counted;
    for (auto const& [id, job] : jobs) {
        before[id] = job.state;
        counted[job.user] = running(job.user);
    }
    std::set<std::string> looked;  // of each account the first that waits for room
    for (auto& [id, job] : jobs) {
        if (job.state != "queued") {
            continue;
        }
        if (job.wait == "time") {
            job.wait = job.run_at <= now ? "none" : "time";
        } else if (job.wait == "parents") {
            auto const is = [&](Int parent, bool done) {
                return has_ended(before[parent]) && (before[parent] == "completed") == done;
            };
            if (std::ranges::any_of(job.after, [&](Int parent) { return is(parent, false); })) {
                job.error = "parent_failed";
                end(job, "cancelled");
            } else if (std::ranges::all_of(job.after, [&](Int one) { return is(one, true); })) {
                make_ready(job);
            }
        } else if (job.wait == "room" && looked.insert(job.user).second) {
            look_for_room(job, counted);
        }
    }
}

void Model::sweep() {
    for (auto& [user, purse] : purses) {
        purse.sweep(now);
    }
}

}  // namespace simulation
