// What a scenario can ask about, as texts.
#include "tests/scenarios/tell.h"

namespace tests {

void Teller::name(base::JobId id, std::string const& name) {
    ids_[name] = id;
    names_.try_emplace(id, name);
}

base::JobId Teller::id_of(std::string const& name) const {
    auto const found = ids_.find(name);
    return found != ids_.end() ? found->second : throw Mistake{"no job " + name};
}

std::string Teller::name_of(base::JobId id) const {
    auto const found = names_.find(id);
    return found != names_.end() ? found->second : "-";
}

std::optional<base::Timestamp> Teller::time(std::optional<std::string> const& text) const {
    if (!text || *text == "never") {
        return std::nullopt;
    }
    if (text->starts_with('+') || text->starts_with('-')) {
        auto const away = duration(text->substr(1));
        return text->front() == '+' ? now_ + away : now_ - away;
    }
    auto const date = base::parse_timestamp(*text);
    return date ? date : throw Mistake{"`" + *text + "` is not a time"};
}

std::string Teller::away(std::optional<base::Timestamp> const& at) const {
    if (!at) {
        return "never";
    }
    if (*at == now_) {
        return "now";
    }
    bool const past = *at < now_;
    return past ? "-" + base::to_text(now_ - *at) : "+" + base::to_text(*at - now_);
}

Texts Teller::fields_of(jobs::Job const& job) const {
    return {{"job", name_of(job.id)},
            {"state", std::string{jobs::to_text(job.state)}},
            {"wait", std::string{jobs::to_text(job.wait)}},
            {"attempt", std::to_string(job.attempt)},
            {"failures", std::to_string(job.failures)},
            {"losses", std::to_string(job.losses)},
            {"progress", std::to_string(job.progress)},
            {"run_at", away(job.run_at)},
            {"deadline", away(job.deadline_at)},
            {"worker", job.worker},
            {"task", job.task},
            {"result", job.result},
            {"error", job.error ? job.error->code : ""},
            {"quoted", text_of(job.quoted)},
            {"charge", std::to_string(job.bill.charge)},
            {"open", yes_no(job.bill.open)},
            {"debited", text_of(job.bill.debited)},
            {"settled", text_of(job.bill.settled)},
            {"refunded", text_of(job.bill.refunded)},
            {"waived", text_of(job.bill.waived)},
            {"absorbed", text_of(job.bill.absorbed)},
            {"net", text_of(job.bill.net)},
            {"fate_unknown", yes_no(job.fate_unknown)},
            {"late_result", yes_no(job.late_result)},
            {"poison", yes_no(job.poison)},
            {"pruned", yes_no(job.pruned)}};
}

Texts Teller::fields_of(ledger::Wallet const& wallet) const {
    auto const& account = wallet.account;
    return {{"balance", text_of(ledger::balance(wallet, now_))},
            {"ledger", text_of(account.balance)},
            {"debt", text_of(account.debt)},
            {"recharged", text_of(account.totals.recharged)},
            {"consumed", text_of(account.totals.consumed)},
            {"refunded", text_of(account.totals.refunded)},
            {"expired", text_of(account.totals.expired)},
            {"entries", std::to_string(account.entries)}};
}

Answer Teller::about(ledger::Grant const& grant) const {
    return {.words = std::to_string(grant.number) + " " + std::string{to_text(grant.kind)},
            .fields = {{"amount", text_of(grant.amount)},
                       {"left", text_of(grant.remaining)},
                       {"effective", away(grant.effective_at)},
                       {"expires", away(grant.expires_at)},
                       {"service", grant.service}}};
}

Answer Teller::about(ledger::Entry const& entry) const {
    return {.words = std::string{to_text(entry.kind)} + " " + text_of(entry.amount),
            .fields = {{"balance", text_of(entry.balance_after)},
                       {"draws", ledger::to_line(entry.draws)},
                       {"job", name_of(entry.job)},
                       {"charge", std::to_string(entry.charge)},
                       {"reference", entry.reference},
                       {"recorded", away(entry.recorded_at)},
                       {"effective", away(entry.effective_at)}}};
}

}  // namespace tests
