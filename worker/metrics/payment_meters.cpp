// Series come into being with the first notice of their kind.
#include "worker/metrics/payment_meters.h"

namespace worker::metrics {

namespace {

using adapters::metrics::Family;

constexpr Family notices{"tallyman_payment_notices_total",
                         "Notices of payment platforms, by what came of them."};
constexpr Family orders{"tallyman_orders_paid_total", "Orders that were paid."};

}  // namespace

void PaymentMeters::came(std::string_view provider, std::string_view outcome) {
    registry_
        .counter(notices, {{"provider", std::string{provider}}, {"outcome", std::string{outcome}}})
        .add();
}

void PaymentMeters::paid(std::string_view provider) {
    registry_.counter(orders, {{"provider", std::string{provider}}}).add();
}

}  // namespace worker::metrics
