// Has orders paid: says by which channels, and gets from a platform what its payer needs. Orders
// are stored before a platform is asked, and no connection to the store is held meanwhile.
#pragma once

#include <atomic>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/payments.h"
#include "jobs/order.h"
#include "worker/log.h"
#include "worker/payments.h"

namespace worker {

// The end of a new order's id: nobody can guess it.
std::string new_order_secret();

class CashDesk {
public:
    // All of it outlives the desk.
    struct Parts {
        Payments const& payments;
        config::Payments const& settings;
        adapters::payments::Send send;
        Log& log;
    };

    explicit CashDesk(Parts parts) : parts_{std::move(parts)} {}

    // "wechat", "alipay", "stripe" as they are configured, and "simulate" where that is allowed.
    [[nodiscard]] std::vector<std::string> channels() const;
    [[nodiscard]] bool has(std::string_view channel) const;

    // Whether that platform can be asked what became of an order.
    [[nodiscard]] bool can_ask(std::string_view channel) const;

    // How a pending order is paid, as in Order::offer, where nobody has to be asked for it; empty:
    // its platform has to be asked.
    [[nodiscard]] std::string offer_at_once(jobs::Order const& order, base::Timestamp now) const;

    // At most so many wait for platforms at the same time; others are turned away at once.
    static constexpr int most_waiting = 32;

    class Place {
    public:
        explicit Place(CashDesk& desk) : desk_{desk}, taken_{++desk.waiting_ <= most_waiting} {}

        Place(Place const&) = delete;
        Place& operator=(Place const&) = delete;

        ~Place() { --desk_.waiting_; }

        [[nodiscard]] bool taken() const { return taken_; }

    private:
        CashDesk& desk_;
        bool taken_;
    };

    // Asks its platform, which takes as long as it takes; or why there is no answer. Safe from any
    // thread.
    std::expected<std::string, std::string> ask_for_offer(jobs::Order const& order,
                                                          base::Timestamp now);

private:
    [[nodiscard]] adapters::payments::Cashier const* cashier_of(std::string_view channel) const;
    [[nodiscard]] adapters::payments::Bill bill_of(jobs::Order const& order) const;
    std::expected<std::string, std::string> ask(adapters::payments::Cashier const& cashier,
                                                adapters::payments::Call const& call);

    Parts parts_;
    std::atomic<int> waiting_ = 0;
};

}  // namespace worker
