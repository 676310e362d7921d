// Notices of payment platforms, by what came of them. From any thread.
#pragma once

#include <string>
#include <string_view>

#include "adapters/metrics/registry.h"

namespace worker::metrics {

class PaymentMeters {
public:
    explicit PaymentMeters(adapters::metrics::Registry& registry) : registry_{registry} {}

    // `outcome`: what the core made of it ("paid", "review", …), "repeated", "later", or why it was
    // refused ("bad_signature", …). There are few of both, whatever is sent.
    void came(std::string_view provider, std::string_view outcome);
    void paid(std::string_view provider);

private:
    adapters::metrics::Registry& registry_;
};

}  // namespace worker::metrics
