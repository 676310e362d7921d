// All that this process counts, in one place; owned by the app.
#pragma once

#include <string>
#include <vector>

#include "adapters/metrics/process.h"
#include "adapters/metrics/registry.h"
#include "worker/metrics/http_meters.h"
#include "worker/metrics/job_meters.h"
#include "worker/metrics/metered_provider.h"
#include "worker/metrics/metered_store.h"
#include "worker/metrics/payment_meters.h"
#include "worker/metrics/state.h"
#include "worker/metrics/webhook_meters.h"

namespace worker::metrics {

class Meters {
public:
    Meters(std::vector<std::string> const& services, base::Zone zone);

    adapters::metrics::Registry registry;
    JobMeters jobs;
    StoreMeters store;
    Day day;
    AllProviderMeters providers;
    HttpMeters http;
    PaymentMeters payments;
    StateMeters state;
    WebhookMeters webhooks;
    adapters::metrics::ProcessMeters process;
};

}  // namespace worker::metrics
