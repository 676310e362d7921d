// Calls to payment platforms over the web.
#pragma once

#include <functional>

#include "adapters/payments.h"
#include "base/time.h"

namespace worker {

// How long such a call may take in all. Whoever waits for it holds nothing that others need.
inline constexpr base::Millis platform_patience{10'000};

// `clock` says when an answer came, for judging its signature's age. Safe from any thread.
adapters::payments::Send make_platform_sender(std::function<base::Timestamp()> clock,
                                              base::Millis patience = platform_patience);

}  // namespace worker
