// Asking platforms what became of orders. What they answer is judged like their notices, and each
// question stands among the notices of its order, answered or not.
#pragma once

#include <string>
#include <vector>

#include "adapters/store.h"
#include "jobs/questions.h"
#include "worker/log.h"
#include "worker/payments.h"

namespace worker {

struct Inquiring {
    adapters::Store& store;
    Payments const& payments;
    adapters::payments::Send send;
    jobs::Rules const& rules;
    Log& log;
};

struct Asked {
    jobs::NoticeTaken taken;
    std::string trouble;  // why there was no answer; empty: there was one
};

// A question that was taken (jobs/questions.h).
Asked ask_about(Inquiring const& with, jobs::Order const& question);

// By hand: none where there is no such order, or its platform can't be asked.
std::optional<Asked> ask_now(Inquiring const& with, std::string const& order);

struct AskingRun {
    int asked = 0;
    int paid = 0;
    int failed = 0;
    bool more = false;  // there may be more to ask at once
};

// Those that are due, a few of them. A platform that fails is left alone for the rest of the run.
AskingRun ask_due(Inquiring const& with);

}  // namespace worker
