// The line that the log has when the brake is pulled.
#pragma once

#include <string>

#include "worker/log.h"

namespace worker {

// `why` empty: it was not.
inline void tell_of_brake(Log& log, std::string const& user, std::string const& why) {
    if (!why.empty()) {
        log.business("account.braked", {{"user", user}, {"seen", why}});
    }
}

}  // namespace worker
