// Picks the next grant again and again: an account has few open grants and a debit mostly needs
// one, so a scan is faster than sorting them.
#include "ledger/draw.h"

#include <algorithm>
#include <tuple>

#include "ledger/debit.h"

namespace ledger {

namespace {

// The grant that is drawn next after `last` (nullptr: the first of all); nullptr: there is none.
Grant const* next_to_draw(Wallet const& wallet, Grant const* last, std::string_view service,
                          base::Timestamp now) {
    Grant const* next = nullptr;
    for (Grant const& grant : wallet.grants) {
        bool const may_pay =
            spendable(grant, now) && (grant.service.empty() || grant.service == service);
        if (!may_pay || (last != nullptr && !drawn_before(*last, grant, service))) {
            continue;
        }
        if (next == nullptr || drawn_before(grant, *next, service)) {
            next = &grant;
        }
    }
    return next;
}

}  // namespace

bool promotional(Kind kind) {
    return kind == Kind::signup || kind == Kind::bonus || kind == Kind::refund;
}

bool drawn_before(Grant const& a, Grant const& b, std::string_view service) {
    auto const key = [&](Grant const& grant) {
        bool const restricted = !grant.service.empty() && grant.service == service;
        return std::tuple(!restricted, grant.expires_at.value_or(base::Timestamp::max()),
                          !promotional(grant.kind), grant.effective_at, grant.number);
    };
    return key(a) < key(b);
}

std::vector<Draw> draws_for(Wallet const& wallet, base::Credits amount, std::string_view service,
                            base::Timestamp now) {
    std::vector<Draw> draws;
    Grant const* grant = nullptr;
    while (amount.value > 0) {
        grant = next_to_draw(wallet, grant, service, now);
        if (grant == nullptr) {
            break;
        }
        auto const taken = std::min(amount, grant->remaining);
        draws.push_back({.grant = grant->number, .amount = -taken});
        amount -= taken;
    }
    return draws;
}

}  // namespace ledger
