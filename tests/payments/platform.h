// A world with platforms in it: keys on both sides, a store, and a WeChat that answers calls as the
// real one does, after it has looked at their signatures.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapters/memory/open.h"
#include "adapters/payments.h"
#include "tests/config/files.h"
#include "tests/payments/wechat_hand.h"
#include "worker/inquiries.h"

namespace tests {

class Platforms {
public:
    Platforms();

    base::Timestamp clock = now;
    jobs::Rules rules;
    config::Payments settings;
    std::unique_ptr<adapters::Store> store;
    std::unique_ptr<worker::Payments> payments;
    std::unique_ptr<worker::Log> log = worker::Log::silent();

    // What WeChat does.
    bool down = false;
    bool forges = false;                         // answers are signed by somebody else
    std::map<std::string, std::string> answers;  // order -> what it says of it; else: not there
    std::vector<payments::Call> calls;           // all that were signed right
    int unsigned_calls = 0;

    payments::Send send();

    [[nodiscard]] worker::Inquiring inquiring();

    // An order of that channel, asked about where it can be.
    jobs::Order open(std::string const& channel);

    jobs::Order stored(jobs::Order const& order) { return *store->orders().find(order.id); }

    // What WeChat says of an order that was paid.
    static std::string paid(jobs::Order const& order, std::int64_t amount = 5'000);

private:
    std::expected<payments::RawReply, std::string> answer(payments::Call const& call);
    [[nodiscard]] bool is_signed(payments::Call const& call) const;

    config::Folder folder_;
    int count_ = 0;
};

}  // namespace tests
