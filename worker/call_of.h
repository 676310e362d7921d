// What is written down of a call to a provider.
#pragma once

#include <optional>
#include <string>

#include "adapters/provider.h"
#include "config/settings.h"
#include "jobs/provider_call.h"

namespace worker {

// Nothing where there is nothing to tell beside what became of the job. `usual` is what a completed
// call costs where the provider does not say; none: nobody knows.
std::optional<jobs::ProviderCall> call_of(std::string provider, std::string model,
                                          adapters::Verdict const& verdict,
                                          config::CallCost const* usual);

}  // namespace worker
