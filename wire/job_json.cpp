// Jobs, accounts, entries and stories as JSON.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "jobs/credits.h"
#include "wire/json.h"
#include "wire/margin.h"
#include "wire/story.h"
#include "wire/terms_text.h"

namespace wire {

namespace {

namespace json = boost::json;

json::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

json::value or_null(std::optional<base::Timestamp> at) {
    return at ? json::value(base::to_ms(*at)) : json::value(nullptr);
}

// A whole rate is an integer; any other is the double nearest to it, which prints as itself.
json::value number(base::Rate rate) {
    if (rate.micros % base::one.micros == 0) {
        return rate.micros / base::one.micros;
    }
    return static_cast<double>(rate.micros) / static_cast<double>(base::one.micros);
}

// Stored JSON is shown as JSON; should it not parse (it was written by a provider), as a string.
json::value embedded(std::string const& text) {
    json::error_code code;
    auto value = json::parse(view(text), code);
    return code ? json::value(view(text)) : value;
}

json::object price_json(jobs::Job const& job) {
    json::object price{{"mode", view(pricing::to_text(job.terms.mode))},
                       {"version", view(job.version)},
                       {"quoted", job.quoted.value}};
    if (job.terms.mode == pricing::Mode::duration) {
        price["per_second"] = number(job.terms.per_second);
    }
    price["words"] = in_words(job.terms);
    return price;
}

json::object measurement_json(jobs::Measurement const& measurement) {
    json::object out{{"samples", measurement.samples},
                     {"rate", measurement.rate},
                     {"basis", view(jobs::to_text(measurement.basis))},
                     {"codec", view(measurement.codec)},
                     {"of", view(jobs::to_text(measurement.of))},
                     {"exact", measurement.exact},
                     {"truncated", measurement.truncated}};
    if (!measurement.note.empty()) {
        out["note"] = view(measurement.note);
    }
    return out;
}

json::object charge_json(jobs::Bill const& bill) {
    json::object charge{{"debited", bill.debited.value},
                        {"settled", bill.settled.value},
                        {"refunded", bill.refunded.value},
                        {"waived", bill.waived.value},
                        {"net", bill.net.value},
                        {"number", bill.charge},
                        {"open", bill.open}};
    if (bill.absorbed.value != 0) {
        charge["absorbed"] = bill.absorbed.value;
    }
    return charge;
}

// What only some jobs have to tell.
void add_rare(jobs::Job const& job, json::object& out) {
    if (job.wait != jobs::Wait::none) {
        out["wait"] = view(jobs::to_text(job.wait));
    }
    if (!job.progress_note.empty()) {
        out["progress_note"] = view(job.progress_note);
    }
    if (!job.key.empty()) {
        out["idempotency_key"] = view(job.key);
    }
    if (!job.trace.empty()) {
        out["traceparent"] = view(job.trace);
    }
    if (!job.after.empty()) {
        json::array after;
        for (auto const parent : job.after) {
            after.emplace_back(base::to_text(parent));
        }
        out["after"] = std::move(after);
    }
    for (auto const& [name, set] :
         {std::pair{"fate_unknown", job.fate_unknown}, std::pair{"late_result", job.late_result},
          std::pair{"poison", job.poison}, std::pair{"pruned", job.pruned},
          std::pair{"parked", job.parked}}) {
        if (set) {
            out[name] = true;
        }
    }
}

json::object grant_json(base::AccountId account, ledger::Grant const& grant) {
    json::object out{{"id", ledger::public_id(account, grant.number)},
                     {"kind", view(ledger::to_text(grant.kind))},
                     {"amount", grant.amount.value},
                     {"remaining", grant.remaining.value},
                     {"effective_at", base::to_ms(grant.effective_at)}};
    if (grant.expires_at) {
        out["expires_at"] = base::to_ms(*grant.expires_at);
    }
    if (!grant.service.empty()) {
        out["service"] = view(grant.service);
    }
    return out;
}

// What a caller named itself goes by that name; everything else by its kind.
std::string_view word_for(ledger::Entry const& entry) {
    bool const named = !entry.job && !entry.action.empty();
    return named ? std::string_view{entry.action} : ledger::to_text(entry.kind);
}

json::array draws_json(ledger::Entry const& entry) {
    json::array draws;
    for (auto const& draw : entry.draws) {
        auto const grant = draw.grant == ledger::debt
                               ? std::string("debt")
                               : ledger::public_id(entry.account, draw.grant);
        draws.push_back(json::object{{"grant", grant}, {"amount", draw.amount.value}});
    }
    return draws;
}

}  // namespace

json::value job_json(jobs::Job const& job) {
    json::object out{{"id", base::to_text(job.id)},
                     {"service", view(job.service)},
                     {"user_id", view(job.user)},
                     {"state", view(jobs::to_text(job.state))},
                     {"progress", job.progress},
                     {"priority", job.priority},
                     {"attempt", job.attempt},
                     {"created_at", base::to_ms(job.created_at)},
                     {"run_at", base::to_ms(job.run_at)},
                     {"started_at", or_null(job.started_at)},
                     {"finished_at", or_null(job.finished_at)},
                     {"price", price_json(job)},
                     {"charge", charge_json(job.bill)}};
    if (job.duration) {
        out["duration_ms"] = job.duration->count();
    }
    if (job.measurement) {
        out["measurement"] = measurement_json(*job.measurement);
    }
    if (!job.result.empty()) {
        out["result"] = embedded(job.result);
    }
    if (job.error) {
        out["error"] = json::object{{"code", view(job.error->code)},
                                    {"message", view(job.error->message)},
                                    {"retryable", job.error->retryable}};
    }
    if (!job.provider.empty()) {
        out["provider"] = view(job.provider);
    }
    if (!job.model.empty()) {
        out["model"] = view(job.model);
    }
    add_rare(job, out);
    return out;
}

namespace {

json::object stop_json(ledger::Stop const& stop) {
    json::object out{{"reason", view(stop.reason)}, {"since", base::to_ms(stop.since)}};
    if (!stop.by.empty()) {
        out["by"] = view(stop.by);
    }
    if (stop.until) {
        out["until"] = base::to_ms(*stop.until);
    }
    return out;
}

// Why nothing may be taken from it now, and the caps that are its own.
void add_standing(ledger::Account const& account, base::Timestamp now, json::object& out) {
    auto const& standing = account.standing;
    if (account.frozen && standing.freeze) {
        out["freeze"] = stop_json(*standing.freeze);
    }
    if (ledger::braked(standing, now)) {
        out["brake"] = stop_json(*standing.brake);
    }
    json::object caps;
    for (auto const& [name, cap] :
         {std::pair{"job_cap", &standing.caps.job}, std::pair{"daily_cap", &standing.caps.daily},
          std::pair{"monthly_cap", &standing.caps.monthly}}) {
        if (*cap) {
            caps[name] = (*cap)->value;
        }
    }
    if (!caps.empty()) {
        out["caps"] = std::move(caps);
    }
}

}  // namespace

json::value account_json(ledger::Wallet const& wallet, base::Timestamp now) {
    auto const& account = wallet.account;
    json::array grants;
    for (auto const& grant : wallet.grants) {
        grants.push_back(grant_json(account.id, grant));
    }
    json::object out{
        {"user_id", view(account.user)},
        {"balance", ledger::balance(wallet, now).value},
        {"tier", account.tier.empty() ? json::value(nullptr) : json::value(view(account.tier))},
        {"totals", json::object{{"recharged", account.totals.recharged.value},
                                {"consumed", account.totals.consumed.value},
                                {"refunded", account.totals.refunded.value},
                                {"expired", account.totals.expired.value}}},
        {"grants", std::move(grants)}};
    for (auto const& [name, fact] :
         {std::pair{"username", &account.username}, std::pair{"email", &account.email},
          std::pair{"time_zone", &account.time_zone}}) {
        if (!fact->empty()) {
            out[name] = view(*fact);
        }
    }
    if (account.member_until) {
        out["member_until"] = base::to_ms(*account.member_until);
    }
    if (account.frozen) {
        out["frozen"] = true;
    }
    add_standing(account, now, out);
    if (account.debt.value != 0) {
        out["debt"] = account.debt.value;
    }
    return out;
}

json::value account_line_json(ledger::Wallet const& wallet, base::Timestamp now) {
    auto out = account_json(wallet, now);
    out.as_object().erase("grants");
    out.as_object()["created_at"] = base::to_ms(wallet.account.created_at);
    return out;
}

json::value entry_json(ledger::Entry const& entry) {
    json::object out{{"id", ledger::public_id(entry.account, entry.seq)},
                     {"action", view(word_for(entry))},
                     {"kind", view(ledger::to_text(entry.kind))},
                     {"amount", entry.amount.value},
                     {"balanceAfter", entry.balance_after.value},
                     {"description", view(entry.note)},
                     {"createdAt", base::to_ms(entry.recorded_at)},
                     {"effectiveAt", base::to_ms(entry.effective_at)},
                     {"draws", draws_json(entry)}};
    if (entry.job) {
        out["job"] = base::to_text(entry.job);
        out["charge"] = entry.charge;
        out["service"] = view(entry.action);
    }
    if (!entry.reference.empty()) {
        out["reference"] = view(jobs::given_reference(entry.reference));
    }
    return out;
}

json::value story_json(adapters::JobStory const& story) {
    json::array calls;
    for (auto const& call : story.calls) {
        calls.push_back(call_json(call));
    }
    json::array entries;
    for (auto const& entry : story.entries) {
        entries.push_back(entry_json(entry));
    }
    json::array grants;
    for (auto const& grant : story.grants) {
        grants.push_back(grant_json(story.job.account, grant));
    }
    json::array steps;
    for (auto const& step : steps_of(story)) {
        json::object line{
            {"at", base::to_ms(step.at)}, {"what", view(step.what)}, {"detail", view(step.detail)}};
        if (step.amount) {
            line["amount"] = step.amount->value;
            line["balance_after"] = step.balance_after.value;
        }
        steps.push_back(std::move(line));
    }
    json::object out{{"job", job_json(story.job)},
                     {"steps", std::move(steps)},
                     {"entries", std::move(entries)},
                     {"grants", std::move(grants)},
                     {"net", story.job.bill.net.value}};
    if (!story.calls.empty()) {
        out["provider_calls"] = std::move(calls);
    }
    return out;
}

}  // namespace wire
