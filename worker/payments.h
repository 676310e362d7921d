// The payment platforms that the settings name, with their keys loaded.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/payments.h"
#include "config/settings.h"

namespace worker {

// Everything about one platform; what is not configured is null.
struct PaymentPlatform {
    std::string name;  // as in callback addresses: "wechat", "alipay", "stripe"
    std::unique_ptr<adapters::payments::Receiver> receiver;
    std::unique_ptr<adapters::payments::Inquirer> inquirer;
    std::unique_ptr<adapters::payments::Cashier> cashier;
    // What each notice must say; amount and currency are the order's.
    adapters::payments::Expected expected;
    std::string keys;  // how many and of what kind, for people: "v3 with 2 keys"
    std::optional<base::Timestamp> expires_at;  // the first of its certificates
};

class Payments {
public:
    Payments();
    Payments(Payments const&) = delete;
    Payments& operator=(Payments const&) = delete;
    ~Payments();

    [[nodiscard]] std::vector<PaymentPlatform> const& platforms() const { return platforms_; }

    // The platform of that name; null: it is not configured.
    [[nodiscard]] PaymentPlatform const* find(std::string_view name) const;

    [[nodiscard]] bool simulate() const { return simulate_; }

private:
    friend std::unique_ptr<Payments> make_payments(config::Payments const& settings);

    struct Keys;  // which receivers and inquirers share

    std::unique_ptr<Keys> keys_;
    std::vector<PaymentPlatform> platforms_;  // after what they use
    bool simulate_ = false;
};

// Throws adapters::Unusable, naming the setting that is wrong and never showing a key.
std::unique_ptr<Payments> make_payments(config::Payments const& settings);

}  // namespace worker
